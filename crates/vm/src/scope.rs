//! Scopes: what a fiber is inside of, and the ways out.

use wfc_program::isa::{Label, LoopKind, StepId};
use wfc_value::{Duration, FaultClass, Timestamp, Value};

use crate::error::ErrorRecord;

/// A scope and the heights where it began.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub(crate) kind: ScopeKind,
    pub(crate) stack: u32,
    pub(crate) iters: u32,
    pub(crate) verdicts: u32,
}

/// Kinds of scopes.
#[derive(Clone, Debug)]
pub(crate) enum ScopeKind {
    Guard(Label),
    Catch(Label),
    Finally(Label),
    /// Finally code that runs.
    FinallyBody(Box<FinallyBody>),
    Deadline(Box<DeadlineScope>),
    /// Its number in the machine's table.
    Budget(u64),
    Step(Box<StepScope>),
    Loop(LoopKind, u32),
}

/// Finally code that runs: what comes after it.
#[derive(Clone, Debug)]
pub(crate) struct FinallyBody {
    /// The way out that it interrupted.
    pub(crate) pending: Exit,
    /// Its own deadline, once its fiber is cancelled from outside.
    pub(crate) grace: Option<TimerKey>,
}

/// A deadline.
#[derive(Clone, Debug)]
pub(crate) struct DeadlineScope {
    /// The key of its timer.
    pub(crate) timer: TimerKey,
    /// How long it was set for.
    pub(crate) after: Duration,
    /// The instruction that set it.
    pub(crate) pc: usize,
}

/// A step that runs.
#[derive(Clone, Debug)]
pub(crate) struct StepScope {
    pub(crate) step: StepId,
    /// Where its compensation starts.
    pub(crate) compensation: Option<Label>,
    /// Whether an effect of its own was completed or its outcome is unknown.
    pub(crate) acted: bool,
    /// Whether the outcome of its own last effect is unknown.
    pub(crate) unknown: bool,
}

/// A timer's place in the machine's queue: its time, and a number for equal times.
pub(crate) type TimerKey = (Timestamp, u64);

/// A way out of scopes.
#[derive(Clone, Debug)]
pub(crate) enum Exit {
    /// The normal end of a `finally`: code goes on here.
    Done(Label),
    /// A fault.
    Fault(Box<ErrorRecord>, FaultClass),
    /// A cancel.
    Cancel(Target),
    /// To code outside of all but so many scopes.
    Leave(usize, Label),
    /// The run's end.
    Return(Value),
}

impl Exit {
    /// What `finally_how` calls it.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Done(_) | Self::Leave(..) | Self::Return(_) => "done",
            Self::Fault(..) => "failed",
            Self::Cancel(_) => "cancelled",
        }
    }
}

/// What is cancelled. The smaller is the outer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// The whole fiber.
    Fiber,
    /// A deadline or finally code, by its place among the fiber's scopes, and all inside.
    Scope(usize),
}
