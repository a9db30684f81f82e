//! Runs a test and compares what came of it.

mod compare;
mod effects;
pub(crate) mod host;

use std::sync::Arc;

use wfc_syntax::span::Span;
use wfc_value::{Duration, Timestamp};
use wfc_vm::{Limits, Meta};

use crate::matcher::Difference;
use crate::plan::Plan;
use crate::sim::{self, Entry, Start};
use crate::subject::Subjects;

/// Instructions of a tested run: some seconds of computing.
const FUEL: u64 = 2_000_000_000;

/// What came of a test.
#[derive(Clone, Debug)]
pub struct Tested {
    /// Its name.
    pub name: String,
    /// Where the name is written.
    pub span: Span,
    /// What does not hold; nothing when the test passed.
    pub failures: Vec<Failure>,
    /// How long the run took by its own clock.
    pub took: Duration,
    /// All that happened.
    pub log: Vec<Entry>,
    /// Mocks that nothing asked for.
    pub unused: Vec<(String, Span)>,
}

/// Something that does not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which expectation: `output`, `effects`, `mocks`, ...
    pub what: &'static str,
    /// What is wrong, in a line.
    pub message: String,
    /// Where that is written in the file of tests.
    pub span: Span,
    /// Differences inside of values.
    pub differences: Vec<Difference>,
    /// The lists of effects side by side.
    pub lines: Vec<Line>,
    /// What to do.
    pub help: Option<String>,
    /// Where it is in the workflow: its number, and the place.
    pub at: Option<(usize, Span)>,
}

impl Failure {
    fn new(what: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            what,
            message: message.into(),
            span,
            differences: Vec::new(),
            lines: Vec::new(),
            help: None,
            at: None,
        }
    }
}

/// A line of two lists side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// In which of them it is.
    pub side: Side,
    /// The line.
    pub text: String,
}

/// In which list a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// In both.
    Both,
    /// Only in what was expected.
    Expected,
    /// Only in what was found.
    Found,
}

impl Side {
    /// The sign before the line.
    #[must_use]
    pub const fn sign(self) -> char {
        match self {
            Self::Both => ' ',
            Self::Expected => '-',
            Self::Found => '+',
        }
    }
}

/// Runs a test.
pub fn run(plan: &Plan, subjects: &mut Subjects<'_>) -> Tested {
    let mut tested = Tested {
        name: plan.name.clone(),
        span: plan.span,
        failures: Vec::new(),
        took: Duration::default(),
        log: Vec::new(),
        unused: Vec::new(),
    };
    let program = subjects
        .get(plan.workflow)
        .and_then(|s| s.program.as_ref().map(Arc::clone));
    let Some(program) = program else {
        let message = "the workflow has errors";
        tested
            .failures
            .push(Failure::new("workflow", plan.span, message));
        return tested;
    };
    let mut host = host::TestHost::new(plan, subjects);
    let start = Start {
        program,
        inputs: plan.inputs.clone(),
        meta: meta(plan),
        workflow: plan.workflow,
    };
    match sim::simulate(start, &mut host, plan.outside.clone()) {
        Err(error) => {
            let message = format!("the run cannot be started: {error}");
            tested
                .failures
                .push(Failure::new("inputs", plan.span, message));
        }
        Ok(done) => {
            tested.took = since(plan.start, done.now);
            tested.unused = host.unused();
            tested.failures = std::mem::take(&mut host.failures);
            if tested.failures.is_empty() {
                tested.failures = compare::compare(plan, &done, tested.took, subjects);
            }
            tested.log = done.log;
        }
    }
    tested
}

fn meta(plan: &Plan) -> Meta {
    let mut meta = Meta::new("test", plan.start);
    meta.env = plan.env.clone();
    if let Some(trigger) = &plan.trigger {
        meta.trigger = trigger.clone();
    }
    meta.limits = limits();
    meta
}

/// Limits of a simulated run: less computing than a real one, so that none hangs.
#[must_use]
pub fn limits() -> Limits {
    Limits {
        fuel: FUEL,
        ..Limits::default()
    }
}

fn since(start: Timestamp, now: Timestamp) -> Duration {
    now.checked_since(start).unwrap_or_default()
}
