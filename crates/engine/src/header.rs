//! What is fixed when a run begins.

use wfc_value::{Map, Str, Timestamp, Value};
use wfc_vm::{EffectId, Limits, Meta};

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
