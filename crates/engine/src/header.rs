//! What is fixed when a run begins.

use wfc_value::{Map, Str, Timestamp, Value};
use wfc_vm::{Allowance, EffectId, Limits, Meta, Usage};

use crate::id::{ExecutionId, Hash, RunKey};

/// The call that a run came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The run that called, in the same place.
    pub run: ExecutionId,
    /// Its effect.
    pub effect: EffectId,
    /// Whether it waits for this run's end.
    pub wait: bool,
}

/// The facts of a run.
#[derive(Clone, Debug)]
pub struct Header {
    /// The run's key.
    pub key: RunKey,
    /// The execution's id as text.
    pub execution: Str,
    /// The call that it came from.
    pub parent: Option<Parent>,
    /// What the budgets around the call left when it began, of a run that its caller does not wait for: it uses up no more.
    pub purse: Option<Allowance>,
    /// The run that it is another try of.
    pub retry_of: Option<ExecutionId>,
    /// The workflow's slug, for people.
    pub workflow: Str,
    /// The hash of the deployment that it is pinned to.
    pub deployment: Hash,
    /// When it was started.
    pub started_at: Timestamp,
    /// The group that limits how many of it are under way.
    pub group: Option<Str>,
    /// How many of the group may be under way at once.
    pub group_max: u32,
    /// 1, and one more for each `retry` of the run.
    pub attempt: u32,
    /// How many calls deep it is.
    pub depth: u32,
    /// What the run was triggered by.
    pub trigger: Value,
    /// The inputs as they were given.
    pub inputs: Map,
    /// The environment that it sees.
    pub env: Map,
    /// Its limits: with others it might have gone another way.
    pub limits: Limits,
}

impl Header {
    /// What the machine is started with.
    #[must_use]
    pub fn meta(&self) -> Meta {
        Meta {
            execution: self.execution.clone(),
            started_at: self.started_at,
            attempt: self.attempt,
            trigger: self.trigger.clone(),
            env: self.env.clone(),
            limits: self.limits.clone(),
        }
    }

    /// The run whose budgets it draws on, and by which of its effects: its caller, if that waits for it or had budgets around
    /// the call.
    pub(crate) fn payer(&self) -> Option<(RunKey, EffectId)> {
        let parent = self.parent?;
        let pays = parent.wait || self.purse.is_some();
        pays.then(|| (self.key.sibling(parent.run), parent.effect))
    }

    /// What of its purse is used up when `total` is used up in all, in words.
    pub(crate) fn overdrawn(&self, total: Usage) -> Option<&'static str> {
        let purse = self.purse?;
        if purse
            .agent_calls
            .is_some_and(|most| total.agent_calls > most)
        {
            Some("the budget of agent calls")
        } else if purse.tokens.is_some_and(|most| total.tokens >= most) {
            Some("the budget of tokens")
        } else if purse.usd.is_some_and(|most| total.usd >= most) {
            Some("the budget")
        } else {
            None
        }
    }

    /// What is left in its purse.
    pub(crate) fn left(&self, used: Usage) -> Allowance {
        let purse = self.purse.unwrap_or_default();
        let whole = |most: Option<u64>, used| most.map(|most| most.saturating_sub(used));
        Allowance {
            usd: purse.usd.map(|most| (most - used.usd).max(0.0)),
            tokens: whole(purse.tokens, used.tokens),
            agent_calls: whole(purse.agent_calls, used.agent_calls),
        }
    }

    /// The path of the step that called it.
    pub(crate) fn calling_step(&self) -> Option<Str> {
        self.parent?;
        match self.trigger.get("step") {
            Some(Value::String(path)) => Some(path.clone()),
            _ => None,
        }
    }

    /// The key of the run that called it.
    pub(crate) fn parent_key(&self) -> Option<RunKey> {
        Some(self.key.sibling(self.parent?.run))
    }
}
