//! Ways out: taking off scopes from the inside out until one stops it.

use wfc_value::{Fault, FaultClass, FaultCode, Str};

use super::{Flow, Machine};
use crate::error::ErrorRecord;
use crate::fiber::{Caught, End, Fiber, Role};
use crate::frame::Verdict;
use crate::outcome::Outcome;
use crate::scope::{DeadlineScope, Exit, FinallyBody, Scope, ScopeKind, Target};

/// How many caught errors a fiber remembers.
pub(crate) const CAUGHT: usize = 4;

/// What taking off one scope led to.
enum Step {
    /// The way out goes on.
    On(Exit),
    /// The scope stopped it: the fiber runs on.
    Stopped,
}

impl Machine {
    /// Leaves scopes by `exit`.
    pub(super) fn exit(&mut self, f: &mut Fiber, exit: Exit) -> Flow {
        let mut exit = exit;
        loop {
            match exit {
                Exit::Done(to) => {
                    f.frame.pc = to.index();
                    return Flow::Go;
                }
                Exit::Leave(floor, to) if f.frame.scopes.len() <= floor => {
                    f.frame.pc = to.index();
                    return Flow::Go;
                }
                Exit::Cancel(target) => {
                    f.cancel = Some(target);
                    f.deferred = false;
                }
                _ => {}
            }
            let Some(scope) = f.frame.scopes.pop() else {
                return self.leave_fiber(f, exit);
            };
            self.forget(&scope);
            f.frame.cut(&scope);
            match self.take_off(f, scope, exit) {
                Step::On(next) => exit = next,
                Step::Stopped => return Flow::Go,
            }
        }
    }

    fn take_off(&mut self, f: &mut Fiber, scope: Scope, exit: Exit) -> Step {
        let reached = Exit::is_cancel_of(&exit, f.frame.scopes.len());
        match (scope.kind, exit) {
            (ScopeKind::Guard(to), Exit::Fault(error, FaultClass::Value)) => {
                let fault = Fault::new(error.code, error.message);
                f.frame.verdicts.push(Verdict::Fault(Box::new(fault)));
                f.frame.pc = to.index();
                Step::Stopped
            }
            (ScopeKind::Catch(to), Exit::Fault(error, FaultClass::Value | FaultClass::Limit)) => {
                f.frame.stack.push(error.to_value());
                f.frame.pc = to.index();
                if let Some(span) = error.span {
                    if f.caught.len() >= CAUGHT {
                        f.caught.remove(0);
                    }
                    let mark = Caught::mark(&error);
                    f.caught.push(Caught { mark, span });
                }
                Step::Stopped
            }
            (ScopeKind::Finally(to), exit) => {
                self.enter_finally(f, exit);
                f.frame.pc = to.index();
                Step::Stopped
            }
            (ScopeKind::FinallyBody(body), exit) => Step::On(out_of_finally(*body, exit, reached)),
            (ScopeKind::Deadline(deadline), Exit::Cancel(_)) if reached => {
                f.cancel = None;
                let error = self.timeout(f, &deadline);
                Step::On(Exit::Fault(Box::new(error), FaultClass::Value))
            }
            (ScopeKind::Step(step), exit) => {
                self.step_left(f, &step, &exit);
                Step::On(exit)
            }
            (_, exit) => Step::On(exit),
        }
    }

    /// Begins finally code, shielded when the way out is a cancel.
    fn enter_finally(&mut self, f: &mut Fiber, exit: Exit) {
        let grace = match exit {
            Exit::Cancel(_) => {
                f.cancel = None;
                self.arm_finally_grace(f.id)
            }
            _ => None,
        };
        let body = Box::new(FinallyBody {
            pending: exit,
            grace,
        });
        f.frame.enter(ScopeKind::FinallyBody(body));
    }

    fn timeout(&self, f: &Fiber, deadline: &DeadlineScope) -> ErrorRecord {
        let after = deadline.after.to_workflow_string();
        let message = format!("it took longer than the `{after}` that it has");
        let mut error = ErrorRecord::new(FaultCode::Timeout, message);
        self.locate(f, &mut error, deadline.pc);
        error
    }

    /// All scopes are off: the fiber ends.
    fn leave_fiber(&mut self, f: &mut Fiber, exit: Exit) -> Flow {
        match exit {
            Exit::Fault(error, _) => self.end(f, End::Failed(error)),
            Exit::Cancel(_) => self.end(f, End::Cancelled),
            Exit::Return(value) => self.end(f, End::Succeeded(value)),
            Exit::Done(to) | Exit::Leave(_, to) => {
                f.frame.pc = to.index();
                Flow::Go
            }
        }
    }

    /// The fiber has ended: whoever waits for it learns how.
    pub(super) fn end(&mut self, f: &mut Fiber, end: End) -> Flow {
        match f.role {
            Role::Main => {
                let reason = || {
                    self.cancelled
                        .clone()
                        .unwrap_or_else(|| Str::from("cancelled"))
                };
                self.finish(match end {
                    End::Succeeded(value) => Outcome::Succeeded(value),
                    End::Skipped => Outcome::Succeeded(wfc_value::Value::Null),
                    End::Failed(error) => Outcome::Failed(error),
                    End::Cancelled => Outcome::Cancelled { reason: reason() },
                });
            }
            Role::Child { parent, index } => self.child_ended(f, parent, index, end),
            Role::Compensation { parent } => self.compensation_ended(f.id, parent, end),
        }
        Flow::End
    }
}

impl Exit {
    /// Whether it is the cancel of the scope that stood at `place`.
    fn is_cancel_of(exit: &Exit, place: usize) -> bool {
        matches!(exit, Exit::Cancel(Target::Scope(at)) if *at == place)
    }
}

/// Finally code is left by `exit`, not by its end. A cancel that waits for its end stands.
fn out_of_finally(body: FinallyBody, exit: Exit, reached: bool) -> Exit {
    match (body.pending, exit) {
        (pending, Exit::Cancel(_)) if reached => pending,
        (Exit::Cancel(a), Exit::Cancel(b)) => Exit::Cancel(a.min(b)),
        (pending @ Exit::Cancel(_), _) => pending,
        (_, exit) => exit,
    }
}
