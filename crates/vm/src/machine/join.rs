//! Joins: a fork's value, once no child runs any more.

use wfc_program::{ForkSpec, Join};
use wfc_value::{Fault, Key, List, Str, Value};

use super::Machine;
use crate::error::ErrorRecord;
use crate::fiber::{Compensation, End, Fiber, FiberId, Fork, Resume, Wait};
use crate::frame::heap;

impl Machine {
    /// Ends the fork that the fiber waits for.
    pub(super) fn join(&mut self, f: &mut Fiber) {
        let Wait::Fork(mut fork) = std::mem::replace(&mut f.wait, Wait::Nothing) else {
            return;
        };
        self.merge(f, &mut fork);
        for end in &fork.ends {
            if let Some(End::Succeeded(value)) = end {
                self.live = self.live.saturating_sub(heap(value));
            }
        }
        let losers = self.inherit(f.id, &fork);
        let then = match f.cancel {
            // What the children gave is not wanted any more.
            Some(_) => Resume::Plain,
            None => self.joined(&mut fork),
        };
        f.deferred = false;
        if losers.is_empty() {
            f.resume = then;
            self.ready.push_back(f.id);
        } else {
            self.unwind(f, losers, then);
        }
    }

    /// Copies what the branches hand back, in their written order.
    fn merge(&mut self, f: &mut Fiber, fork: &mut Fork) {
        for (index, merges) in std::mem::take(&mut fork.merges) {
            for (slot, value) in merges {
                self.live = self.live.saturating_sub(heap(&value));
                let is_status = match self.program.forks.get(fork.spec.index()) {
                    Some(ForkSpec::Branches { branches, .. }) => branches
                        .get(index)
                        .is_some_and(|b| b.always.contains(&slot)),
                    _ => false,
                };
                // A race's loser hands back no more than its steps' statuses.
                if is_status || fork.winner.is_none_or(|winner| winner == index) {
                    f.frame.set(slot.index(), value);
                }
            }
        }
    }

    /// Makes the children's compensations the parent's, in the order of their marks; gives those
    /// of a race's losers, which are to be run.
    fn inherit(&mut self, parent: FiberId, fork: &Fork) -> Vec<Compensation> {
        let mut kept = Vec::new();
        let mut losers = Vec::new();
        for (index, child) in &fork.owners {
            let list = self.compensations.remove(child).unwrap_or_default();
            match fork.winner {
                Some(winner) if winner != *index => losers.extend(list),
                _ => kept.extend(list),
            }
        }
        if !kept.is_empty() {
            let own = self.compensations.entry(parent).or_default();
            own.extend(kept);
            own.sort_by_key(|compensation| compensation.mark);
        }
        losers.sort_by_key(|compensation| compensation.mark);
        losers
    }

    /// What the fiber goes on with.
    fn joined(&self, fork: &mut Fork) -> Resume {
        let spec = self.program.forks.get(fork.spec.index());
        let value = match self.join_of(fork.spec) {
            Join::All => match fork.failure.take() {
                Some(error) => return Resume::Raise(error),
                None => all(spec, std::mem::take(&mut fork.ends)),
            },
            Join::Any => match (fork.winner, fork.failure.take()) {
                (Some(winner), _) => any(spec, winner, fork),
                (None, Some(error)) => return Resume::Raise(error),
                (None, None) => Err(Fault::expression(
                    "none of the parallel bodies has ended with a value: `join: any` needs one",
                )),
            },
            Join::Settled => settled(spec, std::mem::take(&mut fork.ends)),
        };
        match value {
            Ok(value) => Resume::Push(value),
            Err(fault) => Resume::Raise(Box::new(ErrorRecord::from(fault))),
        }
    }
}

/// A record by branch, or a list by item.
fn gathered(
    spec: Option<&ForkSpec>,
    values: impl Iterator<Item = Option<Value>>,
) -> Result<Value, Fault> {
    match spec {
        Some(ForkSpec::Branches { branches, .. }) => {
            let fields = branches.iter().zip(values);
            let entries = fields
                .map(|(branch, value)| (Key::from(branch.name.clone()), value.unwrap_or_default()));
            Value::map(entries.collect())
        }
        _ => List::new(values.flatten().collect()).map(Value::List),
    }
}

fn all(spec: Option<&ForkSpec>, ends: Vec<Option<End>>) -> Result<Value, Fault> {
    if let Some(ForkSpec::Each { collect: false, .. }) = spec {
        return Ok(Value::Null);
    }
    let values = ends.into_iter().map(|end| match end {
        Some(End::Succeeded(value)) => Some(value),
        _ => None,
    });
    gathered(spec, values)
}

fn any(spec: Option<&ForkSpec>, winner: usize, fork: &mut Fork) -> Result<Value, Fault> {
    let output = match fork.ends.get_mut(winner).and_then(Option::take) {
        Some(End::Succeeded(value)) => value,
        _ => Value::Null,
    };
    let which = match spec {
        Some(ForkSpec::Branches { branches, .. }) => {
            let name = branches
                .get(winner)
                .map_or_else(Str::default, |b| b.name.clone());
            ("branch", Value::String(name))
        }
        // An item's branch is its place.
        _ => (
            "branch",
            Value::Int(i64::try_from(winner).unwrap_or(i64::MAX)),
        ),
    };
    Value::record([which, ("output", output)])
}

fn settled(spec: Option<&ForkSpec>, ends: Vec<Option<End>>) -> Result<Value, Fault> {
    let mut out = Vec::with_capacity(ends.len());
    let status = |word: &str| ("status", Value::from(word));
    for end in ends {
        out.push(match end {
            Some(End::Succeeded(value)) => {
                Some(Value::record([status("succeeded"), ("output", value)])?)
            }
            Some(End::Failed(error)) => Some(Value::record([
                status("failed"),
                ("error", error.to_value()),
            ])?),
            // A branch that ended without a value succeeded; an item is left out.
            Some(End::Skipped) => match spec {
                Some(ForkSpec::Branches { .. }) => Some(Value::record([status("succeeded")])?),
                _ => None,
            },
            Some(End::Cancelled) | None => Some(Value::record([status("cancelled")])?),
        });
    }
    gathered(spec, out.into_iter())
}
