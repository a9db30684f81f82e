//! Instructions that concern more than one fiber's frame.

use wfc_program::isa::{FactKind, Instr, Label, LoopKind};
use wfc_value::{Duration, Fault, FaultClass, Value};

use super::{Due, Flow, Machine};
use crate::error::ErrorRecord;
use crate::fiber::{Caught, End, Fiber};
use crate::scope::{DeadlineScope, Exit, FinallyBody, ScopeKind, Target};
use crate::trace::TraceWhat;

impl Machine {
    /// Carries out an instruction; `pc` is past it.
    pub(super) fn control(&mut self, f: &mut Fiber, instr: Instr) -> Flow {
        if let Some(target) = f.cancel
            && ends_deferral(f, target, instr)
        {
            return self.exit(f, Exit::Cancel(target));
        }
        match instr {
            Instr::StepEnter(step) => self.step_enter(f, step),
            Instr::StepLeave() => self.step_leave(f),
            Instr::StepSkip(step) => self.step_skip(f, step),
            Instr::LoopEnter(kind) => {
                let first = u32::from(kind != LoopKind::Iteration);
                f.frame.enter(ScopeKind::Loop(kind, first));
                Flow::Go
            }
            Instr::LoopNext() => self.loop_next(f),
            Instr::LoopLeave() | Instr::EndCatch() => {
                f.frame.scopes.pop();
                Flow::Go
            }
            Instr::Effect(kind) => self.effect_of(f, kind),
            Instr::Sleep() => self.sleep(f),
            Instr::SleepUntil() => self.sleep_until(f),
            Instr::Fork(fork) => self.fork(f, fork),
            Instr::ForkEach(fork) => self.fork_each(f, fork),
            Instr::EndFiber() => match f.frame.stack.pop() {
                Some(value) => self.end(f, End::Succeeded(value)),
                None => self.unsound(f),
            },
            Instr::EndFiberSkip() => self.end(f, End::Skipped),
            Instr::CompPush(entry) => self.register_compensation(f, entry),
            Instr::CompMark(slot) => {
                f.frame.set(slot.index(), Value::Int(self.next_mark));
                Flow::Go
            }
            Instr::CompUnwind(slot) => self.unwind_compensations(f, slot),
            Instr::CompDrop(slot) => self.drop_compensations(f, slot),
            Instr::Fact(fact) => self.fact(f, fact),
            Instr::Random() => {
                let number = self.random();
                f.frame.stack.push(Value::Double(number));
                Flow::Go
            }
            _ => self.ways_out(f, instr),
        }
    }

    /// Instructions of handlers and jumps out of them.
    fn ways_out(&mut self, f: &mut Fiber, instr: Instr) -> Flow {
        match instr {
            Instr::Catch(to) => {
                f.frame.enter(ScopeKind::Catch(to));
                Flow::Go
            }
            Instr::Finally(to) => {
                f.frame.enter(ScopeKind::Finally(to));
                Flow::Go
            }
            Instr::EndFinally() => end_finally(f).unwrap_or_else(|| self.unsound(f)),
            Instr::FinallyDone() => self.finally_done(f),
            Instr::FinallyHow() => {
                let word = f
                    .frame
                    .scopes
                    .iter()
                    .rev()
                    .find_map(|scope| match &scope.kind {
                        ScopeKind::FinallyBody(body) => Some(body.pending.word()),
                        _ => None,
                    });
                f.frame.stack.push(Value::from(word.unwrap_or("done")));
                Flow::Go
            }
            Instr::Deadline() => self.deadline(f),
            Instr::EndDeadline() => {
                if let Some(scope) = f.frame.scopes.pop() {
                    self.forget(&scope);
                }
                Flow::Go
            }
            Instr::Budget() => self.budget(f),
            Instr::EndBudget() => {
                if let Some(scope) = f.frame.scopes.pop() {
                    self.forget(&scope);
                }
                Flow::Go
            }
            Instr::Leave(n, to) => match f.frame.scopes.len().checked_sub(n as usize) {
                Some(floor) => self.exit(f, Exit::Leave(floor, to)),
                None => self.unsound(f),
            },
            Instr::Return() => match f.frame.stack.pop() {
                Some(value) => self.exit(f, Exit::Return(value)),
                None => self.unsound(f),
            },
            Instr::Raise() => self.raise_value(f),
            _ => self.unsound(f),
        }
    }

    /// The end of a program that was not verified: verified ones cannot get here.
    #[cold]
    pub(super) fn unsound(&mut self, f: &mut Fiber) -> Flow {
        self.fault(f, Fault::total("the program is not sound"))
    }

    fn finally_done(&mut self, f: &mut Fiber) -> Flow {
        let Some(scope) = f.frame.scopes.pop() else {
            return self.unsound(f);
        };
        self.forget(&scope);
        f.frame.cut(&scope);
        match scope.kind {
            ScopeKind::FinallyBody(body) => match body.pending {
                Exit::Done(to) => {
                    f.frame.pc = to.index();
                    Flow::Go
                }
                exit => self.exit(f, exit),
            },
            _ => self.unsound(f),
        }
    }

    fn deadline(&mut self, f: &mut Fiber) -> Flow {
        let after = match f.frame.stack.pop() {
            Some(Value::Duration(after)) => after,
            other => return self.wrong(f, "a deadline", "duration", other),
        };
        let Some(at) = self.later(after) else {
            return self.fault(f, Fault::expression("a deadline is beyond the year 9999"));
        };
        let timer = self.arm(at, Due::Scope(f.id));
        let pc = f.frame.pc.saturating_sub(1);
        f.frame.enter(ScopeKind::Deadline(Box::new(DeadlineScope {
            timer,
            after,
            pc,
        })));
        Flow::Go
    }

    /// A value fault: `what` is made of another type.
    pub(super) fn wrong(
        &mut self,
        f: &mut Fiber,
        what: &str,
        expected: &str,
        found: Option<Value>,
    ) -> Flow {
        let found = found.map_or("nothing", |value| value.type_name());
        let message = format!("{what} is made of a {expected}, not of a {found}");
        self.fault(f, Fault::expression(message))
    }

    fn raise_value(&mut self, f: &mut Fiber) -> Flow {
        let value = f.frame.stack.pop().unwrap_or_default();
        match ErrorRecord::from_value(&value) {
            Ok(mut error) => {
                // An error that was caught here and is raised again keeps its place.
                let mark = Caught::mark(&error);
                let known = f.caught.iter().rev().find(|known| known.mark == mark);
                error.span = known.map(|known| known.span);
                self.raise(f, Box::new(error), FaultClass::Value)
            }
            Err(fault) => self.fault(f, fault),
        }
    }

    fn loop_next(&mut self, f: &mut Fiber) -> Flow {
        let Some(ScopeKind::Loop(kind, n)) = f.frame.scopes.last_mut().map(|s| &mut s.kind) else {
            return self.unsound(f);
        };
        *n = n.saturating_add(1);
        let (kind, n) = (*kind, *n);
        if kind != LoopKind::Iteration {
            self.note_current(f, || TraceWhat::Attempt(n));
        }
        Flow::Go
    }

    fn fact(&mut self, f: &mut Fiber, fact: FactKind) -> Flow {
        let value = match fact {
            FactKind::Trigger => Ok(self.meta.trigger.clone()),
            FactKind::Env => Ok(Value::Map(self.meta.env.clone())),
            FactKind::Inputs => Ok(self.inputs.clone()),
            FactKind::Execution => Value::record([
                ("id", Value::String(self.meta.execution.clone())),
                ("attempt", Value::Int(i64::from(self.meta.attempt))),
                ("started_at", Value::Timestamp(self.meta.started_at)),
            ]),
            FactKind::Workflow => {
                let identity = &self.program.identity;
                let version = identity.version.clone().map_or(Value::Null, Value::String);
                let slug = Value::String(identity.slug.clone());
                Value::record([("slug", slug), ("version", version)])
            }
        };
        match value {
            Ok(value) => {
                f.frame.stack.push(value);
                Flow::Go
            }
            Err(fault) => self.fault(f, fault),
        }
    }

    /// The next number in [0, 1): `SplitMix64` (Steele, Lea, Flood 2014) from the execution's id.
    fn random(&mut self) -> f64 {
        // FNV-1a, 64 bits.
        let seed = self
            .meta
            .execution
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        self.randoms = self.randoms.wrapping_add(1);
        let step = self.randoms.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut z = seed.wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // The upper 53 bits are the fraction of a double, exactly.
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The time so long from now.
    pub(super) fn later(&self, after: Duration) -> Option<wfc_value::Timestamp> {
        self.ctx.now.checked_add(after)
    }
}

/// Whether a fiber that goes on although it is cancelled stops before this instruction. It
/// finishes its step, so that what was done counts; it begins nothing new.
fn ends_deferral(f: &Fiber, target: Target, instr: Instr) -> bool {
    match instr {
        Instr::StepLeave()
        | Instr::LoopLeave()
        | Instr::Catch(_)
        | Instr::EndCatch()
        | Instr::EndBudget()
        | Instr::CompPush(_)
        | Instr::CompMark(_)
        | Instr::Fact(_)
        | Instr::Random()
        | Instr::FinallyHow() => false,
        // Past a retry's handler, say: still inside of the step.
        Instr::Leave(n, _) => ends_something(f, target, n as usize),
        Instr::EndDeadline() => target == Target::Scope(f.frame.scopes.len().saturating_sub(1)),
        _ => true,
    }
}

/// Whether leaving the innermost `n` scopes ends a step, an iteration or the cancelled deadline, or runs finally code.
fn ends_something(f: &Fiber, target: Target, n: usize) -> bool {
    let floor = f.frame.scopes.len().saturating_sub(n);
    f.frame
        .scopes
        .iter()
        .enumerate()
        .skip(floor)
        .any(|(at, scope)| match scope.kind {
            ScopeKind::Step(_)
            | ScopeKind::Loop(LoopKind::Iteration, _)
            | ScopeKind::Finally(_)
            | ScopeKind::FinallyBody(_) => true,
            ScopeKind::Deadline(_) => target == Target::Scope(at),
            _ => false,
        })
}

fn end_finally(f: &mut Fiber) -> Option<Flow> {
    let scope = f.frame.scopes.pop()?;
    let ScopeKind::Finally(to) = scope.kind else {
        return None;
    };
    let next = Label(u32::try_from(f.frame.pc).ok()?);
    let body = FinallyBody {
        pending: Exit::Done(next),
        grace: None,
    };
    f.frame.enter(ScopeKind::FinallyBody(Box::new(body)));
    f.frame.pc = to.index();
    Some(Flow::Go)
}
