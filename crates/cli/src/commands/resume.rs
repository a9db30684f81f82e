//! `wfc resume`: goes on with a durable run.

use wfc_engine::{ResumeError, RunKey};
use wfc_runtime::store::SqliteStore;
use wfc_runtime::{Host, HostError};

use crate::args::{Answers, Cli, Resume};
use crate::error::CliError;
use crate::exit::Exit;
use crate::program::Library;
use crate::session::{self, Session};
use crate::settings::SettingsCache;
use crate::store::{self, StoreArg};

/// Goes on with one run; of one that has ended it tells how.
///
/// # Errors
/// When there is no such run, or the store cannot be read.
pub fn run(cli: &Cli, args: &Resume) -> Result<Exit, CliError> {
    let mut store = args.store.open()?;
    let row = match &args.run {
        Some(run) => store::find(&mut store, run)?,
        None => store::only_open(&mut store)?,
    };
    let ready = Going::new(cli, row.key, &args.store, &args.answers.secret)?;
    let session = ready.session(cli, &args.answers, &args.store)?;
    if row.state.is_over() {
        let outcome = row.outcome.as_deref().map(wfc_engine::read_outcome);
        let outcome = outcome.and_then(Result::ok).map(|ended| ended.outcome);
        return Ok(session.tell(row.key, outcome));
    }
    let release = args.release;
    session.drive(|| ready.host.resume(row.key, store, release))
}

/// What it takes to go on with a run.
pub struct Going {
    /// The host, with the settings of the run's workflow.
    pub host: Host,
    library: Library,
}

impl Going {
    /// For a run of a store; `secrets` are those of `--secret`.
    ///
    /// # Errors
    /// When the store or the run's settings cannot be read.
    pub fn new(
        cli: &Cli,
        run: RunKey,
        store: &StoreArg,
        secrets: &[String],
    ) -> Result<Self, CliError> {
        // The run knows its workflow; its settings are found as `run` found them.
        let mut reader = store::reader(store.open()?);
        let reference = reader.reference_of(run).map_err(|e| store::fault(&e))?;
        let settings = SettingsCache::new(cli.config.as_deref());
        let located = settings.of(&reference.unwrap_or_default())?;
        let library = Library::default();
        let host = session::host(cli, &located, secrets, &library)?;
        Ok(Self { host, library })
    }

    /// A session for it.
    ///
    /// # Errors
    /// When an argument is not of its form.
    pub fn session<'a>(
        &self,
        cli: &Cli,
        answers: &'a Answers,
        store: &StoreArg,
    ) -> Result<Session<'a>, CliError> {
        Session::new(cli, answers, Some(store.clone()), self.library.clone())
    }

    /// Goes on with the run; nothing when another process has taken it on since it was looked at.
    ///
    /// # Errors
    /// When it cannot go on.
    pub fn drive(
        self,
        session: Session<'_>,
        run: RunKey,
        store: SqliteStore,
    ) -> Result<Option<Exit>, CliError> {
        let mut busy = false;
        let ended = session.drive(|| {
            let running = self.host.resume(run, store, false);
            busy = matches!(running, Err(HostError::Resume(ResumeError::Busy)));
            running
        });
        match ended {
            Err(_) if busy => Ok(None),
            ended => ended.map(Some),
        }
    }
}
