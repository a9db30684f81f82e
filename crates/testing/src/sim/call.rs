//! Runs that runs call: how they begin, and how their ends come back. As the engine does it.

use wfc_value::{FaultCode, Map, Str, Timestamp, Value};
use wfc_vm::{Effect, EffectId, ErrorRecord, EventKind, Meta, Outcome, Usage};

use super::{Callee, Parent, Planned, Sim, Start};

/// How deep calls may be nested.
const MAX_DEPTH: usize = 32;

/// How many runs one simulation holds.
const MAX_RUNS: usize = 10_000;

impl Sim<'_> {
    /// Starts the run that an effect calls, or tells why it cannot be.
    pub(super) fn call(&mut self, at: usize, effect: &Effect, callee: Callee, path: &str) {
        let kind = match self.begin_called(at, effect, callee, path) {
            Ok(Some(kind)) => kind,
            Ok(None) => return,
            Err(error) => EventKind::Failed {
                effect: effect.id,
                error: Box::new(error),
                usage: None,
            },
        };
        self.plan(self.now, Planned::One(at, kind));
    }

    /// The answer, if there is one already.
    fn begin_called(
        &mut self,
        at: usize,
        effect: &Effect,
        callee: Callee,
        path: &str,
    ) -> Result<Option<EventKind>, ErrorRecord> {
        let depth = path.matches('/').count();
        if depth >= MAX_DEPTH || self.runs.len() >= MAX_RUNS {
            let message = format!(
                "workflows call each other {depth} levels deep in {} runs",
                self.runs.len()
            );
            return Err(ErrorRecord::new(FaultCode::LimitExceeded, message));
        }
        let arg = |name: &str| effect.args.get(name);
        let wait = arg("wait").and_then(Value::as_bool).unwrap_or(true);
        let inputs = arg("inputs")
            .and_then(Value::as_map)
            .cloned()
            .unwrap_or_default();
        let slug = callee.program.identity.slug.clone();
        let Some(caller) = self.runs.get(at) else {
            return Ok(None);
        };
        let by = caller.machine.program().identity.slug.clone();
        let caller = caller.machine.meta().clone();
        let start = Start {
            program: callee.program,
            inputs,
            workflow: callee.workflow,
            meta: Meta {
                execution: Str::from(format!("{}.{}", caller.execution, effect.id)),
                started_at: self.now,
                attempt: caller.attempt,
                trigger: trigger(&caller.execution, by, effect, self.now),
                env: callee.env,
                limits: caller.limits,
            },
        };
        let execution = start.meta.execution.clone();
        let parent = Parent {
            run: at,
            effect: effect.id,
            wait,
        };
        let child = self
            .begin(start, format!("{path}/"), Some(parent))
            .map_err(|error| {
                let message = format!("the workflow `{slug}` cannot be started: {error}");
                ErrorRecord::new(FaultCode::TypeMismatch, message)
            })?;
        if let Some(run) = self.runs.get_mut(at) {
            run.children.insert(effect.id, child);
        }
        Ok((!wait).then_some(EventKind::Completed {
            effect: effect.id,
            value: Value::String(execution),
            usage: None,
        }))
    }

    /// Tells the run that called how the called one ended.
    pub(super) fn answer_caller(&mut self, at: usize, outcome: &Outcome) {
        let Some(run) = self.runs.get(at) else { return };
        let Some(parent) = run.parent.filter(|parent| parent.wait) else {
            return;
        };
        let meta = run.machine.meta();
        let slug = run.machine.program().identity.slug.clone();
        let effect = parent.effect;
        let usage = Some(run.usage).filter(|usage| *usage != Usage::default());
        let stopped = self
            .runs
            .get(parent.run)
            .is_some_and(|run| run.stopped.contains(&effect));
        let kind = match outcome {
            Outcome::Succeeded(value) => EventKind::Completed {
                effect,
                value: value.clone(),
                usage,
            },
            Outcome::Failed(error) => {
                let error = callee_error(&slug, &meta.execution, error);
                failed(effect, error, usage)
            }
            Outcome::Cancelled { .. } if stopped && usage.is_none() => {
                EventKind::Cancelled { effect }
            }
            Outcome::Cancelled { reason } => {
                let message = format!("the workflow `{slug}` was cancelled: {reason}");
                let error = ErrorRecord::new(FaultCode::Cancelled, message);
                failed(effect, error, usage)
            }
        };
        self.plan(self.now, Planned::One(parent.run, kind));
    }

    /// Stops what an effect asked for.
    pub(super) fn stop(&mut self, at: usize, effect: EffectId) {
        let child = self.runs.get(at).and_then(|run| run.children.get(&effect));
        let what = match child {
            Some(child) => {
                let reason = Str::from("the run that called it was cancelled");
                Planned::One(*child, EventKind::Cancel { reason })
            }
            None => Planned::One(at, EventKind::Cancelled { effect }),
        };
        self.plan(self.now, what);
    }
}

pub(super) fn failed(effect: EffectId, error: ErrorRecord, usage: Option<Usage>) -> EventKind {
    EventKind::Failed {
        effect,
        error: Box::new(error),
        usage,
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

fn trigger(execution: &Str, workflow: Str, effect: &Effect, now: Timestamp) -> Value {
    let fields = [
        ("type", Value::from("call")),
        ("time", Value::from(now)),
        ("workflow", Value::String(workflow)),
        ("execution", Value::String(execution.clone())),
        ("step", Value::String(effect.path.clone())),
    ];
    Map::record(fields).map(Value::Map).unwrap_or_default()
}
