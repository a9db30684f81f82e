//! Real `wfc` processes under `kill -9`: whatever happens to them, the run ends as if nothing had.

pub mod damage;
pub mod judge;
pub mod victim;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::differential::random::Random;
use damage::Damage;
use judge::{Ledger, Record};
use victim::{Ended, Victim};

/// The most processes that one run may take before it counts as stuck.
const MOST_LIVES: usize = 400;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Options {
    /// The binary.
    pub wfc: PathBuf,
    /// How many times a process is killed in all.
    pub points: u64,
    /// Where random numbers begin.
    pub seed: u64,
    /// What happens besides.
    pub damage: Damage,
}

/// What many runs came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// Runs that came to their end.
    pub runs: u64,
    /// Processes that were killed.
    pub kills: u64,
    /// Times that the last page was torn.
    pub damages: u64,
    /// Times that a process gave up since the disk was full.
    pub fulls: u64,
    /// Steps that were started, repetitions included.
    pub starts: u64,
    /// `once` steps that were cut off, so that nobody knew their outcome.
    pub unknown: u64,
}

impl Totals {
    /// Adds another part.
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.kills += other.kills;
        self.damages += other.damages;
        self.fulls += other.fulls;
        self.starts += other.starts;
        self.unknown += other.unknown;
    }
}

/// Runs the workflow once without harm: what all other runs are compared with.
///
/// # Errors
/// When it does not run.
pub fn reference(wfc: &Path, fails: bool, folder: &Path) -> Result<Record, String> {
    let mut victim = Victim::new(wfc, folder, fails)?;
    match victim.live(None)? {
        Ended::Done(output) => Record::read(folder, output),
        other => Err(format!("the undisturbed run did not end: {other:?}")),
    }
}

/// One run, killed again and again until it ends.
///
/// # Errors
/// What is not as in the undisturbed run.
pub fn torment(
    options: &Options,
    expected: &Record,
    (fails, seed): (bool, u64),
    folder: &Path,
) -> Result<Totals, String> {
    let mut random = Random::new(seed);
    let mut totals = Totals::default();
    let mut victim = Victim::new(&options.wfc, folder, fails)?;
    let mut harm = damage::Harm::begin(&options.damage, folder)?;
    for life in 0.. {
        if life > MOST_LIVES {
            return Err(format!("the run is not done after {MOST_LIVES} processes"));
        }
        harm.before(&mut random, &victim)?;
        // Later ones live longer, so that the run comes to its end on a slow machine, too.
        let longest = 260 * (1 + life / 40);
        let after = Duration::from_millis(u64::try_from(5 + random.below(longest)).unwrap_or(5));
        let ended = victim.live(Some(after))?;
        totals.damages += u64::from(harm.after(&mut random, &victim, &ended)?);
        match victim.look(ended)? {
            Ended::Killed => totals.kills += 1,
            Ended::Full if harm.expects_full() => totals.fulls += 1,
            Ended::Done(output) => {
                let record = Record::read(folder, output)?;
                record.compare(expected)?;
                let ledger = Ledger::read(folder)?;
                ledger.once()?;
                totals.starts += ledger.starts();
                totals.unknown += ledger.unknown();
                totals.runs += 1;
                return Ok(totals);
            }
            other => return Err(format!("life {life}: {other:?}")),
        }
    }
    Ok(totals)
}
