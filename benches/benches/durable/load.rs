//! Many runs at once for some time.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use wfc_benches::quiet::{memory, processor};
use wfc_engine::RunKey;
use wfc_vm::Outcome;

use crate::work::{Executor, Starter, Workers, engine, fresh, now, workflow};

/// Steps of a run.
pub(crate) const STEPS: usize = 10;

/// What was measured.
pub(crate) struct Load {
    /// How long each run took, from its start to its durable end, in order.
    pub(crate) times: Vec<Duration>,
    pub(crate) commits: u64,
    pub(crate) memory: u64,
    took: Duration,
    /// Processor time of all of it.
    used: Duration,
}

impl Load {
    pub(crate) fn runs_a_second(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64()
    }

    /// Processor time of a step.
    pub(crate) fn used_a_step(&self) -> Duration {
        self.used.div_f64((self.times.len() * STEPS).max(1) as f64)
    }

    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let at = (self.times.len() * percent / 100).min(self.times.len().saturating_sub(1));
        self.times.get(at).copied().unwrap_or_default()
    }
}

/// Keeps `at_once` runs under way for a warm-up of a quarter of the time, then for the time.
pub(crate) fn run(folder: &Path, executor: Executor, at_once: usize, time: Duration) -> Load {
    let path = fresh(folder);
    let mut engine = engine(&path);
    let mut workers = Workers::new(executor);
    let mut starter = Starter::new(workflow(STEPS));
    let mut begun: HashMap<RunKey, Instant> = HashMap::new();
    let mut load = Load {
        times: Vec::new(),
        commits: 0,
        memory: 0,
        took: Duration::ZERO,
        used: Duration::ZERO,
    };
    for _ in 0..at_once {
        begun.insert(starter.start(&mut engine), Instant::now());
    }
    let mut warm = None;
    let mut before = Duration::ZERO;
    let start = Instant::now();
    loop {
        if warm.is_none() && start.elapsed() > time / 4 {
            warm = Some(Instant::now());
            load.times.clear();
            load.commits = 0;
            before = processor().unwrap_or_default();
        }
        if let Some(warm) = warm
            && warm.elapsed() > time
        {
            load.took = warm.elapsed();
            load.used = processor().unwrap_or_default().saturating_sub(before);
            break;
        }
        let round = engine.round(now(), workers.take()).unwrap();
        load.commits += 1;
        for dispatch in round.dispatch {
            workers.start(dispatch);
        }
        for (key, outcome) in round.finished {
            assert!(matches!(outcome, Outcome::Succeeded(_)), "{outcome:?}");
            load.times.extend(begun.remove(&key).map(|at| at.elapsed()));
            begun.insert(starter.start(&mut engine), Instant::now());
        }
    }
    load.memory = memory("self", "VmRSS").unwrap_or_default();
    load.times.sort_unstable();
    load
}
