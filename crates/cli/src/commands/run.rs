//! `wfc run`: checks, compiles, and runs to the end, or until somebody is to answer.

use wfc_runtime::NewRun;

use crate::args::{Cli, Run};
use crate::callees;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::human;
use crate::program::{Library, Loaded, Ready, load_program};
use crate::session::{self, Session};
use crate::settings::SettingsCache;
use crate::world::DiskWorld;
use crate::{inputs, term};

/// What becomes of a workflow's triggers: a run by hand is none of theirs.
fn triggers(ready: &Ready) -> Option<String> {
    let names: Vec<&str> = ready.triggers.iter().map(String::as_str).collect();
    let (last, others) = names.split_last()?;
    let names = match others {
        [] => (*last).to_owned(),
        others => format!("{} and {last}", others.join(", ")),
    };
    Some(format!(
        "run by hand, once: nothing listens for its triggers ({names}); inputs are those that are given here\n"
    ))
}

/// Runs one workflow.
///
/// # Errors
/// When it could not be started, or not be kept.
pub fn run(cli: &Cli, args: &Run) -> Result<Exit, CliError> {
    let settings = SettingsCache::new(cli.config.as_deref());
    let loaded = load_program(&args.file, &DiskWorld::default(), &settings)?;
    let mut ready = match loaded {
        Loaded::Ready(ready) => ready,
        Loaded::Faulty(report) => {
            term::eprint(&human::print(&[report], 1, term::colours(cli.color)));
            return Ok(Exit::Findings);
        }
    };
    if args.dry {
        return super::dry::run(cli, args, &ready, &settings);
    }
    let inputs = inputs::read(args, &ready.found.program)?;
    let located = settings.of(&args.file.display().to_string())?;
    let library = Library::default();
    callees::pin(&mut ready, &settings, &library);
    let new = NewRun {
        found: ready.found.clone(),
        inputs,
        trigger: None,
    };
    if let Some(note) = triggers(&ready) {
        term::eprint(&note);
    }
    library.add(*ready);
    let host = session::host(cli, &located, &args.answers.secret, &library)?;
    host.check(&new).map_err(|e| session::host_error(&e))?;
    let durable = args.durable || args.store.store.is_some();
    let store = durable.then(|| args.store.make()).transpose()?;
    let kept = durable.then(|| args.store.clone());
    let session = Session::new(cli, &args.answers, kept, library)?;
    session.drive(|| host.run(new, store))
}
