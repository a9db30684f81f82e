//! The machine against a naive interpreter of the core, on random workflows in random worlds.

pub mod compare;
pub mod generate;
#[allow(
    clippy::indexing_slicing,
    reason = "ids are indexes into tables that only grow; a wrong one is a fault of the comparison itself, and is to be loud"
)]
pub mod interpreter;
pub mod random;
pub mod script;
pub mod shrink;

use serde_json::Value as Json;

use compare::{Ended, Subject};

/// A workflow with a world in which machine and interpreter differ.
#[derive(Debug)]
pub struct Difference {
    /// The seed of both.
    pub seed: u64,
    /// The workflow.
    pub workflow: Json,
    /// What differs.
    pub what: String,
}

/// What many seeds came to.
#[derive(Debug, Default)]
pub struct Totals {
    /// Workflows that were run.
    pub programs: u64,
    /// Workflows that the checker refused, by its first message's code.
    pub refused: std::collections::BTreeMap<String, u64>,
    /// Events, effects, and how the runs ended.
    pub events: u64,
    /// Effects asked for.
    pub effects: u64,
    /// Runs that succeeded, failed, were cancelled.
    pub ends: [u64; 3],
}

impl Totals {
    fn count(&mut self, ended: Ended) {
        self.programs += 1;
        self.events += u64::try_from(ended.events).unwrap_or_default();
        self.effects += ended.effects;
        let [succeeded, failed, cancelled] = &mut self.ends;
        *succeeded += u64::from(ended.succeeded);
        *failed += u64::from(ended.failed);
        *cancelled += u64::from(ended.cancelled);
    }

    /// Adds another part.
    pub fn add(&mut self, other: Self) {
        self.programs += other.programs;
        self.events += other.events;
        self.effects += other.effects;
        for (mine, theirs) in self.ends.iter_mut().zip(other.ends) {
            *mine += theirs;
        }
        for (code, n) in other.refused {
            *self.refused.entry(code).or_default() += n;
        }
    }
}

/// Runs one seed: nothing when the checker refuses its workflow.
///
/// # Errors
/// The difference that was found.
pub fn run_seed(seed: u64, totals: &mut Totals) -> Result<(), Box<Difference>> {
    let workflow = generate::workflow(seed);
    match Subject::new(&workflow.to_string()) {
        Ok(subject) => match subject.compare(seed, None) {
            Ok(ended) => totals.count(ended),
            Err(what) => {
                return Err(Box::new(Difference {
                    seed,
                    workflow,
                    what,
                }));
            }
        },
        Err(why) => {
            let code = if std::env::var("WHY").is_ok() {
                why
            } else {
                why.split(" ").next().unwrap_or_default().to_owned()
            };
            *totals.refused.entry(code).or_default() += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What machine and interpreter do is the same, on a few hundred workflows; `cargo xtask differential` takes more.
    #[test]
    fn machine_and_interpreter_agree() {
        let mut totals = Totals::default();
        let mut seed = 0;
        while totals.programs < 300 {
            let found = run_seed(seed, &mut totals).err();
            let found = found.map(|d| format!("seed {}: {}\n{:#}", d.seed, d.what, d.workflow));
            assert_eq!(found, None);
            seed += 1;
            assert!(
                seed < 3000,
                "most workflows are to be valid: {:?}",
                totals.refused
            );
        }
        let [succeeded, failed, cancelled] = totals.ends;
        assert!(succeeded > 40 && failed > 40 && cancelled > 2, "{totals:?}");
    }
}
