//! Budgets: what may be used up inside of a scope, children included.

use wfc_value::{FaultCode, Value};

use super::{Flow, Machine};
use crate::effect::EffectId;
use crate::error::ErrorRecord;
use crate::event::{Allowance, Usage};
use crate::fiber::Fiber;
use crate::scope::ScopeKind;

/// A budget and what is used up of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spending {
    pub(crate) usd: Option<f64>,
    pub(crate) tokens: Option<f64>,
    pub(crate) agent_calls: Option<f64>,
    pub(crate) spent: Usage,
}

impl Spending {
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

    /// What the budgets around an effect leave it as they stand now.
    #[must_use]
    pub fn allowance(&self, effect: EffectId) -> Allowance {
        let pending = self.effects.get(&effect);
        let fiber = pending.and_then(|p| self.fibers.get(&p.fiber));
        let around = fiber.map(|f| self.budgets_around(f)).unwrap_or_default();
        let mut out = Allowance::default();
        for budget in around.iter().filter_map(|id| self.budgets.get(id)) {
            out = out.least(budget.left());
        }
        out
    }

    /// Which budget around an effect is used up, in words.
    #[must_use]
    pub fn exhausted(&self, effect: EffectId) -> Option<String> {
        let fiber = self.effects.get(&effect)?.fiber;
        let around = self.budgets_around(self.fibers.get(&fiber)?);
        around
            .iter()
            .find_map(|id| self.budgets.get(id).and_then(Spending::exhausted))
    }

    /// What the budgets around an effect were drawn on for it so far.
    #[must_use]
    pub fn charged(&self, effect: EffectId) -> Usage {
        let pending = self.effects.get(&effect);
        pending.map(|pending| pending.charged).unwrap_or_default()
    }

    /// Draws what an effect used up from the budgets around it, as far as it was not drawn before.
    pub(super) fn use_up(&mut self, effect: EffectId, usage: Option<Usage>) {
        let (Some(usage), Some(pending)) = (usage, self.effects.get_mut(&effect)) else {
            return;
        };
        let told = pending.charged;
        pending.charged = usage.most(told);
        let usage = usage.beyond(told);
        let fiber = self
            .effects
            .get(&effect)
            .and_then(|p| self.fibers.get(&p.fiber));
        let around = fiber.map(|f| self.budgets_around(f)).unwrap_or_default();
        for id in around {
            if let Some(budget) = self.budgets.get_mut(&id) {
                budget.spent = budget.spent.and(usage);
            }
        }
    }
}
