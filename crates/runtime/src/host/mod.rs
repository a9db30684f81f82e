//! A host for runs: an engine on one task, executors on others, real time.

mod drive;
mod ear;
mod running;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use ear::is_question;
pub use running::{Control, Ended, How, Notice, Pinned, Running, Target};
use tokio::sync::{mpsc, oneshot};
use wfc_engine::store::{MemoryStore, Store, StoreError};
use wfc_engine::{
    Engine, Found, Options, Programs, ResumeError, RetryError, RunKey, Start, StartFault,
};
use wfc_value::{Map, Value};
use wfc_vm::{Limits, Machine, Meta};

use crate::clock::{new_execution, new_owner, now};
use crate::exec::Surroundings;
use crate::process::Groups;
use crate::settings::Settings;
use crate::store::SqliteStore;
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
    Start(#[from] StartFault),
    /// There is nothing to go on with.
    #[error("{0}")]
    Resume(#[from] ResumeError),
    /// It cannot be tried again.
    #[error("{0}")]
    Retry(#[from] RetryError),
    /// Another process works on the run now.
    #[error("another process has taken the run over")]
    Lost,
    /// The run cannot go on.
    #[error("{0}")]
    Quarantined(String),
    /// The store cannot be read or written: what was done since is not in it.
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

    /// Whether a run could be started: its program and its inputs will do.
    ///
    /// # Errors
    /// When they will not.
    pub fn check(&self, run: &NewRun) -> Result<(), HostError> {
        let meta = Meta {
            execution: "".into(),
            started_at: now(),
            attempt: 1,
            trigger: Value::Null,
            env: run.found.env.clone(),
            limits: self.limits(),
        };
        match Machine::start(run.found.program.clone(), &run.inputs, meta) {
            Ok(_) => Ok(()),
            Err(error) => Err(StartFault::Refused(error).into()),
        }
    }

    /// Starts a run, on the tokio runtime that this is called on. In a store it can be gone on with
    /// after the process ended; without one it is in memory alone.
    ///
    /// # Errors
    /// When it cannot be started; nothing has happened then.
    pub fn run(self, run: NewRun, store: Option<SqliteStore>) -> Result<Running, HostError> {
        let at = now();
        let manual = [("type", Value::from("manual")), ("time", Value::from(at))];
        let start = Start {
            found: run.found,
            run: RunKey::local(new_execution()?),
            occurrence: None,
            inputs: run.inputs,
            trigger: match run.trigger {
                Some(trigger) => trigger,
                None => Value::record(manual).unwrap_or_default(),
            },
            limits: self.limits(),
            at,
        };
        let is_kept = store.is_some();
        let store: Box<dyn Store + Send> = match store {
            Some(store) => Box::new(store),
            None => Box::new(MemoryStore::new(new_owner()?)),
        };
        let mut engine = Engine::open(self.programs, store, Options::default());
        let run = engine.start(start)?.run;
        let root = Root { run, is_kept };
        Ok(launch(engine, root, &self.settings, self.around))
    }

    /// Goes on with a run of a store, and with those that it called, on the tokio runtime that this
    /// is called on; with `release` with one that was set aside. A run that another process works on
    /// is waited for for a moment, in which this blocks: that process may be dying.
    ///
    /// # Errors
    /// When it cannot go on: it has ended, or another process works on it.
    pub fn resume(
        self,
        run: RunKey,
        store: SqliteStore,
        release: bool,
    ) -> Result<Running, HostError> {
        let mut engine = Engine::open(self.programs, Box::new(store), Options::default());
        if release {
            engine.release(run)?;
        } else {
            patiently(|| engine.resume(run, now()), std::thread::sleep)?;
        }
        let root = Root { run, is_kept: true };
        Ok(launch(engine, root, &self.settings, self.around))
    }

    /// Runs a run of a store that has ended again, as a new one, from the step `from` on: see [`Engine::retry`].
    ///
    /// # Errors
    /// When it has not ended, or never came to the step.
    pub fn retry(
        self,
        run: RunKey,
        from: Option<&str>,
        found: Option<&Found>,
        store: SqliteStore,
    ) -> Result<Running, HostError> {
        let mut engine = Engine::open(self.programs, Box::new(store), Options::default());
        let run = engine.retry(run, from, found, now())?.run;
        let root = Root { run, is_kept: true };
        Ok(launch(engine, root, &self.settings, self.around))
    }
}

/// How long, and how many times, a run that another process works on is waited for.
const PAUSE: Duration = Duration::from_millis(20);
const PAUSES: u32 = 15;

/// Takes a run on, again after a pause when another process works on it. A process that was killed holds its lock for a
/// moment longer: until the system has cleared it away, and until a child that it was just starting has become another program.
fn patiently(
    mut take_on: impl FnMut() -> Result<(), ResumeError>,
    mut pause: impl FnMut(Duration),
) -> Result<(), ResumeError> {
    for _ in 0..PAUSES {
        match take_on() {
            Err(ResumeError::Busy) => pause(PAUSE),
            other => return other,
        }
    }
    take_on()
}

/// The run that was asked for.
#[derive(Clone, Copy, Debug)]
struct Root {
    run: RunKey,
    /// Whether it is kept where other processes can reach it.
    is_kept: bool,
}

fn launch(engine: Engine, root: Root, settings: &Settings, around: Surroundings) -> Running {
    let (notices, receiver) = mpsc::unbounded_channel();
    let (sender, commands) = mpsc::unbounded_channel();
    let (held, holds) = oneshot::channel();
    let control = Control::new(sender);
    let driver = Driver::new(
        engine,
        root,
        settings,
        around,
        control.clone(),
        notices,
        commands,
    );
    Running::new(control, receiver, tokio::spawn(driver.drive(holds)), held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_whose_process_is_about_to_be_gone_is_taken_on() {
        let held = std::cell::Cell::new(3_u32);
        let take_on = || match held.get() {
            0 => Ok(()),
            _ => Err(ResumeError::Busy),
        };
        let pause = |_| held.set(held.get() - 1);
        assert_eq!(patiently(take_on, pause), Ok(()));
    }

    #[test]
    fn a_run_that_is_worked_on_is_not_waited_for_for_long() {
        let mut waited = Duration::ZERO;
        let refused = patiently(|| Err(ResumeError::Busy), |pause| waited += pause);
        assert_eq!(refused, Err(ResumeError::Busy));
        assert_eq!(waited, Duration::from_millis(300));
        waited = Duration::ZERO;
        let refused = patiently(|| Err(ResumeError::Unknown), |pause| waited += pause);
        assert_eq!(
            (refused, waited),
            (Err(ResumeError::Unknown), Duration::ZERO)
        );
    }
}
