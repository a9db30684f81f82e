//! Fibers: what runs on its own, and what it waits for.

use std::collections::BTreeMap;

use wfc_program::isa::{ForkId, Label, LoopKind, Slot, StepId};
use wfc_value::{List, Str, Value};

use crate::effect::EffectId;
use crate::error::ErrorRecord;
use crate::frame::{Frame, heap};
use crate::scope::{Target, TimerKey};

/// A fiber's number in its run. The main fiber's is the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FiberId(pub(crate) u64);

/// A fiber.
#[derive(Clone, Debug)]
pub(crate) struct Fiber {
    pub(crate) id: FiberId,
    pub(crate) role: Role,
    pub(crate) frame: Frame,
    pub(crate) context: Context,
    pub(crate) wait: Wait,
    /// What it goes on with once it is scheduled.
    pub(crate) resume: Resume,
    /// What of it is being cancelled.
    pub(crate) cancel: Option<Target>,
    /// Whether it goes on for a while although it is cancelled, since its effect was completed.
    pub(crate) deferred: bool,
    /// The errors that it caught last, so that raising one again keeps its place.
    pub(crate) caught: Vec<Caught>,
}

/// An error that was caught, as far as it matters when it is raised again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caught {
    /// What tells it from others.
    pub(crate) mark: u64,
    /// Its place in the source.
    pub(crate) span: (u32, u32),
}

impl Caught {
    /// The mark of an error: of its code, message and step.
    pub(crate) fn mark(error: &ErrorRecord) -> u64 {
        // FNV-1a, 64 bits. Two errors of one mark would only be shown at each other's place.
        let parts = [
            error.code.as_str(),
            &error.message,
            error.step.as_deref().unwrap_or_default(),
        ];
        let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }
}

/// Why a fiber is there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role {
    Main,
    /// A branch or an item of a fork.
    Child {
        parent: FiberId,
        index: usize,
    },
    /// A compensation that `comp_unwind`, or a join, runs.
    Compensation {
        parent: FiberId,
    },
}

impl Role {
    /// The fiber that waits for it.
    pub(crate) fn parent(self) -> Option<FiberId> {
        match self {
            Self::Main => None,
            Self::Child { parent, .. } | Self::Compensation { parent } => Some(parent),
        }
    }
}

/// What is around a fiber's own scopes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    /// The innermost step and its path.
    pub(crate) step: Option<(StepId, Str)>,
    /// The loops, from the outside in.
    pub(crate) rounds: Vec<(LoopKind, u32)>,
    /// The innermost step's attempt, from 1.
    pub(crate) attempt: u32,
}

/// What a fiber waits for.
#[derive(Clone, Debug)]
pub(crate) enum Wait {
    /// Nothing: it is scheduled, or runs.
    Nothing,
    Effect(EffectId),
    Fork(Box<Fork>),
    Unwind(Box<Unwind>),
}

/// What a fiber goes on with.
#[derive(Clone, Debug)]
pub(crate) enum Resume {
    /// From where it is.
    Plain,
    /// With this value on its stack.
    Push(Value),
    /// With this error.
    Raise(Box<ErrorRecord>),
}

/// A fork that is under way.
#[derive(Clone, Debug)]
pub(crate) struct Fork {
    pub(crate) spec: ForkId,
    /// The items, of `fork_each`.
    pub(crate) items: List,
    /// How many children there are to be.
    pub(crate) total: usize,
    /// The next one to be started.
    pub(crate) next: usize,
    pub(crate) running: BTreeMap<usize, FiberId>,
    pub(crate) ends: Vec<Option<End>>,
    /// What branches hand back.
    pub(crate) merges: BTreeMap<usize, Vec<(Slot, Value)>>,
    /// The children that have compensations.
    pub(crate) owners: Vec<(usize, FiberId)>,
    /// The first failure in time.
    pub(crate) failure: Option<Box<ErrorRecord>>,
    /// The first success in time, where one is enough.
    pub(crate) winner: Option<usize>,
    /// Whether no more are started and those that run are being cancelled.
    pub(crate) stopping: bool,
}

/// How a fiber ended.
#[derive(Clone, Debug)]
pub(crate) enum End {
    Succeeded(Value),
    Skipped,
    Failed(Box<ErrorRecord>),
    Cancelled,
}

/// Compensations that are being run one by one.
#[derive(Clone, Debug)]
pub(crate) struct Unwind {
    /// Those that are left; the last is next.
    pub(crate) queue: Vec<Compensation>,
    /// The one that runs.
    pub(crate) running: Option<(FiberId, StepId, Str)>,
    /// Its own deadline, once the run is being cancelled.
    pub(crate) grace: Option<TimerKey>,
    /// What the fiber goes on with after them.
    pub(crate) then: Resume,
}

/// What undoes a step that was done.
#[derive(Clone, Debug)]
pub(crate) struct Compensation {
    /// Its place in the order of completions.
    pub(crate) mark: i64,
    pub(crate) entry: Label,
    pub(crate) step: StepId,
    pub(crate) path: Str,
    /// The slots that its code reads, as they were when the step ended.
    pub(crate) slots: Vec<(Slot, Value)>,
    /// The loops around the step.
    pub(crate) rounds: Vec<(LoopKind, u32)>,
    /// What it holds, in bytes.
    pub(crate) weight: i64,
}

impl Compensation {
    /// What one of these slots holds, in bytes.
    pub(crate) fn weight(slots: &[(Slot, Value)]) -> i64 {
        slots
            .iter()
            .fold(256_i64, |sum, (_, v)| sum.saturating_add(heap(v) + 32))
    }
}

impl Fiber {
    /// A fiber that starts with `frame`.
    pub(crate) fn new(id: FiberId, role: Role, frame: Frame, context: Context) -> Box<Self> {
        Box::new(Self {
            id,
            role,
            frame,
            context,
            wait: Wait::Nothing,
            resume: Resume::Plain,
            cancel: None,
            deferred: false,
            caught: Vec::new(),
        })
    }
}
