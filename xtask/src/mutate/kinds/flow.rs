//! Faults of flow and of time.

use wfc_syntax::ast::{LoopHead, StepKind, TriggerKind};
use wfc_syntax::diagnostic::Edit;
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::shape::Shape;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, Spelling};

use super::help::{
    inner, insert_before, insert_last, misspelt, remove_entry, remove_step, trimmed,
};
use crate::mutate::sites::{entries, items};
use crate::mutate::subject::Subject;
use crate::mutate::{Kind, Mutant};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "dropped-case",
        breaks: "a `switch` over a union of texts without `default` loses the case of one of them",
        make: dropped_case,
    },
    Kind {
        name: "break-outside-loop",
        breaks: "`break` stands at the end of a block that is in no loop",
        make: break_outside_loop,
    },
    Kind {
        name: "unreachable-step",
        breaks: "`fail` stands before the last step of a block",
        make: unreachable_step,
    },
    Kind {
        name: "unbounded-loop",
        breaks: "a `while` or `until` loop loses its `max_iterations`",
        make: unbounded_loop,
    },
    Kind {
        name: "bad-cron",
        breaks: "a cron expression has a field out of its range, or too few fields",
        make: bad_cron,
    },
    Kind {
        name: "cron-never-fires",
        breaks: "a cron expression asks for the 31st of February",
        make: cron_never_fires,
    },
    Kind {
        name: "unknown-timezone",
        breaks: "the name of a time zone gets a slip; the database has no such zone",
        make: unknown_timezone,
    },
    Kind {
        name: "bad-duration",
        breaks: "a duration has an unknown unit, or none",
        make: bad_duration,
    },
    Kind {
        name: "negative-duration",
        breaks: "a duration is less than nothing",
        make: negative_duration,
    },
    Kind {
        name: "retry-outlasts-timeout",
        breaks: "the pauses between attempts are longer than the step's whole time",
        make: retry_outlasts_timeout,
    },
];

fn dropped_case(s: &Subject, out: &mut Vec<Mutant>) {
    for step in &s.ast().steps {
        let StepKind::Switch {
            on,
            cases,
            default: None,
        } = &step.kind
        else {
            continue;
        };
        let words = s.words(&s.ty(*on)).unwrap_or_default();
        // Each case of one word, and each word with a case: any one is missed.
        let simple = words.len() == cases.len() && cases.iter().all(|c| c.values.len() == 1);
        let Some(node) = s.tree().field(step.node, "cases") else {
            continue;
        };
        if !simple || cases.len() < 2 {
            continue;
        }
        let list = items(s.tree(), node);
        let map = entries(s.tree(), node);
        for i in 0..cases.len() {
            let edit = if !map.is_empty() {
                remove_entry(s, node, i)
            } else if let Some(item) = list.get(i) {
                remove_step(s, node, *item)
            } else {
                None
            };
            if let Some(edit) = edit {
                out.push(Mutant::of(vec![edit]).near([step.head, s.ast().exprs.span(*on)]));
            }
        }
    }
}

fn break_outside_loop(s: &Subject, out: &mut Vec<Mutant>) {
    for block in s.sites.blocks.iter().filter(|b| !b.in_loop) {
        // A last step that never ends normally would make the new one unreachable besides.
        let ends = block.items.last().is_some_and(|last| {
            s.ast()
                .steps
                .iter()
                .any(|st| st.node == *last && never_ends(&st.kind))
        });
        if !ends && !gives_a_value(s, block.seq) {
            let edit = insert_last(s, block.seq, "{ \"type\": \"break\" }", "break");
            out.extend(edit.map(|e| Mutant::of(vec![e])));
        }
    }
}

fn never_ends(kind: &StepKind) -> bool {
    !matches!(
        kind,
        StepKind::Agent { .. }
            | StepKind::AgentMessage { .. }
            | StepKind::Bash { .. }
            | StepKind::Tool { .. }
            | StepKind::Approval { .. }
            | StepKind::Wait { .. }
            | StepKind::Set { .. }
            | StepKind::Subworkflow { .. }
    )
}

/// Whether a block's value, that of its last step, is used: as a branch, or by the step's own name.
fn gives_a_value(s: &Subject, seq: NodeId) -> bool {
    s.ast().steps.iter().any(|step| {
        let named = step.id.is_some() || step.output.is_some();
        let parallel = matches!(step.kind, StepKind::Parallel { .. });
        (named || parallel) && s.tree().span(step.node).contains(s.tree().span(seq))
    })
}

fn unreachable_step(s: &Subject, out: &mut Vec<Mutant>) {
    for block in &s.sites.blocks {
        let [.., before, last] = block.items.as_slice() else {
            continue;
        };
        if gives_a_value(s, block.seq) {
            continue;
        }
        // Names that the last step sets stay read; a step that is gone would be another fault.
        let binds = s
            .ast()
            .steps
            .iter()
            .find(|st| st.node == *last)
            .is_none_or(|st| st.id.is_some() || st.output.is_some());
        let sets = s.src(s.tree().span(*last)).contains("set");
        let previous = s.ast().steps.iter().find(|st| st.node == *before);
        if binds || sets || previous.is_none_or(|p| never_ends(&p.kind)) {
            continue;
        }
        let edit = insert_before(
            s,
            block.seq,
            *last,
            "{ \"type\": \"fail\", \"code\": \"stopped\", \"message\": \"stopped here\" }",
            "fail stopped \"stopped here\"",
        );
        let span = trimmed(s, s.tree().span(*last));
        out.extend(edit.map(|e| Mutant::of(vec![e]).near([span])));
    }
}

fn unbounded_loop(s: &Subject, out: &mut Vec<Mutant>) {
    for step in &s.ast().steps {
        let StepKind::Loop {
            head: LoopHead::While(_) | LoopHead::Until(_),
            max_iterations: Some(max),
            ..
        } = &step.kind
        else {
            continue;
        };
        let edit = if s.spelling == Spelling::Text {
            let before = s.before(max.span.start).trim_end();
            before.strip_suffix("max").map(|b| Edit {
                span: Span::of(b.len(), max.span.end as usize),
                text: String::new(),
            })
        } else {
            let all = entries(s.tree(), step.node);
            let place = all.iter().position(|e| s.tree().span(e.value) == max.span);
            place.and_then(|i| remove_entry(s, step.node, i))
        };
        let body = s.line(step.span.start);
        out.extend(
            edit.map(|e| {
                Mutant::of(vec![e]).near([step.head, Span::new(step.span.start, body.end)])
            }),
        );
    }
}

fn crons(s: &Subject) -> impl Iterator<Item = (Span, Option<Span>)> {
    s.ast()
        .workflow
        .triggers
        .iter()
        .filter_map(|t| match &t.kind {
            TriggerKind::Schedule { cron, timezone, .. } if s.src(cron.span) == &*cron.text => {
                Some((cron.span, timezone.as_ref().map(|z| z.span)))
            }
            _ => None,
        })
}

fn bad_cron(s: &Subject, out: &mut Vec<Mutant>) {
    for (cron, _) in crons(s) {
        for wrong in ["99 * * * *", "0 9 * *", "0 25 * * MON"] {
            out.push(Mutant::replace(cron, wrong));
        }
    }
}

fn cron_never_fires(s: &Subject, out: &mut Vec<Mutant>) {
    for (cron, _) in crons(s) {
        out.push(Mutant::replace(cron, "0 9 31 2 *"));
    }
}

fn unknown_timezone(s: &Subject, out: &mut Vec<Mutant>) {
    for zone in crons(s).filter_map(|(_, zone)| zone) {
        if s.src(zone).contains('/') {
            out.push(Mutant::replace(zone, misspelt(s.src(zone), zone.start)));
        }
    }
}

/// Durations that are written out: their places.
fn durations(s: &Subject) -> Vec<Span> {
    let mut out = Vec::new();
    for e in &s.sites.entries {
        let Some(entry) = entries(s.tree(), e.map).get(e.index) else {
            continue;
        };
        let Some(span) = inner(s, entry.value) else {
            continue;
        };
        let src = s.src(span);
        let plain = src.starts_with(|c: char| c.is_ascii_digit())
            && src.ends_with(|c: char| c.is_ascii_alphabetic());
        if e.field.shape == Shape::Duration && plain {
            out.push(span);
        }
    }
    out
}

fn bad_duration(s: &Subject, out: &mut Vec<Mutant>) {
    for (n, span) in durations(s).into_iter().enumerate() {
        let number: String = s
            .src(span)
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let wrong = match n % 3 {
            0 => format!("{number}x"),
            1 => match s.src(span).trim_start_matches(|c: char| c.is_ascii_digit()) {
                "s" => format!("{number}secs"),
                "h" => format!("{number}hrs"),
                _ => format!("{number}mins"),
            },
            _ => format!("{number}q"),
        };
        out.push(Mutant::replace(span, wrong));
    }
}

fn negative_duration(s: &Subject, out: &mut Vec<Mutant>) {
    for span in durations(s) {
        out.push(Mutant::replace(Span::at(span.start), "-").near([span]));
    }
}

fn nanos(s: &Subject, id: Option<ExprId>) -> Option<i64> {
    match s.ast().exprs.kind(id?) {
        ExprKind::Duration(nanos) => Some(*nanos),
        _ => None,
    }
}

fn retry_outlasts_timeout(s: &Subject, out: &mut Vec<Mutant>) {
    for step in &s.ast().steps {
        let (Some(retry), Some(timeout)) = (&step.retry, step.timeout) else {
            continue;
        };
        let attempts = retry.max_attempts.map_or(0, |n| n.value);
        let waits = nanos(s, retry.delay).filter(|n| *n >= 2_000_000_000 && attempts >= 2);
        let whole = s.ast().exprs.span(timeout);
        let short = nanos(s, step.attempt_timeout).is_none();
        let plain = s.src(whole).ends_with(|c: char| c.is_ascii_alphabetic());
        if waits.is_some()
            && short
            && plain
            && s.src(whole).starts_with(|c: char| c.is_ascii_digit())
        {
            out.push(Mutant::replace(whole, "1s").near([retry.span]));
        }
    }
}
