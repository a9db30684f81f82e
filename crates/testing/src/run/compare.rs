//! What came of a run beside what was expected.

use std::collections::BTreeMap;

use wfc_program::isa::EffectKind;
use wfc_syntax::span::Span;
use wfc_value::{Duration, Value, json};
use wfc_vm::{ErrorRecord, Outcome, TraceWhat};

use super::host::covers;
use super::{Failure, effects};
use crate::plan::{ExpectedError, Plan, Status};
use crate::sim::{End, Entry, Simulated, Stuck, What};
use crate::subject::Subjects;

/// Everything that does not hold.
pub(super) fn compare(
    plan: &Plan,
    done: &Simulated,
    took: Duration,
    subjects: &Subjects<'_>,
) -> Vec<Failure> {
    let mut out = Vec::new();
    let expect = &plan.expect;
    match &done.end {
        End::Halted => {}
        End::Stuck(stuck) => out.push(waits(plan, stuck)),
        End::Outcome(outcome) => end(plan, outcome, subjects, &mut out),
    }
    let found = effects::found(&done.log, &plan.secrets);
    if let Some((span, wanted)) = &expect.effects {
        out.extend(effects::all(*span, wanted, &found, &plan.secrets));
    }
    out.extend(effects::some(&expect.includes, &found, &plan.secrets));
    for (path, span) in &expect.not_called {
        let times = found.iter().filter(|f| f.is_of(path)).count();
        if times > 0 {
            let message = format!("`{path}` is asked for {}", super::compare::times(times));
            out.push(Failure::new("not_called", *span, message));
        }
    }
    statuses(plan, &done.log, &mut out);
    if let Some((wanted, span)) = expect.took
        && wanted != took
        && matches!(done.end, End::Outcome(_))
    {
        let (wanted, took) = (wanted.to_workflow_string(), took.to_workflow_string());
        let message = format!("the run takes {took}, and {wanted} was expected");
        out.push(Failure::new("took", span, message));
    }
    out
}

/// `once`, `3 times`
pub(super) fn times(n: usize) -> String {
    match n {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}

/// A run that nothing will ever go on with.
fn waits(plan: &Plan, stuck: &[Stuck]) -> Failure {
    let all: Vec<String> = stuck
        .iter()
        .map(|s| match s.effect.kind {
            EffectKind::Event => {
                let name = s.effect.args.get("event").and_then(Value::as_str);
                format!("`{}` for the event `{}`", s.path, name.unwrap_or_default())
            }
            _ => format!("`{}` for its mock, which never answers", s.path),
        })
        .collect();
    let message = format!("the run waits for ever: {}", all.join(", "));
    let mut failure = Failure::new("status", plan.expect.span, message);
    failure.help = Some(
        "add what comes in under `events: [{ event: ..., at: 1h }]`, give the step a `timeout`, or `cancel` the run"
            .to_owned(),
    );
    failure
}

fn end(plan: &Plan, outcome: &Outcome, subjects: &Subjects<'_>, out: &mut Vec<Failure>) {
    let expect = &plan.expect;
    let (status, said) = match outcome {
        Outcome::Succeeded(_) => (Status::Succeeded, String::new()),
        Outcome::Failed(error) => (Status::Failed, format!(": {error}")),
        Outcome::Cancelled { reason } => (Status::Cancelled, format!(": {reason}")),
    };
    if status != expect.status {
        let message = format!(
            "the run {}{said}, and `{}` was expected",
            status.word(),
            expect.status.word()
        );
        let mut failure = Failure::new("status", expect.span, message);
        if let Outcome::Failed(error) = outcome {
            failure.at = place(plan, error, subjects);
        }
        out.push(failure);
        return;
    }
    match outcome {
        Outcome::Succeeded(value) => {
            let Some(wanted) = &expect.output else { return };
            let differences = wanted.differences(Some(value), &plan.secrets);
            if !differences.is_empty() {
                let mut failure = Failure::new("output", wanted.span, "the output is another");
                failure.differences = differences;
                out.push(failure);
            }
        }
        Outcome::Failed(error) => {
            if let Some(wanted) = &expect.error {
                out.extend(other_error(plan, wanted, error, subjects));
            }
        }
        Outcome::Cancelled { .. } => {}
    }
}

fn other_error(
    plan: &Plan,
    wanted: &ExpectedError,
    error: &ErrorRecord,
    subjects: &Subjects<'_>,
) -> Option<Failure> {
    let value = error.to_value();
    let mut differences = Vec::new();
    for (name, matcher) in &wanted.fields {
        let found = value.get(name);
        // The step may be named without its iterations.
        let named = json::format(found.unwrap_or(&Value::Null));
        let is_step =
            *name == "step" && covers(matcher.words().trim_matches('"'), named.trim_matches('"'));
        if !is_step {
            let inside = matcher.differences(found, &plan.secrets);
            differences.extend(inside.into_iter().map(|mut d| {
                d.path = format!(".{name}{}", d.path);
                d
            }));
        }
    }
    if differences.is_empty() {
        return None;
    }
    let mut failure = Failure::new(
        "error",
        wanted.span,
        format!("the error is another: {error}"),
    );
    failure.differences = differences;
    failure.at = place(plan, error, subjects);
    Some(failure)
}

/// Where in the workflow an error arose.
fn place(plan: &Plan, error: &ErrorRecord, subjects: &Subjects<'_>) -> Option<(usize, Span)> {
    let subject = subjects.get(plan.workflow)?;
    let of_step = error.step.as_deref().and_then(|path| subject.step(path));
    let span = match (of_step, error.span) {
        (Some(id), _) => subject.ast().step(id).head,
        (None, Some((start, end))) => Span::new(start, end),
        (None, None) => return None,
    };
    Some((plan.workflow, span))
}

/// How steps ended, the last time that something happened to them.
fn statuses(plan: &Plan, log: &[Entry], out: &mut Vec<Failure>) {
    if plan.expect.steps.is_empty() {
        return;
    }
    let mut last: BTreeMap<&str, &'static str> = BTreeMap::new();
    for entry in log {
        let What::Trace(event) = &entry.what else {
            continue;
        };
        let word = match &event.what {
            TraceWhat::Started => "running",
            TraceWhat::Succeeded => "succeeded",
            TraceWhat::Failed(_) => "failed",
            TraceWhat::Skipped => "skipped",
            TraceWhat::Cancelled => "cancelled",
            TraceWhat::Unknown => "unknown",
            _ => continue,
        };
        last.insert(&entry.path, word);
    }
    for (path, wanted, span) in &plan.expect.steps {
        let found: Vec<(&&str, &&str)> = last.iter().filter(|(p, _)| covers(path, p)).collect();
        if found.is_empty() && wanted != "not_started" {
            let message = format!("`{path}` is not_started, and `{wanted}` was expected");
            out.push(Failure::new("steps", *span, message));
        }
        for (at, status) in found.into_iter().filter(|(_, s)| **s != wanted) {
            let message = format!("`{at}` is {status}, and `{wanted}` was expected");
            out.push(Failure::new("steps", *span, message));
        }
    }
}
