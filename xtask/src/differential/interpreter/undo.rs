//! Compensation: what was done is undone, newest first, one step at a time.

use wfc_compiler::ir::{NodeId, SlotId};
use wfc_syntax::ast::StepId;
use wfc_value::{FaultCode, Str, Value};
use wfc_vm::{ErrorRecord, TraceWhat};

use super::Run;
use super::place::rounds;
use super::state::{
    Around, Due, End, Exit, Extent, Fiber, FiberId, News, Role, Undo, Undoing, Wait,
};

impl Run<'_> {
    /// The step is done, or may be: from here on there is something to undo, with the variables as they are.
    pub(super) fn activate(&self, f: FiberId, step: StepId, path: Str, body: NodeId) {
        let mut state = self.state();
        let fiber = &state.fibers[f];
        let undo = Undo {
            mark: state.marks,
            body,
            step,
            path,
            vars: fiber.vars.clone(),
            rounds: rounds(fiber, fiber.extents.len()),
        };
        state.marks += 1;
        state.undo.entry(f).or_default().push(undo);
    }

    /// Undoes what this fiber has done since the mark; all of it without one.
    pub(super) async fn undo_since(&self, f: FiberId, slot: SlotId) -> Result<(), Exit> {
        self.checkpoint(f)?;
        let mark = match self.state().fibers[f].vars[slot.0 as usize] {
            Some(Value::Int(mark)) => mark,
            _ => 0,
        };
        let mine = self.state().undo.remove(&f).unwrap_or_default();
        let (kept, left): (Vec<Undo>, Vec<Undo>) = mine.into_iter().partition(|u| u.mark < mark);
        self.state().undo.insert(f, kept);
        if left.is_empty() {
            return Ok(());
        }
        self.undo_all(f, left, News::Go);
        self.wait(f).await.map(|_| ())
    }

    /// Undoes these, the last one first; then the fiber goes on with `then`.
    pub(super) fn undo_all(&self, f: FiberId, left: Vec<Undo>, then: News) {
        self.state().fibers[f].wait = Wait::Undoing(Box::new(Undoing {
            left,
            running: None,
            grace: None,
            then,
        }));
        self.undo_next(f);
    }

    fn undo_next(&self, f: FiberId) {
        let mut state = self.state();
        let Wait::Undoing(undoing) = &mut state.fibers[f].wait else {
            return;
        };
        let Some(next) = undoing.left.pop() else {
            let then = std::mem::replace(&mut undoing.then, News::Go);
            state.fibers[f].wait = Wait::Nothing;
            state.fibers[f].news = then;
            state.ready.push_back(f);
            return;
        };
        let id = state.fibers.len();
        if let Wait::Undoing(undoing) = &mut state.fibers[f].wait {
            undoing.running = Some((id, next.step, next.path.clone()));
            undoing.grace = None;
        }
        state.fibers.push(Fiber {
            role: Role::Undo { parent: f },
            vars: next.vars,
            extents: Vec::new(),
            around: Around {
                step: Some((next.step, next.path.clone())),
                rounds: next.rounds,
                attempt: 1,
            },
            wait: Wait::Nothing,
            news: News::Go,
            cancel: None,
            finishing: false,
        });
        state.ready.push_back(id);
        state.born.push((id, next.body));
        let fiber = &state.fibers[f];
        let hurried = fiber.cancel.is_some()
            || fiber.extents.iter().any(|e| {
                matches!(
                    e,
                    Extent::Cleanup {
                        cancel: Some(_),
                        ..
                    }
                )
            });
        drop(state);
        self.note(next.step, next.path, TraceWhat::Compensating);
        if hurried {
            self.hurry(f);
        }
    }

    /// The fiber is being cancelled while it undoes something: each step gets so long.
    pub(super) fn hurry(&self, f: FiberId) {
        let mut state = self.state();
        let at = state.now.checked_add(self.meta.limits.compensation_grace);
        let timer = state.timers_set + 1;
        let Wait::Undoing(undoing) = &mut state.fibers[f].wait else {
            return;
        };
        if let (Some((running, ..)), None, Some(at)) = (&undoing.running, undoing.grace, at) {
            let running = *running;
            undoing.grace = Some(timer);
            state.arm(at, Due::Undo(running));
        }
    }

    /// A step was undone, or not: the others are undone all the same.
    pub(super) fn undone(&self, undo: FiberId, f: FiberId, end: End) {
        let mut state = self.state();
        state.undo.remove(&undo);
        let Wait::Undoing(undoing) = &mut state.fibers[f].wait else {
            return;
        };
        let (grace, running) = (undoing.grace.take(), undoing.running.take());
        state.disarm(grace);
        drop(state);
        if let Some((_, step, path)) = running {
            let what = match end {
                End::Value(_) | End::NoValue => TraceWhat::Compensated,
                End::Failed(error) => TraceWhat::CompensationFailed(error),
                End::Cancelled => {
                    let message = "the compensation was cancelled: it took too long";
                    let error = ErrorRecord::new(FaultCode::Timeout, message);
                    TraceWhat::CompensationFailed(Box::new(error))
                }
            };
            self.note(step, path, what);
        }
        self.undo_next(f);
    }
}
