//! What goes into a round and what comes out of it.

use std::sync::Arc;

use wfc_program::Program;
use wfc_program::isa::EffectKind;
use wfc_value::{Str, Timestamp, Value};
use wfc_vm::{Allowance, Delivery, Effect, EffectId, EventKind, Outcome, TraceEvent};

use crate::answer::Decision;
use crate::id::RunKey;

/// Something that happened to a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// Which run.
    pub run: RunKey,
    /// What.
    pub kind: EventKind,
}

/// What the host is to do after a round. Everything in it is durable.
#[derive(Debug, Default)]
pub struct Round {
    /// Effects to hand to executors.
    pub dispatch: Vec<Dispatch>,
    /// Effects to stop, of those that were handed out.
    pub cancel: Vec<(RunKey, EffectId)>,
    /// Answers that are newly wanted from people or from outside; of a run that was loaded, all.
    pub waiting: Vec<Waiting>,
    /// Runs that began, or were taken on.
    pub begun: Vec<Begun>,
    /// Runs that ended.
    pub finished: Vec<(RunKey, Outcome)>,
    /// Runs that were not begun, since others of their group were under way.
    pub skipped: Vec<RunKey>,
    /// Runs that cannot go on, and why.
    pub quarantined: Vec<(RunKey, String)>,
    /// Runs that another process works on now.
    pub lost: Vec<RunKey>,
    /// Runs that only wait for the world, and are in the store alone now.
    pub parked: Vec<RunKey>,
    /// What happened to steps.
    pub trace: Vec<(RunKey, TraceEvent)>,
    /// What was not taken of what came in.
    pub refused: Vec<(Incoming, Delivery)>,
    /// Decisions of people on what work under way asks: see [`crate::Engine::permitted`].
    pub permissions: Vec<Permission>,
    /// Whether another round is to follow at once.
    pub busy: bool,
    /// When the next round has to be at the latest.
    pub next_deadline: Option<Timestamp>,
}

/// A person's decision on what work under way asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The letter that it came in.
    pub letter: u64,
    /// The run that it was sent to.
    pub run: RunKey,
    /// The step whose work asks: its id, its path or `EXECUTION/PATH`; nothing when there is only one that could be meant.
    pub step: Option<String>,
    /// It.
    pub decision: Decision,
}

/// An effect to hand to an executor.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// Whose.
    pub run: RunKey,
    /// The run's id, as text.
    pub execution: Str,
    /// What.
    pub effect: Effect,
    /// What the budgets around it leave it.
    pub allowance: Allowance,
}

/// A run that began, or was taken on.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// Its key.
    pub run: RunKey,
    /// Its id, as text.
    pub execution: Str,
    /// Its workflow's slug.
    pub workflow: Str,
    /// The run that called it.
    pub parent: Option<RunKey>,
    /// The path of the step that called it.
    pub step: Option<Str>,
    /// Its program; it may be over by now, and gone.
    pub program: Arc<Program>,
    /// By which its program was found, such as a path.
    pub reference: Str,
    /// Whether it had begun before.
    pub again: bool,
    /// Whether it waits for its turn in its group.
    pub queued: bool,
}

/// An answer that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Whose.
    pub run: RunKey,
    /// The run's id, as text.
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
