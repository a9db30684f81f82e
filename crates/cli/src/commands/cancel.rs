//! `wfc cancel`: cancels a durable run, wherever it is.

use clap::Args;
use wfc_engine::letter;
use wfc_vm::EventKind;

use crate::args::{Answers, Cli};
use crate::error::CliError;
use crate::exit::Exit;
use crate::post::{self, Outcome};
use crate::store::{self, StoreArg};

use super::resume::Going;

/// `wfc cancel`
#[derive(Debug, Args)]
pub struct Cancel {
    /// The run's id, a part of it, or `last`
    pub run: String,
    /// Why, for those who look at it later
    #[arg(long, value_name = "TEXT", default_value = "cancelled by `wfc cancel`")]
    pub reason: String,
    /// Take what a secret holds from a file or from a variable of the environment, when the run goes on here
    #[arg(long, value_name = "NAME=FILE|env:VARIABLE")]
    pub secret: Vec<String>,
    /// Where it is kept
    #[command(flatten)]
    pub store: StoreArg,
}

/// Cancels one run. Where no process works on it, this one carries out its `finally` and compensation.
///
/// # Errors
/// When there is no such run, it has ended, or the store cannot be read.
pub fn run(cli: &Cli, args: &Cancel) -> Result<Exit, CliError> {
    post::patiently(|| once(cli, args))
}

fn once(cli: &Cli, args: &Cancel) -> Result<Option<Exit>, CliError> {
    let mut store = args.store.open()?;
    let row = store::find(&mut store, &args.run)?;
    let kind = EventKind::Cancel {
        reason: args.reason.as_str().into(),
    };
    let (outcome, store) = post::to_its_process(store, &row, row.key, letter(&kind))?;
    if let Outcome::Refused(verdict) = outcome {
        return Err(post::refused(verdict));
    }
    if outcome == Outcome::Taken {
        crate::term::eprint(&format!("the run {} is told to end\n", row.key.execution));
        return Ok(Some(Exit::Clean));
    }
    let ready = Going::new(cli, row.key, &args.store, &args.secret)?;
    let answers = Answers::default();
    let session = ready.session(cli, &answers, &args.store)?;
    let session = session.cancelling(args.reason.clone());
    let exit = ready.drive(session, row.key, store)?;
    // That it ends cancelled is what was asked for.
    Ok(exit.map(|exit| match exit {
        Exit::Cancelled => Exit::Clean,
        exit => exit,
    }))
}
