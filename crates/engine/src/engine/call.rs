//! Runs that call runs.
//!
//! A callee's id follows from its caller's and the effect, so that it is started once however
//! often the start is tried.

use std::sync::Arc;

use wfc_value::{FaultCode, Map, Str, Timestamp, Value};
use wfc_vm::{Allowance, Effect, EffectId, ErrorRecord, EventKind, Outcome, Usage};

use super::start::{StartFault, callee_key};
use super::{Engine, MAX_CALL_DEPTH};
use crate::codec::{Ended, ended_letter, read_outcome};
use crate::deployment::Deployment;
use crate::header::{Header, Parent};
use crate::id::RunKey;
use crate::store::{NewLetter, RunRow, RunState, StoreError};

/// What a caller learns of a callee.
struct Callee<'a> {
    workflow: &'a Str,
    execution: &'a Str,
    ended: Ended,
}

impl Engine {
    /// Starts the run that an effect calls, or answers the effect when that run has ended.
    pub(super) fn call(
        &mut self,
        caller: RunKey,
        id: EffectId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(run) = self.runs.get_mut(&caller) else {
            return Ok(());
        };
        let Some(effect) = run.effect(id).cloned() else {
            return Ok(());
        };
        let mut maybe_there = run.again || self.doubtful;
        if let Some(known) = run.known_of(id) {
            maybe_there |= known.called;
            known.called = true;
        }
        let key = callee_key(caller, id);
        if self.runs.contains_key(&key) {
            self.callee_here(caller, &effect, key, now);
            return Ok(());
        }
        if maybe_there && let Some(row) = self.store.run(key)? {
            return self.callee_stored(caller, &effect, &row, now);
        }
        match self.start_callee(caller, &effect, key, now) {
            Ok(()) => {
                if !self.break_circle(key, now)? {
                    self.callee_here(caller, &effect, key, now);
                }
            }
            Err(Refusal::Store(error)) => return Err(error),
            Err(Refusal::Told(error)) => self.push(caller, now, failed(id, *error)),
        }
        Ok(())
    }

    /// Tells the caller about a callee in memory, as far as there is something to tell.
    fn callee_here(&mut self, caller: RunKey, effect: &Effect, key: RunKey, now: Timestamp) {
        let Some(run) = self.runs.get(&key) else {
            return;
        };
        let execution = run.header.execution.clone();
        if !waits_for(effect) {
            let value = Value::String(execution);
            self.push(caller, now, completed(effect.id, value, None));
            return;
        }
        let outcome = match (&run.outcome, run.standing) {
            (Some(outcome), _) => outcome.clone(),
            (None, crate::run::Standing::Skipped) => skipped(),
            (None, _) => return,
        };
        let callee = Callee {
            workflow: &run.header.workflow,
            execution: &execution,
            ended: Ended {
                outcome,
                usage: run.usage,
            },
        };
        let kind = answer(effect, callee);
        self.push(caller, now, kind);
    }

    /// Tells the caller about a callee that the store alone has.
    fn callee_stored(
        &mut self,
        caller: RunKey,
        effect: &Effect,
        row: &RunRow,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let execution = Str::from(row.key.execution.to_string());
        if !waits_for(effect) {
            let value = Value::String(execution);
            self.push(caller, now, completed(effect.id, value, None));
            return Ok(());
        }
        let ended = match (row.state, &row.outcome) {
            (RunState::Skipped, _) => Ended {
                outcome: skipped(),
                usage: Usage::default(),
            },
            (state, Some(bytes)) if state.is_over() => {
                let damaged = |error| StoreError::corrupt(format!("an outcome is damaged {error}"));
                read_outcome(bytes).map_err(damaged)?
            }
            _ if row.owner == Some(self.store.owner()) => {
                // It is ours, and its commit seemed to fail.
                self.bring(row.key, None, now)?;
                return Ok(());
            }
            _ => {
                // Whoever works on it tells when it has ended, or does not know us: we look.
                self.foreign.insert((caller, effect.id));
                return Ok(());
            }
        };
        let callee = Callee {
            workflow: &row.workflow,
            execution: &execution,
            ended,
        };
        let kind = answer(effect, callee);
        self.push(caller, now, kind);
        Ok(())
    }

    /// A callee in memory has ended: its caller is told, wherever it is.
    pub(super) fn tell_caller(&mut self, key: RunKey, now: Timestamp) -> Result<(), StoreError> {
        let Some(parent) = self.runs.get(&key).and_then(|run| run.header.parent) else {
            return Ok(());
        };
        if !parent.wait {
            self.tell_last_spending(key, now);
            return Ok(());
        }
        let caller = key.sibling(parent.run);
        if let Some(run) = self.runs.get(&caller) {
            if let Some(effect) = run.effect(parent.effect).cloned() {
                self.callee_here(caller, &effect, key, now);
            }
            return Ok(());
        }
        // A caller that is parked looks at its calls when it is brought.
        let row = self.store.run(caller)?;
        let parked = row.is_some_and(|row| row.state == RunState::Parked);
        if parked && self.bring(caller, None, now)? {
            return Ok(());
        }
        // It may be parked at this moment by the process that it is with: a letter finds it wherever it is, and is kept with
        // the end that it tells of.
        if let Some(run) = self.runs.get_mut(&key) {
            run.tidings = Some(NewLetter {
                to: caller,
                at: now,
                body: ended_letter(parent.effect),
            });
        }
        Ok(())
    }

    /// Lets runs that were told so look at what they called.
    pub(super) fn look_at_calls(&mut self, now: Timestamp) -> Result<(), StoreError> {
        while let Some(caller) = self.looking.pop_first() {
            if let Err(error) = self.follow(caller, now) {
                self.looking.insert(caller);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Cancels the run that an effect called.
    pub(super) fn cancel_callee(
        &mut self,
        caller: RunKey,
        effect: EffectId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let key = callee_key(caller, effect);
        let reason = Str::from("the run that called it was cancelled");
        if let Some(run) = self.runs.get(&key) {
            if !run.is_over() {
                self.push(key, now, EventKind::Cancel { reason });
            }
            return Ok(true);
        }
        let Some(row) = self.store.run(key)? else {
            return Ok(false);
        };
        if row.state.is_over() {
            let effect = self.runs.get(&caller).and_then(|run| run.effect(effect));
            if let Some(effect) = effect.cloned() {
                self.callee_stored(caller, &effect, &row, now)?;
            }
            return Ok(true);
        }
        if row.state == RunState::Parked {
            self.bring(key, None, now)?;
            self.push(key, now, EventKind::Cancel { reason });
            return Ok(true);
        }
        // Whoever works on it is told once.
        let known = self.runs.get_mut(&caller);
        let known = known.and_then(|run| run.known_of(effect));
        if known.is_none_or(|known| !std::mem::replace(&mut known.stop_told, true)) {
            self.cancel_one(key, now, &reason)?;
        }
        self.foreign.insert((caller, effect));
        Ok(true)
    }

    fn start_callee(
        &mut self,
        caller: RunKey,
        effect: &Effect,
        key: RunKey,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(run) = self.runs.get(&caller) else {
            return Ok(());
        };
        let workflow = effect.args.get("workflow").and_then(Value::as_str);
        let workflow = workflow.unwrap_or_default();
        let header = &run.header;
        if header.depth >= MAX_CALL_DEPTH {
            return Err(told(
                FaultCode::LimitExceeded,
                format!("workflows call each other more than {MAX_CALL_DEPTH} levels deep"),
            ));
        }
        let left = self.allowance(run, effect.id);
        let loose = !waits_for(effect) && left != Allowance::default();
        let header = Header {
            key,
            execution: key.execution.to_string().into(),
            parent: Some(Parent {
                run: caller.execution,
                effect: effect.id,
                wait: waits_for(effect),
            }),
            purse: loose.then_some(left),
            retry_of: None,
            workflow: Str::default(),
            deployment: header.deployment,
            started_at: now,
            group: None,
            group_max: 0,
            attempt: header.attempt,
            depth: header.depth + 1,
            trigger: trigger(header, effect, now),
            inputs: match effect.args.get("inputs") {
                Some(Value::Map(inputs)) => inputs.clone(),
                _ => Map::default(),
            },
            env: Map::default(),
            limits: header.limits.clone(),
        };
        let (deployment, env) = self.callee_deployment(caller, workflow)?;
        let header = Header {
            workflow: deployment.pins.workflow.clone(),
            deployment: deployment.hash,
            env,
            ..header
        };
        match self.begin(header, deployment, None) {
            Ok(_) => Ok(()),
            Err(StartFault::Store(error)) => Err(Refusal::Store(error)),
            Err(error) => Err(told(
                FaultCode::TypeMismatch,
                format!("the workflow `{workflow}` cannot be started: {error}"),
            )),
        }
    }

    /// What a caller's callee is pinned to: what the caller's deployment says, else what the host
    /// finds now.
    fn callee_deployment(
        &mut self,
        caller: RunKey,
        workflow: &str,
    ) -> Result<(Arc<Deployment>, Map), Refusal> {
        let wrong = |why: String| {
            let message = format!("the workflow `{workflow}` cannot be called: {why}");
            told(FaultCode::NotConfigured, message)
        };
        let Some(run) = self.runs.get(&caller) else {
            return Err(wrong("the run that calls it is gone".to_owned()));
        };
        let pins = &run.deployment.pins;
        let Some(call) = pins.calls.iter().find(|call| call.name == workflow) else {
            let found = self.programs.find(workflow, Some(&pins.reference));
            let found = found.map_err(wrong)?;
            return Ok((self.shelf.pin(&found), found.env));
        };
        let env = call.env.clone();
        let deployment = self.shelf.get(call.deployment, &mut *self.store);
        let deployment = deployment.map_err(Refusal::Store)?.map_err(wrong)?;
        Ok((deployment, env))
    }
}

/// Why a callee was not started.
enum Refusal {
    /// The caller is told.
    Told(Box<ErrorRecord>),
    /// The store cannot be read.
    Store(StoreError),
}

fn told(code: FaultCode, message: String) -> Refusal {
    Refusal::Told(Box::new(ErrorRecord::new(code, message)))
}

fn waits_for(effect: &Effect) -> bool {
    let wait = effect.args.get("wait").and_then(Value::as_bool);
    wait.unwrap_or(true)
}

fn skipped() -> Outcome {
    Outcome::Cancelled {
        reason: "others of its group were under way".into(),
    }
}

/// The event that answers a call.
fn answer(effect: &Effect, callee: Callee<'_>) -> EventKind {
    let used = callee.ended.usage;
    let usage = (used != Usage::default()).then_some(used);
    let error = match callee.ended.outcome {
        Outcome::Succeeded(value) => return completed(effect.id, value, usage),
        Outcome::Cancelled { .. } if effect.cancelling && usage.is_none() => {
            return EventKind::Cancelled { effect: effect.id };
        }
        Outcome::Cancelled { reason } => ErrorRecord::new(
            FaultCode::Cancelled,
            format!("the workflow `{}` was cancelled: {reason}", callee.workflow),
        ),
        Outcome::Failed(error) => callee_error(callee.workflow, callee.execution, &error),
    };
    EventKind::Failed {
        effect: effect.id,
        error: Box::new(error),
        usage,
    }
}

pub(super) fn completed(effect: EffectId, value: Value, usage: Option<Usage>) -> EventKind {
    EventKind::Completed {
        effect,
        value,
        usage,
    }
}

pub(super) fn failed(effect: EffectId, error: ErrorRecord) -> EventKind {
    EventKind::Failed {
        effect,
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

fn trigger(caller: &Header, effect: &Effect, now: Timestamp) -> Value {
    Value::record([
        ("type", Value::from("call")),
        ("time", Value::from(now)),
        ("workflow", Value::String(caller.workflow.clone())),
        ("execution", Value::String(caller.execution.clone())),
        ("step", Value::String(effect.path.clone())),
    ])
    .unwrap_or_default()
}
