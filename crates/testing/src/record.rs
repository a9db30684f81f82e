//! Makes a test from a real run: its results become mocks, what it did becomes what is expected.
//!
//! The run's events are fed to its machine again, which tells what each of them answered. Where events come from does
//! not matter here: a journal, a store's history.

mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_program::Program;
use wfc_syntax::source::Source;
use wfc_value::{Duration, Map, Timestamp, Value};
use wfc_vm::{
    Effect, EffectClass, EffectId, Event, EventKind, Machine, Meta, Outcome, StartError, Turn,
};

use crate::suite::Suite;

/// The events of a run, and of the runs that it called. The first is the one that was started.
pub trait RunEvents {
    /// All runs, callers before those that they call.
    fn runs(&self) -> Vec<Recorded>;
}

/// A run, as it was kept.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The program that it ran.
    pub program: Arc<Program>,
    /// Its inputs.
    pub inputs: Map,
    /// Execution, time, trigger, environment and limits.
    pub meta: Meta,
    /// Which run called it, by its place, and by which effect.
    pub parent: Option<(usize, EffectId)>,
    /// What it was told, in order.
    pub events: Vec<Event>,
}

/// Why a run makes no test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// There is no run.
    Empty,
    /// Its program does not take its inputs.
    Start(StartError),
    /// An event does not fit what the program does: it is not the program that was run.
    Strange {
        /// The event's place, from 0.
        event: usize,
    },
    /// The run has not ended.
    Open,
}

impl std::fmt::Display for RecordError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("it holds no run"),
            Self::Start(error) => write!(f, "its run cannot be started again: {error}"),
            Self::Strange { event } => write!(
                f,
                "its event {event} does not fit the workflow: the workflow has changed since the run"
            ),
            Self::Open => f.write_str("its run has not ended"),
        }
    }
}

impl std::error::Error for RecordError {}

/// What was seen of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// What was asked for, in order.
    pub(crate) asked: Vec<Asked>,
    /// Named events that came in.
    pub(crate) messages: Vec<(Duration, EventKind)>,
    /// When and why the run was cancelled.
    pub(crate) cancel: Option<(Duration, String)>,
    pub(crate) outcome: Option<Outcome>,
}

/// An effect, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The path with what called it: `welcome/mail[2]`.
    pub(crate) path: String,
    /// The same without the step's own iterations.
    pub(crate) key: String,
    pub(crate) effect: Effect,
    at: Timestamp,
    pub(crate) answer: Option<EventKind>,
    pub(crate) after: Duration,
    /// Whether a run that was recorded too answers it.
    pub(crate) called: bool,
}

/// The text of a file of tests with one test in it, called `name`, that repeats a run of `workflow`. Times are left out
/// unless the run comes out differently without them.
///
/// # Errors
/// When the run cannot be repeated.
pub fn record(
    name: &str,
    file: &str,
    workflow: &str,
    events: &dyn RunEvents,
    world: &dyn World,
) -> Result<String, RecordError> {
    let runs = events.runs();
    let first = runs.first().ok_or(RecordError::Empty)?;
    let mut seen: Vec<Seen> = Vec::new();
    for run in &runs {
        let prefix = run.parent.and_then(|(parent, effect)| {
            let caller = seen.get_mut(parent)?;
            let asked = caller.asked.iter_mut().find(|a| a.effect.id == effect)?;
            asked.called = true;
            Some(format!("{}/", asked.path))
        });
        if run.parent.is_some() && prefix.is_none() {
            continue;
        }
        seen.push(repeat(run, &prefix.unwrap_or_default())?);
    }
    let outcome = seen.first().and_then(|s| s.outcome.clone());
    let outcome = outcome.ok_or(RecordError::Open)?;
    let write = |times: bool| write::test(name, workflow, first, &seen, &outcome, times);
    let plain = write(false);
    Ok(if passes(file, &plain, world) {
        plain
    } else {
        write(true)
    })
}

/// Whether a file's tests pass.
fn passes(file: &str, text: &str, world: &dyn World) -> bool {
    let settings = Settings::default();
    let mut suite = Suite::load(Source::new(file, text), world, &settings);
    if !suite.diagnostics.is_empty() || suite.plans.is_empty() {
        return false;
    }
    (0..suite.plans.len()).all(|at| suite.run(at).is_some_and(|t| t.failures.is_empty()))
}

/// Feeds a run's events to its machine again.
fn repeat(run: &Recorded, prefix: &str) -> Result<Seen, RecordError> {
    let mut machine = Machine::start(Arc::clone(&run.program), &run.inputs, run.meta.clone())
        .map_err(RecordError::Start)?;
    let mut seen = Seen::default();
    let mut known: BTreeSet<EffectId> = BTreeSet::new();
    let mut places: BTreeMap<EffectId, usize> = BTreeMap::new();
    turn(&mut machine, &mut seen);
    for (number, event) in run.events.iter().enumerate() {
        note(&machine, run, prefix, &mut seen, &mut known, &mut places);
        let since = event.at.checked_since(run.meta.started_at);
        let since = since.unwrap_or_default();
        match &event.kind {
            EventKind::Completed { effect, .. }
            | EventKind::Failed { effect, .. }
            | EventKind::Unknown { effect } => {
                let asked = places.get(effect).and_then(|at| seen.asked.get_mut(*at));
                if let Some(asked) = asked {
                    asked.after = event.at.checked_since(asked.at).unwrap_or_default();
                    asked.answer = Some(event.kind.clone());
                }
            }
            EventKind::Message { .. } => seen.messages.push((since, event.kind.clone())),
            EventKind::Cancel { reason } => {
                seen.cancel.get_or_insert((since, reason.to_string()));
            }
            EventKind::Cancelled { .. }
            | EventKind::Fired { .. }
            | EventKind::Spent { .. }
            | EventKind::Tick => {}
        }
        if machine.deliver(event.clone()) != wfc_vm::Delivery::Accepted {
            return Err(RecordError::Strange { event: number });
        }
        turn(&mut machine, &mut seen);
    }
    note(&machine, run, prefix, &mut seen, &mut known, &mut places);
    Ok(seen)
}

fn turn(machine: &mut Machine, seen: &mut Seen) {
    loop {
        match machine.run(1_000_000) {
            Turn::Yielded => {}
            Turn::Quiescent => return,
            Turn::Done(outcome) => {
                seen.outcome = Some(outcome);
                return;
            }
        }
    }
}

/// Notes the effects that are new.
fn note(
    machine: &Machine,
    run: &Recorded,
    prefix: &str,
    seen: &mut Seen,
    known: &mut BTreeSet<EffectId>,
    places: &mut BTreeMap<EffectId, usize>,
) {
    for effect in machine.outstanding() {
        if effect.class == EffectClass::Timer || !known.insert(effect.id) {
            continue;
        }
        let plain = effect
            .step
            .and_then(|step| run.program.steps.get(step.index()));
        let plain = plain.map_or(effect.path.as_str(), |info| info.path.as_str());
        places.insert(effect.id, seen.asked.len());
        seen.asked.push(Asked {
            path: format!("{prefix}{}", effect.path),
            key: format!("{prefix}{plain}"),
            effect: effect.clone(),
            at: machine.now(),
            answer: None,
            after: Duration::default(),
            called: false,
        });
    }
}

/// Whether a value holds nothing sealed: what does cannot be written down.
pub(crate) fn is_open(value: &Value) -> bool {
    !value.has_secret()
}
