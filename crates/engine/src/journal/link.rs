//! What runs do to each other: calls, their answers and their cancels; and effects that are
//! cancelled before anybody worked on them.

use wfc_program::isa::EffectKind;
use wfc_value::{FaultCode, Map, Str, Timestamp, Value};
use wfc_vm::{Effect, EffectClass, ErrorRecord, EventKind, Outcome};

use crate::journal::engine::{Engine, Start};
use crate::journal::header::{Parent, RunId};
use crate::journal::run::Known;

/// How deep calls may be nested.
pub const MAX_CALL_DEPTH: usize = 32;

/// How many runs one engine holds, ended ones included.
pub const MAX_RUNS: usize = 100_000;

/// Something to do for an effect of a run.
enum Act {
    /// Start the run that it calls.
    Call,
    /// Cancel the run that it called.
    CancelChild(RunId),
    /// Tell the run.
    Answer(EventKind),
}

impl Engine {
    /// Does what is to be done between the runs. What it changes is stepped after it.
    pub(crate) fn link(&mut self, now: Timestamp) {
        for id in (0..self.runs.len())
            .filter_map(|i| u32::try_from(i).ok())
            .map(RunId)
        {
            for (effect, act) in self.acts(id) {
                match act {
                    Act::Call => self.call(id, &effect, now),
                    Act::CancelChild(child) => {
                        self.known(id, &effect, |known| known.stop_told = true);
                        let reason = Str::from("the run that called it was cancelled");
                        if let Some(run) = self.run_mut(child) {
                            run.push(now, EventKind::Cancel { reason });
                        }
                    }
                    Act::Answer(kind) => self.answer(id, &effect, now, kind),
                }
            }
        }
    }

    fn acts(&self, id: RunId) -> Vec<(Effect, Act)> {
        let Some(run) = self.run(id).filter(|run| run.is_settled()) else {
            return Vec::new();
        };
        let act = |effect: Effect| {
            let known = run
                .effects
                .get(&effect.id)
                .filter(|known| !known.answered)?;
            if run.is_over() {
                // A run that was ended by a limit leaves what it called behind.
                let child = known.child.filter(|_| !known.stop_told)?;
                return Some((effect, Act::CancelChild(child)));
            }
            let act = match effect.class {
                EffectClass::Call => self.act_on_call(&effect, known)?,
                EffectClass::Await | EffectClass::Notify | EffectClass::Promise => {
                    // Where an executor works on it, the executor is told and answers.
                    let nobody = !known.out
                        || effect.kind == EffectKind::Message && effect.class == EffectClass::Await;
                    (effect.cancelling && nobody)
                        .then_some(Act::Answer(EventKind::Cancelled { effect: effect.id }))?
                }
                EffectClass::Timer => return None,
            };
            Some((effect, act))
        };
        run.outstanding().into_iter().filter_map(act).collect()
    }

    fn act_on_call(&self, effect: &Effect, known: &Known) -> Option<Act> {
        let Some(child) = known.child else {
            let cancelled = EventKind::Cancelled { effect: effect.id };
            return Some(if effect.cancelling {
                Act::Answer(cancelled)
            } else {
                Act::Call
            });
        };
        let run = self.run(child)?;
        if run.header.parent.is_some_and(|parent| !parent.wait) {
            let value = Value::String(run.header.execution.clone());
            return Some(Act::Answer(completed(effect, value)));
        }
        match &run.outcome {
            Some(Outcome::Succeeded(value)) => Some(Act::Answer(completed(effect, value.clone()))),
            Some(Outcome::Failed(error)) => {
                let error = callee_error(&run.header.workflow, &run.header.execution, error);
                Some(Act::Answer(failed(effect, error)))
            }
            Some(Outcome::Cancelled { .. }) if effect.cancelling => {
                Some(Act::Answer(EventKind::Cancelled { effect: effect.id }))
            }
            Some(Outcome::Cancelled { reason }) => {
                let message = format!(
                    "the workflow `{}` was cancelled: {reason}",
                    run.header.workflow
                );
                Some(Act::Answer(failed(
                    effect,
                    ErrorRecord::new(FaultCode::Cancelled, message),
                )))
            }
            None if effect.cancelling && !known.stop_told => Some(Act::CancelChild(child)),
            None => None,
        }
    }

    /// Starts the run that an effect calls, or tells why it cannot be.
    fn call(&mut self, id: RunId, effect: &Effect, now: Timestamp) {
        match self.callee(id, effect, now) {
            Ok(child) => self.known(id, effect, |known| known.child = Some(child)),
            Err(error) => self.answer(id, effect, now, failed(effect, error)),
        }
    }

    fn callee(&mut self, id: RunId, effect: &Effect, now: Timestamp) -> Result<RunId, ErrorRecord> {
        let wrong = |message: String| ErrorRecord::new(FaultCode::NotConfigured, message);
        let depth = self.depth(id);
        if depth >= MAX_CALL_DEPTH || self.runs.len() >= MAX_RUNS {
            let message = format!(
                "workflows call each other {depth} levels deep in {} runs, and the most is \
                 {MAX_CALL_DEPTH} levels and {MAX_RUNS} runs",
                self.runs.len()
            );
            return Err(ErrorRecord::new(FaultCode::LimitExceeded, message));
        }
        let workflow = effect
            .args
            .get("workflow")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let wait = effect
            .args
            .get("wait")
            .and_then(Value::as_bool)
            .unwrap_or(true);
        let inputs = match effect.args.get("inputs") {
            Some(Value::Map(inputs)) => inputs.clone(),
            _ => Map::default(),
        };
        let Some(caller) = self.run(id).map(|run| run.header.clone()) else {
            return Err(wrong("the calling run is gone".to_owned()));
        };
        let found = self
            .programs
            .find(workflow, Some(&caller.reference))
            .map_err(|why| wrong(format!("the workflow `{workflow}` cannot be called: {why}")))?;
        let start = Start {
            found,
            execution: Str::from(format!("{}.{}", caller.execution, effect.id)),
            inputs,
            trigger: trigger(&caller.execution, &caller.workflow, effect, now),
            limits: caller.limits,
            at: now,
        };
        let parent = Parent {
            run: id,
            effect: effect.id,
            wait,
        };
        self.begin(start, Some((parent, effect.path.clone())), caller.attempt)
            .map_err(|error| {
                let message = format!("the workflow `{workflow}` cannot be started: {error}");
                ErrorRecord::new(FaultCode::TypeMismatch, message)
            })
    }

    fn depth(&self, id: RunId) -> usize {
        let mut depth = 0;
        let mut at = self.run(id);
        while let Some(parent) = at.and_then(|run| run.header.parent) {
            depth += 1;
            // A caller's number is lower than the called one's, so this ends.
            at = self.run(parent.run);
        }
        depth
    }

    fn answer(&mut self, id: RunId, effect: &Effect, now: Timestamp, kind: EventKind) {
        self.known(id, effect, |known| known.answered = true);
        if let Some(run) = self.run_mut(id) {
            run.push(now, kind);
        }
    }

    fn known(&mut self, id: RunId, effect: &Effect, change: impl FnOnce(&mut Known)) {
        if let Some(known) = self
            .run_mut(id)
            .and_then(|run| run.effects.get_mut(&effect.id))
        {
            change(known);
        }
    }
}

fn completed(effect: &Effect, value: Value) -> EventKind {
    EventKind::Completed {
        effect: effect.id,
        value,
        usage: None,
    }
}

fn failed(effect: &Effect, error: ErrorRecord) -> EventKind {
    EventKind::Failed {
        effect: effect.id,
        error: Box::new(error),
        usage: None,
    }
}

/// A callee's error as the caller sees it: the same code, and where it was in the details.
fn callee_error(workflow: &Str, execution: &Str, error: &ErrorRecord) -> ErrorRecord {
    let message = format!("the workflow `{workflow}` failed: {}", error.message);
    let details = Value::record([
        ("workflow", Value::String(workflow.clone())),
        ("execution", Value::String(execution.clone())),
        ("error", error.to_value()),
    ]);
    ErrorRecord::new(error.code.clone(), message).with_details(details.unwrap_or_default())
}

fn trigger(execution: &Str, workflow: &Str, effect: &Effect, now: Timestamp) -> Value {
    Value::record([
        ("type", Value::from("call")),
        ("time", Value::from(now)),
        ("workflow", Value::String(workflow.clone())),
        ("execution", Value::String(execution.clone())),
        ("step", Value::String(effect.path.clone())),
    ])
    .unwrap_or_default()
}
