//! What a run is at one moment: fibers, what they asked for, timers, what undoes what was done.

use std::collections::{BTreeMap, VecDeque};

use wfc_compiler::ir::{NodeId, Rounds};
use wfc_syntax::ast::StepId;
use wfc_value::{FaultClass, Str, Timestamp, Value};
use wfc_vm::{ErrorRecord, Outcome, TraceEvent, Usage};

use super::Ask;

/// A fiber's place in [`State::fibers`].
pub(super) type FiberId = usize;

/// How far a cancel reaches: 0 is the whole fiber, `n + 1` its `n`th extent. The smaller is the outer.
pub(super) type Reach = usize;

/// Why a body ended before its end.
#[derive(Clone, Debug)]
pub(super) enum Exit {
    /// Goes past the block or loop of this label.
    Leave(wfc_compiler::ir::LabelId),
    /// Ends the run with a value.
    Return(Value),
    /// Ends the branch, with or without a value.
    End(Option<Value>),
    /// An error.
    Fault(Box<ErrorRecord>, FaultClass),
    /// A cancel of this reach.
    Cancel(Reach),
    /// The run has ended: nothing more happens.
    Over,
}

/// A fiber: what runs on its own.
pub(super) struct Fiber {
    pub(super) role: Role,
    /// The variables; each may be unset.
    pub(super) vars: Vec<Option<Value>>,
    /// The extents that it is in, from the outside in.
    pub(super) extents: Vec<Extent>,
    /// What was around the place where it started.
    pub(super) around: Around,
    pub(super) wait: Wait,
    /// What it goes on with.
    pub(super) news: News,
    /// What of it is being cancelled.
    pub(super) cancel: Option<Reach>,
    /// Whether it goes on although it is cancelled, since its effect was completed.
    pub(super) finishing: bool,
}

/// Why a fiber is there.
#[derive(Clone, Copy)]
pub(super) enum Role {
    Main,
    /// A branch or an item of a fork.
    Child {
        parent: FiberId,
        place: usize,
    },
    /// Undoes a step.
    Undo {
        parent: FiberId,
    },
}

impl Role {
    pub(super) fn parent(self) -> Option<FiberId> {
        match self {
            Self::Main => None,
            Self::Child { parent, .. } | Self::Undo { parent } => Some(parent),
        }
    }
}

/// The step, the rounds and the attempt at a place.
#[derive(Clone, Default)]
pub(super) struct Around {
    pub(super) step: Option<(StepId, Str)>,
    pub(super) rounds: Vec<(Rounds, u32)>,
    pub(super) attempt: u32,
}

/// What a fiber is inside of.
pub(super) enum Extent {
    Step {
        step: StepId,
        /// Whether an effect of its own was completed, or may have been.
        acted: bool,
        /// Whether the outcome of its last effect is not known.
        unknown: bool,
    },
    Rounds(Rounds, u32),
    Deadline(TimerId),
    Budget(usize),
    /// What runs in any case, with what comes after it if that is a cancel.
    Cleanup {
        how: &'static str,
        cancel: Option<Reach>,
        grace: Option<TimerId>,
    },
}

/// What a fiber waits for.
pub(super) enum Wait {
    Nothing,
    Effect(u64),
    Fork(Box<Forked>),
    Undoing(Box<Undoing>),
}

/// What a fiber goes on with.
pub(super) enum News {
    Go,
    Value(Value),
    Error(Box<ErrorRecord>),
}

/// A fork that is under way.
pub(super) struct Forked {
    /// The node.
    pub(super) node: NodeId,
    pub(super) items: Vec<Value>,
    pub(super) total: usize,
    pub(super) next: usize,
    pub(super) running: BTreeMap<usize, FiberId>,
    pub(super) ends: Vec<Option<End>>,
    /// Every child that was started, with its place.
    pub(super) children: Vec<(usize, FiberId)>,
    /// The first failure.
    pub(super) failure: Option<Box<ErrorRecord>>,
    /// The first success, where one is enough.
    pub(super) winner: Option<usize>,
    pub(super) stopping: bool,
}

/// How a fiber ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    Value(Value),
    NoValue,
    Failed(Box<ErrorRecord>),
    Cancelled,
}

/// What undoes a step that was done.
pub(super) struct Undo {
    /// When it became active, counted over the run.
    pub(super) mark: i64,
    pub(super) body: NodeId,
    pub(super) step: StepId,
    pub(super) path: Str,
    pub(super) vars: Vec<Option<Value>>,
    pub(super) rounds: Vec<(Rounds, u32)>,
}

/// Steps that are being undone one by one, the last first.
pub(super) struct Undoing {
    pub(super) left: Vec<Undo>,
    pub(super) running: Option<(FiberId, StepId, Str)>,
    pub(super) grace: Option<TimerId>,
    pub(super) then: News,
}

/// A timer's number in the order in which timers were set.
pub(super) type TimerId = u64;

pub(super) struct Timer {
    pub(super) at: Timestamp,
    pub(super) id: TimerId,
    pub(super) due: Due,
}

/// What a timer is for.
#[derive(Clone, Copy)]
pub(super) enum Due {
    Sleep(u64),
    Grace(u64),
    /// A deadline, or the grace of what runs in any case.
    Extent(FiberId),
    Undo(FiberId),
}

/// What was asked of the world.
pub(super) struct Asked {
    pub(super) effect: Ask,
    pub(super) fiber: FiberId,
    pub(super) timer: Option<TimerId>,
}

/// A message that nobody waited for.
pub(super) struct Mail {
    pub(super) name: Str,
    pub(super) key: Option<Str>,
    pub(super) payload: Value,
}

/// A budget: what may be spent, and what was.
#[derive(Default)]
pub(super) struct Spending {
    pub(super) usd: Option<f64>,
    pub(super) tokens: Option<f64>,
    pub(super) agent_calls: Option<f64>,
    pub(super) spent: Usage,
}

/// A whole run.
#[derive(Default)]
pub(super) struct State {
    pub(super) now: Timestamp,
    pub(super) fibers: Vec<Fiber>,
    /// Fibers that can go on, in their order.
    pub(super) ready: VecDeque<FiberId>,
    /// Bodies of new fibers.
    pub(super) born: Vec<(FiberId, NodeId)>,
    pub(super) asked: BTreeMap<u64, Asked>,
    pub(super) effects: u64,
    /// Effects that were given up.
    pub(super) withdrawn: Vec<u64>,
    pub(super) timers: Vec<Timer>,
    pub(super) timers_set: u64,
    /// What undoes what each fiber has done, oldest first.
    pub(super) undo: BTreeMap<FiberId, Vec<Undo>>,
    pub(super) marks: i64,
    pub(super) budgets: Vec<Spending>,
    pub(super) mail: Vec<Mail>,
    pub(super) message_ids: Vec<Str>,
    pub(super) trace: Vec<TraceEvent>,
    pub(super) steps_left: u64,
    pub(super) randoms: u64,
    /// Why the run is being cancelled.
    pub(super) cancelled: Option<Str>,
    pub(super) outcome: Option<Outcome>,
    pub(super) in_turn: bool,
}

impl State {
    pub(super) fn arm(&mut self, at: Timestamp, due: Due) -> TimerId {
        self.timers_set += 1;
        let id = self.timers_set;
        self.timers.push(Timer { at, id, due });
        id
    }

    pub(super) fn disarm(&mut self, timer: Option<TimerId>) {
        self.timers.retain(|t| Some(t.id) != timer);
    }

    /// The first timer: the earliest, of equal ones the one that was set first.
    pub(super) fn first_timer(&self) -> Option<usize> {
        let key = |i: &usize| self.timers.get(*i).map(|t| (t.at, t.id));
        (0..self.timers.len()).min_by_key(key)
    }
}
