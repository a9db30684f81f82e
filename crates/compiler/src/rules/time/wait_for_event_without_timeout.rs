//! A wait for an event that may never come.

use wfc_syntax::ast::{StepKind, Wait};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Fix};

use super::is_bounded;
use crate::rules::{RuleContext, edit};

/// A wait for an event that may never come.
pub static CODE: Code = Code {
    id: "WF0511",
    name: "event-wait-without-timeout",
    severity: Severity::Warning,
    summary: "a `wait` for an event without a `timeout`",
    why: "When the event never comes, the run waits for ever. `on_timeout: continue` makes a timeout no failure.",
    bad: Example::wf(
        "workflow w {\n  input order: string\n  wait event \"order.paid\" key order\n  bash \"./ship.sh\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input order: string\n  wait event \"order.paid\" key order with { timeout: 7d }\n  bash \"./ship.sh\"\n}\n",
    ),
};

/// Reports waits for events that nothing ends.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let waits = |kind: &StepKind| {
        matches!(
            kind,
            StepKind::Wait {
                wait: Wait::Event { .. },
                ..
            }
        )
    };
    if !cx.steps().iter().any(|s| waits(&s.kind)) {
        return;
    }
    let places = cx.places();
    for id in cx.step_ids() {
        let step = cx.ast.step(id);
        let StepKind::Wait {
            wait: Wait::Event { key, .. },
            ..
        } = &step.kind
        else {
            continue;
        };
        if step.timeout.is_some() || step.attempt_timeout.is_some() || is_bounded(cx, places, id) {
            continue;
        }
        let report = Diagnostic::new(
            &CODE,
            step.head,
            "this waits for ever when the event does not come",
        )
        .help(
            "add a `timeout`, and `on_timeout: continue` if the run is to go on without the event",
        );
        let after = if key.is_some() { "key" } else { "event" };
        out.push(
            match edit::add_word(cx, step.node, after, ("timeout", "24h"), true) {
                Some(edit) => report.fix(Fix {
                    title: "wait for a day".to_owned(),
                    applicability: Applicability::Suggested,
                    edits: vec![edit],
                }),
                None => report,
            },
        );
    }
}
