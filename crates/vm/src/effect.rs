//! Effects: what a machine asks the world for.

use std::fmt;

use wfc_program::isa::{EffectKind, StepId};
use wfc_value::{Str, Timestamp, Value};

/// An effect's number in its execution, from 1, never given anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectId(pub u64);

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// How an effect is dealt with, whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EffectClass {
    /// Work of an executor: dispatch it, report how it ended.
    Await,
    /// Said and done: dispatch it, report that it was.
    Notify,
    /// A time: nothing to dispatch; it fires when an event's time has reached it.
    Timer,
    /// An answer from outside: nothing to dispatch, tell people that it is wanted.
    Promise,
    /// Another run: start it, report how it ended.
    Call,
}

/// Something that the machine waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Its number.
    pub id: EffectId,
    /// The innermost step, in the program's table; nothing outside of steps.
    pub step: Option<StepId>,
    /// The step's path with iterations, such as `review[3]`; empty outside of steps.
    pub path: Str,
    /// What it asks for.
    pub kind: EffectKind,
    /// How it is dealt with.
    pub class: EffectClass,
    /// The arguments, a map; its fields are listed in the docs of `wfc_program::isa`.
    pub args: Value,
    /// Which attempt of the step it belongs to, from 1.
    pub attempt: u32,
    /// The idempotency key: the same over leaf attempts and crashes, another for each iteration,
    /// each attempt of a composite step and each `retry` of the run.
    pub key: Str,
    /// When the machine gives up on it: the nearest deadline around it (inside finally code and compensations only
    /// those inside of them count), or a timer's time.
    pub deadline: Option<Timestamp>,
    /// Whether it is to be stopped. Report `Cancelled`, or how it ended after all; without a
    /// report by `grace` its outcome is taken for unknown.
    pub cancelling: bool,
    /// When the grace period of a cancelled effect ends.
    pub grace: Option<Timestamp>,
}

impl Effect {
    /// Whether `who` may answer it: an approval with `approvers` takes the decision of these alone, letter by letter.
    #[must_use]
    pub fn may_be_answered_by(&self, who: Option<&str>) -> bool {
        let approvers = approvers(self.kind, &self.args);
        approvers.is_empty() || who.is_some_and(|who| approvers.contains(&who))
    }
}

/// Who alone may answer an effect with these arguments: the `approvers` of an approval. Nobody is named where everybody
/// may.
#[must_use]
pub fn approvers(kind: EffectKind, args: &Value) -> Vec<&str> {
    match args.get("approvers") {
        Some(Value::List(names)) if kind == EffectKind::Approval => {
            names.iter().filter_map(Value::as_str).collect()
        }
        _ => Vec::new(),
    }
}

impl EffectClass {
    /// The class of an effect of this kind with these arguments.
    #[must_use]
    pub fn of(kind: EffectKind, args: &Value) -> Self {
        match kind {
            EffectKind::Agent | EffectKind::Tool | EffectKind::Bash => Self::Await,
            EffectKind::Message => match args.get("await_response") {
                Some(Value::Bool(true)) => Self::Await,
                _ => Self::Notify,
            },
            EffectKind::Approval | EffectKind::Event => Self::Promise,
            EffectKind::Timer => Self::Timer,
            EffectKind::Call => Self::Call,
        }
    }

    /// Whether something of the outside world must be stopped when it is cancelled.
    #[must_use]
    pub fn has_work(self) -> bool {
        matches!(self, Self::Await | Self::Notify | Self::Call)
    }
}
