//! The machine: a run's whole state, and its turns.

pub(crate) mod budget;
mod cancel;
mod compensation;
mod control;
pub(crate) mod deliver;
mod effects;
pub(crate) mod exit;
mod fork;
mod inspect;
mod join;
pub(crate) mod place;
pub(crate) mod start;
mod steps;
mod timers;

pub use inspect::FiberView;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use wfc_program::{Facts, Program};
use wfc_value::{CallCtx, Fault, FaultClass, Str, Timestamp, Value};

use crate::effect::{Effect, EffectId};
use crate::error::ErrorRecord;
use crate::event::Usage;
use crate::exec::{Env, Stop, exec};
use crate::fiber::{Compensation, Fiber, FiberId, Resume};
use crate::meta::Meta;
use crate::outcome::{Outcome, Turn};
use crate::scope::{Exit, TimerKey};
use crate::trace::TraceEvent;

/// A run: plain data that changes by events and turns only.
///
/// ```text
/// start -> run until Quiescent or Done -> look at outstanding() -> deliver one event -> run ...
/// ```
#[derive(Debug)]
pub struct Machine {
    pub(crate) program: Arc<Program>,
    pub(crate) meta: Meta,
    /// The inputs that were given, decoded.
    pub(crate) inputs: Value,
    /// `now`, and the cache of regular expressions.
    pub(crate) ctx: CallCtx,

    pub(crate) fibers: BTreeMap<FiberId, Box<Fiber>>,
    /// Fibers that can go on, in their order.
    pub(crate) ready: VecDeque<FiberId>,
    pub(crate) next_fiber: u64,

    pub(crate) effects: BTreeMap<EffectId, Pending>,
    pub(crate) next_effect: u64,
    /// Effects that were given up without an answer, the last ones.
    pub(crate) withdrawn: VecDeque<EffectId>,

    pub(crate) timers: BTreeMap<TimerKey, Due>,
    pub(crate) next_timer: u64,

    /// Active compensations by the fiber that made them, each list in the order of marks.
    pub(crate) compensations: BTreeMap<FiberId, Vec<Compensation>>,
    pub(crate) next_mark: i64,

    pub(crate) budgets: BTreeMap<u64, budget::Spending>,
    pub(crate) next_budget: u64,

    pub(crate) mailbox: VecDeque<deliver::Mail>,
    pub(crate) message_ids: VecDeque<Str>,

    pub(crate) trace: VecDeque<TraceEvent>,
    pub(crate) fuel_left: u64,
    pub(crate) steps_left: u64,
    /// Numbers that `random` gave.
    pub(crate) randoms: u64,
    /// Bytes that all but the running fiber hold.
    pub(crate) live: i64,
    /// Whether a turn is under way.
    pub(crate) in_turn: bool,
    /// Why the run is being cancelled, if it is.
    pub(crate) cancelled: Option<Str>,
    pub(crate) outcome: Option<Outcome>,
}

/// An effect and who waits for it.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) effect: Effect,
    pub(crate) fiber: FiberId,
    /// Its timer: of a sleep, or of the grace period of a cancelled effect.
    pub(crate) timer: Option<TimerKey>,
    /// What the budgets around it were drawn on for it.
    pub(crate) charged: Usage,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Due {
    /// A sleep ends.
    Sleep(EffectId),
    /// A cancelled effect has had its time.
    Grace(EffectId),
    /// A deadline, or the grace of finally code, among the fiber's scopes.
    Scope(FiberId),
    /// A compensation has had its time.
    Compensation(FiberId),
}

/// How a fiber goes on after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// It runs on.
    Go,
    /// It waits.
    Park,
    /// It has ended.
    End,
}

/// How a fiber's share of a turn ended.
enum Drive {
    Parked,
    Ended,
    OutOfFuel,
}

impl Machine {
    /// Runs until every fiber waits, the run has ended, or `fuel` instructions are spent.
    pub fn run(&mut self, fuel: u64) -> Turn {
        let program = Arc::clone(&self.program);
        let Ok(facts) = program.verify() else {
            // `start` verified it: nothing else makes a machine.
            return Turn::Quiescent;
        };
        let mut fuel = fuel;
        loop {
            if let Some(outcome) = &self.outcome {
                return Turn::Done(outcome.clone());
            }
            let Some(id) = self.ready.pop_front() else {
                if self.fire_due() {
                    continue;
                }
                self.in_turn = false;
                return Turn::Quiescent;
            };
            let Some(mut fiber) = self.take(id) else {
                continue;
            };
            match self.drive(&program, facts, &mut fiber, &mut fuel) {
                Drive::Parked => {
                    self.trim(&mut fiber);
                    self.put(fiber);
                }
                Drive::Ended => {}
                Drive::OutOfFuel => {
                    self.put(fiber);
                    self.ready.push_front(id);
                    return Turn::Yielded;
                }
            }
        }
    }

    /// Lets one fiber run until it waits, ends, or the fuel is spent.
    fn drive(&mut self, program: &Program, facts: &Facts, f: &mut Fiber, fuel: &mut u64) -> Drive {
        let mut flow = self.resume(f);
        loop {
            match flow {
                Flow::Go => {}
                Flow::Park => return Drive::Parked,
                Flow::End => return Drive::Ended,
            }
            let env = Env {
                parts: program,
                ops: program.ops(),
                facts,
                ctx: &self.ctx,
                room: self.room(f),
            };
            let given = (*fuel).min(self.fuel_left);
            let mut left = given;
            let stop = exec(&env, &mut f.frame, &mut left);
            let spent = given - left;
            *fuel -= spent;
            self.fuel_left -= spent;
            flow = match stop {
                Stop::Fuel if self.fuel_left == 0 => {
                    self.fault(f, Fault::total("the run has used up its fuel"))
                }
                Stop::Fuel => return Drive::OutOfFuel,
                Stop::Fault(fault) => self.fault(f, *fault),
                Stop::Control(instr) => self.control(f, instr),
            };
        }
    }

    /// What a scheduled fiber goes on with.
    fn resume(&mut self, f: &mut Fiber) -> Flow {
        let resume = std::mem::replace(&mut f.resume, Resume::Plain);
        if let Some(target) = f.cancel
            && !f.deferred
        {
            return self.exit(f, Exit::Cancel(target));
        }
        match resume {
            Resume::Plain => Flow::Go,
            Resume::Push(value) => {
                f.frame.stack.push(value);
                Flow::Go
            }
            Resume::Raise(error) => self.raise(f, error, FaultClass::Value),
        }
    }

    /// A fault of the instruction before `pc`.
    fn fault(&mut self, f: &mut Fiber, fault: Fault) -> Flow {
        let class = fault.class;
        self.raise(f, Box::new(ErrorRecord::from(fault)), class)
    }

    /// An error at the instruction before `pc`.
    fn raise(&mut self, f: &mut Fiber, mut error: Box<ErrorRecord>, class: FaultClass) -> Flow {
        self.locate(f, &mut error, f.frame.pc.saturating_sub(1));
        if class == FaultClass::Total {
            self.finish(Outcome::Failed(error));
            return Flow::End;
        }
        match f.cancel {
            // It only went on because its effect was completed: the cancel stands.
            Some(target) => self.exit(f, Exit::Cancel(target)),
            None => self.exit(f, Exit::Fault(error, class)),
        }
    }

    /// Ends the run. What the world still works on is to be stopped.
    fn finish(&mut self, outcome: Outcome) {
        for pending in self.effects.values_mut() {
            pending.effect.cancelling = true;
        }
        self.fibers.clear();
        self.ready.clear();
        self.timers.clear();
        self.compensations.clear();
        self.in_turn = false;
        self.outcome = Some(outcome);
    }

    /// How far the fiber's data may grow, in bytes. The fiber is not in the table.
    fn room(&self, f: &Fiber) -> i64 {
        let limit = i64::try_from(self.meta.limits.live_bytes).unwrap_or(i64::MAX);
        let fixed = f.frame.weight().saturating_sub(f.frame.live);
        limit.saturating_sub(self.live).saturating_sub(fixed)
    }

    /// Takes a fiber out of the table, to run or change it.
    pub(crate) fn take(&mut self, id: FiberId) -> Option<Box<Fiber>> {
        let fiber = self.fibers.remove(&id)?;
        self.live = self.live.saturating_sub(fiber.frame.weight());
        Some(fiber)
    }

    /// Puts a fiber into the table; nothing when the run has ended meanwhile.
    pub(crate) fn put(&mut self, fiber: Box<Fiber>) {
        if self.outcome.is_none() {
            self.live = self.live.saturating_add(fiber.frame.weight());
            self.fibers.insert(fiber.id, fiber);
        }
    }

    /// Drops what a fiber that waits will not read any more.
    fn trim(&self, f: &mut Fiber) {
        let points = self.program.points();
        let Some(point) = points.at(&self.program, f.frame.pc.wrapping_sub(1)) else {
            return;
        };
        let mut live = point.live().map(|slot| slot.index()).peekable();
        for slot in 0..f.frame.slots.len() {
            while live.next_if(|l| *l < slot).is_some() {}
            if live.peek() != Some(&slot) {
                f.frame.clear(slot);
            }
        }
    }

    fn fiber_id(&mut self) -> FiberId {
        self.next_fiber += 1;
        FiberId(self.next_fiber)
    }

    /// What the machine waits for, in the order of ids. After the run's end: what is to be
    /// stopped, if anything.
    pub fn outstanding(&self) -> impl Iterator<Item = &Effect> {
        self.effects.values().map(|pending| &pending.effect)
    }

    /// The outstanding effect of this number.
    #[must_use]
    pub fn effect(&self, id: EffectId) -> Option<&Effect> {
        self.effects.get(&id).map(|pending| &pending.effect)
    }

    /// When the machine next wants to be told the time (`Tick`), if nothing else comes first.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.timers.first_key_value().map(|((at, _), _)| *at)
    }

    /// The machine's time: the last event's.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.ctx.now
    }

    /// How the run ended, if it has.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// Whether the run is being cancelled, or was.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_some()
    }

    /// What happened since this was last asked.
    pub fn take_trace(&mut self) -> Vec<TraceEvent> {
        self.trace.drain(..).collect()
    }

    /// The facts that the run was started with.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }
}
