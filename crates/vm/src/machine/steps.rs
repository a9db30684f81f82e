//! Steps: status, error, trace.

use wfc_program::isa::StepId;
use wfc_value::{Fault, Str, Value};

use super::{Flow, Machine};
use crate::error::ErrorRecord;
use crate::fiber::Fiber;
use crate::scope::{Exit, Scope, ScopeKind, StepScope};
use crate::trace::{TraceEvent, TraceWhat};

impl Machine {
    pub(super) fn step_enter(&mut self, f: &mut Fiber, step: StepId) -> Flow {
        let Some(left) = self.steps_left.checked_sub(1) else {
            return self.fault(
                f,
                Fault::total("the run has entered more steps than it may"),
            );
        };
        self.steps_left = left;
        self.set_status(f, step, "running");
        if let Some(slot) = self
            .program
            .steps
            .get(step.index())
            .and_then(|info| info.error_slot)
        {
            f.frame.clear(slot.index());
        }
        self.note(step, TraceWhat::Started, |machine| machine.path_of(f, step));
        f.frame.enter(ScopeKind::Step(Box::new(StepScope {
            step,
            compensation: None,
            acted: false,
            unknown: false,
        })));
        Flow::Go
    }

    pub(super) fn step_leave(&mut self, f: &mut Fiber) -> Flow {
        let Some(scope) = f.frame.scopes.pop() else {
            return self.unsound(f);
        };
        if let ScopeKind::Step(step) = scope.kind {
            self.step_succeeded(f, &step);
        }
        match f.cancel {
            // It only went on to finish the step.
            Some(target) => self.exit(f, Exit::Cancel(target)),
            None => Flow::Go,
        }
    }

    pub(super) fn step_skip(&mut self, f: &mut Fiber, step: StepId) -> Flow {
        self.set_status(f, step, "skipped");
        self.note(step, TraceWhat::Skipped, |machine| machine.path_of(f, step));
        Flow::Go
    }

    /// The step ended well. Its scope is taken off.
    fn step_succeeded(&mut self, f: &mut Fiber, scope: &StepScope) {
        self.set_status(f, scope.step, "succeeded");
        self.note(scope.step, TraceWhat::Succeeded, |machine| {
            machine.path_of(f, scope.step)
        });
        if let Some(entry) = scope.compensation {
            self.activate(f, scope.step, entry);
        }
    }

    /// The step is left by `exit`. Its scope is taken off.
    pub(super) fn step_left(&mut self, f: &mut Fiber, scope: &StepScope, exit: &Exit) {
        let (status, what) = match exit {
            Exit::Leave(..) | Exit::Return(_) | Exit::Done(_) => {
                return self.step_succeeded(f, scope);
            }
            Exit::Fault(error, _) => {
                self.set_error(f, scope.step, error);
                ("failed", TraceWhat::Failed(error.clone()))
            }
            Exit::Cancel(_) => ("cancelled", TraceWhat::Cancelled),
        };
        let (status, what) = if scope.unknown {
            ("unknown", TraceWhat::Unknown)
        } else {
            (status, what)
        };
        self.set_status(f, scope.step, status);
        self.note(scope.step, what, |machine| machine.path_of(f, scope.step));
        if let Some(entry) = scope.compensation
            && scope.acted
        {
            self.activate(f, scope.step, entry);
        }
    }

    fn set_status(&self, f: &mut Fiber, step: StepId, status: &str) {
        if let Some(slot) = self
            .program
            .steps
            .get(step.index())
            .and_then(|info| info.status_slot)
        {
            f.frame.set(slot.index(), Value::from(status));
        }
    }

    fn set_error(&self, f: &mut Fiber, step: StepId, error: &ErrorRecord) {
        if let Some(slot) = self
            .program
            .steps
            .get(step.index())
            .and_then(|info| info.error_slot)
        {
            f.frame.set(slot.index(), error.to_value());
        }
    }

    /// Adds to the trace, where one is kept.
    pub(super) fn note(&mut self, step: StepId, what: TraceWhat, path: impl FnOnce(&Self) -> Str) {
        let most = self.meta.limits.trace;
        if most == 0 {
            return;
        }
        if self.trace.len() >= most {
            self.trace.pop_front();
        }
        let path = path(self);
        self.trace.push_back(TraceEvent {
            at: self.ctx.now,
            step,
            path,
            what,
        });
    }

    /// Adds something about the innermost step.
    pub(super) fn note_current(&mut self, f: &Fiber, what: impl FnOnce() -> TraceWhat) {
        if self.meta.limits.trace > 0
            && let Some((step, path)) = self.current_step(f)
        {
            self.note(step, what(), |_| path);
        }
    }
}

/// The innermost step's scope, of the fiber's own.
pub(super) fn innermost(scopes: &mut [Scope]) -> Option<&mut StepScope> {
    scopes
        .iter_mut()
        .rev()
        .find_map(|scope| match &mut scope.kind {
            ScopeKind::Step(step) => Some(&mut **step),
            _ => None,
        })
}
