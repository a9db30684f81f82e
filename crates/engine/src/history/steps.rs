//! The steps of a run as a tree: times, inputs, outputs, errors.

use std::collections::BTreeMap;

use wfc_program::isa::StepId;
use wfc_value::{Str, Timestamp, Value};
use wfc_vm::{EffectId, ErrorRecord, EventKind, TraceEvent, TraceWhat};

use super::{History, Point};
use crate::id::RunKey;

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It is under way.
    Running,
    /// It ended well.
    Succeeded,
    /// It failed.
    Failed,
    /// It was not run.
    Skipped,
    /// It was cancelled.
    Cancelled,
    /// It ended, and it is not known whether its work was done.
    Unknown,
}

/// A step that began, once for each iteration and each attempt of what is around it.
#[derive(Clone, Debug)]
pub struct StepView {
    /// The step, in the program's table.
    pub step: StepId,
    /// Its path with iterations.
    pub path: Str,
    /// How far it has come.
    pub state: StepState,
    /// The point with which it began, in [`History::points`].
    pub point: usize,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How many times its work was tried.
    pub attempts: u32,
    /// How many times it was handed to an executor: more often than tried after a crash.
    pub handed_out: u32,
    /// The arguments of its last effect.
    pub input: Option<Value>,
    /// What its last effect gave.
    pub output: Option<Value>,
    /// Why it failed.
    pub error: Option<Box<ErrorRecord>>,
    /// The run that it called.
    pub callee: Option<RunKey>,
    /// What became of its compensation.
    pub compensated: Option<bool>,
}

impl History {
    /// The steps in the order in which they began.
    #[must_use]
    pub fn steps(&self) -> Vec<StepView> {
        let mut walk = Walk {
            history: self,
            steps: Vec::new(),
            open: Vec::new(),
            effects: BTreeMap::new(),
        };
        for (at, point) in self.points.iter().enumerate() {
            walk.answer(point);
            for event in &point.trace {
                walk.trace(at, event);
            }
            walk.ask(point);
        }
        walk.steps
    }
}

struct Walk<'a> {
    history: &'a History,
    steps: Vec<StepView>,
    /// Steps that have not ended, by their places.
    open: Vec<usize>,
    /// The steps of effects that were asked for.
    effects: BTreeMap<EffectId, usize>,
}

impl Walk<'_> {
    fn trace(&mut self, at: usize, event: &TraceEvent) {
        let end = match &event.what {
            TraceWhat::Started => return self.begin(at, event, StepState::Running),
            TraceWhat::Skipped => return self.begin(at, event, StepState::Skipped),
            TraceWhat::Attempt(n) => {
                if let Some(step) = self.find(event) {
                    step.attempts = *n;
                }
                return;
            }
            TraceWhat::Compensating => return,
            TraceWhat::Compensated | TraceWhat::CompensationFailed(_) => {
                let well = event.what == TraceWhat::Compensated;
                let ended = self.steps.iter_mut().rev();
                if let Some(step) = ended.into_iter().find(|s| s.path == event.path) {
                    step.compensated = Some(well);
                }
                return;
            }
            TraceWhat::Waiting(_) => return,
            TraceWhat::Succeeded => StepState::Succeeded,
            TraceWhat::Failed(_) => StepState::Failed,
            TraceWhat::Cancelled => StepState::Cancelled,
            TraceWhat::Unknown => StepState::Unknown,
        };
        let error = match &event.what {
            TraceWhat::Failed(error) => Some(error.clone()),
            _ => None,
        };
        if let Some(step) = self.find(event) {
            step.state = end;
            step.ended_at = Some(event.at);
            step.error = error;
        }
        let steps = &self.steps;
        self.open.retain(|place| {
            steps
                .get(*place)
                .is_some_and(|step| step.state == StepState::Running)
        });
    }

    /// The step that is under way at a path.
    fn find(&mut self, event: &TraceEvent) -> Option<&mut StepView> {
        let steps = &self.steps;
        let place = self.open.iter().rev().copied().find(|place| {
            steps
                .get(*place)
                .is_some_and(|step| step.path == event.path)
        });
        self.steps.get_mut(place?)
    }

    fn begin(&mut self, at: usize, event: &TraceEvent, state: StepState) {
        let place = self.steps.len();
        self.steps.push(StepView {
            step: event.step,
            path: event.path.clone(),
            state,
            point: at,
            started_at: event.at,
            ended_at: (state == StepState::Skipped).then_some(event.at),
            attempts: u32::from(state == StepState::Running),
            handed_out: 0,
            input: None,
            output: None,
            error: None,
            callee: None,
            compensated: None,
        });
        if state == StepState::Running {
            self.open.push(place);
        }
    }

    fn ask(&mut self, point: &Point) {
        for effect in &point.asked {
            let steps = &self.steps;
            let mut open = self.open.iter().rev().copied();
            let place = open.find(|place| {
                steps
                    .get(*place)
                    .is_some_and(|step| step.path == effect.path)
            });
            let Some(place) = place else { continue };
            self.effects.insert(effect.id, place);
            if let Some(step) = self.steps.get_mut(place) {
                step.input = Some(effect.args.clone());
                if effect.kind == wfc_program::isa::EffectKind::Call {
                    let key = self.history.header.key;
                    let callee = key.execution.callee(effect.id.0);
                    step.callee = Some(key.sibling(callee));
                }
            }
        }
        for (effect, _) in &point.started {
            let place = self.effects.get(effect);
            if let Some(step) = place.and_then(|place| self.steps.get_mut(*place)) {
                step.handed_out += 1;
            }
        }
    }

    fn answer(&mut self, point: &Point) {
        if let Some(EventKind::Completed { effect, value, .. }) =
            point.event.as_ref().map(|event| &event.kind)
            && let Some(place) = self.effects.get(effect)
            && let Some(step) = self.steps.get_mut(*place)
        {
            step.output = Some(value.clone());
        }
        if let Some(EventKind::Message { payload, .. }) =
            point.event.as_ref().map(|event| &event.kind)
        {
            self.heard(payload, point);
        }
    }

    /// A named event ended the steps that the point's trace says.
    fn heard(&mut self, payload: &Value, point: &Point) {
        for event in &point.trace {
            if event.what == TraceWhat::Succeeded
                && let Some(step) = self.find(event)
                && step
                    .input
                    .as_ref()
                    .is_some_and(|input| input.get("event").is_some())
            {
                step.output = Some(payload.clone());
                return;
            }
        }
    }
}
