//! Forks: starting children, and their ends.

use std::collections::BTreeMap;

use wfc_program::isa::{ForkId, Label, LoopKind, Slot};
use wfc_program::{ForkSpec, Join};
use wfc_value::{Fault, List, Value};

use super::{Flow, Machine};
use crate::fiber::{End, Fiber, FiberId, Fork, Role, Wait};
use crate::frame::{Frame, heap};
use crate::meta::{MAX_CHILDREN_AT_ONCE, MAX_FIBERS};
use crate::scope::Target;

/// A child that is to be started.
struct Start {
    entry: Label,
    index: usize,
    /// Slots that it gets besides its parent's.
    slots: Vec<(Slot, Value)>,
    /// Whether its place is an iteration.
    each: bool,
}

impl Machine {
    pub(super) fn fork(&mut self, f: &mut Fiber, spec: ForkId) -> Flow {
        match self.program.forks.get(spec.index()) {
            Some(ForkSpec::Branches { branches, .. }) => {
                let total = branches.len();
                self.begin_fork(f, spec, List::default(), total)
            }
            _ => self.unsound(f),
        }
    }

    pub(super) fn fork_each(&mut self, f: &mut Fiber, spec: ForkId) -> Flow {
        match f.frame.stack.pop() {
            Some(Value::List(items)) => {
                let total = items.len();
                self.begin_fork(f, spec, items, total)
            }
            other => self.wrong(f, "a concurrent loop", "list", other),
        }
    }

    fn begin_fork(&mut self, f: &mut Fiber, spec: ForkId, items: List, total: usize) -> Flow {
        f.wait = Wait::Fork(Box::new(Fork {
            spec,
            items,
            total,
            next: 0,
            running: BTreeMap::new(),
            ends: vec![None; total],
            merges: BTreeMap::new(),
            owners: Vec::new(),
            failure: None,
            winner: None,
            stopping: false,
        }));
        // The children get copies.
        f.frame.owned.clear();
        if !self.start_children(f) {
            let fault = Fault::total("the run holds more data at once than its limit allows");
            return self.fault(f, fault);
        }
        self.join_if_done(f);
        Flow::Park
    }

    /// Starts as many children as may run now; false when not even one can.
    fn start_children(&mut self, f: &mut Fiber) -> bool {
        let weight = Frame::new(0, 0)
            .weight()
            .saturating_add(i64::from(self.program.slots).saturating_mul(24));
        let limit = i64::try_from(self.meta.limits.live_bytes).unwrap_or(i64::MAX);
        loop {
            let room = self
                .live
                .saturating_add(f.frame.weight())
                .saturating_add(weight)
                <= limit;
            let crowded = self.fibers.len() >= MAX_FIBERS || !room;
            let Some(start) = self.next_child(f, crowded) else {
                return true;
            };
            if !room {
                return false;
            }
            self.start_child(f, start);
        }
    }

    /// The child to start next, if one may be. One always may while none runs.
    fn next_child(&self, f: &mut Fiber, crowded: bool) -> Option<Start> {
        let Wait::Fork(fork) = &mut f.wait else {
            return None;
        };
        let spec = self.program.forks.get(fork.spec.index())?;
        let limit = match spec {
            ForkSpec::Branches { limit, .. } | ForkSpec::Each { limit, .. } => match *limit {
                0 => MAX_CHILDREN_AT_ONCE,
                limit => (limit as usize).min(MAX_CHILDREN_AT_ONCE),
            },
        };
        let most = if crowded { 1 } else { limit };
        if fork.stopping || fork.next >= fork.total || fork.running.len() >= most {
            return None;
        }
        let index = fork.next;
        fork.next += 1;
        Some(match spec {
            ForkSpec::Branches { branches, .. } => {
                let entry = branches.get(index)?.entry;
                Start {
                    entry,
                    index,
                    slots: Vec::new(),
                    each: false,
                }
            }
            ForkSpec::Each {
                entry,
                item,
                index: place,
                ..
            } => {
                let mut slots = vec![(*item, fork.items.get(index)?.clone())];
                if let Some(place) = place {
                    let index = i64::try_from(index).unwrap_or(i64::MAX);
                    slots.push((*place, Value::Int(index)));
                }
                Start {
                    entry: *entry,
                    index,
                    slots,
                    each: true,
                }
            }
        })
    }

    fn start_child(&mut self, f: &mut Fiber, start: Start) {
        let id = self.fiber_id();
        let mut frame = Frame {
            pc: start.entry.index(),
            slots: f.frame.slots.clone(),
            inherited: vec![true; f.frame.slots.len()],
            ..Frame::default()
        };
        for (slot, value) in start.slots {
            frame.set(slot.index(), value);
        }
        let mut context = self.context_here(f);
        if start.each {
            let index = u32::try_from(start.index).unwrap_or(u32::MAX);
            context.rounds.push((LoopKind::Iteration, index));
        }
        let role = Role::Child {
            parent: f.id,
            index: start.index,
        };
        if let Wait::Fork(fork) = &mut f.wait {
            fork.running.insert(start.index, id);
        }
        self.put(Fiber::new(id, role, frame, context));
        self.ready.push_back(id);
    }

    /// A child has ended: its parent's fork takes note, and goes on or ends.
    pub(super) fn child_ended(&mut self, child: &Fiber, parent: FiberId, index: usize, end: End) {
        let Some(mut f) = self.take(parent) else {
            return;
        };
        let has_compensations = self.compensations.contains_key(&child.id);
        let merges = self.handed_back(&f, child, index, &end);
        let Wait::Fork(fork) = &mut f.wait else {
            self.put(f);
            return;
        };
        fork.running.remove(&index);
        if has_compensations {
            fork.owners.push((index, child.id));
        }
        if !merges.is_empty() {
            let held = merges
                .iter()
                .fold(0_i64, |sum, (_, v)| sum.saturating_add(heap(v)));
            self.live = self.live.saturating_add(held);
            fork.merges.insert(index, merges);
        }
        let stop = !fork.stopping && note_end(fork, self.join_of(fork.spec), index, &end);
        if let End::Succeeded(value) = &end {
            self.live = self.live.saturating_add(heap(value));
        }
        if let Some(place) = fork.ends.get_mut(index) {
            *place = Some(end);
        }
        if stop {
            fork.stopping = true;
            let running: Vec<FiberId> = fork.running.values().copied().collect();
            for child in running {
                self.cancel(child, Target::Fiber);
            }
        } else if !self.start_children(&mut f) {
            let fault = Fault::total("the run holds more data at once than its limit allows");
            self.fault(&mut f, fault);
            return;
        }
        self.join_if_done(&mut f);
        self.put(f);
    }

    pub(super) fn join_of(&self, spec: ForkId) -> Join {
        match self.program.forks.get(spec.index()) {
            Some(ForkSpec::Branches { join, .. } | ForkSpec::Each { join, .. }) => *join,
            None => Join::All,
        }
    }

    /// The slots that a branch hands back.
    fn handed_back(
        &self,
        parent: &Fiber,
        child: &Fiber,
        index: usize,
        end: &End,
    ) -> Vec<(Slot, Value)> {
        let Wait::Fork(fork) = &parent.wait else {
            return Vec::new();
        };
        let Some(ForkSpec::Branches { branches, .. }) = self.program.forks.get(fork.spec.index())
        else {
            return Vec::new();
        };
        let Some(branch) = branches.get(index) else {
            return Vec::new();
        };
        let succeeded = matches!(end, End::Succeeded(_) | End::Skipped);
        let merge = if succeeded {
            branch.merge.as_slice()
        } else {
            &[]
        };
        merge
            .iter()
            .chain(&branch.always)
            .filter_map(|slot| {
                let value = child.frame.slots.get(slot.index())?.clone()?;
                Some((*slot, value))
            })
            .collect()
    }

    fn join_if_done(&mut self, f: &mut Fiber) {
        if let Wait::Fork(fork) = &f.wait
            && fork.running.is_empty()
            && (fork.stopping || fork.next >= fork.total)
        {
            self.join(f);
        }
    }
}

/// Notes an end; whether it decides the fork, so that the rest is not needed.
fn note_end(fork: &mut Fork, join: Join, index: usize, end: &End) -> bool {
    match (join, end) {
        (Join::All | Join::Any, End::Failed(error)) => {
            if fork.failure.is_none() {
                fork.failure = Some(error.clone());
            }
            join == Join::All
        }
        (Join::Any, End::Succeeded(_)) => {
            fork.winner = Some(index);
            true
        }
        _ => false,
    }
}
