//! A recorded run as a file of tests.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wfc_program::isa::EffectKind;
use wfc_value::{Map, Str, Value, json};
use wfc_vm::{ErrorRecord, EventKind, Outcome, Usage};

use super::{Asked, Recorded, Seen, is_open};

/// The text. With `times`, mocks take as long as the real steps did.
pub(super) fn test(
    name: &str,
    workflow: &str,
    run: &Recorded,
    seen: &[Seen],
    outcome: &Outcome,
    times: bool,
) -> String {
    let mut out = format!("workflow: {}\ntests:\n", text(workflow));
    let _ = writeln!(out, "  - name: {}", text(name));
    map(&mut out, "inputs", &run.inputs);
    map(&mut out, "env", &run.meta.env);
    let trigger = run.meta.trigger.as_map().cloned().unwrap_or_default();
    if trigger.get_str("type").and_then(Value::as_str) != Some("manual") {
        map(&mut out, "trigger", &trigger);
    }
    let _ = writeln!(out, "    clock: {}", run.meta.started_at);
    mocks(&mut out, seen, times);
    if let Some(first) = seen.first() {
        outside(&mut out, first);
    }
    expect(&mut out, seen, outcome);
    out
}

fn map(out: &mut String, key: &str, values: &Map) {
    let open = values.iter().filter(|(_, v)| is_open(v));
    let lines: Vec<String> = open
        .map(|(k, v)| format!("      {}: {}\n", text(&k.to_string()), json::format(v)))
        .collect();
    if !lines.is_empty() {
        let _ = writeln!(out, "    {key}:");
        lines.iter().for_each(|line| out.push_str(line));
    }
}

fn mocks(out: &mut String, seen: &[Seen], times: bool) {
    let mut by_key: Vec<(&str, Vec<String>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for asked in seen.iter().flat_map(|s| &s.asked).filter(|a| !a.called) {
        let Some(mock) = mock(asked, times) else {
            continue;
        };
        let at = *places.entry(&asked.key).or_insert_with(|| {
            by_key.push((&asked.key, Vec::new()));
            by_key.len() - 1
        });
        if let Some((_, turns)) = by_key.get_mut(at) {
            turns.push(mock);
        }
    }
    if by_key.is_empty() {
        return;
    }
    out.push_str("    mocks:\n");
    for (key, turns) in by_key {
        let key = text(key);
        match turns.as_slice() {
            [first, rest @ ..] if rest.iter().all(|t| t == first) => {
                let _ = writeln!(out, "      {key}: {first}");
            }
            turns => {
                let _ = writeln!(out, "      {key}:\n        in_turn:");
                for turn in turns {
                    let _ = writeln!(out, "          - {turn}");
                }
            }
        }
    }
}

/// What became of an effect; none for what happens by itself in a test too.
fn mock(asked: &Asked, times: bool) -> Option<String> {
    let kind = asked.effect.kind;
    let waits = asked
        .effect
        .args
        .get("await_response")
        .and_then(Value::as_bool);
    if kind == EffectKind::Message && waits != Some(true) {
        return None;
    }
    let after = if times && asked.after.nanos() > 0 {
        format!(", after: {}", asked.after.to_workflow_string())
    } else {
        String::new()
    };
    Some(match &asked.answer {
        // An event comes by itself; whatever else was not answered never was.
        None if kind == EffectKind::Event => return None,
        None => "never".to_owned(),
        Some(EventKind::Completed { value, usage, .. }) if kind == EffectKind::Approval => {
            let word = value
                .get("decision")
                .and_then(Value::as_str)
                .unwrap_or("deny");
            let said = ["by", "comment"].into_iter().filter_map(|name| {
                let text = value.get(name).and_then(Value::as_str)?;
                Some(format!("{name}: {}", json::quoted(text)))
            });
            let said: Vec<String> = said.collect();
            format!(
                "{{ {word}: {{ {} }}{after}{} }}",
                said.join(", "),
                spent(usage.as_ref())
            )
        }
        Some(EventKind::Completed { value, usage, .. }) => {
            let value = json::format(value);
            format!("{{ returns: {value}{after}{} }}", spent(usage.as_ref()))
        }
        Some(EventKind::Failed { error, usage, .. }) => {
            format!(
                "{{ fail: {}{after}{} }}",
                failure(error),
                spent(usage.as_ref())
            )
        }
        Some(_) => format!("{{ unknown: true{after} }}"),
    })
}

fn failure(error: &ErrorRecord) -> String {
    let details = if error.details.is_null() || !is_open(&error.details) {
        String::new()
    } else {
        format!(", details: {}", json::format(&error.details))
    };
    let code = text(error.code.as_str());
    format!(
        "{{ code: {code}, message: {}{details} }}",
        json::quoted(&error.message)
    )
}

fn spent(usage: Option<&Usage>) -> String {
    let Some(usage) = usage.filter(|u| **u != Usage::default()) else {
        return String::new();
    };
    format!(
        ", usage: {{ usd: {}, tokens: {}, agent_calls: {} }}",
        json::double(usage.usd),
        usage.tokens,
        usage.agent_calls
    )
}

fn outside(out: &mut String, seen: &Seen) {
    if !seen.messages.is_empty() {
        out.push_str("    events:\n");
    }
    for (at, kind) in &seen.messages {
        let EventKind::Message {
            name, key, payload, ..
        } = kind
        else {
            continue;
        };
        let key = key
            .as_ref()
            .map(|k: &Str| format!(", key: {}", json::quoted(k)));
        let _ = writeln!(
            out,
            "      - {{ event: {}{}, payload: {}, at: {} }}",
            json::quoted(name),
            key.unwrap_or_default(),
            json::format(payload),
            at.to_workflow_string()
        );
    }
    if let Some((at, reason)) = &seen.cancel {
        let at = at.to_workflow_string();
        let _ = writeln!(
            out,
            "    cancel: {{ at: {at}, reason: {} }}",
            json::quoted(reason)
        );
    }
}

fn expect(out: &mut String, seen: &[Seen], outcome: &Outcome) {
    out.push_str("    expect:\n");
    let _ = match outcome {
        Outcome::Succeeded(value) if is_open(value) => {
            writeln!(out, "      output: {}", json::format(value))
        }
        Outcome::Succeeded(_) => writeln!(out, "      status: succeeded"),
        Outcome::Failed(error) => {
            let step = error.step.as_ref().map(|s| format!(", step: {}", text(s)));
            let code = text(error.code.as_str());
            let message = json::quoted(&error.message);
            let step = step.unwrap_or_default();
            writeln!(
                out,
                "      error: {{ code: {code}, message: {message}{step} }}"
            )
        }
        Outcome::Cancelled { .. } => writeln!(out, "      status: cancelled"),
    };
    // What called workflows do comes in between in an order that only all of them together have.
    let [only] = seen else {
        return;
    };
    if only.asked.is_empty() {
        return;
    }
    out.push_str("      effects:\n");
    for asked in &only.asked {
        let with = shown(asked);
        let (step, kind) = (text(&asked.path), asked.effect.kind.word());
        let _ = writeln!(out, "        - {{ step: {step}, kind: {kind}{with} }}");
    }
}

/// The arguments that say what a step is about.
fn shown(asked: &Asked) -> String {
    let names: &[&str] = match asked.effect.kind {
        EffectKind::Agent => &["goal"],
        EffectKind::Tool => &["tool", "arguments"],
        EffectKind::Bash => &["command", "env"],
        EffectKind::Approval => &["prompt"],
        EffectKind::Message => &["content"],
        EffectKind::Event => &["event", "key"],
        EffectKind::Call => &["workflow", "inputs"],
        EffectKind::Timer => &[],
    };
    let fields = names.iter().filter_map(|name| {
        let value = asked.effect.args.get(name)?;
        let writable = is_open(value) && !value.is_null();
        writable.then(|| format!("{name}: {}", json::format(value)))
    });
    let fields: Vec<String> = fields.collect();
    if fields.is_empty() {
        return String::new();
    }
    format!(", with: {{ {} }}", fields.join(", "))
}

/// A text as a plain scalar where it is evidently one, else in quotes.
fn text(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '.' || c == '_');
    let word = ["true", "false", "null"];
    if starts && text.chars().all(plain) && !word.contains(&text.to_lowercase().as_str()) {
        text.to_owned()
    } else {
        json::quoted(text)
    }
}
