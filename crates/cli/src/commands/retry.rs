//! `wfc retry`: runs a durable run that has ended again.

use std::path::PathBuf;

use clap::Args;

use crate::args::{Answers, Cli};
use crate::callees;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::human;
use crate::program::{Library, Loaded, load_program};
use crate::settings::SettingsCache;
use crate::store::{self, StoreArg};
use crate::term;
use crate::world::DiskWorld;

use super::resume::Going;

/// `wfc retry`
#[derive(Debug, Args)]
pub struct Retry {
    /// The run's id, a part of it, or `last`
    pub run: String,
    /// The step to begin with, by its id or path: what was done before it is taken over. The step that failed when absent
    #[arg(long, value_name = "STEP")]
    pub from: Option<String>,
    /// Go on with this workflow, such as a mended one, instead of the one that the run began with
    #[arg(long, value_name = "FILE")]
    pub with: Option<PathBuf>,
    /// Where it is kept
    #[command(flatten)]
    pub store: StoreArg,
    /// Answers and output
    #[command(flatten)]
    pub answers: Answers,
}

/// Runs it again, as a new run.
///
/// # Errors
/// When there is no such run, it has not ended, or the store cannot be read.
pub fn run(cli: &Cli, args: &Retry) -> Result<Exit, CliError> {
    let mut store = args.store.open()?;
    let row = store::find(&mut store, &args.run)?;
    let settings = SettingsCache::new(cli.config.as_deref());
    let found = match &args.with {
        None => None,
        Some(path) => match load_program(path, &DiskWorld::default(), &settings)? {
            Loaded::Ready(mut ready) => {
                callees::pin(&mut ready, &settings, &Library::default());
                Some(ready.found)
            }
            Loaded::Faulty(report) => {
                term::eprint(&human::print(&[report], 1, term::colours(cli.color)));
                return Ok(Exit::Findings);
            }
        },
    };
    let ready = Going::new(cli, row.key, &args.store, &args.answers.secret)?;
    let session = ready.session(cli, &args.answers, &args.store)?;
    let from = args.from.as_deref();
    session.drive(|| ready.host.retry(row.key, from, found.as_ref(), store))
}
