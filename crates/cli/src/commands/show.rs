//! `wfc show`: one durable run.

use clap::Args;
use wfc_engine::{History, HistoryError, RunKey};
use wfc_runtime::Pinned;
use wfc_runtime::store::SqliteStore;

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::history;
use crate::program::Library;
use crate::store::{self, StoreArg};
use crate::term;

use super::runs::{Format, state};

/// `wfc show`
#[derive(Debug, Args)]
pub struct Show {
    /// The run's id, a part of it, or `last`
    pub run: String,
    /// Show inputs and outputs whole, and not their beginnings
    #[arg(long)]
    pub full: bool,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Where it is kept
    #[command(flatten)]
    pub store: StoreArg,
}

/// Shows one run.
///
/// # Errors
/// When there is no such run, or the store cannot be read.
pub fn run(cli: &Cli, args: &Show) -> Result<Exit, CliError> {
    let mut store = args.store.open()?;
    let row = store::find(&mut store, &args.run)?;
    let (past, worked_on) = of_one_moment(&mut store, &args.store, row.key)?;
    let standing = state(&past.row, worked_on);
    let pinned = Pinned {
        program: past.program.clone(),
        reference: past.reference.clone(),
    };
    let ready = Library::default().of(row.workflow.as_str(), &pinned);
    match args.format {
        Format::Human => {
            let look = history::Look {
                colours: term::colours(cli.color),
                full: args.full,
            };
            term::print(&history::people(&past, &ready, &standing, look));
        }
        Format::Json => term::print(&format!("{:#}\n", history::machine(&past, &ready))),
    }
    Ok(Exit::Clean)
}

/// How often a past is read again when its run has gone on meanwhile.
const TRIES: usize = 8;

/// A run's past, and whether a process works on it.
fn of_one_moment(
    store: &mut SqliteStore,
    at: &StoreArg,
    run: RunKey,
) -> Result<(History, bool), CliError> {
    for _ in 0..TRIES {
        let past = past(at, run)?;
        if let Some(on) = store.works_on(&past.row).map_err(|e| store::fault(&e))? {
            return Ok((past, on));
        }
    }
    Err(CliError::host(
        "the run passes from process to process while it is read",
        "try again",
    ))
}

/// A run's past.
///
/// # Errors
/// When it cannot be read.
pub fn past(store: &StoreArg, run: RunKey) -> Result<History, CliError> {
    let mut reader = store::reader(store.open()?);
    reader.history(run).map_err(|error| match error {
        HistoryError::Store(error) => store::fault(&error),
        other => CliError::host(
            other.to_string(),
            "`wfc runs` lists what is known of each run",
        ),
    })
}
