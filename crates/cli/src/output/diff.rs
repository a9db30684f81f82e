//! Differences of workflows, for people and for machines (`docs/schema/diff-output.schema.json`).

use std::fmt::Write as _;

use serde_json::{Value, json};
use wfc_compiler::diff::{Area, Change, Diff, Grade, Kind, Verdict};
use wfc_syntax::line_index::Encoding;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;

use super::places::Text;

/// Version of the document's form; a change that breaks readers raises it.
const VERSION: u32 = 1;
/// Characters of a value that people are shown.
const MAX_SHOWN: usize = 100;

/// The compared files.
pub struct Files<'a> {
    /// The old one.
    pub old: &'a Source,
    /// The new one.
    pub new: &'a Source,
}

/// The difference for people.
pub fn people(diff: &Diff, files: &Files<'_>) -> String {
    if diff.same {
        return "no change in meaning\n".to_owned();
    }
    let (old, new) = (Text::new(files.old.clone()), Text::new(files.new.clone()));
    let mut out = String::new();
    for area in Area::ALL {
        let changes: Vec<&Change> = diff.changes.iter().filter(|c| c.area == area).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{}", area.word());
        for change in changes {
            let _ = writeln!(out, "  {}", line(change, &old, &new));
        }
        out.push('\n');
    }
    if !diff.suspensions.is_empty() {
        out.push_str("a run that is suspended in the old workflow could go on in the new one\n");
        for place in &diff.suspensions {
            let reasons = if place.reasons.is_empty() {
                String::new()
            } else {
                format!(": {}", place.reasons.join("; "))
            };
            let _ = writeln!(
                out,
                "  {:<4}at {}{reasons}",
                place.verdict.word(),
                place.step
            );
        }
        out.push('\n');
    }
    out.push_str(&summary(diff));
    out
}

/// `~ tool `file` arguments.title: "a" -> "b" (breaking: why) new.wf:3:5`
fn line(change: &Change, old: &Text, new: &Text) -> String {
    let sign = match change.kind {
        Kind::Added if change.field.is_none() => '+',
        Kind::Removed if change.field.is_none() => '-',
        Kind::Moved => '>',
        _ => '~',
    };
    let mut out = format!("{sign} {}", change.subject);
    if change.kind == Kind::Renamed {
        out.push_str(" renamed");
    } else if change.kind == Kind::Moved {
        out.push_str(" moved");
    }
    if let Some(field) = &change.field {
        let _ = write!(out, " {field}");
    }
    match (&change.old, &change.new) {
        (Some(a), Some(b)) => {
            let _ = write!(out, ": {} -> {}", shortened(a), shortened(b));
        }
        (Some(a), None) => {
            let _ = write!(out, ": {}", shortened(a));
            if change.field.is_some() {
                out.push_str(" -> none");
            }
        }
        (None, Some(b)) => {
            out.push_str(": ");
            if change.field.is_some() {
                out.push_str("none -> ");
            }
            out.push_str(&shortened(b));
        }
        (None, None) => {}
    }
    let grade = (change.grade != Grade::Plain).then(|| change.grade.word().replace('-', " "));
    match (grade, &change.why) {
        (Some(grade), Some(why)) => {
            let _ = write!(out, " ({grade}: {why})");
        }
        (Some(grade), None) => {
            let _ = write!(out, " ({grade})");
        }
        (None, Some(why)) => {
            let _ = write!(out, " ({why})");
        }
        (None, None) => {}
    }
    let place = match (change.new_span, change.old_span) {
        (Some(span), _) => Some((new, span)),
        (None, Some(span)) => Some((old, span)),
        (None, None) => None,
    };
    if let Some((text, span)) = place {
        let start = text.place(span, Encoding::Utf32).start;
        let _ = write!(
            out,
            "  [{}:{}:{}]",
            text.source.name, start.line, start.column
        );
    }
    out
}

fn shortened(text: &str) -> String {
    let line = text.replace('\n', "\\n");
    if line.chars().count() <= MAX_SHOWN {
        return line;
    }
    let kept: String = line.chars().take(MAX_SHOWN).collect();
    format!("{kept}…")
}

fn summary(diff: &Diff) -> String {
    let count = |grade: Grade| diff.changes.iter().filter(|c| c.grade == grade).count();
    let n = diff.changes.len();
    let mut out = format!("{n} change{}", if n == 1 { "" } else { "s" });
    for (grade, words) in [
        (Grade::Breaking, "breaking"),
        (Grade::LessSafe, "less safe"),
        (Grade::Safer, "safer"),
    ] {
        let n = count(grade);
        if n > 0 {
            let _ = write!(out, ", {n} {words}");
        }
    }
    let places = diff.suspensions.len();
    if places > 0 {
        let yes = diff.suspensions.iter();
        let yes = yes.filter(|s| s.verdict == Verdict::Yes).count();
        let _ = write!(
            out,
            "; suspended runs could go on at {yes} of {places} places"
        );
    }
    out.push('\n');
    out
}

/// The difference for machines.
pub fn machine(diff: &Diff, files: &Files<'_>) -> String {
    let (old, new) = (Text::new(files.old.clone()), Text::new(files.new.clone()));
    let place = |text: &Text, span: Option<Span>| {
        span.map_or(Value::Null, |span| {
            super::json::span(text.place(span, Encoding::Utf32))
        })
    };
    let changes = diff.changes.iter().map(|c| {
        json!({
            "area": c.area.word(),
            "kind": c.kind.word(),
            "grade": c.grade.word(),
            "subject": c.subject,
            "field": c.field,
            "old": c.old,
            "new": c.new,
            "why": c.why,
            "old_span": place(&old, c.old_span),
            "new_span": place(&new, c.new_span),
        })
    });
    let suspensions = diff.suspensions.iter().map(|s| {
        json!({
            "step": s.step,
            "span": place(&old, Some(s.span)),
            "verdict": s.verdict.word(),
            "reasons": s.reasons,
        })
    });
    let document = json!({
        "version": VERSION,
        "old": files.old.name,
        "new": files.new.name,
        "same": diff.same,
        "breaking": diff.changes.iter().filter(|c| c.grade == Grade::Breaking).count(),
        "less_safe": diff.changes.iter().filter(|c| c.grade == Grade::LessSafe).count(),
        "changes": changes.collect::<Vec<_>>(),
        "suspensions": suspensions.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}
