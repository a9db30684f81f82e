//! What goes into a round and what comes out of it.

use wfc_program::isa::EffectKind;
use wfc_value::{Str, Timestamp, Value};
use wfc_vm::{Allowance, Delivery, Effect, EffectId, EventKind, Outcome, TraceEvent};

use crate::journal::header::RunId;

/// Something that happened to a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// Which run.
    pub run: RunId,
    /// What.
    pub kind: EventKind,
}

/// What the host is to do after a round. Everything in it is durable.
#[derive(Debug, Default)]
pub struct Round {
    /// Effects to hand to executors.
    pub dispatch: Vec<Dispatch>,
    /// Effects to stop, of those that were handed out.
    pub cancel: Vec<(RunId, EffectId)>,
    /// Answers that are newly wanted from people or from outside.
    pub waiting: Vec<Waiting>,
    /// Runs that began.
    pub begun: Vec<Begun>,
    /// Runs that ended.
    pub finished: Vec<(RunId, Outcome)>,
    /// What happened to steps.
    pub trace: Vec<(RunId, TraceEvent)>,
    /// What was not taken of what came in.
    pub refused: Vec<(Incoming, Delivery)>,
    /// Whether another round is to follow at once.
    pub busy: bool,
    /// When the next round has to be at the latest.
    pub next_deadline: Option<Timestamp>,
}

/// An effect to hand to an executor.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// Whose.
    pub run: RunId,
    /// The run's id with the host.
    pub execution: Str,
    /// What.
    pub effect: Effect,
    /// What the budgets around it leave it.
    pub allowance: Allowance,
}

/// A run that began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its number.
    pub run: RunId,
    /// Its id with the host.
    pub execution: Str,
    /// Its workflow's slug.
    pub workflow: Str,
    /// The run that called it.
    pub parent: Option<RunId>,
    /// The path of the step that called it.
    pub step: Option<Str>,
}

/// An answer that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Whose.
    pub run: RunId,
    /// The run's id with the host.
    pub execution: Str,
    /// What it answers.
    pub effect: EffectId,
    /// The step's path with iterations.
    pub path: Str,
    /// The step's id.
    pub step: Option<Str>,
    /// Approval, event, or message.
    pub kind: EffectKind,
    /// What the step says: `prompt`, `event`, `content`, ...
    pub args: Value,
    /// Until when.
    pub deadline: Option<Timestamp>,
}

impl Waiting {
    /// Whether people mean this one by `id`: the step's id, its path, or `EXECUTION/PATH`.
    #[must_use]
    pub fn is_called(&self, id: &str) -> bool {
        if *self.path == *id || self.step.as_deref() == Some(id) {
            return true;
        }
        id.strip_prefix(self.execution.as_str())
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|path| *self.path == *path)
    }
}
