//! The world: processes that carry engines, the work that they hand out, people who answer, a clock.

mod judge;
mod people;
mod process;
mod weather;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use wfc_engine::store::{MemoryStore, Store as _};
use wfc_engine::{Engine, ExecutionId, Options, OwnerId, RunKey};
use wfc_value::{Duration, Timestamp};
use wfc_vm::{EffectId, Outcome};

use super::Subject;
use super::store::{Faulty, Plan, of};
use crate::differential::random::Random;
use process::{Books, Process};
pub use weather::{Count, End, Weather};

/// When the world begins.
const START: i64 = 1_700_000_000;
/// Moments after which nothing goes wrong any more.
const STORM: usize = 250;
/// Moments without anything going wrong, nor going on, after which a run counts as stuck.
const STUCK: usize = 500;

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
        Err(self.stuck())
    }

    /// Who has what, when nothing goes on any more.
    fn stuck(&mut self) -> String {
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
        format!(
            "the run is stuck: {:?}",
            row.map(|r| (r.state, r.owner, r.waits))
        )
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
}
