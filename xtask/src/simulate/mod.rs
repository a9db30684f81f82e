//! A seeded world in one thread around the engine: every write may fail, every process may die, clocks jump, work fails, is
//! repeated or never ends. Whatever happens, runs end as they do when nothing goes wrong.

pub mod examples;
pub mod store;
#[allow(
    clippy::indexing_slicing,
    reason = "JSON that was made here is indexed by its keys; processes by their places"
)]
pub mod workflow;
#[allow(
    clippy::indexing_slicing,
    reason = "JSON that was made here is indexed by its keys; processes by their places"
)]
pub mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_program::Program;
use wfc_value::Map;

use crate::differential::random::Random;
use world::{Count, End, Sim, Weather};

/// A workflow with what it calls and what it is given.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The programs by their names; `w` is the one that is started.
    pub programs: BTreeMap<String, Arc<Program>>,
    /// Its inputs.
    pub inputs: Map,
    /// Whether it may be any workflow: its work is answered by its key, and whoever is told that an outcome is not known
    /// may end otherwise.
    pub free: bool,
}

/// What many seeds came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// Seeds whose workflow is valid.
    pub seeds: u64,
    /// What they went through.
    pub count: Count,
}

impl Totals {
    /// Adds a world.
    pub fn add(&mut self, seeds: u64, count: &Count) {
        self.seeds += seeds;
        let mine = &mut self.count;
        mine.rounds += count.rounds;
        mine.failed += count.failed;
        mine.deaths += count.deaths;
        mine.dispatched += count.dispatched;
        mine.posted += count.posted;
    }
}

/// Seeds that once ended otherwise than in calm: their workflows stay what they were.
const ONCE_WRONG: [u64; 19] = [
    29, 99, 103, 138, 402, 494, 604, 754, 901, 1148, 1476, 1882, 2412, 25970, 33841, 86347, 88417,
    89186, 93949,
];

/// Seeds with a policy that once broke it: work that was given up while commits failed was never stopped.
#[cfg(test)]
const ONCE_TOO_MUCH: [u64; 5] = [3842, 4306, 5013, 38311, 51570];

/// The workflow of a seed with what it calls.
///
/// # Errors
/// What the checker says.
pub fn subject(seed: u64) -> Result<Subject, String> {
    let mut workflow = workflow::workflow(seed);
    if !ONCE_WRONG.contains(&seed) {
        let mut random = Random::new(seed ^ 0x706f_6c69);
        let mut policy = serde_json::Map::new();
        if random.chance(25) {
            policy.insert("max_concurrency".into(), (1 + random.below(3)).into());
        }
        if random.chance(30) {
            // More than enough: which call would be one too many depends on the weather. What is told of it does not.
            policy.insert(
                "budget".into(),
                serde_json::json!({ "agent_calls": 10_000 }),
            );
        }
        if let Some(root) = workflow.as_object_mut().filter(|_| !policy.is_empty()) {
            root.insert("policy".into(), policy.into());
        }
    }
    let text = workflow.to_string();
    Ok(Subject {
        programs: BTreeMap::from([
            ("w".to_owned(), workflow::program(&text, "w")?),
            ("child".to_owned(), workflow::child()?),
        ]),
        inputs: Map::default(),
        free: false,
    })
}

/// Plays a seed in calm and in its own weather, and compares the ends.
///
/// # Errors
/// What is wrong, with what happened when `log` asks for it.
pub fn run_seed(seed: u64, log: bool, totals: &mut Totals) -> Result<(), String> {
    let Ok(subject) = subject(seed) else {
        return Ok(());
    };
    let mut calm = Sim::new(seed, Weather::CALM, &subject, log);
    let expected = calm
        .play()
        .map_err(|why| format!("in calm: {why}\n{}", calm.log()))?;
    let weather = Weather::of(&mut Random::new(seed ^ 0x0077));
    let count = compare(seed, weather, &subject, &expected, log)?;
    totals.add(1, &count);
    Ok(())
}

fn compare(
    seed: u64,
    weather: Weather,
    subject: &Subject,
    expected: &End,
    log: bool,
) -> Result<Count, String> {
    let mut sim = Sim::new(seed, weather, subject, log);
    let end = sim.play();
    let wrong = match end {
        Err(why) => why,
        Ok(end) if subject.free && end.unknown => return Ok(sim.count),
        Ok(end) if end.outcome != expected.outcome => {
            format!("the outcome is {}, not {}", end.outcome, expected.outcome)
        }
        Ok(end) if end.goals != expected.goals => {
            let missing: Vec<_> = expected.goals.difference(&end.goals).collect();
            let more: Vec<_> = end.goals.difference(&expected.goals).collect();
            format!("not done: {missing:?}; done besides: {more:?}")
        }
        Ok(_) => return Ok(sim.count),
    };
    Err(format!("{wrong}\n{weather:?}\n{}", sim.log()))
}

/// Plays a seed once for each call of its store, with the process dying there; gives how many there were.
///
/// # Errors
/// What is wrong.
pub fn every_point(subject: &Subject, seed: u64, log: bool) -> Result<u64, String> {
    let mut calm = Sim::new(seed, Weather::CALM, subject, log);
    let expected = calm
        .play()
        .map_err(|why| format!("in calm: {why}\n{}", calm.log()))?;
    let calls = calm.count.calls;
    for at in 1..=calls {
        // Twice: what is written at that moment is lost, or kept.
        for other in 0..3 {
            let weather = Weather {
                dies_at: Some(at),
                ..Weather::CALM
            };
            compare(seed + other * 1000, weather, subject, &expected, log)
                .map_err(|why| format!("dying at call {at}: {why}"))?;
        }
    }
    Ok(calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs end as they do in calm, in some hundred bad worlds; `cargo xtask simulate` takes more. The last ones once did not.
    #[test]
    fn runs_end_as_they_do_in_calm() {
        let mut totals = Totals::default();
        for seed in (0..100).chain(ONCE_WRONG).chain(ONCE_TOO_MUCH) {
            assert_eq!(run_seed(seed, false, &mut totals), Ok(()), "seed {seed}");
        }
        assert!(totals.seeds > 90 && totals.count.deaths > 50, "{totals:?}");
    }

    /// A process may die at each call of its store.
    #[test]
    fn a_process_may_die_at_any_point() {
        for seed in 0..4 {
            let subject = subject(seed).unwrap();
            every_point(&subject, seed, false).unwrap();
        }
    }
}
