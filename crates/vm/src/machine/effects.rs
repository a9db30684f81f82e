//! Effects: asking, and how the answers reach the fibers that wait.

use wfc_program::isa::EffectKind;
use wfc_value::{Fault, FaultCode, Timestamp, Value};

use super::place::attempt;
use super::steps::innermost;
use super::{Due, Flow, Machine, Pending};
use crate::effect::{Effect, EffectClass, EffectId};
use crate::error::ErrorRecord;
use crate::event::Usage;
use crate::fiber::{Fiber, FiberId, Resume, Role, Wait};
use crate::frame::heap;
use crate::meta::MAX_WITHDRAWN;
use crate::scope::ScopeKind;
use crate::trace::TraceWhat;

impl Machine {
    pub(super) fn effect_of(&mut self, f: &mut Fiber, kind: EffectKind) -> Flow {
        let args = match f.frame.stack.pop() {
            Some(args @ Value::Map(_)) => args,
            other => return self.wrong(f, "an effect", "map of arguments", other),
        };
        if kind == EffectKind::Event {
            let Some(Value::String(name)) = args.get("event") else {
                return self.fault(f, Fault::expression("an event's name is to be a string"));
            };
            // It may have come before it was waited for.
            if let Some(payload) = self.take_mail(name, args.get("key")) {
                f.frame.stack.push(payload);
                return Flow::Go;
            }
        }
        if kind == EffectKind::Agent
            && let Err(error) = self.spend_agent_call(f)
        {
            return self.raise(f, Box::new(error), wfc_value::FaultClass::Value);
        }
        let deadline = self.deadline_around(f);
        self.ask(f, kind, args, deadline);
        Flow::Park
    }

    pub(super) fn sleep(&mut self, f: &mut Fiber) -> Flow {
        match f.frame.stack.pop() {
            Some(Value::Duration(after)) => match self.later(after) {
                Some(until) => self.sleep_to(f, until),
                None => self.fault(f, Fault::expression("a wait ends beyond the year 9999")),
            },
            other => self.wrong(f, "a wait", "duration", other),
        }
    }

    pub(super) fn sleep_until(&mut self, f: &mut Fiber) -> Flow {
        match f.frame.stack.pop() {
            Some(Value::Timestamp(until)) => self.sleep_to(f, until),
            other => self.wrong(f, "a wait", "timestamp", other),
        }
    }

    fn sleep_to(&mut self, f: &mut Fiber, until: Timestamp) -> Flow {
        let effect = self.ask(f, EffectKind::Timer, Self::sleep_args(until), Some(until));
        let timer = self.arm(until, Due::Sleep(effect));
        if let Some(pending) = self.effects.get_mut(&effect) {
            pending.timer = Some(timer);
        }
        Flow::Park
    }

    fn ask(
        &mut self,
        f: &mut Fiber,
        kind: EffectKind,
        args: Value,
        deadline: Option<Timestamp>,
    ) -> EffectId {
        self.next_effect += 1;
        let id = EffectId(self.next_effect);
        let effect = self.effect_here(f, id, kind, args, deadline);
        self.live = self.live.saturating_add(heap(&effect.args));
        self.effects.insert(
            id,
            Pending {
                effect,
                fiber: f.id,
                timer: None,
                charged: Usage::default(),
            },
        );
        f.wait = Wait::Effect(id);
        self.note_current(f, || TraceWhat::Waiting(id));
        id
    }

    /// An effect of this fiber where it is now.
    pub(crate) fn effect_here(
        &self,
        f: &Fiber,
        id: EffectId,
        kind: EffectKind,
        args: Value,
        deadline: Option<Timestamp>,
    ) -> Effect {
        let (step, path) = self.current_step(f).unzip();
        Effect {
            id,
            step,
            path: path.unwrap_or_default(),
            kind,
            class: EffectClass::of(kind, &args),
            attempt: attempt(f),
            key: self.key(f, step),
            args,
            deadline,
            cancelling: false,
            grace: None,
        }
    }

    /// What a sleep is told.
    pub(crate) fn sleep_args(until: Timestamp) -> Value {
        Value::record([("until", Value::Timestamp(until))]).unwrap_or_default()
    }

    /// The nearest deadline around a fiber, its parents' included. Finally code and compensations are shielded from the
    /// deadlines outside of them.
    pub(crate) fn deadline_around(&self, f: &Fiber) -> Option<Timestamp> {
        let mut nearest = None;
        let mut fiber = Some(f);
        while let Some(f) = fiber {
            for scope in f.frame.scopes.iter().rev() {
                match &scope.kind {
                    ScopeKind::Deadline(deadline) => {
                        nearest = nearest.into_iter().chain([deadline.timer.0]).min();
                    }
                    ScopeKind::FinallyBody(_) => return nearest,
                    _ => {}
                }
            }
            fiber = match f.role {
                Role::Child { parent, .. } => self.fibers.get(&parent).map(|f| &**f),
                Role::Main | Role::Compensation { .. } => None,
            };
        }
        nearest
    }

    /// Takes an effect off the table, because it was answered.
    fn answered(&mut self, id: EffectId) -> Option<Pending> {
        let pending = self.effects.remove(&id)?;
        if let Some(timer) = pending.timer {
            self.timers.remove(&timer);
        }
        self.live = self.live.saturating_sub(heap(&pending.effect.args));
        Some(pending)
    }

    /// Takes an effect off the table, because it was given up.
    fn withdraw(&mut self, id: EffectId) -> Option<Pending> {
        let pending = self.answered(id)?;
        if self.withdrawn.len() >= MAX_WITHDRAWN {
            self.withdrawn.pop_front();
        }
        self.withdrawn.push_back(id);
        Some(pending)
    }

    /// The fiber that waited goes on.
    fn wake(
        &mut self,
        fiber: FiberId,
        resume: Resume,
        mark: impl FnOnce(&mut crate::scope::StepScope),
    ) {
        let Some(f) = self.fibers.get_mut(&fiber) else {
            return;
        };
        if let Some(step) = innermost(&mut f.frame.scopes) {
            mark(step);
        }
        f.deferred = f.cancel.is_some() && matches!(resume, Resume::Push(_) | Resume::Plain);
        f.resume = resume;
        f.wait = Wait::Nothing;
        self.ready.push_back(fiber);
    }

    /// The effect ended well; whether there was one.
    pub(super) fn complete(&mut self, id: EffectId, value: Value) -> bool {
        let Some(pending) = self.answered(id) else {
            return false;
        };
        self.let_loose(&pending);
        let is_timer = pending.effect.class == EffectClass::Timer;
        let resume = if is_timer {
            Resume::Plain
        } else {
            Resume::Push(value)
        };
        self.wake(pending.fiber, resume, |step| {
            step.acted |= !is_timer;
            step.unknown = false;
        });
        true
    }

    /// The effect failed. When it was being cancelled that is all the same. An executor that says itself that the
    /// outcome is unknown (`unknown_outcome`) is taken at its word: the work may have been done.
    pub(super) fn fail(&mut self, id: EffectId, error: Box<ErrorRecord>) -> bool {
        let Some(pending) = self.answered(id) else {
            return false;
        };
        let unknown = error.code == FaultCode::UnknownOutcome;
        self.wake(pending.fiber, Resume::Raise(error), |step| {
            step.acted |= unknown;
            step.unknown = unknown;
        });
        true
    }

    /// Nobody knows how the effect ended.
    pub(super) fn effect_unknown(&mut self, id: EffectId) {
        let Some(pending) = self.withdraw(id) else {
            return;
        };
        let message = "it is not known whether the work was done";
        let error = ErrorRecord::new(FaultCode::UnknownOutcome, message);
        self.wake(pending.fiber, Resume::Raise(Box::new(error)), |step| {
            step.acted = true;
            step.unknown = true;
        });
    }

    /// The effect was stopped. Unless the machine asked for that it is a failure.
    pub(super) fn effect_cancelled(&mut self, id: EffectId) -> bool {
        let message = "the work was cancelled from outside";
        self.fail(
            id,
            Box::new(ErrorRecord::new(FaultCode::Cancelled, message)),
        )
    }

    /// The fiber that waits for the effect is being cancelled.
    pub(super) fn cancel_effect(&mut self, f: &mut Fiber, id: EffectId) {
        let Some(pending) = self.effects.get_mut(&id) else {
            return;
        };
        if pending.effect.class.has_work() {
            if pending.effect.cancelling {
                return;
            }
            pending.effect.cancelling = true;
            let grace = self
                .later(self.meta.limits.effect_grace)
                .unwrap_or(Timestamp::MAX);
            let timer = self.arm(grace, Due::Grace(id));
            if let Some(pending) = self.effects.get_mut(&id) {
                pending.effect.grace = Some(grace);
                pending.timer = Some(timer);
            }
        } else {
            // Nothing of the outside world has to stop.
            self.withdraw(id);
            f.wait = Wait::Nothing;
            f.resume = Resume::Plain;
            self.ready.push_back(f.id);
        }
    }
}
