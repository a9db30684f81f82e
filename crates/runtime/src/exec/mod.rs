//! Executors: what carries out the effects of each kind.

mod agent;
mod bash;
mod field;
mod http;
mod link;
mod tool;

pub use agent::AgentExecutor;
pub(crate) use agent::unstartable;
pub use bash::BashExecutor;
pub(crate) use field::text_of;
pub(crate) use link::Text;
pub use link::{Deciding, Link, Listen, Progress, Question};
pub(crate) use tool::Offered;
pub use tool::ToolExecutor;

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use wfc_value::{Fault, FaultCode, Value};
use wfc_vm::{Allowance, Usage};

use crate::process::Groups;
use crate::stop::Stop;
use crate::vault::Vault;

/// One effect, as an executor is given it.
#[derive(Debug)]
pub struct Job {
    /// The run's id.
    pub execution: String,
    /// The step's path, iterations included.
    pub step: String,
    /// The idempotency key: the same for every attempt at one piece of work.
    pub key: String,
    /// The attempt, from 1.
    pub attempt: u32,
    /// The arguments, secrets sealed.
    pub args: Value,
    /// Ends the work when it is cancelled or out of time.
    pub stop: Stop,
    /// What it may use up.
    pub allowance: Allowance,
    /// By which it is heard while it is under way.
    pub link: Link,
}

/// What became of a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It is done.
    Done {
        /// What it gave.
        value: Value,
        /// What it used (money, tokens), when that is known.
        usage: Option<Usage>,
    },
    /// It failed.
    Failed(Failure),
    /// It was asked to stop, and did in time.
    Cancelled,
    /// It had to be killed: how far it came is not known.
    Unknown,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The code that `catch` sees.
    pub code: FaultCode,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// More of it, as data; null when there is nothing.
    pub details: Value,
    /// What the job used all the same, when that is known.
    pub usage: Option<Usage>,
}

impl Failure {
    /// A failure without details.
    pub fn new(code: FaultCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Value::Null,
            usage: None,
        }
    }

    /// Adds details; ones that do not fit into the limits of values are left out.
    #[must_use]
    pub fn with<'a>(mut self, details: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        self.details = Value::record(details).unwrap_or_default();
        self
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::new(fault.code, fault.message)
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Answer::Failed(failure)
    }
}

impl Answer {
    /// Done, with nothing known of what it used.
    pub fn done(value: impl Into<Value>) -> Self {
        Answer::Done {
            value: value.into(),
            usage: None,
        }
    }

    fn of(result: Result<Answer, Failure>) -> Self {
        result.unwrap_or_else(Answer::Failed)
    }

    /// The answer with every secret masked.
    #[must_use]
    pub(crate) fn redacted(self, vault: &Vault) -> Self {
        match self {
            Answer::Done { value, usage } => Answer::Done {
                value: vault.redact_value(&value),
                usage,
            },
            Answer::Failed(f) => Answer::Failed(Failure {
                code: f.code,
                message: vault.redacted(f.message),
                details: vault.redact_value(&f.details),
                usage: f.usage,
            }),
            other => other,
        }
    }
}

/// An answer that is on its way.
pub type Pending<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// Carries out the effects of one kind.
pub trait Execute: Send + Sync {
    /// Carries out `job`. It ends early when the job is asked to stop, and leaves no process of
    /// its own behind when it is dropped.
    fn execute(&self, job: Job) -> Pending<'_>;

    /// Lets go of what is kept between jobs, such as servers.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// What all executors share.
#[derive(Clone)]
pub struct Surroundings {
    /// The folder that relative paths start from.
    pub cwd: PathBuf,
    /// Secrets.
    pub vault: Arc<Vault>,
    /// Processes left in the background.
    pub groups: Groups,
    /// How long a process may take to end when it is asked to.
    pub grace: Duration,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings")
            .field("cwd", &self.cwd)
            .finish_non_exhaustive()
    }
}

/// The variables that tell a process which piece of work it is for, after those that it is not to
/// inherit.
fn job_env(job: &Job, vault: &Vault) -> Vec<(String, Option<String>)> {
    let told = [
        ("WFC_EXECUTION_ID", job.execution.clone()),
        ("WFC_STEP", job.step.clone()),
        ("WFC_ATTEMPT", job.attempt.to_string()),
        ("WFC_IDEMPOTENCY_KEY", job.key.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), Some(value)));
    vault.withheld().into_iter().chain(told).collect()
}
