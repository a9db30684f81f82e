//! Bounds of workflows, for people and for machines (`bounds` in `docs/schema/check-output.schema.json`).

use std::fmt::Write as _;

use serde_json::{Value, json};
use wfc_compiler::bounds::{Assumptions, Bounds, Place, Range, Unit, Unknown};
use wfc_runtime::Settings;
use wfc_syntax::line_index::Encoding;

use super::places::{Others, Text};
use super::{Found, Report};

/// Nanoseconds of a second.
const SECOND: u128 = 1_000_000_000;

/// How long agents and tools may take, by the settings.
pub fn assumptions(settings: &Settings) -> Assumptions {
    let mut out = Assumptions::default();
    for (name, runner) in &settings.agents {
        let nanos = runner.timeout.map_or(out.agent, |t| t.as_nanos());
        out.agents.insert(name.clone(), nanos);
    }
    let usual = settings.default_agent.as_ref().or_else(|| {
        settings
            .agents
            .keys()
            .next()
            .filter(|_| settings.agents.len() == 1)
    });
    if let Some(nanos) = usual.and_then(|name| out.agents.get(name)) {
        out.agent = *nanos;
    }
    for (name, server) in &settings.tools {
        if let Some(timeout) = server.timeout {
            out.servers.insert(name.clone(), timeout.as_nanos());
        }
    }
    out
}

/// The bounds of all files as tables, with what they depend on.
pub fn people(found: &Found) -> String {
    let mut out = String::new();
    for report in &found.reports {
        let Some(bounds) = &report.bounds else {
            continue;
        };
        let text = Text::new(report.source.clone());
        let _ = writeln!(out, "{}", report.source.name);
        for (name, unit, range) in bounds.measures() {
            if name != "steps" && name != "time" && range.most.is_zero() {
                continue;
            }
            let _ = writeln!(
                out,
                "  {:<16}{}",
                name.replace('_', " "),
                words(range, unit)
            );
        }
        for unknown in unknowns(bounds) {
            // How many rounds a concurrent loop has follows from a size that is told of too.
            if unknown.text.starts_with("ceil(") {
                continue;
            }
            let place = shown(&text, &found.others, &unknown.place);
            let _ = writeln!(out, "  {} is read at {place}", unknown.text);
        }
        let mut told: Vec<String> = Vec::new();
        for (_, _, range) in bounds.measures() {
            for reason in range.most.reasons() {
                let place = shown(&text, &found.others, &reason.place);
                let line = format!("  unbounded: {} ({place})", reason.text);
                if !told.contains(&line) {
                    told.push(line);
                }
            }
        }
        for line in told {
            out.push_str(&line);
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// `at most 3`, `1 to 3 × pages.size()`
fn words(range: &Range, unit: Unit) -> String {
    let most = range.most.formula(unit);
    let most = if range.most.reasons().is_empty() {
        most
    } else {
        "without bound".to_owned()
    };
    match range.least {
        0 => format!("at most {most}").replace("at most without", "without"),
        n if range.most.number() == Some(n) => most,
        n => {
            let least = match unit {
                Unit::Count => n.to_string(),
                Unit::Time => i64::try_from(n).map_or_else(
                    |_| "very long".to_owned(),
                    wfc_syntax::print_expr::duration_text,
                ),
            };
            format!("at least {least}, at most {most}").replace("at most without", "without")
        }
    }
}

fn unknowns(bounds: &Bounds) -> Vec<Unknown> {
    let all = bounds.measures();
    let mut out: Vec<Unknown> = all.iter().flat_map(|(_, _, r)| r.most.unknowns()).collect();
    out.sort();
    out.dedup();
    out
}

fn shown(text: &Text, others: &Others, place: &Place) -> String {
    let (file, text) = match &place.file {
        None => (text.source.name.as_str(), Some(text)),
        Some(file) => (&**file, others.get(&**file)),
    };
    match text.map(|t| t.place(place.span, Encoding::Utf32).start) {
        Some(start) => format!("{file}:{}:{}", start.line, start.column),
        None => file.to_owned(),
    }
}

/// The files that bounds speak of besides their own.
pub fn other_files(report: &Report) -> Vec<String> {
    let Some(bounds) = &report.bounds else {
        return Vec::new();
    };
    let of_reasons = bounds.measures().map(|(_, _, range)| {
        let reasons = range.most.reasons().iter();
        reasons
            .filter_map(|r| r.place.file.as_deref().map(str::to_owned))
            .collect::<Vec<_>>()
    });
    let of_unknowns = unknowns(bounds)
        .into_iter()
        .filter_map(|u| u.place.file.as_deref().map(str::to_owned));
    of_reasons
        .into_iter()
        .flatten()
        .chain(of_unknowns)
        .collect()
}

/// One file's bounds for machines.
pub fn machine(report: &Report, others: &Others) -> Option<Value> {
    let bounds = report.bounds.as_ref()?;
    let text = Text::new(report.source.clone());
    let mut out = json!({
        "file": report.source.name,
        "unknowns": unknowns(bounds).iter().map(|u| json!({
            "name": u.text,
            "unit": if u.is_time { "seconds" } else { "count" },
            "input": u.input,
            "file": file(&text, &u.place),
            "span": span(&text, others, &u.place),
        })).collect::<Vec<_>>(),
    });
    let object = out.as_object_mut()?;
    for (name, unit, range) in bounds.measures() {
        object.insert(name.to_owned(), measure(&text, others, unit, range));
    }
    Some(out)
}

fn measure(text: &Text, others: &Others, unit: Unit, range: &Range) -> Value {
    let number = |n: u128| match unit {
        Unit::Count => u64::try_from(n).map_or(Value::Null, |n| json!(n)),
        Unit::Time if n.is_multiple_of(SECOND) => {
            u64::try_from(n / SECOND).map_or(Value::Null, |n| json!(n))
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds of a bound; a float is what JSON has"
        )]
        Unit::Time => json!(n as f64 / SECOND as f64),
    };
    json!({
        "least": number(range.least),
        "most": range.most.number().map(number),
        "formula": range.most.formula(unit),
        "unbounded": range.most.reasons().iter().map(|r| json!({
            "reason": r.text,
            "file": file(text, &r.place),
            "span": span(text, others, &r.place),
        })).collect::<Vec<_>>(),
    })
}

fn file(text: &Text, place: &Place) -> String {
    place
        .file
        .as_deref()
        .unwrap_or(&text.source.name)
        .to_owned()
}

fn span(text: &Text, others: &Others, place: &Place) -> Value {
    let text = match &place.file {
        None => Some(text),
        Some(file) => others.get(&**file),
    };
    text.map_or(Value::Null, |t| {
        super::json::span(t.place(place.span, Encoding::Utf32))
    })
}
