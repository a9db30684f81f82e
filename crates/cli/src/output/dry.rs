//! Dry runs: the path that is taken, what each step would ask for, and the bounds.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use wfc_syntax::line_index::Encoding;
use wfc_syntax::source::Source;
use wfc_testing::dry::{Dry, DryStep, DryWhat, From};
use wfc_testing::sim::End;
use wfc_testing::subject::Subjects;
use wfc_value::Value;
use wfc_vm::Outcome;

use super::places::Text;
use super::run::json_of;
use super::{Found, bounds};
use crate::term::{one_line, tame};

/// Version of the document's form; a change that breaks readers raises it.
const VERSION: u32 = 1;

/// A dry run, and what its places are in.
pub struct Shown<'a> {
    /// What it would do.
    pub dry: &'a Dry,
    /// The workflows.
    pub subjects: &'a Subjects<'a>,
    /// The workflow's file.
    pub source: &'a Source,
    /// The bounds.
    pub found: &'a Found,
}

impl Shown<'_> {
    /// Where a step is: file, line, column.
    fn place(&self, step: &DryStep) -> Option<(String, u32, u32)> {
        let subject = self.subjects.get(step.workflow)?;
        let last = step.path.rsplit('/').next()?;
        let id = subject.step(last)?;
        let text = Text::new(subject.source.as_ref().clone());
        let at = text
            .place(subject.ast().step(id).head, Encoding::Utf32)
            .start;
        Some((subject.source.name.clone(), at.line, at.column))
    }
}

/// For people.
pub fn human(shown: &Shown<'_>, colour: bool) -> String {
    let dry = shown.dry;
    let mut out = format!(
        "{}: a dry run; nothing is carried out, results are made up\n",
        one_line(&shown.source.name)
    );
    for (name, value) in dry.inputs.iter() {
        let note = if dry.made_up.contains(&name.to_string()) {
            " (made up)"
        } else {
            ""
        };
        let value = wfc_value::json::format(value);
        let _ = writeln!(out, "  input {name} = {}{note}", one_line(&value));
    }
    out.push('\n');
    let mut asked = std::collections::BTreeSet::new();
    for step in &dry.steps {
        if matches!(step.what, DryWhat::Asks { .. }) {
            asked.insert(step.path.as_str());
        }
    }
    for step in &dry.steps {
        // A step that asks for something is told of then.
        if !(matches!(step.what, DryWhat::Begins(_)) && asked.contains(step.path.as_str())) {
            line(step, shown, colour, &mut out);
        }
    }
    let _ = writeln!(out, "\n{}\n", ended(dry));
    out.push_str(&bounds::people(shown.found));
    out
}

fn line(step: &DryStep, shown: &Shown<'_>, colour: bool, out: &mut String) {
    let path = one_line(&step.path);
    let bold = |text: &str| {
        if colour {
            format!("\u{1b}[1m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    };
    let _ = match &step.what {
        DryWhat::Begins(kind) => writeln!(out, "  {} {kind}", bold(&path)),
        DryWhat::Skipped => writeln!(
            out,
            "  {} is skipped: its `when` does not hold",
            bold(&path)
        ),
        DryWhat::Undone => writeln!(out, "  {} is undone", bold(&path)),
        DryWhat::Fails(error) => writeln!(out, "  {} fails: {}", bold(&path), one_line(error)),
        DryWhat::Waits(length) => writeln!(
            out,
            "  {} waits {} (skipped)",
            bold(&path),
            length.to_workflow_string()
        ),
        DryWhat::Asks {
            kind,
            args,
            attempt,
            result,
            from,
        } => {
            let again = if *attempt > 1 {
                format!(", attempt {attempt}")
            } else {
                String::new()
            };
            let at = shown.place(step);
            let at = at.map(|(file, line, _)| format!("  {}:{line}", one_line(&file)));
            let _ = writeln!(
                out,
                "  {} {kind}{again}{}",
                bold(&path),
                at.unwrap_or_default()
            );
            arguments(args, out);
            let result = wfc_value::shortened(result, 400);
            match from {
                From::Called => writeln!(out, "      -> its steps follow"),
                from => writeln!(out, "      -> {} ({})", one_line(&result), from.word()),
            }
        }
    };
}

/// The arguments, texts as they are.
fn arguments(args: &Value, out: &mut String) {
    let Value::Map(map) = args else { return };
    for (name, value) in map.iter().filter(|(_, v)| !v.is_null()) {
        let text = match value {
            Value::String(text) => text.to_string(),
            value => wfc_value::json::format(value),
        };
        let text = tame(&text);
        let mut lines = text.trim_end().lines();
        let _ = writeln!(out, "      {name}: {}", lines.next().unwrap_or_default());
        for line in lines {
            let _ = writeln!(out, "        {line}");
        }
    }
}

fn ended(dry: &Dry) -> String {
    let took = dry.took.to_workflow_string();
    match &dry.end {
        End::Outcome(Outcome::Succeeded(value)) => {
            let value = wfc_value::json::format(value);
            format!("it would end well after {took}, with {}", one_line(&value))
        }
        End::Outcome(Outcome::Failed(error)) => {
            format!(
                "it would fail after {took}: {}",
                one_line(&error.to_string())
            )
        }
        End::Outcome(Outcome::Cancelled { reason }) => {
            format!("it would be cancelled after {took}: {}", one_line(reason))
        }
        End::Stuck(stuck) => {
            let paths: Vec<String> = stuck.iter().map(|s| format!("`{}`", s.path)).collect();
            format!(
                "it would wait for ever after {took}: {}",
                one_line(&paths.join(", "))
            )
        }
        End::Halted => String::new(),
    }
}

/// For machines: one document in one line.
pub fn json(shown: &Shown<'_>) -> String {
    let dry = shown.dry;
    let steps: Vec<Json> = dry.steps.iter().map(|step| machine(step, shown)).collect();
    let bounds = shown.found.reports.first();
    let bounds = bounds.and_then(|r| bounds::machine(r, &shown.found.others));
    let document = json!({
        "version": VERSION,
        "file": shown.source.name,
        "inputs": json_of(&Value::Map(dry.inputs.clone())),
        "made_up_inputs": dry.made_up,
        "steps": steps,
        "took": dry.took.to_workflow_string(),
        "end": end(&dry.end),
        "bounds": bounds,
    });
    format!("{document}\n")
}

fn end(end: &End) -> Json {
    match end {
        End::Outcome(Outcome::Succeeded(value)) => {
            json!({ "status": "succeeded", "output": json_of(value) })
        }
        End::Outcome(Outcome::Failed(error)) => {
            json!({ "status": "failed", "error": json_of(&error.to_value()) })
        }
        End::Outcome(Outcome::Cancelled { reason }) => {
            json!({ "status": "cancelled", "reason": reason.as_str() })
        }
        End::Stuck(stuck) => {
            let paths: Vec<&str> = stuck.iter().map(|s| s.path.as_str()).collect();
            json!({ "status": "waiting", "steps": paths })
        }
        End::Halted => json!({ "status": "stopped" }),
    }
}

fn machine(step: &DryStep, shown: &Shown<'_>) -> Json {
    let mut out = match &step.what {
        DryWhat::Begins(kind) => json!({ "event": "begins", "kind": kind }),
        DryWhat::Skipped => json!({ "event": "skipped" }),
        DryWhat::Undone => json!({ "event": "undone" }),
        DryWhat::Fails(error) => json!({ "event": "fails", "error": error }),
        DryWhat::Waits(length) => json!({ "event": "waits", "for": length.to_workflow_string() }),
        DryWhat::Asks {
            kind,
            args,
            attempt,
            result,
            from,
        } => {
            let value: Option<Json> = serde_json::from_str(result).ok();
            json!({
                "event": "asks",
                "kind": kind,
                "args": json_of(args),
                "attempt": attempt,
                "result": value.unwrap_or_else(|| json!(result)),
                "from": from.word(),
            })
        }
    };
    if let Some(object) = out.as_object_mut() {
        let place = shown.place(step);
        object.insert("step".to_owned(), json!(step.path));
        object.insert("after".to_owned(), json!(step.after.to_workflow_string()));
        object.insert(
            "file".to_owned(),
            json!(place.as_ref().map(|(file, ..)| file)),
        );
        object.insert(
            "line".to_owned(),
            json!(place.as_ref().map(|(_, line, _)| line)),
        );
    }
    out
}
