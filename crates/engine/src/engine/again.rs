//! A run's past, and other tries of runs that have ended.

use std::collections::BTreeSet;
use std::fmt;

use wfc_value::{Duration, Timestamp};
use wfc_vm::{Effect, EffectId, Event, EventKind, Machine, Outcome, TraceWhat, Turn};

use super::Engine;
use super::beside::Beside;
use super::start::{StartFault, Started};
use crate::deployment::Deployment;
use crate::header::Header;
use crate::history::{History, HistoryError, Past, Point, begins};
use crate::id::RunKey;
use crate::programs::Found;
use crate::round::Waiting;
use crate::run::Answered;
use crate::store::RunState;

/// Why a run cannot be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryError {
    /// Its past cannot be read.
    History(HistoryError),
    /// It has not ended.
    Open,
    /// It has no such step, or never came to it.
    Step(String),
    /// The new run cannot be started.
    Start(StartFault),
}

impl fmt::Display for RetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::History(error) => error.fmt(f),
            Self::Open => f.write_str("the run has not ended"),
            Self::Step(step) => write!(f, "the run never came to a step `{step}`"),
            Self::Start(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RetryError {}

impl From<HistoryError> for RetryError {
    fn from(error: HistoryError) -> Self {
        Self::History(error)
    }
}

impl Engine {
    /// A run's past, from the store: what it was told, what it did then, and what its variables
    /// were. Nothing is done again.
    ///
    /// # Errors
    /// When there is no such run, its beginning was not kept, or the store cannot be read.
    pub fn history(&mut self, key: RunKey) -> Result<History, HistoryError> {
        Past::read(key, &mut *self.store, &mut self.shelf).map(History::of)
    }

    /// The answers that a run wants, whoever works on it: as its journal says.
    ///
    /// # Errors
    /// When there is no such run, or the store cannot be read.
    pub fn wanted(&mut self, key: RunKey) -> Result<Vec<Waiting>, HistoryError> {
        if let Some(run) = self.runs.get(&key) {
            let wanted = run.outstanding().filter(|e| crate::run::wants_answer(e));
            return Ok(wanted.map(|effect| super::waiting(run, effect)).collect());
        }
        let stored = self.store.load(key)?.ok_or(HistoryError::Unknown)?;
        if !stored.row.state.is_running() {
            return Ok(Vec::new());
        }
        let asides = self.aside.len();
        let run = self.revive(&stored, None)?;
        if let Some(aside) = self.aside.drain(asides..).next_back() {
            return Err(HistoryError::Damaged(aside.why));
        }
        let Some(run) = run else {
            return Ok(Vec::new());
        };
        let wanted = run.outstanding().filter(|e| crate::run::wants_answer(e));
        Ok(wanted.map(|effect| super::waiting(&run, effect)).collect())
    }

    /// Tries a run that has ended again, as a new run that takes over what the old one had done
    /// before the step `from`: its path or id; without one, the step that failed. The new run is
    /// told what the old one was told until that step began, with its times moved to now, and
    /// goes on from there by itself. With `found` it is of that program: what was told is taken
    /// over for as long as the program asks for the same.
    ///
    /// # Errors
    /// When the run has not ended, never came to the step, or cannot be started again.
    pub fn retry(
        &mut self,
        key: RunKey,
        from: Option<&str>,
        found: Option<&Found>,
        now: Timestamp,
    ) -> Result<Started, RetryError> {
        let past = Past::read(key, &mut *self.store, &mut self.shelf)?;
        let state = past.row.state;
        if !state.is_over() && state != RunState::Quarantined {
            return Err(RetryError::Open);
        }
        let (points, _) = past.points();
        let cut = cut(&past, &points, from)?;
        let events = taken_over(&points, cut.point);
        let beside = cut.step.map(|step| Beside::of(&points, cut.point, step));
        let deployment = match found {
            Some(found) => self.shelf.pin(found),
            None => past.deployment.clone(),
        };
        let moved = events
            .last()
            .and_then(|(event, _)| now.checked_since(event.at));
        let moved = moved.unwrap_or_default();
        let mut attempt = past.header.attempt + 1;
        let mut run = key.sibling(key.execution.retry(attempt));
        while self.runs.contains_key(&run)
            || self
                .store
                .run(run)
                .map_err(|error| RetryError::Start(error.into()))?
                .is_some()
        {
            attempt += 1;
            run = key.sibling(key.execution.retry(attempt));
        }
        let begun = past.header.started_at.checked_add(moved);
        let header = Header {
            key: run,
            execution: run.execution.to_string().into(),
            parent: None,
            purse: None,
            retry_of: Some(key.execution),
            workflow: deployment.pins.workflow.clone(),
            deployment: deployment.hash,
            started_at: if events.is_empty() {
                now
            } else {
                begun.unwrap_or(now)
            },
            group: None,
            group_max: 0,
            attempt,
            depth: 0,
            env: found.map_or(past.header.env, |found| found.env.clone()),
            ..past.header
        };
        let told = fitting(&header, &deployment, &events, beside.as_ref(), moved);
        let told = told.map_err(RetryError::Start)?;
        let started = self.begin(header, deployment, None);
        let started = started.map_err(RetryError::Start)?;
        if let Some(run) = self.runs.get_mut(&started.run) {
            run.inherit(told);
        }
        Ok(started)
    }
}

/// Where the new run goes on.
struct Cut {
    /// With the end of this point.
    point: usize,
    /// With this step: its path or id.
    step: Option<String>,
}

fn cut(past: &Past, points: &[Point], from: Option<&str>) -> Result<Cut, RetryError> {
    let at = |point: usize, step: Option<&str>| Cut {
        point,
        step: step.map(str::to_owned),
    };
    let program = &past.deployment.program;
    let began = |step: &str, last: bool| {
        let mut hits = points.iter().enumerate();
        let hit = |(_, point): &(usize, &Point)| begins(program, &point.trace, step);
        let place = if last {
            hits.rfind(hit)
        } else {
            hits.find(hit)
        };
        place.map(|(place, _)| place)
    };
    if let Some(step) = from {
        let point = began(step, false).ok_or_else(|| RetryError::Step(step.to_owned()))?;
        return Ok(at(point, Some(step)));
    }
    Ok(
        match points.last().and_then(|point| point.outcome.as_ref()) {
            Some(Outcome::Failed(error)) => {
                let step = error.step.as_deref();
                match step.and_then(|step| began(step, true)) {
                    Some(point) => at(point, step),
                    None => at(failed_first(points).unwrap_or(0), None),
                }
            }
            Some(Outcome::Cancelled { .. }) => {
                let cancelled = points.iter().position(|point| {
                    let event = point.event.as_ref();
                    event.is_some_and(|event| matches!(event.kind, EventKind::Cancel { .. }))
                });
                at(cancelled.map_or(0, |place| place.saturating_sub(1)), None)
            }
            Some(Outcome::Succeeded(_)) => at(0, None),
            None => at(points.len().saturating_sub(1), None),
        },
    )
}

/// The point before the first failure of a step.
fn failed_first(points: &[Point]) -> Option<usize> {
    let failed = points.iter().position(|point| {
        let failed = |event: &wfc_vm::TraceEvent| matches!(event.what, TraceWhat::Failed(_));
        point.trace.iter().any(failed)
    });
    Some(failed?.saturating_sub(1))
}

/// The events up to a point, with the effects that they answer.
fn taken_over(points: &[Point], cut: usize) -> Vec<(Event, Option<Effect>)> {
    let asked: Vec<&Effect> = points.iter().flat_map(|point| &point.asked).collect();
    let upto = points.iter().take(cut + 1);
    let told: Vec<&Event> = upto.filter_map(|point| point.event.as_ref()).collect();
    let about = |event: &Event| crate::run::used(&event.kind).0;
    let ended: BTreeSet<EffectId> = told
        .iter()
        .filter_map(|event| match about(event)? {
            Answered::Ended(effect) => Some(effect),
            Answered::GoesOn(_) => None,
        })
        .collect();
    told.into_iter()
        .filter_map(|event| {
            let answered = about(event);
            // What was under way is begun anew, and counted then.
            if matches!(answered, Some(Answered::GoesOn(effect)) if !ended.contains(&effect)) {
                return None;
            }
            let id = answered.map(Answered::effect);
            let effect = id.and_then(|id| asked.iter().find(|e| e.id == id));
            Some((event.clone(), effect.map(|effect| (*effect).clone())))
        })
        .collect()
}

/// The events that the new run asks for as the old one did, with their times moved: a run of the
/// same machine is told them, and the first one that does not fit ends them.
fn fitting(
    header: &Header,
    deployment: &Deployment,
    events: &[(Event, Option<Effect>)],
    beside: Option<&Beside>,
    moved: Duration,
) -> Result<Vec<Event>, StartFault> {
    let program = deployment.program.clone();
    let machine = Machine::start(program, &header.inputs, header.meta());
    let mut machine = machine.map_err(StartFault::Refused)?;
    let mut told = Vec::new();
    if !settled(&mut machine) {
        return Ok(told);
    }
    for (event, effect) in events {
        let fits = effect.as_ref().is_none_or(|old| {
            machine
                .effect(old.id)
                .is_some_and(|new| new.kind == old.kind && new.path == old.path)
        });
        let at = event.at.checked_add(moved).unwrap_or(event.at);
        let kind = event.kind.clone();
        let event = Event { at, kind };
        if !fits || machine.deliver(event.clone()) != wfc_vm::Delivery::Accepted {
            return Ok(told);
        }
        told.push(event);
        if !settled(&mut machine) {
            // It would end by what it takes over: the last of it is not taken.
            told.pop();
            return Ok(told);
        }
    }
    if let Some(beside) = beside {
        beside.take_over(&mut machine, &mut told);
    }
    Ok(told)
}

/// Runs a machine until it waits; says whether it does, and has not ended.
pub(super) fn settled(machine: &mut Machine) -> bool {
    loop {
        match machine.run(u64::MAX) {
            Turn::Yielded => {}
            Turn::Quiescent => return true,
            Turn::Done(_) => return false,
        }
    }
}
