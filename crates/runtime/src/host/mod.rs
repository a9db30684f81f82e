//! A host for runs: an engine on one task, executors on others, real time.

mod drive;
mod ear;
mod running;
mod work;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use ear::is_question;
pub use running::{Control, Ended, How, Notice, Running, Target};
use tokio::sync::mpsc;
use wfc_engine::journal::{
    Engine, Found, NoStore, Programs, RecoverError, Start, Store, StoreError,
};
use wfc_value::{Map, Str, Value};
use wfc_vm::{Limits, StartError};

use crate::clock::{execution_id, now};
use crate::exec::Surroundings;
use crate::journal::{FileError, FileStore};
use crate::process::Groups;
use crate::settings::Settings;
use crate::vault::Vault;
use drive::Driver;
use work::Workers;

/// How long a process may take to end when it is asked to, unless the settings say otherwise.
const GRACE: Duration = Duration::from_secs(5);

/// How long a cancelled run's `finally` and compensation may take, unless the settings say
/// otherwise.
const CANCEL_TIMEOUT: Duration = Duration::from_mins(10);

/// What a host needs.
pub struct Host {
    settings: Settings,
    programs: Box<dyn Programs + Send>,
    around: Surroundings,
}

/// A run to be.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// Its program.
    pub found: Found,
    /// Its inputs.
    pub inputs: Map,
    /// What triggered it; without it a person did.
    pub trigger: Option<Value>,
}

/// Why a host cannot run something, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The run cannot be started, such as for its inputs.
    #[error("{0}")]
    Start(#[from] StartError),
    /// The journal's file cannot be used.
    #[error("{0}")]
    File(#[from] FileError),
    /// The journal's records make no sense.
    #[error("{0}")]
    Recover(#[from] RecoverError),
    /// The run cannot go on.
    #[error("{0}")]
    Quarantined(String),
    /// The journal cannot be written any more: what was done since is not in it.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The system refused something.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The host itself failed.
    #[error("the run was ended by a fault of wfc itself: {0}")]
    Fault(String),
}

impl Host {
    /// A host whose processes start in `cwd`, with secrets from the environment `vars`.
    #[must_use]
    pub fn new(
        settings: Settings,
        cwd: PathBuf,
        vars: impl IntoIterator<Item = (String, String)>,
        programs: Box<dyn Programs + Send>,
    ) -> Self {
        let around = Surroundings {
            cwd,
            vault: Arc::new(Vault::new(settings.secrets.clone(), vars)),
            groups: Groups::default(),
            grace: settings.limits.grace.unwrap_or(GRACE),
        };
        Self {
            settings,
            programs,
            around,
        }
    }

    /// The limits of runs by the settings.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let usual = Limits::default();
        let set = &self.settings.limits;
        // The machine gives a step up only after its process had its time to end.
        let grace = wfc_value::Duration::from_millis(
            i64::try_from(self.around.grace.as_millis()).unwrap_or(i64::MAX),
        );
        let margin = wfc_value::Duration::from_secs(5);
        Limits {
            fuel: set.fuel.unwrap_or(usual.fuel),
            max_steps: set.max_steps.unwrap_or(usual.max_steps),
            live_bytes: set.live_bytes.unwrap_or(usual.live_bytes),
            effect_grace: grace.checked_add(margin).unwrap_or(usual.effect_grace),
            ..usual
        }
    }

    /// Starts a run, on the tokio runtime that this is called on. With a journal it can be gone
    /// on with after the process ended.
    ///
    /// # Errors
    /// When it cannot be started; nothing has happened then.
    pub fn run(self, run: NewRun, journal: Option<&Path>) -> Result<Running, HostError> {
        let limits = self.limits();
        let execution = Str::from(execution_id()?);
        let at = now();
        let manual = [("type", Value::from("manual")), ("time", Value::from(at))];
        let start = Start {
            found: run.found,
            execution,
            inputs: run.inputs,
            trigger: match run.trigger {
                Some(trigger) => trigger,
                None => Value::record(manual).unwrap_or_default(),
            },
            limits,
            at,
        };
        // Inputs are looked at before a journal is made.
        let mut engine = Engine::new(self.programs, Box::new(NoStore));
        engine.start(start)?;
        if let Some(path) = journal {
            engine.keep_in(Box::new(FileStore::create(path)?));
        }
        let driver = |control, notices, commands| {
            Driver::new(
                engine,
                &self.settings,
                self.around,
                control,
                notices,
                commands,
            )
        };
        Ok(launch(driver, Vec::new()))
    }

    /// Goes on with the run of a journal, on the tokio runtime that this is called on.
    ///
    /// # Errors
    /// When it cannot go on: the file is in use or damaged, the workflow changed.
    pub fn resume(self, journal: &Path) -> Result<Running, HostError> {
        let (store, read) = FileStore::open(journal)?;
        let mut notes = Vec::new();
        if read.torn > 0 {
            notes.push(Notice::Note(format!(
                "the journal's last line was not written to its end: {} bytes were cut off",
                read.torn
            )));
        }
        let store: Box<dyn Store + Send> = Box::new(store);
        let mut engine = Engine::recover(self.programs, store, read.records, now())?;
        if let Some((_, why)) = engine.quarantined().next() {
            return Err(HostError::Quarantined(why.to_owned()));
        }
        notes.extend(engine.take_begun().into_iter().map(Notice::Begun));
        let replayed = engine.take_trace().into_iter();
        notes.extend(replayed.map(|(run, event)| Notice::Replayed { run, event }));
        let driver = |control, notices, commands| {
            Driver::new(
                engine,
                &self.settings,
                self.around,
                control,
                notices,
                commands,
            )
        };
        Ok(launch(driver, notes))
    }
}

fn launch(
    driver: impl FnOnce(
        Control,
        mpsc::UnboundedSender<Notice>,
        mpsc::UnboundedReceiver<running::Command>,
    ) -> Driver,
    first: Vec<Notice>,
) -> Running {
    let (notices, receiver) = mpsc::unbounded_channel();
    let (sender, commands) = mpsc::unbounded_channel();
    for notice in first {
        // The receiver is right here.
        let _ = notices.send(notice);
    }
    let control = Control::new(sender);
    let task = tokio::spawn(driver(control.clone(), notices, commands).drive());
    Running::new(control, receiver, task)
}
