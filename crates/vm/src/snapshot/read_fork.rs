//! Forks and unwinding from bytes.

use std::collections::BTreeMap;

use wfc_program::isa::{ForkId, Instr, Label, Slot};
use wfc_program::{Branch, ForkSpec};
use wfc_value::limits::MAX_CONTAINER_LEN;
use wfc_value::{List, Value};

use super::read::{Born, Read, Reading};
use super::write::{end, fork as flag};
use crate::fiber::{End, Fiber, FiberId, Fork, Resume, Unwind, Wait};
use crate::machine::Due;

/// The most ends of children that are kept at once, over all forks.
const MAX_ENDS: usize = 4_000_000;

/// What a fork's children are.
enum Children<'a> {
    Branches(&'a [Branch]),
    Each(Label),
}

impl Reading<'_> {
    pub(super) fn unwind(&mut self, f: &mut Fiber) -> Read<()> {
        let running = self.child(f)?;
        let step = self.step()?;
        let rounds = self.rounds()?;
        let path = self.machine.path_in(step, rounds.iter().copied());
        let parent = f.id;
        let born = Born::Compensation {
            parent,
            step,
            rounds,
        };
        self.expect(running, born)?;
        let grace = match self.input.bool()? {
            true => Some(self.timer(Due::Compensation(running))?.0),
            false => None,
        };
        let queue = self.compensations()?;
        let then = self.resume()?;
        // A fork gives a value, compensation gives none.
        let instr = self.program.code.get(f.frame.pc.saturating_sub(1));
        let gives = !matches!(instr, Some(Instr::CompUnwind(_)));
        let fits = match then {
            Resume::Plain => !gives || f.cancel.is_some(),
            Resume::Push(_) | Resume::Raise(_) => gives,
        };
        self.check(fits, "a fiber goes on with what it cannot")?;
        f.wait = Wait::Unwind(Box::new(Unwind {
            queue,
            running: Some((running, step, path)),
            grace,
            then,
        }));
        Ok(())
    }

    pub(super) fn fork(&mut self, f: &mut Fiber, spec: ForkId) -> Read<()> {
        let program = self.program;
        let children = match program.forks.get(spec.index()) {
            Some(ForkSpec::Branches { branches, .. }) => Children::Branches(branches),
            Some(ForkSpec::Each { entry, .. }) => Children::Each(*entry),
            None => return Err(self.error("there is no such fork")),
        };
        let flags = self.flags(flag::ALL)?;
        let stopping = flags & flag::STOPPING != 0;
        let next = self.index()?;
        let (items, total) = self.items(&children, stopping, next)?;
        self.check(next <= total, "a fork has started more than there are")?;
        self.ends = self.ends.saturating_add(total);
        self.check(self.ends <= MAX_ENDS, "forks have too many children")?;
        let running = self.running(f, &children, next)?;
        let ends = self.child_ends(&running, next, total)?;
        let mut fork = Fork {
            spec,
            items,
            total,
            next,
            running,
            ends,
            merges: BTreeMap::new(),
            owners: Vec::new(),
            failure: None,
            winner: None,
            stopping,
        };
        if flags & flag::FAILURE != 0 {
            let at = self.index()?;
            match fork.ends.get(at) {
                Some(Some(End::Failed(error))) => fork.failure = Some(error.clone()),
                _ => return Err(self.error("the child that failed did not")),
            }
        }
        if flags & flag::WINNER != 0 {
            let at = self.index()?;
            let won = matches!(fork.ends.get(at), Some(Some(End::Succeeded(_))));
            self.check(won, "the child that won did not end")?;
            fork.winner = Some(at);
        }
        if flags & flag::MERGES != 0 {
            self.merges(&mut fork, &children)?;
        }
        if flags & flag::OWNERS != 0 {
            for _ in 0..self.input.len()? {
                let at = self.index()?;
                let ended = matches!(fork.ends.get(at), Some(Some(_)));
                self.check(ended, "a child that runs has handed on compensations")?;
                let id = self.child(f)?;
                let list = self.compensations()?;
                self.keep_compensations(id, list)?;
                fork.owners.push((at, id));
            }
        }
        f.wait = Wait::Fork(Box::new(fork));
        Ok(())
    }

    /// The items that are left to be started, and how many children there are to be.
    fn items(
        &mut self,
        children: &Children<'_>,
        stopping: bool,
        next: usize,
    ) -> Read<(List, usize)> {
        if let Children::Branches(branches) = children {
            return Ok((List::default(), branches.len()));
        }
        self.check(next <= MAX_CONTAINER_LEN, "a fork has too many children")?;
        if stopping || !self.input.bool()? {
            return Ok((List::default(), next));
        }
        match self.value()? {
            Value::List(items) if items.len() > next => {
                let total = items.len();
                Ok((items, total))
            }
            _ => Err(self.error("there are no items left to be started")),
        }
    }

    fn running(
        &mut self,
        f: &Fiber,
        children: &Children<'_>,
        next: usize,
    ) -> Read<BTreeMap<usize, FiberId>> {
        let len = self.input.len()?;
        self.check(len > 0, "a fork waits for nobody")?;
        let mut out = BTreeMap::new();
        let mut last: Option<usize> = None;
        for _ in 0..len {
            let ahead = self.index()?;
            let index = last.unwrap_or_default().checked_add(ahead);
            let follows = last.is_none() || ahead > 0;
            let Some(index) = index.filter(|index| follows && *index < next) else {
                return Err(self.error("a fork's children are out of order"));
            };
            last = Some(index);
            let id = self.child(f)?;
            let (entry, each) = match children {
                Children::Branches(branches) => match branches.get(index) {
                    Some(branch) => (branch.entry, false),
                    None => return Err(self.error("there is no such branch")),
                },
                Children::Each(entry) => (*entry, true),
            };
            let parent = f.id;
            let born = Born::Child {
                parent,
                index,
                entry,
                each,
            };
            self.expect(id, born)?;
            out.insert(index, id);
        }
        Ok(out)
    }

    /// How those that do not run any more ended.
    fn child_ends(
        &mut self,
        running: &BTreeMap<usize, FiberId>,
        next: usize,
        total: usize,
    ) -> Read<Vec<Option<End>>> {
        let mut out = vec![None; total];
        let mut row = (end::NULL, 0_usize);
        for at in (0..next).filter(|at| !running.contains_key(at)) {
            if row.1 == 0 {
                let byte = self.input.u8()?;
                row = (byte & 3, usize::from(byte >> 2) + 1);
                if row.0 == end::OTHER {
                    row = (byte, 1);
                }
            }
            row.1 -= 1;
            let found = match row.0 {
                end::NULL => End::Succeeded(Value::Null),
                end::SKIPPED => End::Skipped,
                end::CANCELLED => End::Cancelled,
                end::VALUE => End::Succeeded(self.value()?),
                end::FAILED => End::Failed(Box::new(self.record()?)),
                _ => return Err(self.error("a child cannot end like that")),
            };
            if let Some(place) = out.get_mut(at) {
                *place = Some(found);
            }
        }
        self.check(row.1 == 0, "more children have ended than there were")?;
        Ok(out)
    }

    /// What branches hand back: slots that their fork names.
    fn merges(&mut self, fork: &mut Fork, children: &Children<'_>) -> Read<()> {
        for _ in 0..self.input.len()? {
            let at = self.index()?;
            let ended = matches!(fork.ends.get(at), Some(Some(_)));
            let branch = match children {
                Children::Branches(branches) => branches.get(at),
                Children::Each(_) => None,
            };
            let Some(branch) = branch.filter(|_| ended && !fork.merges.contains_key(&at)) else {
                return Err(self.error("a branch hands back what it cannot"));
            };
            let mut merges = Vec::new();
            for _ in 0..self.input.len()? {
                let slot = Slot(self.input.u32()?);
                let known = branch.merge.contains(&slot) || branch.always.contains(&slot);
                self.check(known, "a branch hands back a slot that it does not")?;
                merges.push((slot, self.value()?));
            }
            fork.merges.insert(at, merges);
        }
        Ok(())
    }
}
