//! Budgets: what may be used up inside of a scope, children included.

use wfc_value::{FaultCode, Value};

use super::{Flow, Machine, Pending};
use crate::effect::{EffectClass, EffectId};
use crate::error::ErrorRecord;
use crate::event::{Allowance, Usage};
use crate::fiber::Fiber;
use crate::scope::ScopeKind;

/// How many calls that nobody waits for a budget remembers, the last ones: earlier ones draw on it no more.
pub(crate) const MAX_LOOSE: usize = 1_000;

/// A budget and what is used up of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spending {
    pub(crate) usd: Option<f64>,
    pub(crate) tokens: Option<f64>,
    pub(crate) agent_calls: Option<f64>,
    pub(crate) spent: Usage,
    /// Calls within it that the run does not wait for, in the order of their numbers, and what it was drawn on for each.
    pub(crate) loose: Vec<(EffectId, Usage)>,
}

impl Spending {
    fn loose(&mut self, call: EffectId) -> Option<&mut Usage> {
        let place = self.loose.binary_search_by_key(&call, |l| l.0).ok()?;
        self.loose.get_mut(place).map(|(_, drawn)| drawn)
    }

    fn drawn(&self, call: EffectId) -> Option<Usage> {
        let place = self.loose.binary_search_by_key(&call, |l| l.0).ok()?;
        self.loose.get(place).map(|(_, drawn)| *drawn)
    }

    /// Draws what a call that nobody waits for used up, all told.
    fn draw(&mut self, call: EffectId, usage: Usage) {
        let Some(drawn) = self.loose(call) else {
            return;
        };
        let fresh = usage.beyond(*drawn);
        *drawn = usage.most(*drawn);
        self.spent = self.spent.and(fresh);
    }
    /// What is left. Limits may be any numbers; what is left of one is never less than nothing.
    fn left(&self) -> Allowance {
        let whole = |limit: Option<f64>, spent: u64| {
            // A cast of a float ends at the ends of the whole numbers.
            limit.map(|limit| (limit.ceil() as u64).saturating_sub(spent))
        };
        Allowance {
            usd: self.usd.map(|limit| (limit - self.spent.usd).max(0.0)),
            tokens: whole(self.tokens, self.spent.tokens),
            agent_calls: whole(self.agent_calls, self.spent.agent_calls),
        }
    }

    /// What is used up, in words.
    fn exhausted(&self) -> Option<String> {
        let over = |limit: Option<f64>, spent: f64| limit.is_some_and(|limit| spent >= limit);
        if over(self.agent_calls, self.spent.agent_calls as f64) {
            let calls = self.spent.agent_calls;
            Some(format!(
                "the budget of agent calls is used up: {calls} were made"
            ))
        } else if over(self.tokens, self.spent.tokens as f64) {
            let tokens = self.spent.tokens;
            Some(format!(
                "the budget of tokens is used up: {tokens} were spent"
            ))
        } else if over(self.usd, self.spent.usd) {
            Some(format!(
                "the budget is used up: {:.2} dollars were spent",
                self.spent.usd
            ))
        } else {
            None
        }
    }
}

impl Machine {
    pub(super) fn budget(&mut self, f: &mut Fiber) -> Flow {
        let limits = match f.frame.stack.pop() {
            Some(limits @ Value::Map(_)) => limits,
            other => return self.wrong(f, "a budget", "map", other),
        };
        let number = |field: &str| match limits.get(field) {
            Some(Value::Int(n)) => Some(*n as f64),
            Some(Value::Uint(n)) => Some(*n as f64),
            Some(Value::Double(n)) => Some(*n),
            _ => None,
        };
        let spending = Spending {
            usd: number("usd"),
            tokens: number("tokens"),
            agent_calls: number("agent_calls"),
            spent: Usage::default(),
            loose: Vec::new(),
        };
        self.next_budget += 1;
        self.budgets.insert(self.next_budget, spending);
        f.frame.enter(ScopeKind::Budget(self.next_budget));
        Flow::Go
    }

    /// The budgets around a fiber, its parents' included.
    fn budgets_around(&self, f: &Fiber) -> Vec<u64> {
        let of = |f: &Fiber, out: &mut Vec<u64>| {
            out.extend(f.frame.scopes.iter().filter_map(|scope| match scope.kind {
                ScopeKind::Budget(id) => Some(id),
                _ => None,
            }));
        };
        let mut out = Vec::new();
        if self.budgets.is_empty() {
            return out;
        }
        of(f, &mut out);
        let mut parent = f.role.parent();
        while let Some(f) = parent.and_then(|id| self.fibers.get(&id)) {
            of(f, &mut out);
            parent = f.role.parent();
        }
        out
    }

    /// Counts a call of an agent that is about to be made.
    ///
    /// # Errors
    /// `budget_exceeded` when a budget around it is used up.
    pub(super) fn spend_agent_call(&mut self, f: &Fiber) -> Result<(), ErrorRecord> {
        let around = self.budgets_around(f);
        let used_up = around
            .iter()
            .find_map(|id| self.budgets.get(id).and_then(Spending::exhausted));
        if let Some(message) = used_up {
            return Err(ErrorRecord::new(FaultCode::BudgetExceeded, message));
        }
        for id in around {
            if let Some(budget) = self.budgets.get_mut(&id) {
                budget.spent.agent_calls = budget.spent.agent_calls.saturating_add(1);
            }
        }
        Ok(())
    }

    /// The budgets around an effect. Of a call that nobody waits for those that were around it and are still open.
    fn budgets_of(&self, effect: EffectId) -> Vec<u64> {
        let Some(pending) = self.effects.get(&effect) else {
            let open = self.budgets.iter();
            let open = open.filter(|(_, budget)| budget.drawn(effect).is_some());
            return open.map(|(id, _)| *id).collect();
        };
        let fiber = self.fibers.get(&pending.fiber);
        fiber.map(|f| self.budgets_around(f)).unwrap_or_default()
    }

    /// Whether what an effect uses up can be told: it goes on, or it is a call that nobody waits for within a budget that is
    /// still open.
    #[must_use]
    pub fn may_draw(&self, effect: EffectId) -> bool {
        if let Some(pending) = self.effects.get(&effect) {
            // After a round that failed its number may be another effect's.
            return pending.effect.class != EffectClass::Timer;
        }
        let mut budgets = self.budgets.values();
        budgets.any(|b| b.drawn(effect).is_some())
    }

    /// A call is answered whose run goes on by itself: the budgets around it go on to be drawn on for it.
    pub(super) fn let_loose(&mut self, pending: &Pending) {
        let call = &pending.effect;
        let waits = call.args.get("wait").and_then(Value::as_bool);
        if call.class != EffectClass::Call || waits.unwrap_or(true) {
            return;
        }
        let fiber = self.fibers.get(&pending.fiber);
        let around = fiber.map(|f| self.budgets_around(f)).unwrap_or_default();
        for id in around {
            let Some(budget) = self.budgets.get_mut(&id) else {
                continue;
            };
            if let Err(place) = budget.loose.binary_search_by_key(&call.id, |l| l.0) {
                budget.loose.insert(place, (call.id, pending.charged));
            }
            if budget.loose.len() > MAX_LOOSE {
                budget.loose.remove(0);
            }
        }
    }

    /// What the budgets around an effect leave it as they stand now.
    #[must_use]
    pub fn allowance(&self, effect: EffectId) -> Allowance {
        let around = self.budgets_of(effect);
        let budgets = around.iter().filter_map(|id| self.budgets.get(id));
        budgets.fold(Allowance::default(), |out, b| out.least(b.left()))
    }

    /// Which budget around an effect is used up, in words.
    #[must_use]
    pub fn exhausted(&self, effect: EffectId) -> Option<String> {
        let around = self.budgets_of(effect);
        let mut budgets = around.iter().filter_map(|id| self.budgets.get(id));
        budgets.find_map(Spending::exhausted)
    }

    /// What the budgets around an effect were drawn on for it so far.
    #[must_use]
    pub fn charged(&self, effect: EffectId) -> Usage {
        let drawn = match self.effects.get(&effect) {
            Some(pending) => Some(pending.charged),
            None => self.budgets.values().find_map(|b| b.drawn(effect)),
        };
        drawn.unwrap_or_default()
    }

    /// Draws what an effect used up from the budgets around it, as far as it was not drawn before.
    pub(super) fn use_up(&mut self, effect: EffectId, usage: Option<Usage>) {
        let Some(usage) = usage else {
            return;
        };
        let Some(pending) = self.effects.get_mut(&effect) else {
            self.budgets
                .values_mut()
                .for_each(|b| b.draw(effect, usage));
            return;
        };
        let told = pending.charged;
        pending.charged = usage.most(told);
        let usage = usage.beyond(told);
        for id in self.budgets_of(effect) {
            if let Some(budget) = self.budgets.get_mut(&id) {
                budget.spent = budget.spent.and(usage);
            }
        }
    }
}
