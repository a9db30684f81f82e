//! What an agent uses up, and whether it may go on.

use wfc_value::FaultCode;
use wfc_vm::{Allowance, Usage};

use super::super::Failure;
use super::returns::Wrong;

/// What was used of what may be.
pub(super) struct Spending {
    allowance: Allowance,
    used: Usage,
}

impl Spending {
    pub(super) fn new(allowance: Allowance) -> Self {
        Self {
            allowance,
            used: Usage::default(),
        }
    }

    /// Counts tokens and what they cost.
    pub(super) fn add(&mut self, tokens: u64, usd: f64) {
        self.used.tokens = self.used.tokens.saturating_add(tokens);
        self.used.usd += usd;
    }

    /// What was used, when anything is known of it.
    pub(super) fn usage(&self) -> Option<Usage> {
        (self.used != Usage::default()).then_some(self.used)
    }

    /// Whether money is counted.
    pub(super) const fn counts_money(&self) -> bool {
        self.allowance.usd.is_some()
    }

    /// Checks that there is something left to go on with.
    ///
    /// # Errors
    /// `budget_exceeded`.
    pub(super) fn go_on(&self) -> Result<(), Failure> {
        let (left, used) = (&self.allowance, &self.used);
        let message = if left.tokens.is_some_and(|left| used.tokens >= left) {
            let tokens = used.tokens;
            format!("the budget of tokens is used up: this step's agent spent {tokens}")
        } else if left.usd.is_some_and(|left| used.usd >= left) {
            let usd = used.usd;
            format!("the budget is used up: this step's agent spent {usd:.4} dollars")
        } else {
            return Ok(());
        };
        Err(Failure::new(FaultCode::BudgetExceeded, message))
    }

    /// Counts the call by which an answer that does not fit is asked for anew. The machine counts the first itself.
    ///
    /// # Errors
    /// `budget_exceeded`.
    pub(super) fn ask_again(&mut self, wrong: &Wrong) -> Result<(), Failure> {
        self.go_on()?;
        let left = self.allowance.agent_calls;
        if left.is_some_and(|left| self.used.agent_calls >= left) {
            let message = format!(
                "the agent's answer does not fit, and the budget of agent calls is used up: {}",
                wrong.why
            );
            return Err(Failure::new(FaultCode::BudgetExceeded, message));
        }
        self.used.agent_calls += 1;
        Ok(())
    }
}
