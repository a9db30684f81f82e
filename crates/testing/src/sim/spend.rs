//! Budgets over called runs, as the engine holds to them: a call of an agent draws on the budgets of all runs that wait
//! for its run, and is not made when one of them is used up.

use wfc_value::FaultCode;
use wfc_vm::{
    Allowance, Effect, EffectId, EffectKind, ErrorRecord, Event, EventKind, Machine, Usage,
};

use super::call::failed;
use super::{Planned, Run, Sim};

/// A caller, the call, and all that was used up in it.
type Charge = (usize, EffectId, Usage);

impl Sim<'_> {
    /// Whether an effect may be asked for at this point. A call of an agent in a called run waits until the callers were told.
    pub(super) fn may_call(&mut self, at: usize, effect: &Effect) -> bool {
        let Some(run) = self.runs.get_mut(at) else {
            return false;
        };
        if effect.kind != EffectKind::Agent || run.allowed.contains(&effect.id) {
            return true;
        }
        if run.parent.is_none_or(|parent| !parent.wait) {
            run.allow(effect.id);
            return true;
        }
        self.drawing.insert((at, effect.id));
        false
    }

    /// Decides on calls of agents that wait, once all runs do; says whether a run has something to do for it.
    pub(super) fn draw(&mut self) -> bool {
        let mut moved = false;
        for (at, effect) in std::mem::take(&mut self.drawing) {
            let Some(run) = self.runs.get(at) else {
                continue;
            };
            let open = run
                .machine
                .outstanding()
                .any(|open| open.id == effect && !open.cancelling);
            if !open || run.outcome.is_some() {
                continue;
            }
            match self.charges(at) {
                None => {
                    self.drawing.insert((at, effect));
                }
                Some(Err(why)) => {
                    let error = ErrorRecord::new(FaultCode::BudgetExceeded, why);
                    self.deliver(at, failed(effect, error, None));
                    moved = true;
                }
                Some(Ok(charges)) => {
                    if let Some(run) = self.runs.get_mut(at) {
                        run.allow(effect);
                    }
                    moved |= !charges.is_empty();
                    for (caller, effect, usage) in charges {
                        self.tell(caller, effect, usage);
                    }
                    self.asks(at);
                }
            }
        }
        moved
    }

    /// What the callers of a run are told of one more call of an agent; why it is not made when a budget is used up;
    /// nothing while one of them has something to do.
    fn charges(&self, at: usize) -> Option<Result<Vec<Charge>, String>> {
        let run = self.runs.get(at)?;
        let mut total = run.usage.and(Usage {
            agent_calls: 1,
            ..Usage::default()
        });
        let (mut charges, mut budgeted) = (Vec::new(), 0);
        let mut parent = run.parent.filter(|parent| parent.wait);
        while let Some(call) = parent {
            let caller = self.runs.get(call.run)?;
            if caller.runnable {
                return None;
            }
            if caller.outcome.is_some() || !waits(caller, call.effect) {
                break;
            }
            if let Some(why) = caller.machine.exhausted(call.effect) {
                let workflow = &caller.machine.program().identity.slug;
                return Some(Err(format!(
                    "of the workflow `{workflow}` that called it, {why}"
                )));
            }
            charges.push((call.run, call.effect, total));
            if caller.machine.allowance(call.effect) != Allowance::default() {
                budgeted = charges.len();
            }
            total = caller
                .usage
                .and(total.beyond(caller.machine.charged(call.effect)));
            parent = caller.parent.filter(|parent| parent.wait);
        }
        charges.truncate(budgeted);
        Some(Ok(charges))
    }

    /// Tells a run all that a call of it has used up.
    fn tell(&mut self, at: usize, effect: EffectId, usage: Usage) {
        let Some(run) = self.runs.get_mut(at) else {
            return;
        };
        let kind = EventKind::Spent { effect, usage };
        let used = fresh(&run.machine, &kind);
        let event = Event { at: self.now, kind };
        if run.machine.deliver(event) == wfc_vm::Delivery::Accepted {
            run.runnable = true;
            run.usage = run.usage.and(used);
        }
    }

    /// Lets the run that called know what a run has used up meanwhile.
    pub(super) fn tell_spending(&mut self, at: usize) {
        let Some(run) = self.runs.get(at) else { return };
        if let Some(parent) = run.parent.filter(|parent| parent.wait) {
            let (effect, usage) = (parent.effect, run.usage);
            let spent = EventKind::Spent { effect, usage };
            self.plan(self.now, Planned::One(parent.run, spent));
        }
    }
}

impl Run {
    fn allow(&mut self, effect: EffectId) {
        if self.allowed.insert(effect) {
            self.usage.agent_calls = self.usage.agent_calls.saturating_add(1);
        }
    }
}

fn waits(run: &Run, effect: EffectId) -> bool {
    run.machine.outstanding().any(|open| open.id == effect)
}

/// What an event tells was used up, as far as it was not told before.
pub(super) fn fresh(machine: &Machine, kind: &EventKind) -> Usage {
    let (effect, used) = match kind {
        EventKind::Completed { effect, usage, .. } | EventKind::Failed { effect, usage, .. } => {
            (*effect, usage.unwrap_or_default())
        }
        EventKind::Spent { effect, usage } => (*effect, *usage),
        _ => return Usage::default(),
    };
    used.beyond(machine.charged(effect))
}
