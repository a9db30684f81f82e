//! Compensation: what undoes steps that were done, newest first.

use wfc_program::isa::{Label, Slot, StepId};
use wfc_value::Value;

use super::place::rounds;
use super::steps::innermost;
use super::{Due, Flow, Machine};
use crate::error::ErrorRecord;
use crate::fiber::{Compensation, Context, End, Fiber, FiberId, Resume, Role, Unwind, Wait};
use crate::frame::Frame;
use crate::scope::{Exit, ScopeKind};
use crate::trace::TraceWhat;

impl Machine {
    pub(super) fn register_compensation(&mut self, f: &mut Fiber, entry: Label) -> Flow {
        match innermost(&mut f.frame.scopes) {
            Some(step) => {
                step.compensation = Some(entry);
                Flow::Go
            }
            None => self.unsound(f),
        }
    }

    /// The step is done: what undoes it becomes active, with the slots as they are now.
    pub(super) fn activate(&mut self, f: &mut Fiber, step: StepId, entry: Label) {
        let captures = match self.program.verify() {
            Ok(facts) => facts.captures.get(&entry.0),
            Err(_) => None,
        };
        let slots: Vec<(Slot, Value)> = captures
            .into_iter()
            .flatten()
            .filter_map(|slot| {
                let value = f.frame.slots.get(slot.index())?.clone()?;
                Some((*slot, value))
            })
            .collect();
        for (slot, _) in &slots {
            f.frame.disown(slot.index());
        }
        let weight = Compensation::weight(&slots);
        let compensation = Compensation {
            mark: self.next_mark,
            entry,
            step,
            path: self.path_of(f, step),
            slots,
            rounds: rounds(f),
            weight,
        };
        self.next_mark += 1;
        self.live = self.live.saturating_add(weight);
        self.compensations
            .entry(f.id)
            .or_default()
            .push(compensation);
    }

    /// Takes a fiber's compensations since the mark in a slot.
    fn since(&mut self, f: &Fiber, slot: Slot) -> Vec<Compensation> {
        let mark = match f.frame.slots.get(slot.index()) {
            Some(Some(Value::Int(mark))) => *mark,
            _ => 0,
        };
        match self.compensations.get_mut(&f.id) {
            Some(list) => {
                let at = list.partition_point(|c| c.mark < mark);
                list.split_off(at)
            }
            None => Vec::new(),
        }
    }

    pub(super) fn drop_compensations(&mut self, f: &Fiber, slot: Slot) -> Flow {
        for dropped in self.since(f, slot) {
            self.live = self.live.saturating_sub(dropped.weight);
        }
        Flow::Go
    }

    pub(super) fn unwind_compensations(&mut self, f: &mut Fiber, slot: Slot) -> Flow {
        let queue = self.since(f, slot);
        if queue.is_empty() {
            return Flow::Go;
        }
        self.unwind(f, queue, Resume::Plain);
        Flow::Park
    }

    /// Runs compensations one by one, the last first; then the fiber goes on with `then`.
    pub(super) fn unwind(&mut self, f: &mut Fiber, queue: Vec<Compensation>, then: Resume) {
        let unwind = Box::new(Unwind {
            queue,
            running: None,
            grace: None,
            then,
        });
        f.wait = Wait::Unwind(unwind);
        self.trim(f);
        self.next_compensation(f);
    }

    /// Starts the next compensation of a fiber that waits for them, or lets it go on.
    fn next_compensation(&mut self, f: &mut Fiber) {
        let Wait::Unwind(unwind) = &mut f.wait else {
            return;
        };
        let Some(next) = unwind.queue.pop() else {
            f.resume = std::mem::replace(&mut unwind.then, Resume::Plain);
            f.wait = Wait::Nothing;
            self.ready.push_back(f.id);
            return;
        };
        let id = self.fiber_id();
        unwind.running = Some((id, next.step, next.path.clone()));
        unwind.grace = None;
        self.live = self.live.saturating_sub(next.weight);
        let mut frame = Frame::new(next.entry.index(), self.program.slots as usize);
        for (slot, value) in next.slots {
            frame.set(slot.index(), value);
        }
        let context = Context {
            step: Some((next.step, next.path.clone())),
            rounds: next.rounds,
            attempt: 1,
        };
        self.put(Fiber::new(
            id,
            Role::Compensation { parent: f.id },
            frame,
            context,
        ));
        self.ready.push_back(id);
        self.note(next.step, TraceWhat::Compensating, |_| next.path);
        if is_cancelled(f) {
            self.hurry_compensation(f);
        }
    }

    /// The fiber is being cancelled while it runs compensations: each gets so long.
    pub(super) fn hurry_compensation(&mut self, f: &mut Fiber) {
        let Some(at) = self.later(self.meta.limits.compensation_grace) else {
            return;
        };
        if let Wait::Unwind(unwind) = &mut f.wait
            && let Some((running, ..)) = &unwind.running
            && unwind.grace.is_none()
        {
            let running = *running;
            self.next_timer += 1;
            let key = (at, self.next_timer);
            self.timers.insert(key, Due::Compensation(running));
            unwind.grace = Some(key);
        }
    }

    /// A compensation has ended; what fails does not keep the others from running.
    pub(super) fn compensation_ended(&mut self, id: FiberId, parent: FiberId, end: End) {
        self.release(id);
        let Some(mut f) = self.take(parent) else {
            return;
        };
        if let Wait::Unwind(unwind) = &mut f.wait {
            if let Some(timer) = unwind.grace.take() {
                self.timers.remove(&timer);
            }
            if let Some((_, step, path)) = unwind.running.take() {
                let what = match end {
                    End::Succeeded(_) | End::Skipped => TraceWhat::Compensated,
                    End::Failed(error) => TraceWhat::CompensationFailed(error),
                    End::Cancelled => {
                        let message = "the compensation was cancelled: it took too long";
                        let error = ErrorRecord::new(wfc_value::FaultCode::Timeout, message);
                        TraceWhat::CompensationFailed(Box::new(error))
                    }
                };
                self.note(step, what, |_| path);
            }
        }
        self.next_compensation(&mut f);
        self.put(f);
    }

    /// Forgets the compensations that a fiber made.
    fn release(&mut self, fiber: FiberId) {
        for dropped in self.compensations.remove(&fiber).unwrap_or_default() {
            self.live = self.live.saturating_sub(dropped.weight);
        }
    }
}

/// Whether the fiber is being cancelled, or is in finally code because it was.
fn is_cancelled(f: &Fiber) -> bool {
    f.cancel.is_some()
        || f.frame.scopes.iter().any(|scope| match &scope.kind {
            ScopeKind::FinallyBody(body) => matches!(body.pending, Exit::Cancel(_)),
            _ => false,
        })
}
