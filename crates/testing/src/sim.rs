//! Runs under a virtual clock: machines, those that they call, and a host that answers at once or after a time that
//! nobody waits for.
//!
//! Time jumps to whatever comes next. An answer goes before a timer that is due at the same time, and answers of one
//! time come in the order in which they were asked for: the same program and host always do the same.

mod call;
mod log;
mod spend;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wfc_program::Program;
use wfc_value::{Duration, Map, Str, Timestamp, Value};
use wfc_vm::{
    Effect, EffectClass, EffectId, ErrorRecord, Event, EventKind, Machine, Meta, Outcome,
    StartError, Turn, Usage,
};

pub use log::{Entry, What};

/// Instructions between two looks at the machine.
const FUEL: u64 = 1_000_000;

/// What a run is started with.
#[derive(Clone, Debug)]
pub struct Start {
    /// The program.
    pub program: Arc<Program>,
    /// The inputs.
    pub inputs: Map,
    /// Execution, time, trigger, environment and limits.
    pub meta: Meta,
    /// By which the host knows the workflow again; what it calls is looked up from there.
    pub workflow: usize,
}

/// An effect that wants an answer.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The workflow whose step asks, as its start named it.
    pub workflow: usize,
    /// The step's path: iterations included, and behind those of the steps that called, `welcome/mail[2]`.
    pub path: &'a str,
    /// What is asked for.
    pub effect: &'a Effect,
    /// When.
    pub at: Timestamp,
}

/// What becomes of an effect.
#[derive(Clone, Debug)]
pub struct Answer {
    /// After how long.
    pub after: Duration,
    /// What it is.
    pub reply: Reply,
    /// What it used up.
    pub usage: Option<Usage>,
}

/// How an effect ends.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Well, with this value.
    Value(Value),
    /// With an error.
    Error(Box<ErrorRecord>),
    /// Nobody knows how.
    Unknown,
    /// Not at all.
    Never,
    /// By what another run ends with.
    Call(Box<Callee>),
    /// The whole run is cancelled instead, for this reason.
    CancelRun(Str),
    /// The simulation ends here.
    Halt,
}

impl Reply {
    /// At once.
    #[must_use]
    pub fn now(self) -> Answer {
        Answer {
            after: Duration::default(),
            reply: self,
            usage: None,
        }
    }
}

/// The workflow that a step calls.
#[derive(Clone, Debug)]
pub struct Callee {
    /// Its program.
    pub program: Arc<Program>,
    /// Its environment.
    pub env: Map,
    /// By which the host knows it again.
    pub workflow: usize,
}

/// Answers the effects of a simulation.
pub trait Host {
    /// What becomes of an effect. Asked once for each, timers aside.
    fn answer(&mut self, ask: &Ask<'_>) -> Answer;
}

/// Something that happens to the runs from outside.
#[derive(Clone, Debug)]
pub struct Outside {
    /// When.
    pub at: Timestamp,
    /// What, for each run that there is then.
    pub kind: EventKind,
}

/// How a simulation ended.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// How.
    pub end: End,
    /// All that happened, in order.
    pub log: Vec<Entry>,
    /// The time at its end.
    pub now: Timestamp,
}

/// How a simulation ended.
#[derive(Clone, Debug)]
pub enum End {
    /// The run ended.
    Outcome(Outcome),
    /// Nothing will ever happen again: these steps wait.
    Stuck(Vec<Stuck>),
    /// The host wanted it so.
    Halted,
}

/// A step that waits for what never comes.
#[derive(Clone, Debug)]
pub struct Stuck {
    /// Its path, as in [`Ask`].
    pub path: String,
    /// What it waits for.
    pub effect: Effect,
}

/// Simulates a run to its end.
///
/// # Errors
/// When the run cannot be started with these inputs.
pub fn simulate(
    start: Start,
    host: &mut dyn Host,
    outside: Vec<Outside>,
) -> Result<Simulated, StartError> {
    let now = start.meta.started_at;
    let mut sim = Sim {
        host,
        runs: Vec::new(),
        queue: BTreeMap::new(),
        next: 0,
        now,
        log: Vec::new(),
        halted: false,
        drawing: BTreeSet::new(),
    };
    sim.begin(start, String::new(), None)?;
    for Outside { at, kind } in outside {
        sim.plan(at.max(now), Planned::All(kind));
    }
    let end = sim.finish();
    Ok(Simulated {
        end,
        log: sim.log,
        now: sim.now,
    })
}

struct Sim<'h> {
    host: &'h mut dyn Host,
    /// The first is the one that was started; those that they call come behind.
    runs: Vec<Run>,
    queue: BTreeMap<(Timestamp, u64), Planned>,
    next: u64,
    now: Timestamp,
    log: Vec<Entry>,
    halted: bool,
    /// Calls of agents that wait for the budgets of callers: of which run.
    drawing: BTreeSet<(usize, EffectId)>,
}

struct Run {
    machine: Machine,
    workflow: usize,
    /// What stands before its steps' paths: `welcome/`.
    prefix: String,
    parent: Option<Parent>,
    asked: BTreeSet<EffectId>,
    stopped: BTreeSet<EffectId>,
    children: BTreeMap<EffectId, usize>,
    /// Calls of agents that no budget of a caller forbids.
    allowed: BTreeSet<EffectId>,
    /// What it and those that it called used up.
    usage: Usage,
    /// Whether it has events that it did not run for.
    runnable: bool,
    outcome: Option<Outcome>,
}

/// Who called a run.
#[derive(Clone, Copy, Debug)]
struct Parent {
    run: usize,
    effect: EffectId,
    wait: bool,
}

/// What happens at a time.
enum Planned {
    /// An event for one run.
    One(usize, EventKind),
    /// An event for each run.
    All(EventKind),
}

impl Sim<'_> {
    fn plan(&mut self, at: Timestamp, what: Planned) {
        self.queue.insert((at, self.next), what);
        self.next += 1;
    }

    fn begin(
        &mut self,
        start: Start,
        prefix: String,
        parent: Option<Parent>,
    ) -> Result<usize, StartError> {
        let machine = Machine::start(start.program, &start.inputs, start.meta)?;
        self.runs.push(Run {
            machine,
            workflow: start.workflow,
            prefix,
            parent,
            asked: BTreeSet::new(),
            stopped: BTreeSet::new(),
            children: BTreeMap::new(),
            allowed: BTreeSet::new(),
            usage: Usage::default(),
            runnable: true,
            outcome: None,
        });
        Ok(self.runs.len() - 1)
    }

    fn finish(&mut self) -> End {
        loop {
            self.settle();
            if self.halted {
                return End::Halted;
            }
            if self.runs.iter().all(|run| run.outcome.is_some()) {
                break;
            }
            if !self.advance() {
                break;
            }
        }
        match self.runs.first().and_then(|run| run.outcome.clone()) {
            Some(outcome) => End::Outcome(outcome),
            None => End::Stuck(self.stuck()),
        }
    }

    /// Runs all machines until they wait, and asks for what they newly want.
    fn settle(&mut self) {
        loop {
            while let Some(at) = self.runs.iter().position(|run| run.runnable) {
                self.turn(at);
                self.asks(at);
            }
            if !self.draw() {
                return;
            }
        }
    }

    fn turn(&mut self, at: usize) {
        let Some(run) = self.runs.get_mut(at) else {
            return;
        };
        run.runnable = false;
        loop {
            let turn = run.machine.run(FUEL);
            for event in run.machine.take_trace() {
                self.log.push(Entry {
                    workflow: run.workflow,
                    path: format!("{}{}", run.prefix, event.path),
                    at: event.at,
                    what: What::Trace(event),
                });
            }
            match turn {
                Turn::Yielded => {}
                Turn::Quiescent => return,
                Turn::Done(outcome) => {
                    run.outcome = Some(outcome.clone());
                    self.answer_caller(at, &outcome);
                    return;
                }
            }
        }
    }

    /// Asks the host for what a run newly waits for, and stops what it no longer wants.
    fn asks(&mut self, at: usize) {
        let Some(run) = self.runs.get(at) else { return };
        let over = run.outcome.is_some();
        let effects: Vec<Effect> = run.machine.outstanding().cloned().collect();
        let mut room = room(run, &effects);
        for effect in effects {
            let Some(run) = self.runs.get_mut(at) else {
                return;
            };
            if effect.class == EffectClass::Timer {
                if !over && run.asked.insert(effect.id) {
                    self.log_effect(at, effect);
                }
            } else if effect.cancelling || over {
                if run.stopped.insert(effect.id) {
                    self.stop(at, effect.id);
                }
            } else if !run.asked.contains(&effect.id) {
                if !self.may_call(at, &effect) {
                    continue;
                }
                let Some(run) = self.runs.get_mut(at) else {
                    return;
                };
                if is_work(&effect) {
                    if room == 0 {
                        continue;
                    }
                    room -= 1;
                }
                run.asked.insert(effect.id);
                self.ask(at, &effect);
            }
        }
    }

    fn log_effect(&mut self, at: usize, effect: Effect) {
        let Some(run) = self.runs.get(at) else { return };
        self.log.push(Entry {
            workflow: run.workflow,
            path: format!("{}{}", run.prefix, effect.path),
            at: self.now,
            what: What::Effect(Box::new(effect)),
        });
    }

    fn ask(&mut self, at: usize, effect: &Effect) {
        self.log_effect(at, effect.clone());
        let Some(run) = self.runs.get(at) else { return };
        let path = format!("{}{}", run.prefix, effect.path);
        let answer = self.host.answer(&Ask {
            workflow: run.workflow,
            path: &path,
            effect,
            at: self.now,
        });
        let usage = answer.usage;
        let id = effect.id;
        let kind = match answer.reply {
            Reply::Never => return,
            Reply::Halt => {
                // What is asked for at the same time is asked for still, so that all of it is told at once.
                self.halted = true;
                return;
            }
            Reply::Call(callee) => return self.call(at, effect, *callee, &path),
            Reply::Value(value) => EventKind::Completed {
                effect: id,
                value,
                usage,
            },
            Reply::Error(error) => EventKind::Failed {
                effect: id,
                error,
                usage,
            },
            Reply::Unknown => EventKind::Unknown { effect: id },
            Reply::CancelRun(reason) => EventKind::Cancel { reason },
        };
        let due = self.now.checked_add(answer.after).unwrap_or(self.now);
        self.plan(due, Planned::One(at, kind));
    }

    /// Goes to the time of what comes next; nothing when nothing does.
    fn advance(&mut self) -> bool {
        let wakes = self.runs.iter().filter(|run| run.outcome.is_none());
        let wake = wakes.filter_map(|run| run.machine.next_wake()).min();
        let planned = self.queue.first_key_value().map(|((at, _), _)| *at);
        match (planned, wake) {
            (Some(at), wake) if wake.is_none_or(|wake| at <= wake) => {
                self.now = self.now.max(at);
                match self.queue.pop_first() {
                    Some((_, Planned::One(run, kind))) => self.deliver(run, kind),
                    Some((_, Planned::All(kind))) => {
                        (0..self.runs.len()).for_each(|run| self.deliver(run, kind.clone()));
                    }
                    None => {}
                }
                true
            }
            (_, Some(at)) => {
                self.now = self.now.max(at);
                for run in 0..self.runs.len() {
                    let due = self.runs.get(run).and_then(|run| run.machine.next_wake());
                    if due.is_some_and(|due| due <= self.now) {
                        self.deliver(run, EventKind::Tick);
                    }
                }
                true
            }
            (_, None) => false,
        }
    }

    /// Tells a run something. What it no longer waits for changes nothing.
    fn deliver(&mut self, at: usize, kind: EventKind) {
        let Some(run) = self.runs.get_mut(at) else {
            return;
        };
        let used = spend::fresh(&run.machine, &kind);
        let delivery = run.machine.deliver(Event { at: self.now, kind });
        if delivery != wfc_vm::Delivery::Accepted {
            return;
        }
        run.runnable = true;
        if used != Usage::default() {
            run.usage = run.usage.and(used);
            self.tell_spending(at);
        }
    }

    fn stuck(&self) -> Vec<Stuck> {
        let waits = |run: &Run| {
            let effects = run.machine.outstanding().cloned();
            let of_others = effects.filter(|e| !run.children.contains_key(&e.id));
            of_others
                .map(|effect| Stuck {
                    path: format!("{}{}", run.prefix, effect.path),
                    effect,
                })
                .collect::<Vec<_>>()
        };
        let runs = self.runs.iter().filter(|run| run.outcome.is_none());
        runs.flat_map(waits).collect()
    }
}

/// How much more of a run's work may be under way, by its policy.
fn room(run: &Run, effects: &[Effect]) -> usize {
    let Some(most) = run.machine.program().policy.max_concurrency else {
        return usize::MAX;
    };
    let under_way = effects
        .iter()
        .filter(|effect| is_work(effect) && run.asked.contains(&effect.id));
    let most = usize::try_from(most.max(1)).unwrap_or(usize::MAX);
    most.saturating_sub(under_way.count())
}

/// Whether an executor carries an effect out: people answer messages that await a response.
fn is_work(effect: &Effect) -> bool {
    match effect.class {
        EffectClass::Await => effect.kind != wfc_vm::EffectKind::Message,
        EffectClass::Notify => true,
        EffectClass::Timer | EffectClass::Promise | EffectClass::Call => false,
    }
}
