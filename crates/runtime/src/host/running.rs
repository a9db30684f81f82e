//! A run from outside: what it tells, and what it can be told.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot::Sender;
use tokio::task::JoinHandle;
use wfc_engine::{Begun, Decision, RunKey, Waiting};
use wfc_program::Program;
use wfc_value::{Str, Timestamp, Value};
use wfc_vm::{EffectId, Outcome, TraceEvent};

use super::HostError;
use crate::exec::Progress;

/// Something to show.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// A run began, or is gone on with: the one that was asked for, or one that another calls.
    Begun {
        /// Which.
        begun: Begun,
        /// What it runs, and where that was found.
        pinned: Pinned,
    },
    /// Something happened to a step.
    Trace {
        /// Of which run.
        run: RunKey,
        /// What.
        event: TraceEvent,
    },
    /// An answer is wanted.
    Waiting(Waiting),
    /// A step says something to people.
    Message {
        /// Of which run.
        run: RunKey,
        /// The step's path.
        path: Str,
        /// What, secrets masked.
        content: String,
        /// Whether it is to interrupt them.
        interrupt: bool,
    },
    /// A step's work says something while it is under way.
    Progress {
        /// Of which run.
        run: RunKey,
        /// The step's path.
        path: Str,
        /// What, secrets masked.
        what: Progress,
    },
    /// A run ended.
    Finished {
        /// Which.
        run: RunKey,
        /// How.
        outcome: Outcome,
    },
    /// Nothing is worked on: it goes on with an answer, or when a time has come.
    Idle {
        /// The answers that are wanted.
        waiting: Vec<Waiting>,
        /// The next time at which something happens by itself.
        next: Option<Timestamp>,
    },
    /// An answer or an event was not taken.
    Refused {
        /// Why, as a word for programs: `too_late`, `forbidden`, `full`, `unclear` or `malformed`.
        code: &'static str,
        /// Why, for people.
        message: String,
    },
    /// Something else worth knowing.
    Note(String),
}

/// What a run is pinned to.
#[derive(Clone, Debug, PartialEq)]
pub struct Pinned {
    /// Its program.
    pub program: Arc<Program>,
    /// By which the program was found, such as a path.
    pub reference: String,
}

/// What an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// This effect of this run.
    Effect(RunKey, EffectId),
    /// What is waited for under this name: the step's id, its path, or `EXECUTION/PATH`.
    Name(String),
}

impl From<&Waiting> for Target {
    fn from(waiting: &Waiting) -> Self {
        Target::Effect(waiting.run, waiting.effect)
    }
}

pub(super) enum Command {
    Decide(Target, Decision),
    Reply(Target, Value),
    Event {
        name: String,
        key: Option<String>,
        payload: Value,
        id: Option<String>,
    },
    Cancel(String),
    Suspend,
    LeaveOff(Vec<Waiting>),
    Abort,
}

/// Tells a host what to do. Clones tell the same host.
#[derive(Clone)]
pub struct Control(UnboundedSender<Command>);

impl Control {
    pub(super) const fn new(sender: UnboundedSender<Command>) -> Self {
        Self(sender)
    }

    /// A host that has ended hears nothing any more, and that is no error.
    fn send(&self, command: Command) {
        let _ = self.0.send(command);
    }

    /// Answers an approval.
    pub fn decide(&self, target: impl Into<Target>, decision: Decision) {
        self.send(Command::Decide(target.into(), decision));
    }

    /// Answers a message that awaits a response.
    pub fn reply(&self, target: impl Into<Target>, value: Value) {
        self.send(Command::Reply(target.into(), value));
    }

    /// Tells all runs that a named event came in; one with an `id` counts once.
    pub fn event(&self, name: &str, key: Option<&str>, payload: Value, id: Option<&str>) {
        self.send(Command::Event {
            name: name.to_owned(),
            key: key.map(str::to_owned),
            payload,
            id: id.map(str::to_owned),
        });
    }

    /// Cancels all runs: what is worked on is stopped, `finally` and compensation are run.
    pub fn cancel(&self, reason: &str) {
        self.send(Command::Cancel(reason.to_owned()));
    }

    /// Leaves off here, when nothing is worked on: the journal tells how to go on.
    pub fn suspend(&self) {
        self.send(Command::Suspend);
    }

    /// Leaves off if the run still waits for exactly this, as [`Notice::Idle`] told: an answer that
    /// was given in between lets it go on.
    pub fn leave_off(&self, waiting: Vec<Waiting>) {
        self.send(Command::LeaveOff(waiting));
    }

    /// Kills everything at once.
    pub fn abort(&self) {
        self.send(Command::Abort);
    }
}

/// How a host came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// All runs ended.
    Finished,
    /// It was not begun, since others of its group are under way.
    Skipped,
    /// It left off.
    Suspended,
    /// Everything was killed.
    Aborted,
}

/// A host that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// How.
    pub how: How,
    /// The run that was asked for.
    pub run: RunKey,
    /// Its execution's id.
    pub execution: Str,
    /// How that run ended, if it did.
    pub outcome: Option<Outcome>,
    /// The answers that are still wanted.
    pub waiting: Vec<Waiting>,
}

/// A run under way. Dropping it kills everything that belongs to it, and only then lets others take the run over.
pub struct Running {
    control: Control,
    notices: UnboundedReceiver<Notice>,
    task: JoinHandle<Result<Ended, HostError>>,
    /// While it is there somebody wants the run: it is never sent on.
    _held: Sender<()>,
}

impl Running {
    pub(super) const fn new(
        control: Control,
        notices: UnboundedReceiver<Notice>,
        task: JoinHandle<Result<Ended, HostError>>,
        held: Sender<()>,
    ) -> Self {
        Self {
            control,
            notices,
            task,
            _held: held,
        }
    }

    /// By which the run is told things.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// The next thing to show; nothing after the end.
    pub async fn next(&mut self) -> Option<Notice> {
        self.notices.recv().await
    }

    /// Waits for the end. Notices that were not taken are lost.
    ///
    /// # Errors
    /// When the run could not be brought to its end.
    pub async fn end(mut self) -> Result<Ended, HostError> {
        match (&mut self.task).await {
            Ok(ended) => ended,
            Err(error) => Err(HostError::Fault(error.to_string())),
        }
    }
}
