//! Which step of the old workflow is which of the new one.

use std::collections::BTreeMap;

use super::flat::{Flat, FlatStep};

/// Pairs of steps.
pub(crate) struct Pairs {
    /// By the old step's place, the new one's.
    pub(crate) new_of: Vec<Option<usize>>,
    /// The other way.
    pub(crate) old_of: Vec<Option<usize>>,
    /// Pairs, by the old step's place, whose place among their neighbours, or whose block, is another.
    moved: Vec<bool>,
}

impl Pairs {
    /// By id first; then equal steps at the same place; then equal steps anywhere; then steps of one kind in the same
    /// block, in order.
    pub(crate) fn of(old: &Flat<'_>, new: &Flat<'_>) -> Self {
        let mut pairs = Self {
            new_of: vec![None; old.steps.len()],
            old_of: vec![None; new.steps.len()],
            moved: vec![false; old.steps.len()],
        };
        pairs.by_name(old, new);
        // Each round can make blocks of parents known that were matched in the one before.
        for _ in 0..3 {
            pairs.look(old, new, true, |a, b| {
                a.kind == b.kind && a.meaning().eq(b.meaning())
            });
            pairs.look(old, new, true, |a, b| a.kind == b.kind && alike(a, b));
        }
        pairs.look(old, new, false, |a, b| {
            a.kind == b.kind && a.asks() && a.meaning().eq(b.meaning())
        });
        for _ in 0..3 {
            pairs.look(old, new, true, |a, b| {
                a.kind == b.kind && (a.name.is_none() || b.name.is_none() || !a.asks())
            });
        }
        pairs.find_moves(old, new);
        pairs
    }

    fn join(&mut self, a: usize, b: usize) {
        if let (Some(x), Some(y)) = (self.new_of.get_mut(a), self.old_of.get_mut(b)) {
            *x = Some(b);
            *y = Some(a);
        }
    }

    fn by_name(&mut self, old: &Flat<'_>, new: &Flat<'_>) {
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        for (i, step) in new.steps.iter().enumerate() {
            if let Some(name) = &step.name {
                names.entry(name).or_insert(i);
            }
        }
        for (i, step) in old.steps.iter().enumerate() {
            let found = step.name.as_deref().and_then(|n| names.remove(n));
            if let Some(found) = found.filter(|b| new.step(*b).is_some_and(|b| b.kind == step.kind))
            {
                self.join(i, found);
            }
        }
    }

    /// Whether two steps stand in the same block of the same step.
    pub(crate) fn same_block(&self, a: &FlatStep, b: &FlatStep) -> bool {
        let parent = a
            .place
            .parent
            .map(|p| self.new_of.get(p).copied().flatten());
        let parents = match (parent, b.place.parent) {
            (None, None) => true,
            (Some(found), Some(parent)) => found == Some(parent),
            _ => false,
        };
        parents && a.place.role == b.place.role
    }

    fn look(
        &mut self,
        old: &Flat<'_>,
        new: &Flat<'_>,
        same_block: bool,
        fits: impl Fn(&FlatStep, &FlatStep) -> bool,
    ) {
        // New steps that are free, by kind, so that large files do not compare all with all.
        let mut free: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (j, b) in new.steps.iter().enumerate() {
            if self.old_of.get(j).copied().flatten().is_none() {
                free.entry(b.kind).or_default().push(j);
            }
        }
        for (i, a) in old.steps.iter().enumerate() {
            if self.new_of.get(i).copied().flatten().is_some() {
                continue;
            }
            let Some(candidates) = free.get_mut(a.kind) else {
                continue;
            };
            let found = candidates.iter().position(|j| {
                new.step(*j)
                    .is_some_and(|b| (!same_block || self.same_block(a, b)) && fits(a, b))
            });
            if let Some(at) = found {
                let j = candidates.remove(at);
                self.join(i, j);
            }
        }
    }

    pub(crate) fn is_moved(&self, old: usize) -> bool {
        self.moved.get(old).copied().unwrap_or(false)
    }

    fn find_moves(&mut self, old: &Flat<'_>, new: &Flat<'_>) {
        let mut blocks: BTreeMap<&super::flat::Place, Vec<(usize, usize)>> = BTreeMap::new();
        for (i, a) in old.steps.iter().enumerate() {
            let Some(b) = self
                .new_of
                .get(i)
                .copied()
                .flatten()
                .and_then(|j| new.step(j))
            else {
                continue;
            };
            if self.same_block(a, b) {
                blocks.entry(&a.place).or_default().push((i, b.index));
            } else if let Some(moved) = self.moved.get_mut(i) {
                *moved = true;
            }
        }
        for steps in blocks.values() {
            let kept = longest_rising(&steps.iter().map(|(_, to)| *to).collect::<Vec<_>>());
            for (k, (i, _)) in steps.iter().enumerate() {
                if !kept.contains(&k)
                    && let Some(moved) = self.moved.get_mut(*i)
                {
                    *moved = true;
                }
            }
        }
    }
}

/// Whether two steps do the same thing, if with other details.
fn alike(a: &FlatStep, b: &FlatStep) -> bool {
    let key = match a.kind {
        "tool" => "tool",
        "bash" => "command",
        "agent" => "goal",
        "subworkflow" => "workflow",
        "approval" => "prompt",
        "conditional" => "condition",
        "switch" => "on",
        "loop" => "over",
        "agent_message" => "content",
        "wait" => "event",
        _ => return false,
    };
    a.field(key).is_some() && a.field(key) == b.field(key)
}

/// The places of a longest rising subsequence. Patience sorting: Schensted (1961).
fn longest_rising(values: &[usize]) -> Vec<usize> {
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; values.len()];
    let at = |i: usize| values.get(i).copied().unwrap_or_default();
    for (i, value) in values.iter().enumerate() {
        let place = ends.partition_point(|end| at(*end) < *value);
        if let (Some(cell), Some(last)) = (
            before.get_mut(i),
            place.checked_sub(1).and_then(|p| ends.get(p)),
        ) {
            *cell = Some(*last);
        }
        match ends.get_mut(place) {
            Some(end) => *end = i,
            None => ends.push(i),
        }
    }
    let mut out = Vec::new();
    let mut here = ends.last().copied();
    while let Some(i) = here {
        out.push(i);
        here = before.get(i).copied().flatten();
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::longest_rising;

    #[test]
    fn what_keeps_its_order_is_as_long_as_can_be() {
        assert_eq!(longest_rising(&[2, 0, 1, 3]), [1, 2, 3]);
        assert_eq!(longest_rising(&[]), [0; 0]);
        assert_eq!(longest_rising(&[1, 0]).len(), 1);
    }
}
