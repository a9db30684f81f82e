//! What people have said yes to at a place of the walk.
//!
//! Only the edge counts where a person approves. Of each approval two things have to be known: that its decision is to
//! approve, and that a person made it and not the clock. What its prompt and its items show is endorsed then.

use std::collections::BTreeSet;
use std::sync::Arc;

use wfc_syntax::ast::StepId;

use super::label::{EACH_ITEM, Origin, Path};
use super::memory::Memory;
use super::trail::Place;

/// A part of what a source brought in.
pub(super) type Key = (Place, Path);

/// What is known of an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    /// Its decision is to approve.
    Approves,
    /// A person made the decision.
    ByPerson,
}

/// A condition that does not change, and what people have said yes to wherever it holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Implied {
    condition: Arc<str>,
    holds: bool,
    shown: Arc<BTreeSet<Key>>,
}

#[cfg(test)]
impl Implied {
    /// Nothing was shown where a condition holds.
    pub(super) fn under(condition: &str) -> Self {
        Self {
            condition: condition.into(),
            holds: true,
            shown: Arc::default(),
        }
    }
}

/// The state at one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Guard {
    /// Whether the place is reached at all.
    pub(super) reached: bool,
    /// Whether every way to here passes a person's yes.
    pub(super) approved: bool,
    /// What every way to here has shown to somebody who said yes.
    shown: Arc<BTreeSet<Key>>,
    /// Of approvals that the clock may answer.
    facts: Arc<BTreeSet<(StepId, Fact)>>,
    implied: Memory,
}

impl Guard {
    /// At the beginning of a run; `nothing` is the empty memory that all of a file's walks share.
    pub(super) fn start(nothing: &Memory) -> Self {
        Self {
            reached: true,
            approved: false,
            shown: Arc::default(),
            facts: Arc::default(),
            implied: nothing.clone(),
        }
    }

    /// Behind what ends a path.
    pub(super) fn end(&mut self) {
        self.reached = false;
    }

    /// Where two ways meet.
    pub(super) fn or(self, other: &Self) -> Self {
        if !other.reached {
            return self;
        }
        if !self.reached {
            return other.clone();
        }
        Self {
            reached: true,
            approved: self.approved && other.approved,
            shown: both_show(&self.shown, &other.shown),
            facts: common(&self.facts, &other.facts),
            implied: self.implied.common(&other.implied),
        }
    }

    /// Behind branches that all ran to their ends from here on.
    pub(super) fn after_all(&self, ends: &[Self]) -> Self {
        let mut out = self.clone();
        for end in ends {
            out.reached &= end.reached;
            out.approved |= end.approved;
        }
        // Most branches leave both as they were.
        let changed = |end: &&Self| !Arc::ptr_eq(&end.shown, &self.shown);
        if ends.iter().any(|end| changed(&end)) {
            let kept = ends
                .iter()
                .fold(self.shown.clone(), |all, end| both_show(&all, &end.shown));
            let new = ends
                .iter()
                .flat_map(|end| end.shown.difference(&self.shown));
            out.shown = Arc::new(kept.iter().chain(new).cloned().collect());
        }
        for end in ends {
            if !Arc::ptr_eq(&end.facts, &self.facts) {
                Arc::make_mut(&mut out.facts).extend(end.facts.iter().copied());
            }
        }
        out
    }

    /// A person has said yes to what was shown.
    pub(super) fn approve(&mut self, shown: &BTreeSet<Key>) {
        self.approved = true;
        if !shown.is_empty() {
            Arc::make_mut(&mut self.shown).extend(shown.iter().cloned());
        }
    }

    /// An approval is asked for anew: what was known of it is past.
    pub(super) fn ask(&mut self, id: StepId) {
        let mut of_this = self
            .facts
            .range((id, Fact::Approves)..=(id, Fact::ByPerson));
        if of_this.next().is_some() {
            Arc::make_mut(&mut self.facts).retain(|(step, _)| *step != id);
        }
    }

    /// Notes a fact; says whether the approval is a person's yes now.
    pub(super) fn learn(&mut self, id: StepId, fact: Fact) -> bool {
        Arc::make_mut(&mut self.facts).insert((id, fact));
        let has = |fact| self.facts.contains(&(id, fact));
        has(Fact::Approves) && has(Fact::ByPerson)
    }

    /// A source brings in something new: what was shown of it is past.
    pub(super) fn renew(&mut self, place: &Place) {
        if self.shown.iter().any(|(from, _)| from == place) {
            Arc::make_mut(&mut self.shown).retain(|(from, _)| from != place);
        }
    }

    /// A loop starts: the item that it has shown before is another one now.
    pub(super) fn renew_item(&mut self, part: &str) {
        let is_part = |p: &str| p == part;
        if self
            .shown
            .iter()
            .any(|(_, path)| path.iter().any(|p| is_part(p)))
        {
            Arc::make_mut(&mut self.shown).retain(|(_, path)| !path.iter().any(|p| is_part(p)));
        }
    }

    /// Whether people have seen what an origin says, or all that it is a part of.
    pub(super) fn has_shown(&self, origin: &Origin) -> bool {
        covers(&self.shown, &origin.place, &origin.path)
    }

    /// Whether people have seen anything of what an origin's source brought in.
    pub(super) fn has_shown_any(&self, origin: &Origin) -> bool {
        self.shown.iter().any(|(from, _)| *from == origin.place)
    }

    /// Whether everything that was shown there counts here too.
    pub(super) fn shows_all_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shown, &other.shown) || other.shown.is_subset(&self.shown)
    }

    pub(super) fn shown(&self) -> &BTreeSet<Key> {
        &self.shown
    }

    /// What a way adds that is only taken when a condition holds: it counts wherever the condition holds again.
    pub(super) fn remember(&mut self, condition: &Arc<str>, holds: bool, way: &Self) {
        if way.reached && way.approved && !self.approved {
            // What is shown on all ways stays so without being remembered.
            let more = way.shown.difference(&self.shown).cloned().collect();
            self.implied.push(Implied {
                condition: condition.clone(),
                holds,
                shown: Arc::new(more),
            });
        }
    }

    pub(super) fn remembers(&self) -> bool {
        !self.implied.is_empty()
    }

    /// A condition is known to come out as `holds`.
    pub(super) fn recall(&mut self, condition: &str, holds: bool) {
        let implied = self.implied.clone();
        for known in implied.iter() {
            if known.holds == holds && *known.condition == *condition {
                self.approve(&known.shown);
            }
        }
    }
}

/// Whether a part of a source is shown, or all that it is a part of. What shows each item shows any of them.
fn covers(shown: &BTreeSet<Key>, place: &Place, path: &Path) -> bool {
    let same =
        |known: &str, part: &str| known == part || known == EACH_ITEM && part.starts_with('[');
    let mut of_source = shown.iter().filter(|(from, _)| from == place);
    of_source.any(|(_, known)| {
        known.len() <= path.len()
            && known
                .iter()
                .zip(path.iter())
                .all(|(known, part)| same(known, part))
    })
}

/// What is shown on both of two ways.
fn both_show(a: &Arc<BTreeSet<Key>>, b: &Arc<BTreeSet<Key>>) -> Arc<BTreeSet<Key>> {
    if Arc::ptr_eq(a, b) || a.is_empty() {
        return a.clone();
    }
    // What stands in both is kept; of the rest, what the other covers.
    let (only_a, only_b): (Vec<&Key>, Vec<&Key>) =
        (a.difference(b).collect(), b.difference(a).collect());
    let covered = |keys: &[&Key], by: &BTreeSet<Key>| -> Vec<Key> {
        let kept = keys.iter().filter(|(place, path)| covers(by, place, path));
        kept.map(|key| (*key).clone()).collect()
    };
    let (kept_a, kept_b) = (covered(&only_a, b), covered(&only_b, a));
    if kept_a.len() == only_a.len() && kept_b.is_empty() {
        return a.clone();
    }
    if kept_b.len() == only_b.len() && kept_a.is_empty() {
        return b.clone();
    }
    let both = a.intersection(b).cloned();
    Arc::new(both.chain(kept_a).chain(kept_b).collect())
}

fn common<T: Ord + Clone>(a: &Arc<BTreeSet<T>>, b: &Arc<BTreeSet<T>>) -> Arc<BTreeSet<T>> {
    if Arc::ptr_eq(a, b) || a.is_subset(b) {
        return a.clone();
    }
    if b.is_subset(a) {
        return b.clone();
    }
    Arc::new(a.intersection(b).cloned().collect())
}
