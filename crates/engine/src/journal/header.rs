//! What is fixed when a run begins, and stands at the head of its journal.

use std::fmt;

use wfc_value::{Map, Str, Timestamp, Value};
use wfc_vm::{EffectId, Limits, Meta};

/// A run's number in its journal, from 0; a run that another one calls has a higher number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u32);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The call that a run came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The run that called.
    pub run: RunId,
    /// Its effect.
    pub effect: EffectId,
    /// Whether it waits for this run's end.
    pub wait: bool,
}

/// The facts of a run.
#[derive(Clone, Debug)]
pub struct Header {
    /// The run's number.
    pub run: RunId,
    /// The execution's id, unique with the host.
    pub execution: Str,
    /// The call that it came from.
    pub parent: Option<Parent>,
    /// By which [`crate::Programs`] finds the program again, such as a path.
    pub reference: String,
    /// The workflow's slug, for people.
    pub workflow: Str,
    /// The hash of the source, for people.
    pub source_hash: String,
    /// SHA-256 of the program without its debug map, in hexadecimal digits. A run goes on with
    /// the very program that it began with.
    pub program_hash: String,
    /// The inputs as they were given.
    pub inputs: Map,
    /// When it was started.
    pub started_at: Timestamp,
    /// 1, and one more for each `retry` of the run.
    pub attempt: u32,
    /// What the run was triggered by.
    pub trigger: Value,
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
}
