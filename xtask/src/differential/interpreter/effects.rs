//! Asking the world, and how its answers reach the fiber that waits.

use wfc_compiler::ir::{EffectKind, ExId};
use wfc_program::isa::EffectKind as Asks;
use wfc_value::{Fault, FaultCode, Timestamp, Value};
use wfc_vm::{EffectClass, EffectId, ErrorRecord, TraceWhat};

use super::place::attempt;
use super::state::{Asked, Due, Exit, Extent, Fiber, FiberId, News, Role, Spending, State, Wait};
use super::{Ask, Run};

impl Run<'_> {
    /// Asks and waits; gives the answer as the world gave it.
    pub(super) async fn effect(
        &self,
        f: FiberId,
        kind: EffectKind,
        args: ExId,
    ) -> Result<Value, Exit> {
        let args = self.value(f, args)?;
        self.checkpoint(f)?;
        let kind = match kind {
            EffectKind::Sleep => return self.sleep(f, &args).await,
            EffectKind::SleepUntil => {
                let Value::Timestamp(until) = args else {
                    return Err(self.wrong(f, "a wait", "timestamp", &args));
                };
                return self.sleep_until(f, until).await;
            }
            EffectKind::Agent => Asks::Agent,
            EffectKind::Message => Asks::Message,
            EffectKind::Tool => Asks::Tool,
            EffectKind::Bash => Asks::Bash,
            EffectKind::Approval => Asks::Approval,
            EffectKind::Event => Asks::Event,
            EffectKind::Call => Asks::Call,
        };
        // An event may have come before anybody waited for it.
        if kind == Asks::Event
            && let Some(payload) = self.take_mail(&args)
        {
            return Ok(payload);
        }
        if kind == Asks::Agent {
            self.spend_call(f).map_err(|e| self.raise(f, Box::new(e)))?;
        }
        let deadline = self.nearest_deadline(f);
        self.ask(f, kind, args, deadline);
        self.wait(f).await
    }

    async fn sleep(&self, f: FiberId, after: &Value) -> Result<Value, Exit> {
        let Value::Duration(after) = after else {
            return Err(self.wrong(f, "a wait", "duration", after));
        };
        let until = self.state().now.checked_add(*after);
        match until {
            Some(until) => self.sleep_until(f, until).await,
            None => Err(self.fault(f, Fault::expression("a wait ends beyond the year 9999"))),
        }
    }

    async fn sleep_until(&self, f: FiberId, until: Timestamp) -> Result<Value, Exit> {
        let args = Value::record([("until", Value::Timestamp(until))]).unwrap_or_default();
        let id = self.ask(f, Asks::Timer, args, Some(until));
        {
            let mut state = self.state();
            let timer = state.arm(until, Due::Sleep(id));
            if let Some(asked) = state.asked.get_mut(&id) {
                asked.timer = Some(timer);
            }
        }
        self.wait(f).await
    }

    fn ask(&self, f: FiberId, kind: Asks, args: Value, deadline: Option<Timestamp>) -> u64 {
        let mut state = self.state();
        state.effects += 1;
        let id = state.effects;
        let fiber = &state.fibers[f];
        let place = self.step_of(fiber);
        let step = place.as_ref().map(|(step, _)| *step);
        let effect = Ask {
            id,
            path: place
                .as_ref()
                .map(|(_, path)| path.clone())
                .unwrap_or_default(),
            kind,
            class: EffectClass::of(kind, &args),
            args,
            attempt: attempt(fiber),
            key: self.key(fiber, step),
            deadline,
            cancelling: false,
            grace: None,
        };
        state.asked.insert(
            id,
            Asked {
                effect,
                fiber: f,
                timer: None,
            },
        );
        state.fibers[f].wait = Wait::Effect(id);
        drop(state);
        if let Some((step, path)) = place {
            self.note(step, path, TraceWhat::Waiting(EffectId(id)));
        }
        id
    }

    /// The nearest deadline around the fiber, those of its parents included. What runs in any case and what undoes something
    /// is shielded from those outside.
    fn nearest_deadline(&self, f: FiberId) -> Option<Timestamp> {
        let state = self.state();
        let mut found = Vec::new();
        let mut next = Some(f);
        while let Some(f) = next {
            let fiber = &state.fibers[f];
            for extent in fiber.extents.iter().rev() {
                match extent {
                    Extent::Deadline(id) => {
                        let timer = state.timers.iter().find(|t| t.id == *id);
                        found.extend(timer.map(|t| t.at));
                    }
                    Extent::Cleanup { .. } => return found.into_iter().min(),
                    _ => {}
                }
            }
            next = match fiber.role {
                Role::Child { parent, .. } => Some(parent),
                Role::Main | Role::Undo { .. } => None,
            };
        }
        found.into_iter().min()
    }

    /// Counts a call of an agent that is about to be made.
    fn spend_call(&self, f: FiberId) -> Result<(), ErrorRecord> {
        let mut state = self.state();
        let around = budgets(&state, f);
        for place in &around {
            if let Some(message) = used_up(&state.budgets[*place]) {
                return Err(ErrorRecord::new(FaultCode::BudgetExceeded, message));
            }
        }
        for place in around {
            state.budgets[place].spent.agent_calls += 1;
        }
        Ok(())
    }

    /// Draws what an effect used up from the budgets around it.
    pub(super) fn use_up(&self, effect: u64, usage: Option<wfc_vm::Usage>) {
        let mut state = self.state();
        let Some((usage, f)) = usage.zip(state.asked.get(&effect).map(|a| a.fiber)) else {
            return;
        };
        for place in budgets(&state, f) {
            let spent = &mut state.budgets[place].spent;
            spent.usd += usage.usd;
            spent.tokens += usage.tokens;
            spent.agent_calls += usage.agent_calls;
        }
    }

    fn answered(&self, id: u64) -> Option<Asked> {
        let mut state = self.state();
        let asked = state.asked.remove(&id)?;
        state.disarm(asked.timer);
        Some(asked)
    }

    /// Gives an effect up.
    pub(super) fn withdraw(&self, id: u64) -> Option<Asked> {
        let asked = self.answered(id)?;
        self.state().withdrawn.push(id);
        Some(asked)
    }

    /// Lets the fiber go on that waited. `acted`: whether its step's work was, or may have been, done.
    fn wake(&self, f: FiberId, news: News, (did, is_unknown): (bool, bool)) {
        let mut state = self.state();
        let fiber = &mut state.fibers[f];
        for extent in fiber.extents.iter_mut().rev() {
            if let Extent::Step { acted, unknown, .. } = extent {
                *acted |= did;
                *unknown = is_unknown;
                break;
            }
        }
        // What was completed before the cancel reached it counts.
        fiber.finishing = fiber.cancel.is_some() && !matches!(news, News::Error(_));
        fiber.news = news;
        fiber.wait = Wait::Nothing;
        state.ready.push_back(f);
    }

    pub(super) fn completed(&self, id: u64, value: Value) {
        if let Some(asked) = self.answered(id) {
            let is_timer = asked.effect.class == EffectClass::Timer;
            let news = if is_timer {
                News::Go
            } else {
                News::Value(value)
            };
            self.wake(asked.fiber, news, (!is_timer, false));
        }
    }

    pub(super) fn failed(&self, id: u64, error: Box<ErrorRecord>) {
        if let Some(asked) = self.answered(id) {
            self.wake(asked.fiber, News::Error(error), (false, false));
        }
    }

    pub(super) fn unknown(&self, id: u64) {
        if let Some(asked) = self.withdraw(id) {
            let message = "it is not known whether the work was done";
            let error = ErrorRecord::new(FaultCode::UnknownOutcome, message);
            self.wake(asked.fiber, News::Error(Box::new(error)), (true, true));
        }
    }

    pub(super) fn stopped(&self, id: u64) {
        let message = "the work was cancelled from outside";
        self.failed(
            id,
            Box::new(ErrorRecord::new(FaultCode::Cancelled, message)),
        );
    }
}

/// A fiber and those that wait for it, from the inside out.
fn lineage(state: &State, f: FiberId) -> impl Iterator<Item = &Fiber> {
    std::iter::successors(Some(&state.fibers[f]), |fiber| {
        fiber.role.parent().map(|parent| &state.fibers[parent])
    })
}

fn budgets(state: &State, f: FiberId) -> Vec<usize> {
    let all = lineage(state, f).flat_map(|fiber| &fiber.extents);
    all.filter_map(|extent| match extent {
        Extent::Budget(place) => Some(*place),
        _ => None,
    })
    .collect()
}

fn used_up(budget: &Spending) -> Option<String> {
    let over = |limit: Option<f64>, spent: f64| limit.is_some_and(|limit| spent >= limit);
    let spent = &budget.spent;
    if over(budget.agent_calls, spent.agent_calls as f64) {
        let n = spent.agent_calls;
        Some(format!(
            "the budget of agent calls is used up: {n} were made"
        ))
    } else if over(budget.tokens, spent.tokens as f64) {
        let n = spent.tokens;
        Some(format!("the budget of tokens is used up: {n} were spent"))
    } else if over(budget.usd, spent.usd) {
        Some(format!(
            "the budget is used up: {:.2} dollars were spent",
            spent.usd
        ))
    } else {
        None
    }
}
