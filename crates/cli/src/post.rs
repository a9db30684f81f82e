//! Something to tell a run that another process works on.

use std::time::{Duration, Instant};

use wfc_engine::store::{NewLetter, RunRow, Store as _, Verdict};
use wfc_engine::{ResumeError, RunKey};
use wfc_runtime::store::SqliteStore;

use crate::error::CliError;
use crate::exit::Exit;
use crate::store::fault;

/// How long the other process may take to say what became of it.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many times a run is looked at again that other processes take on and let go of.
const TRIES: u32 = 10;

/// Looks at a run again when another process took it on between two looks (`once` gives nothing then).
///
/// # Errors
/// As `once`.
pub fn patiently(
    mut once: impl FnMut() -> Result<Option<Exit>, CliError>,
) -> Result<Exit, CliError> {
    for _ in 0..TRIES {
        if let Some(exit) = once()? {
            return Ok(exit);
        }
    }
    Err(CliError::host(
        "other processes take the run on all the time",
        "try again",
    ))
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The process that works on the run took it.
    Taken,
    /// No process works on the run.
    Nobody,
    /// It was not taken: see [`refused`].
    Refused(Verdict),
}

/// Posts the letter `body` to `to`, which is `root` or a run that it called, for the process that works on it, if one
/// does, and waits for what became of it.
///
/// # Errors
/// When the run has ended, its process does not answer, or the store cannot be read.
pub fn to_its_process(
    mut store: SqliteStore,
    root: &RunRow,
    to: RunKey,
    body: Vec<u8>,
) -> Result<(Outcome, SqliteStore), CliError> {
    if root.state.is_over() {
        return Err(CliError::usage(
            ResumeError::Over(root.state).to_string(),
            "`wfc show` tells what became of it",
        ));
    }
    if !store.is_worked_on(root.key).map_err(|e| fault(&e))? {
        return Ok((Outcome::Nobody, store));
    }
    let letter = NewLetter {
        to,
        at: wfc_runtime::now(),
        body,
    };
    let number = store.post(&letter).map_err(|e| fault(&e))?;
    let until = Instant::now() + PATIENCE;
    loop {
        match store.verdict(number).map_err(|e| fault(&e))? {
            Some(Verdict::Accepted) => return Ok((Outcome::Taken, store)),
            Some(verdict) => return Ok((Outcome::Refused(verdict), store)),
            None if Instant::now() > until => {
                return Err(CliError::host(
                    "the process that works on the run has not answered",
                    "it is told as soon as it, or `wfc resume`, looks: see `wfc show`",
                ));
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// What became of a letter that was not taken.
pub fn refused(verdict: Verdict) -> CliError {
    if verdict == Verdict::Forbidden {
        return CliError::forbidden("only the step's `approvers` may answer it");
    }
    let why = match verdict {
        Verdict::Duplicate | Verdict::Stale => {
            "it came too late: the step was answered already, or given up"
        }
        Verdict::Full => "too much is kept for the run already",
        Verdict::Malformed | Verdict::Accepted | Verdict::Forbidden => "the run could not read it",
        Verdict::Unknown => "there is no such run any more",
    };
    CliError::host(why, "`wfc show` tells where the run stands")
}
