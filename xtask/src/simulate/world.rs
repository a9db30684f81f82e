//! The world: processes that carry engines, the work that they hand out, people who answer, a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use wfc_engine::store::{
    MemoryStore, NewEvent, NewLetter, Occurrence, RunFilter, RunState, Store, Verdict,
};
use wfc_engine::{
    Engine, ExecutionId, Found, Incoming, Options, OwnerId, Place, Programs, Round, RunKey, Start,
    letter, value_bytes,
};
use wfc_program::Program;
use wfc_value::{Duration, FaultCode, Map, Timestamp, Value};
use wfc_vm::{
    Effect, EffectClass, EffectId, EffectKind, ErrorRecord, EventKind, Limits, Outcome, TraceWhat,
};

use super::Subject;
use super::store::{Faulty, Plan, of};
use crate::differential::random::Random;

/// When the world begins.
const START: i64 = 1_700_000_000;
/// Moments after which nothing goes wrong any more.
const STORM: usize = 250;
/// Moments without anything going wrong, nor going on, after which a run counts as stuck.
const STUCK: usize = 500;

/// How bad the world is.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Of a thousand writes, so many fail.
    pub bad_writes: usize,
    /// Of a thousand reads, so many fail.
    pub bad_reads: usize,
    /// Of a thousand calls of the store, a process dies in so many.
    pub deaths: usize,
    /// Of a hundred moments, a process dies in so many.
    pub kills: usize,
    /// Whether clocks jump.
    pub jumps: bool,
    /// Processes at once.
    pub processes: usize,
    /// The first process dies at this call of its store, and nothing else goes wrong.
    pub dies_at: Option<u64>,
}

impl Weather {
    /// Nothing goes wrong.
    pub const CALM: Self = Self {
        bad_writes: 0,
        bad_reads: 0,
        deaths: 0,
        kills: 0,
        jumps: false,
        processes: 1,
        dies_at: None,
    };

    /// The weather of a seed.
    #[must_use]
    pub fn of(random: &mut Random) -> Self {
        let rate = |random: &mut Random, most: usize| {
            if random.chance(60) {
                random.below(most)
            } else {
                0
            }
        };
        Self {
            bad_writes: rate(random, 150),
            bad_reads: rate(random, 60),
            deaths: rate(random, 25),
            kills: rate(random, 8),
            jumps: random.chance(50),
            processes: 1 + random.below(2),
            dies_at: None,
        }
    }
}

/// How a run in this world ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct End {
    /// The outcome: a value, or an error's code.
    pub outcome: String,
    /// The goals that were handed out, or looked after.
    pub goals: BTreeSet<String>,
    /// Whether nobody knew the outcome of some work.
    pub unknown: bool,
}

/// What a world went through.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Rounds.
    pub rounds: u64,
    /// Rounds that failed.
    pub failed: u64,
    /// Processes that died.
    pub deaths: u64,
    /// Effects handed out.
    pub dispatched: u64,
    /// Letters and events posted.
    pub posted: u64,
    /// Calls of the first process's store.
    pub calls: u64,
}

struct Books(BTreeMap<String, Arc<Program>>);

impl Programs for Books {
    fn find(&self, workflow: &str, _: Option<&str>) -> Result<Found, String> {
        let program = self.0.get(workflow).ok_or("there is no such workflow")?;
        Ok(Found {
            program: Arc::clone(program),
            reference: workflow.to_owned(),
            source_hash: String::new(),
            env: Map::default(),
            calls: Vec::new(),
            catalogues: Vec::new(),
        })
    }
}

struct Job {
    at: Timestamp,
    what: Incoming,
}

struct Process {
    engine: Engine,
    /// What was handed out, and neither answered nor to be stopped.
    under_way: BTreeSet<(RunKey, EffectId)>,
    plan: Arc<Mutex<Plan>>,
    jobs: Vec<Job>,
    /// How much its clock is ahead, in milliseconds.
    ahead: i64,
    adopted: bool,
    busy: bool,
    deadline: Option<Timestamp>,
}

/// A world.
pub struct Sim<'p> {
    subject: &'p Subject,
    /// Whether nobody knew the outcome of some work.
    unknown: bool,
    random: Random,
    weather: Weather,
    now: Timestamp,
    disk: MemoryStore,
    processes: Vec<Process>,
    owners: u128,
    run: RunKey,
    begun: bool,
    /// Moments since something went on.
    still: usize,
    /// How many times each (key, attempt, goal) was handed out.
    handed: BTreeMap<(String, u32, String), u32>,
    goals: BTreeSet<String>,
    ended: BTreeMap<RunKey, Outcome>,
    /// Runs that were set aside, since their process died too often: somebody looks at them, and lets them go on.
    aside: BTreeSet<RunKey>,
    /// Letters that were posted, by what they answer.
    letters: BTreeMap<(RunKey, EffectId), Vec<u64>>,
    /// Events that are to be posted: when, key.
    events: Vec<(Timestamp, String)>,
    known_events: BTreeSet<String>,
    /// What it went through so far.
    pub count: Count,
    log: Option<String>,
}

impl<'p> Sim<'p> {
    /// A world of a seed.
    #[must_use]
    pub fn new(seed: u64, weather: Weather, subject: &'p Subject, log: bool) -> Self {
        let now = Timestamp::new(START, 0).unwrap_or_default();
        Self {
            random: Random::new(seed),
            weather,
            subject,
            unknown: false,
            now,
            disk: MemoryStore::new(OwnerId(1)),
            processes: Vec::new(),
            owners: 1,
            run: RunKey::local(ExecutionId::new(1_700_000_000_000, u128::from(seed))),
            begun: false,
            still: 0,
            handed: BTreeMap::new(),
            goals: BTreeSet::new(),
            ended: BTreeMap::new(),
            aside: BTreeSet::new(),
            letters: BTreeMap::new(),
            events: Vec::new(),
            known_events: BTreeSet::new(),
            count: Count::default(),
            log: log.then(String::new),
        }
    }

    /// What happened, when that was wished for.
    #[must_use]
    pub fn log(&self) -> &str {
        self.log.as_deref().unwrap_or_default()
    }

    fn say(&mut self, what: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            let _ = writeln!(log, "{} {}", self.now, what());
        }
    }

    /// Lets the run come to its end.
    ///
    /// # Errors
    /// What the model does not allow.
    pub fn play(&mut self) -> Result<End, String> {
        for moment in 0.. {
            if moment == STORM {
                self.weather = Weather {
                    processes: self.weather.processes,
                    ..Weather::CALM
                };
                for process in &self.processes {
                    let mut plan = of(&process.plan);
                    (plan.bad_writes, plan.bad_reads, plan.deaths) = (0, 0, 0);
                }
            }
            self.populate();
            let mut idle = true;
            for n in 0..self.processes.len() {
                idle &= !self.live(n)?;
            }
            self.bury();
            self.post()?;
            if self.is_over()? {
                return self.judge();
            }
            self.still += 1;
            if moment > STORM && self.still > STUCK {
                break;
            }
            self.pass(idle);
            if self.random.chance(self.weather.kills) && !self.processes.is_empty() {
                let n = self.random.below(self.processes.len());
                of(&self.processes[n].plan).dead = true;
                self.bury();
            }
        }
        let row = self.disk.run(self.run).ok().flatten();
        for process in &mut self.processes {
            let owner = process.engine.store().owner();
            let here: Vec<String> = process
                .engine
                .headers()
                .iter()
                .map(|h| h.execution.to_string())
                .collect();
            let deadline = process.deadline;
            if let Some(log) = &mut self.log {
                let _ = writeln!(
                    log,
                    "{owner:?} has {here:?}, busy {}, deadline {deadline:?}",
                    process.busy
                );
            }
        }
        Err(format!(
            "the run is stuck: {:?}",
            row.map(|r| (r.state, r.owner, r.waits))
        ))
    }

    /// Starts processes until there are enough.
    fn populate(&mut self) {
        while self.processes.len() < self.weather.processes {
            self.owners += 1;
            let mut plan = Plan::new(self.random.bits());
            plan.bad_writes = self.weather.bad_writes;
            plan.bad_reads = self.weather.bad_reads;
            plan.deaths = self.weather.deaths;
            plan.dies_at = self.weather.dies_at.take();
            let plan = Arc::new(Mutex::new(plan));
            let store = self.disk.another(OwnerId(self.owners));
            let store = Faulty::new(store, Arc::clone(&plan));
            let options = Options {
                adopt: true,
                park: self.random.chance(60),
                snapshot_every: u32::try_from(1 + self.random.below(40)).unwrap_or(8),
                // By the process, so that what else is by chance stays what it was.
                short_journal: [0, 300, 1024]
                    .into_iter()
                    .cycle()
                    .nth(usize::try_from(self.owners % 3).unwrap_or(0))
                    .unwrap_or(0),
                ..Options::default()
            };
            let engine = Engine::open(
                Box::new(Books(self.subject.programs.clone())),
                Box::new(store),
                options,
            );
            let owner = self.owners;
            self.say(|| format!("process {owner} starts"));
            self.processes.push(Process {
                engine,
                under_way: BTreeSet::new(),
                plan,
                jobs: Vec::new(),
                ahead: 0,
                adopted: false,
                busy: false,
                deadline: None,
            });
        }
    }

    /// Lets go of processes that died; what they had in memory is lost.
    fn bury(&mut self) {
        let before = self.processes.len();
        self.processes.retain(|p| !of(&p.plan).dead);
        let dead = before - self.processes.len();
        self.count.deaths += dead as u64;
        if dead > 0 {
            self.say(|| format!("{dead} died"));
        }
    }

    fn later(&self, millis: i64) -> Timestamp {
        self.now
            .checked_add(Duration::from_millis(millis))
            .unwrap_or(self.now)
    }

    /// One process's share of a moment; whether it did something.
    fn live(&mut self, n: usize) -> Result<bool, String> {
        let world_now = self.now;
        let begun = self.begun;
        let start = self.start()?;
        let polls = self.random.chance(30);
        let process = &mut self.processes[n];
        let now = world_now
            .checked_add(Duration::from_millis(process.ahead))
            .unwrap_or(world_now);
        let mut polled = None;
        if !process.adopted || polls {
            process.adopted = process.engine.adopt_orphans(now).is_ok();
            polled = process.engine.poll(now).err();
        }
        let aside = &mut self.aside;
        aside.retain(|key| process.engine.release(*key).is_err());
        if !begun {
            let _ = process.engine.start(start);
        }
        let (due, later): (Vec<Job>, Vec<Job>) = std::mem::take(&mut process.jobs)
            .into_iter()
            .partition(|j| j.at <= world_now);
        process.jobs = later;
        let awake = !due.is_empty()
            || process.busy
            || polls
            || !begun
            || process.deadline.is_none_or(|at| at <= now);
        if !awake {
            return Ok(false);
        }
        let inbox: Vec<Incoming> = due.into_iter().map(|j| j.what).collect();
        for what in &inbox {
            let answered = answers(&what.kind).map(|effect| (what.run, effect));
            process
                .under_way
                .retain(|open| answered.is_none_or(|answered| *open != answered));
        }
        let told = inbox.clone();
        let round = process.engine.round(now, inbox);
        let (dead, slow) = {
            let mut plan = of(&process.plan);
            if n == 0 {
                self.count.calls = plan.calls;
            }
            (plan.dead, std::mem::take(&mut plan.slow))
        };
        self.now = world_now
            .checked_add(Duration::from_millis(slow))
            .unwrap_or(world_now);
        self.count.rounds += 1;
        if let Some(error) = polled {
            self.say(|| format!("  poll failed: {error}"));
        }
        for incoming in told {
            self.say(|| format!("  told {:?}", incoming.kind));
        }
        if dead {
            // Whatever the round was to say, nobody hears it.
            return Ok(true);
        }
        match round {
            Ok(round) => self.hear(n, round),
            Err(error) => {
                self.count.failed += 1;
                self.processes[n].busy = true;
                self.say(|| format!("  [{n}] round failed: {error}"));
                Ok(true)
            }
        }
    }

    fn start(&self) -> Result<Start, String> {
        Ok(Start {
            found: Books(self.subject.programs.clone()).find("w", None)?,
            run: self.run,
            occurrence: Some(Occurrence {
                trigger: "t".into(),
                id: "1".into(),
            }),
            inputs: self.subject.inputs.clone(),
            trigger: Value::record([("type", Value::from("manual"))]).unwrap_or_default(),
            limits: Limits::default(),
            at: self.now,
        })
    }

    /// What a round says.
    fn hear(&mut self, n: usize, round: Round) -> Result<bool, String> {
        let busy = round.busy
            || !round.dispatch.is_empty()
            || !round.finished.is_empty()
            || !round.trace.is_empty();
        self.processes[n].busy = round.busy;
        self.processes[n].deadline = round.next_deadline;
        self.begun |= round.begun.iter().any(|b| b.run == self.run);
        if !round.trace.is_empty() {
            self.still = 0;
        }
        for (_, event) in &round.trace {
            self.unknown |= match &event.what {
                TraceWhat::Unknown => true,
                TraceWhat::Failed(error) => error.code == FaultCode::UnknownOutcome,
                _ => false,
            };
            self.say(|| format!("  {} {:?}", event.path, event.what));
        }
        let open = &mut self.processes[n].under_way;
        // A run that comes back may have gone on elsewhere.
        open.retain(|(run, _)| round.begun.iter().all(|begun| begun.run != *run));
        for (key, effect) in &round.cancel {
            open.remove(&(*key, *effect));
        }
        for dispatch in round.dispatch {
            self.say(|| {
                format!(
                    "  -> #{} {:?}",
                    dispatch.effect.id,
                    dispatch.effect.args.get("goal")
                )
            });
            self.hold_to_policy(n, dispatch.run, dispatch.effect.id)?;
            self.dispatch(n, dispatch.run, &dispatch.effect)?;
        }
        for (key, effect) in round.cancel {
            let mine = |j: &Job| j.what.run == key && answers(&j.what.kind) == Some(effect);
            let process = &mut self.processes[n];
            // What is stopped says so, or is done already.
            if self.random.chance(70) {
                process.jobs.retain(|j| !mine(j));
                let at = self
                    .now
                    .checked_add(Duration::from_millis(200))
                    .unwrap_or(self.now);
                process.jobs.push(Job {
                    at,
                    what: Incoming {
                        run: key,
                        kind: EventKind::Cancelled { effect },
                    },
                });
            }
        }
        for (key, outcome) in round.finished {
            self.say(|| format!("  [{n}] {} => {outcome:?}", key.execution));
            if let Some(known) = self.ended.get(&key)
                && *known != outcome
            {
                return Err(format!("a run ended twice: {known:?}, then {outcome:?}"));
            }
            self.ended.insert(key, outcome);
        }
        for (key, why) in round.quarantined {
            if !why.starts_with("the process died") {
                return Err(format!("a run was set aside: {why}"));
            }
            self.say(|| format!("  set aside: {why}"));
            self.aside.insert(key);
        }
        Ok(busy)
    }

    /// More work of a run is under way: no more than its policy allows.
    fn hold_to_policy(&mut self, n: usize, run: RunKey, effect: EffectId) -> Result<(), String> {
        let process = &mut self.processes[n];
        process.under_way.insert((run, effect));
        let program = process.engine.program(run);
        let most = program.and_then(|program| program.policy.max_concurrency);
        let out = process.under_way.iter().filter(|open| open.0 == run);
        let out = out.count() as u64;
        if most.is_some_and(|most| out > most) {
            return Err(format!("{out} effects are under way, more than {most:?}"));
        }
        Ok(())
    }

    /// Work begins: it must not have begun before, unless it may be repeated.
    fn dispatch(&mut self, n: usize, run: RunKey, effect: &Effect) -> Result<(), String> {
        self.count.dispatched += 1;
        if self.subject.free {
            return self.dispatch_free(n, run, effect);
        }
        let goal = match effect.args.get("goal") {
            Some(Value::String(goal)) => goal.to_string(),
            _ => effect.path.to_string(),
        };
        let (kind, name) = goal.split_once(' ').unwrap_or((&goal, ""));
        let place = (effect.key.to_string(), effect.attempt, goal.clone());
        let times = self.handed.entry(place).or_default();
        *times += 1;
        if *times > 1 && matches!(kind, "once" | "never") {
            return Err(format!("`{goal}` was started {times} times"));
        }
        // What was marked as started when the process died is looked after: that it was never handed out nobody knows.
        let done = if kind == "verify" {
            format!("once {name}")
        } else {
            goal.clone()
        };
        if kind != "never" {
            self.goals.insert(done);
        }
        let fails = match kind {
            "never" => return Ok(()),
            "flaky" => effect.attempt == 1,
            "first" => effect.key.contains("/attempt-1"),
            _ => false,
        };
        let kind = if fails {
            let error = ErrorRecord::new(FaultCode::from_name("agent_error"), "it went wrong");
            EventKind::Failed {
                effect: effect.id,
                error: Box::new(error),
                usage: None,
            }
        } else {
            EventKind::Completed {
                effect: effect.id,
                value: Value::from(name),
                usage: None,
            }
        };
        let what = Incoming { run, kind };
        for _ in 0..1 + usize::from(self.random.chance(8)) {
            let millis = [0, 10, 900, 7_000][self.random.below(4)];
            let at = self.later(millis);
            let what = what.clone();
            self.processes[n].jobs.push(Job { at, what });
        }
        Ok(())
    }

    /// Work of any workflow: it is answered by its key.
    fn dispatch_free(&mut self, n: usize, run: RunKey, effect: &Effect) -> Result<(), String> {
        let program = self.processes[n].engine.program(run);
        let step = program.and_then(|p| p.steps.get(effect.step?.index()));
        let again =
            effect.class != EffectClass::Await || step.is_some_and(|s| s.retry_on_interrupt);
        let place = (
            effect.key.to_string(),
            effect.attempt,
            effect.id.to_string(),
        );
        let times = self.handed.entry(place).or_default();
        *times += 1;
        if *times > 1 && !again {
            return Err(format!("`{}` was started {times} times", effect.path));
        }
        let kind = EventKind::Completed {
            effect: effect.id,
            value: super::examples::answer(effect),
            usage: None,
        };
        let at = self.later(10);
        let what = Incoming { run, kind };
        self.processes[n].jobs.push(Job { at, what });
        Ok(())
    }

    /// People answer, events come: through the store, from other processes.
    fn post(&mut self) -> Result<(), String> {
        let quarantined = RunFilter {
            states: vec![RunState::Quarantined],
            ..RunFilter::default()
        };
        for row in self.disk.runs(&quarantined).map_err(|e| e.to_string())? {
            if row.strikes < wfc_engine::MAX_STRIKES {
                return Err("a run was set aside although its process did not die of it".into());
            }
            self.aside.insert(row.key);
        }
        let mut waits = Vec::new();
        for process in &self.processes {
            for waiting in process.engine.waiting() {
                waits.push((
                    waiting.run,
                    waiting.effect,
                    waiting.kind,
                    waiting.args.get("key").cloned(),
                ));
            }
        }
        let rows = self.disk.runs(&RunFilter::default());
        for row in rows.map_err(|e| e.to_string())? {
            for wait in &row.waits {
                let kind = match wait.kind {
                    wfc_engine::store::WaitKind::Approval => EffectKind::Approval,
                    wfc_engine::store::WaitKind::Event => EffectKind::Event,
                    wfc_engine::store::WaitKind::Message => EffectKind::Message,
                    _ => continue,
                };
                waits.push((
                    row.key,
                    EffectId(wait.effect),
                    kind,
                    wait.key.clone().map(Value::String),
                ));
            }
        }
        for (run, effect, kind, key) in waits {
            match kind {
                EffectKind::Approval if self.subject.free || self.random.chance(30) => {
                    let fields = [
                        ("decision", Value::from("approve")),
                        ("by", Value::from("ann")),
                        ("at", Value::Timestamp(self.now)),
                    ];
                    let value = Value::record(fields).unwrap_or_default();
                    self.answer(run, effect, value)?;
                }
                EffectKind::Message => self.answer(run, effect, Value::from("said"))?,
                EffectKind::Event => {
                    let key = key
                        .as_ref()
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned();
                    if self.known_events.insert(key.clone()) {
                        let at = [0, 5_000][self.random.below(2)];
                        let at = self.later(at);
                        self.events.push((at, key));
                    }
                }
                _ => {}
            }
        }
        let now = self.now;
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.events)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.events = later;
        for (_, key) in due {
            for _ in 0..1 + self.random.below(2) {
                let event = NewEvent {
                    place: Place::default(),
                    name: "e".into(),
                    key: Some(key.as_str().into()),
                    id: Some(key.as_str().into()),
                    at: self.now,
                    payload: value_bytes(&Value::string(format!("event {key}"))),
                };
                self.disk.post_event(&event).map_err(|e| e.to_string())?;
                self.count.posted += 1;
                self.say(|| format!("  event {key}"));
            }
        }
        Ok(())
    }

    fn answer(&mut self, run: RunKey, effect: EffectId, value: Value) -> Result<(), String> {
        let most = if self.subject.free { 1 } else { 3 };
        if self
            .letters
            .get(&(run, effect))
            .is_some_and(|l| l.len() >= most)
        {
            return Ok(());
        }
        let kind = EventKind::Completed {
            effect,
            value,
            usage: None,
        };
        let new = NewLetter {
            to: run,
            at: self.now,
            body: letter(&kind),
        };
        let number = self.disk.post(&new).map_err(|e| e.to_string())?;
        self.count.posted += 1;
        self.say(|| format!("  letter {number} answers #{effect}"));
        self.letters.entry((run, effect)).or_default().push(number);
        Ok(())
    }

    /// Time passes: a little, or until something happens.
    fn pass(&mut self, idle: bool) {
        let mut next: Option<Timestamp> = None;
        let down = self.processes.len() < self.weather.processes
            || self.processes.iter().any(|p| !p.adopted || p.busy);
        for process in &self.processes {
            let jobs = process.jobs.iter().map(|j| j.at);
            let back = Duration::from_millis(-process.ahead);
            let deadline = process.deadline.and_then(|at| at.checked_add(back));
            next = next.into_iter().chain(jobs).chain(deadline).min();
        }
        next = next
            .into_iter()
            .chain(self.events.iter().map(|e| e.0))
            .min();
        let millis = [0, 20, 1000][self.random.below(3)];
        let little = self.later(millis);
        self.now = match next {
            // While a process is away time goes on slowly: what it would have answered is not to be late for that.
            _ if down => little,
            Some(next) if idle || self.random.chance(40) => next.max(self.now),
            _ if idle => self.later(60_000),
            _ => little,
        };
        if self.weather.jumps && self.random.chance(4) && !self.processes.is_empty() {
            let n = self.random.below(self.processes.len());
            let by = [-3_600_000, -5_000, 5_000, 60_000][self.random.below(4)];
            self.processes[n].ahead += by;
            self.say(|| format!("a clock jumps by {by} ms"));
        }
    }

    /// Whether the run has ended and every letter has its answer.
    fn is_over(&mut self) -> Result<bool, String> {
        let row = self.disk.run(self.run).map_err(|e| e.to_string())?;
        if !row.is_some_and(|row| row.state.is_over()) {
            return Ok(false);
        }
        let numbers: Vec<u64> = self.letters.values().flatten().copied().collect();
        for number in numbers {
            if self
                .disk
                .verdict(number)
                .map_err(|e| e.to_string())?
                .is_none()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Everything is over: what does the model say?
    fn judge(&mut self) -> Result<End, String> {
        for ((_, effect), numbers) in self.letters.clone() {
            let mut accepted = 0;
            for number in numbers {
                let verdict = self.disk.verdict(number).map_err(|e| e.to_string())?;
                accepted += usize::from(verdict == Some(Verdict::Accepted));
            }
            if accepted != 1 {
                return Err(format!("{accepted} answers to #{effect} were accepted"));
            }
        }
        let keys: Vec<RunKey> = self.ended.keys().copied().collect();
        for key in keys {
            let row = self.disk.run(key).map_err(|e| e.to_string())?;
            let told = self.ended.get(&key);
            let kept = row.and_then(|row| row.outcome);
            let kept = kept.and_then(|bytes| wfc_engine::read_outcome(&bytes).ok());
            if kept.as_ref().map(|k| &k.outcome) != told {
                return Err(format!(
                    "told was {told:?}, kept is {:?}",
                    kept.map(|k| k.outcome)
                ));
            }
        }
        let row = self.disk.run(self.run).map_err(|e| e.to_string())?;
        let row = row.ok_or("the run is gone")?;
        let kept = row.outcome.as_deref().map(wfc_engine::read_outcome);
        let outcome = match kept {
            Some(Ok(kept)) => kept.outcome,
            other => return Err(format!("no outcome: {:?} {other:?}", row.state)),
        };
        let outcome = match outcome {
            Outcome::Succeeded(value) => format!("{value:?}"),
            Outcome::Failed(error) => format!("failed with {}", error.code),
            Outcome::Cancelled { .. } => "cancelled".to_owned(),
        };
        if row.state == RunState::Cancelled {
            return Err("nobody cancelled it".to_owned());
        }
        Ok(End {
            outcome,
            goals: self.goals.clone(),
            unknown: self.unknown,
        })
    }
}

/// The effect that an event answers.
fn answers(kind: &EventKind) -> Option<EffectId> {
    match kind {
        EventKind::Completed { effect, .. }
        | EventKind::Failed { effect, .. }
        | EventKind::Unknown { effect }
        | EventKind::Cancelled { effect } => Some(*effect),
        _ => None,
    }
}
