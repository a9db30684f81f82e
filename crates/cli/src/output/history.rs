//! A run's past: its steps, and the points that it can be stepped through.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use wfc_engine::{History, Point, StepState, StepView};
use wfc_value::{Timestamp, Value};
use wfc_vm::{ErrorRecord, EventKind, Outcome, TraceWhat};

use super::run::{event_word, json_of};
use crate::program::Ready;
use crate::term::tame;

/// Characters of a value that are shown unless all of it is asked for.
const SHOWN: usize = 160;

/// How much is shown.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether colours are used.
    pub colours: bool,
    /// Whether values are shown whole.
    pub full: bool,
}

impl Look {
    fn value(self, value: &Value) -> String {
        let text = wfc_value::json::format(value);
        if self.full || text.chars().count() <= SHOWN {
            return text;
        }
        let short: String = text.chars().take(SHOWN).collect();
        format!("{short}…")
    }

    fn signed(self, state: StepState) -> String {
        let (colour, word) = match state {
            StepState::Running => ("36", "runs"),
            StepState::Succeeded => ("32", "done"),
            StepState::Failed => ("31", "failed"),
            StepState::Skipped => ("2", "skipped"),
            StepState::Cancelled => ("33", "stopped"),
            StepState::Unknown => ("33", "unknown"),
        };
        if self.colours {
            format!("\u{1b}[{colour}m{word}\u{1b}[0m")
        } else {
            word.to_owned()
        }
    }
}

/// The run for people: its facts, a tree of its steps, its end. `ready` is its program with what is known of its source.
pub fn people(past: &History, ready: &Ready, standing: &str, look: Look) -> String {
    let header = &past.header;
    let mut out = format!(
        "run {} of {}: {standing}\n",
        header.execution, header.workflow
    );
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(out, "  {name:10} {}", tame(value));
    };
    fact("started", &header.started_at.to_string());
    if let Some(ended) = past.row.ended_at {
        let took = ended.nanos() - header.started_at.nanos();
        fact("ended", &format!("{ended}, after {}", span(took)));
    }
    fact("workflow", &past.reference);
    if let Some(old) = header.retry_of {
        fact("retry of", &old.to_string());
    }
    if let Some(parent) = header.parent {
        fact("called by", &parent.run.to_string());
    }
    fact("inputs", &look.value(&Value::Map(header.inputs.clone())));
    let steps = past.steps();
    if !steps.is_empty() {
        out.push_str("\nsteps\n");
    }
    for step in &steps {
        out.push_str(&one_step(past, ready.depth(step.step), step, look));
    }
    out.push('\n');
    out.push_str(&end(past, look));
    out
}

fn one_step(past: &History, depth: usize, step: &StepView, look: Look) -> String {
    let indent = "  ".repeat(1 + depth);
    let kind = past.program.steps.get(step.step.index());
    let kind = kind.map_or("step", |info| info.kind.as_str());
    let took = step.ended_at.map_or_else(String::new, |ended| {
        format!(" {}", span(ended.nanos() - step.started_at.nanos()))
    });
    let mut out = format!(
        "{indent}{} {} ({kind}){took}",
        look.signed(step.state),
        tame(&step.path)
    );
    if step.attempts > 1 {
        let _ = write!(out, ", {} attempts", step.attempts);
    }
    match step.compensated {
        Some(true) => out.push_str(", undone"),
        Some(false) => out.push_str(", could not be undone"),
        None => {}
    }
    out.push('\n');
    let mut line = |name: &str, text: &str| {
        let _ = writeln!(out, "{indent}    {name}: {}", tame(text));
    };
    if let Some(input) = &step.input {
        line("in", &look.value(input));
    }
    if let Some(output) = &step.output {
        line("out", &look.value(output));
    }
    if let Some(error) = &step.error {
        line(
            "error",
            &format!("{}: {}", error.code.as_str(), error.message),
        );
    }
    if let Some(callee) = step.callee {
        line("run", &callee.execution.to_string());
    }
    out
}

fn end(past: &History, look: Look) -> String {
    if let Some(why) = past.quarantine() {
        return format!("set aside: {}\n", tame(&why));
    }
    match past.outcome() {
        Some(Outcome::Succeeded(value)) => format!("output: {}\n", tame(&look.value(&value))),
        Some(Outcome::Failed(error)) => {
            format!("error[{}]: {}\n", error.code.as_str(), tame(&error.message))
        }
        Some(Outcome::Cancelled { reason }) => format!("cancelled: {}\n", tame(&reason)),
        None => past.broken.as_ref().map_or_else(String::new, |why| {
            format!("what came after cannot be told: {}\n", tame(why))
        }),
    }
}

/// A length of time in nanoseconds.
fn span(nanos: i128) -> String {
    let seconds = nanos as f64 / 1e9;
    if seconds < 60.0 {
        return format!("{seconds:.3}s");
    }
    let whole = nanos / 1_000_000_000;
    let (days, hours) = (whole / 86_400, whole / 3_600 % 24);
    match (days, hours) {
        (0, 0) => format!("{}m{:02}s", whole / 60, whole % 60),
        (0, hours) => format!("{hours}h{:02}m", whole / 60 % 60),
        (days, hours) => format!("{days}d{hours:02}h"),
    }
}

/// The run for machines.
pub fn machine(past: &History, ready: &Ready) -> Json {
    let header = &past.header;
    let steps = past.steps();
    json!({
        "version": 1,
        "run": header.execution.as_str(),
        "workflow": header.workflow.as_str(),
        "file": past.reference,
        "state": past.row.state.name(),
        "started_at": header.started_at.to_string(),
        "ended_at": past.row.ended_at.map(time),
        "attempt": header.attempt,
        "retry_of": header.retry_of.map(|id| id.to_string()),
        "called_by": header.parent.map(|parent| parent.run.to_string()),
        "inputs": json_of(&Value::Map(header.inputs.clone())),
        "trigger": json_of(&header.trigger),
        "steps": steps.iter().map(|step| step_json(past, ready, step)).collect::<Vec<_>>(),
        "output": match past.outcome() {
            Some(Outcome::Succeeded(value)) => json_of(&value),
            _ => Json::Null,
        },
        "error": match past.outcome() {
            Some(Outcome::Failed(error)) => error_json(&error),
            _ => Json::Null,
        },
        "set_aside": past.quarantine(),
        "broken": past.broken,
    })
}

fn step_json(past: &History, ready: &Ready, step: &StepView) -> Json {
    let info = past.program.steps.get(step.step.index());
    json!({
        "path": step.path.as_str(),
        "id": info.map(|info| info.id.as_str()),
        "kind": info.map(|info| info.kind.as_str()),
        "depth": ready.depth(step.step),
        "state": state_word(step.state),
        "point": step.point,
        "started_at": time(step.started_at),
        "ended_at": step.ended_at.map(time),
        "attempts": step.attempts,
        "handed_out": step.handed_out,
        "input": step.input.as_ref().map(json_of),
        "output": step.output.as_ref().map(json_of),
        "error": step.error.as_deref().map(error_json),
        "called": step.callee.map(|run| run.execution.to_string()),
        "compensated": step.compensated,
    })
}

const fn state_word(state: StepState) -> &'static str {
    match state {
        StepState::Running => "running",
        StepState::Succeeded => "succeeded",
        StepState::Failed => "failed",
        StepState::Skipped => "skipped",
        StepState::Cancelled => "cancelled",
        StepState::Unknown => "unknown",
    }
}

fn error_json(error: &ErrorRecord) -> Json {
    json!({
        "code": error.code.as_str(),
        "message": error.message,
        "step": error.step.as_deref(),
        "attempt": error.attempt,
        "details": json_of(&error.details),
    })
}

fn time(at: Timestamp) -> String {
    at.to_string()
}

/// One point for people: what the run was told, what it did, what its variables are then.
pub fn point(past: &History, at: usize, point: &Point, look: Look) -> String {
    let mut out = format!(
        "{at} of {}  {}\n",
        past.points.len().saturating_sub(1),
        point.at
    );
    let told = point.event.as_ref().map_or_else(
        || "the run begins".to_owned(),
        |event| told(&event.kind, look),
    );
    let _ = writeln!(out, "  told: {}", tame(&told));
    for event in &point.trace {
        let what = match &event.what {
            TraceWhat::Failed(error) | TraceWhat::CompensationFailed(error) => {
                format!("{}: {}", event_word(event), error.message)
            }
            _ => event_word(event).to_owned(),
        };
        let _ = writeln!(out, "  {} {}", tame(&event.path), tame(&what));
    }
    for effect in &point.asked {
        let args = look.value(&effect.args);
        let _ = writeln!(out, "  asks: {} {}", tame(&effect.path), tame(&args));
    }
    for fiber in &point.fibers {
        let step = fiber
            .step
            .as_deref()
            .map_or_else(String::new, |path| format!(" at {path}"));
        let _ = writeln!(out, "  fiber {}{}", fiber.fiber, tame(&step));
        for (name, value) in &fiber.values {
            let _ = writeln!(out, "    {} = {}", tame(name), tame(&look.value(value)));
        }
    }
    if let Some(outcome) = &point.outcome {
        let _ = writeln!(out, "  {}", tame(&ended(outcome, look)));
    }
    out
}

fn ended(outcome: &Outcome, look: Look) -> String {
    match outcome {
        Outcome::Succeeded(value) => format!("succeeded: {}", look.value(value)),
        Outcome::Failed(error) => format!("failed: {}: {}", error.code.as_str(), error.message),
        Outcome::Cancelled { reason } => format!("cancelled: {reason}"),
    }
}

fn told(kind: &EventKind, look: Look) -> String {
    match kind {
        EventKind::Completed { effect, value, .. } => {
            format!("effect {} gave {}", effect.0, look.value(value))
        }
        EventKind::Failed { effect, error, .. } => {
            format!(
                "effect {} failed: {}: {}",
                effect.0,
                error.code.as_str(),
                error.message
            )
        }
        EventKind::Cancelled { effect } => format!("effect {} was stopped", effect.0),
        EventKind::Unknown { effect } => format!("how effect {} ended is not known", effect.0),
        EventKind::Message { name, payload, .. } => {
            format!("the event `{name}` came in: {}", look.value(payload))
        }
        EventKind::Tick => "time has passed".to_owned(),
        EventKind::Spent { effect, usage } => format!(
            "what effect {} called has used up {} calls of agents, {} tokens, {:.2} dollars",
            effect.0, usage.agent_calls, usage.tokens, usage.usd
        ),
        EventKind::Cancel { reason } => format!("to cancel: {reason}"),
        other => format!("{other:?}"),
    }
}

/// One point for machines.
pub fn point_json(at: usize, point: &Point) -> Json {
    let trace = point.trace.iter().map(|event| {
        json!({ "event": event_word(event), "step": event.path.as_str(), "at": time(event.at) })
    });
    let asked = point.asked.iter().map(|effect| {
        json!({ "effect": effect.id.0, "step": effect.path.as_str(), "args": json_of(&effect.args) })
    });
    let fibers = point.fibers.iter().map(|fiber| {
        let values = fiber.values.iter();
        json!({
            "fiber": fiber.fiber,
            "parent": fiber.parent,
            "step": fiber.step.as_deref(),
            "span": fiber.span,
            "variables": values.map(|(name, value)| (name.to_string(), json_of(value))).collect::<serde_json::Map<_, _>>(),
        })
    });
    let look = Look {
        colours: false,
        full: true,
    };
    json!({
        "point": at,
        "at": time(point.at),
        "told": point.event.as_ref().map(|event| told(&event.kind, look)),
        "steps": trace.collect::<Vec<_>>(),
        "asked": asked.collect::<Vec<_>>(),
        "fibers": fibers.collect::<Vec<_>>(),
        "outcome": point.outcome.as_ref().map(|outcome| ended(outcome, look)),
    })
}
