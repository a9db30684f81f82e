//! Barriers: approvals, destructive tools, secrets, what the checker finds about data from outside.

use std::collections::BTreeSet;

use wfc_syntax::ast::{StepKind, TriggerKind, Verify, Word};
use wfc_syntax::expr::ExprId;
use wfc_syntax::span::Span;

use super::flat::{Flat, FlatStep};
use super::matching::Pairs;
use super::{Area, Change, Grade, Kind, Side};
use crate::analysis::Ref;
use crate::analysis::catalogue::Found;

type Half<'a> = (&'a Side<'a>, &'a Flat<'a>);

pub(super) fn compare(old: Half<'_>, new: Half<'_>, pairs: &Pairs, out: &mut Vec<Change>) {
    approvals(old, new, pairs, out);
    tools(old, new, out);
    secrets(old, new, pairs, out);
    webhooks(old.0, new.0, out);
    allowed(old.0, new.0, out);
    findings(old.0, new.0, out);
}

fn trust(kind: Kind, subject: impl Into<String>, grade: Grade, why: &str) -> Change {
    Change::new(Area::Trust, kind, subject)
        .grade(grade)
        .why(why)
}

fn head(flat: &Flat<'_>, step: &FlatStep) -> Option<Span> {
    Some(flat.ast.step(step.id).head)
}

fn approvals((_, old): Half<'_>, (_, new): Half<'_>, pairs: &Pairs, out: &mut Vec<Change>) {
    for (i, a) in old
        .steps
        .iter()
        .enumerate()
        .filter(|(_, s)| s.kind == "approval")
    {
        let found = pairs.new_of.get(i).copied().flatten();
        let Some((j, b)) = found.and_then(|j| Some((j, new.step(j)?))) else {
            out.push(
                trust(
                    Kind::Removed,
                    a.title(),
                    Grade::LessSafe,
                    "nobody is asked any longer",
                )
                .at(head(old, a), None),
            );
            continue;
        };
        let spans = (head(old, a), head(new, b));
        let gates = |flat: &Flat<'_>, at: usize| {
            let around = flat.outwards(at).into_iter();
            let around = around.filter_map(|(p, role)| {
                let parent = flat.step(p)?;
                let skips = matches!(parent.kind, "conditional" | "switch" | "loop")
                    || matches!(role, "catch" | "on_error" | "compensate")
                    || parent.field("when").is_some();
                skips.then_some(())
            });
            around.count() + usize::from(flat.step(at).is_some_and(|s| s.field("when").is_some()))
        };
        if gates(new, j) > gates(old, i) {
            let why = "some paths no longer pass it";
            out.push(trust(Kind::Moved, b.title(), Grade::LessSafe, why).at(spans.0, spans.1));
        }
        weaker(a, b, spans, out);
    }
    for (j, b) in new
        .steps
        .iter()
        .enumerate()
        .filter(|(_, s)| s.kind == "approval")
    {
        if pairs.old_of.get(j).copied().flatten().is_none() {
            let why = "somebody is asked who was not asked before";
            out.push(trust(Kind::Added, b.title(), Grade::Safer, why).at(None, head(new, b)));
        }
    }
}

/// What an approval's own fields allow now that they did not allow, and the other way.
fn weaker(a: &FlatStep, b: &FlatStep, spans: (Option<Span>, Option<Span>), out: &mut Vec<Change>) {
    let mut tell = |field: &str, grade: Grade, why: &str| {
        let (was, is) = (a.field(field), b.field(field));
        out.push(
            trust(Kind::Changed, b.title(), grade, why)
                .field(field)
                .values(was.map(str::to_owned), is.map(str::to_owned))
                .at(spans.0, spans.1),
        );
    };
    let rank = |step: &FlatStep| u8::from(step.field("on_timeout") == Some("approve"));
    match rank(b).cmp(&rank(a)) {
        std::cmp::Ordering::Greater => {
            tell("on_timeout", Grade::LessSafe, "no answer counts as a yes");
        }
        std::cmp::Ordering::Less => {
            tell(
                "on_timeout",
                Grade::Safer,
                "no answer no longer counts as a yes",
            );
        }
        std::cmp::Ordering::Equal => {}
    }
    let goes_on = |step: &FlatStep| u8::from(step.field("on_deny") == Some("continue"));
    match goes_on(b).cmp(&goes_on(a)) {
        std::cmp::Ordering::Greater => {
            tell("on_deny", Grade::LessSafe, "the run goes on after a no");
        }
        std::cmp::Ordering::Less => {
            tell(
                "on_deny",
                Grade::Safer,
                "the run no longer goes on after a no",
            );
        }
        std::cmp::Ordering::Equal => {}
    }
    let people = |step: &FlatStep| -> BTreeSet<String> {
        let names = step.field("approvers").unwrap_or_default();
        names
            .split(", ")
            .filter(|n| !n.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (was, is) = (people(a), people(b));
    if was != is {
        // An empty list is everyone.
        let more = !was.is_empty() && (is.is_empty() || !is.is_subset(&was));
        let grade = if more { Grade::LessSafe } else { Grade::Safer };
        let why = if more {
            "people may answer who could not before"
        } else {
            "fewer people may answer"
        };
        tell("approvers", grade, why);
    }
    if a.field("items").is_some() && b.field("items").is_none() {
        tell("items", Grade::LessSafe, "who is asked no longer sees them");
    }
    if a.field("prompt") != b.field("prompt") {
        tell("prompt", Grade::Plain, "who is asked reads something else");
    }
}

/// Tools that a workflow can reach: those of its steps and those that it hands to agents.
fn reached(side: &Side<'_>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for step in &side.ast.steps {
        match &step.kind {
            StepKind::Tool { tool, .. } => {
                out.insert(tool.text.to_string());
            }
            StepKind::Agent { tools, .. } => {
                out.extend(tools.iter().map(|t| t.text.to_string()));
            }
            _ => {}
        }
    }
    out
}

fn is_destructive(side: &Side<'_>, tool: &str) -> bool {
    match side.analysis.catalogues.find(tool) {
        Found::Tool(found) => found.hints.destructive == Some(true),
        _ => false,
    }
}

fn tools((old, _): Half<'_>, (new, _): Half<'_>, out: &mut Vec<Change>) {
    let (was, is) = (reached(old), reached(new));
    for tool in is.difference(&was) {
        let subject = format!("tool `{tool}`");
        out.push(if is_destructive(new, tool) {
            trust(
                Kind::Added,
                subject,
                Grade::LessSafe,
                "it destroys something",
            )
        } else {
            trust(Kind::Added, subject, Grade::Plain, "it was not used before")
        });
    }
    for tool in was.difference(&is).filter(|t| is_destructive(old, t)) {
        let why = "it is no longer used, and it destroys something";
        out.push(trust(
            Kind::Removed,
            format!("tool `{tool}`"),
            Grade::Safer,
            why,
        ));
    }
}

/// The steps that read secrets, with the secrets; no step is the root.
fn secret_reads(side: &Side<'_>, flat: &Flat<'_>) -> BTreeSet<(Option<usize>, String)> {
    let exprs = &side.ast.exprs;
    let ids = (0..u32::try_from(exprs.len()).unwrap_or(u32::MAX)).map(ExprId);
    let mut out = BTreeSet::new();
    for id in ids {
        let Some(Ref::Secret(place)) = side.analysis.refs.get(&id) else {
            continue;
        };
        let Some(secret) = side.ast.workflow.secrets.get(*place as usize) else {
            continue;
        };
        let at = exprs.span(id);
        let around = flat.steps.iter().enumerate().filter(|(_, s)| {
            let span = side.ast.step(s.id).span;
            span.start <= at.start && at.end <= span.end
        });
        let innermost = around.min_by_key(|(_, s)| {
            let span = side.ast.step(s.id).span;
            span.end - span.start
        });
        out.insert((innermost.map(|(i, _)| i), secret.text.to_string()));
    }
    out
}

fn secrets(old: Half<'_>, new: Half<'_>, pairs: &Pairs, out: &mut Vec<Change>) {
    let (was, is) = (secret_reads(old.0, old.1), secret_reads(new.0, new.1));
    for (step, secret) in is {
        let before = match step {
            Some(j) => match pairs.old_of.get(j).copied().flatten() {
                Some(i) => was.contains(&(Some(i), secret.clone())),
                None => false,
            },
            None => was.contains(&(None, secret.clone())),
        };
        if before {
            continue;
        }
        let reader = step.and_then(|j| new.1.step(j));
        let subject = match reader {
            Some(reader) => format!("secret `{secret}` in {}", reader.title()),
            None => format!("secret `{secret}`"),
        };
        let why = "it is read at a place that did not read it";
        out.push(
            trust(Kind::Added, subject, Grade::LessSafe, why)
                .at(None, reader.and_then(|r| head(new.1, r))),
        );
    }
}

fn webhooks(old: &Side<'_>, new: &Side<'_>, out: &mut Vec<Change>) {
    let hooks = |side: &Side<'_>| -> Vec<(String, Verify)> {
        let triggers = side.ast.workflow.triggers.iter();
        triggers
            .filter_map(|t| match &t.kind {
                TriggerKind::Webhook { path, verify, .. } => Some((
                    path.text.to_string(),
                    verify.map_or(Verify::None, |v| v.value),
                )),
                _ => None,
            })
            .collect()
    };
    let was = hooks(old);
    for (path, verify) in hooks(new) {
        let before = was.iter().find(|(p, _)| *p == path).map(|(_, v)| *v);
        let subject = format!("webhook `{path}`");
        match before {
            Some(before) if before != Verify::None && verify == Verify::None => out.push(
                trust(
                    Kind::Changed,
                    subject,
                    Grade::LessSafe,
                    "anyone can send to it",
                )
                .field("verify")
                .values(Some(before.word().into()), Some("none".into())),
            ),
            Some(Verify::None) if verify != Verify::None => out.push(
                trust(
                    Kind::Changed,
                    subject,
                    Grade::Safer,
                    "senders prove who they are",
                )
                .field("verify")
                .values(Some("none".into()), Some(verify.word().into())),
            ),
            None => out.push(trust(
                Kind::Added,
                subject,
                if verify == Verify::None {
                    Grade::LessSafe
                } else {
                    Grade::Plain
                },
                "data from outside comes in",
            )),
            _ => {}
        }
    }
}

/// Findings of trust that the files wave through.
fn allowed(old: &Side<'_>, new: &Side<'_>, out: &mut Vec<Change>) {
    let of = |side: &Side<'_>| -> Vec<String> {
        let steps = side.ast.steps.iter().flat_map(|s| &s.allow);
        let all = steps.chain(&side.ast.workflow.allow);
        let trust = all.filter(|a| {
            crate::rules::trust::CODES
                .iter()
                .any(|c| *c.id == *a.code.text || *c.name == *a.code.text)
        });
        trust.map(|a| a.code.text.to_string()).collect()
    };
    for (code, grade, kind) in surplus(of(old), of(new)) {
        let why = match grade {
            Grade::LessSafe => "a finding about trust is waved through",
            _ => "a finding about trust is no longer waved through",
        };
        out.push(trust(kind, format!("allow `{code}`"), grade, why));
    }
}

fn findings(old: &Side<'_>, new: &Side<'_>, out: &mut Vec<Change>) {
    let of = |side: &Side<'_>| -> Vec<String> {
        let trust = side
            .findings
            .iter()
            .filter(|d| d.code.id.starts_with("WF06"));
        trust
            .map(|d| format!("{} {}: {}", d.code.id, d.code.name, d.message))
            .collect()
    };
    for (text, grade, kind) in surplus(of(old), of(new)) {
        let why = match grade {
            Grade::LessSafe => "the checker finds this now",
            _ => "the checker no longer finds this",
        };
        out.push(trust(kind, text, grade, why));
    }
}

/// What one of the lists has more often than the other.
fn surplus(old: Vec<String>, mut new: Vec<String>) -> Vec<(String, Grade, Kind)> {
    let mut out = Vec::new();
    for text in old {
        match new.iter().position(|t| *t == text) {
            Some(at) => {
                new.remove(at);
            }
            None => out.push((text, Grade::Safer, Kind::Removed)),
        }
    }
    let more = new.into_iter();
    out.extend(more.map(|text| (text, Grade::LessSafe, Kind::Added)));
    out
}
