//! A loop over nothing.

use wfc_syntax::ast::{LoopHead, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprKind;

use crate::rules::RuleContext;

/// A loop over nothing.
pub static CODE: Code = Code {
    id: "WF0414",
    name: "empty-loop",
    severity: Severity::Warning,
    summary: "a loop over a list that is written out and empty",
    why: "Its body never runs.",
    bad: Example::yaml(
        "steps:\n  - type: loop\n    over: []\n    as: host\n    steps:\n      - { type: bash, command: './ping.sh \"$HOST\"', env: { HOST: \"{{ host }}\" } }\n",
    ),
    good: Example::yaml(
        "steps:\n  - type: loop\n    over: [alpha, beta]\n    as: host\n    steps:\n      - { type: bash, command: './ping.sh \"$HOST\"', env: { HOST: \"{{ host }}\" } }\n",
    ),
};

/// Reports loops over `[]` and `{}`.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let StepKind::Loop {
            head: LoopHead::Over { over, .. },
            ..
        } = &step.kind
        else {
            continue;
        };
        let empty = match cx.ast.exprs.kind(*over) {
            ExprKind::List(items) => items.is_empty(),
            ExprKind::Map(entries) => entries.is_empty(),
            _ => false,
        };
        if empty {
            let report = Diagnostic::new(
                &CODE,
                cx.ast.exprs.span(*over),
                "this list is empty: the loop never runs",
            )
            .label(step.head, "this loop")
            .help("write the items, or the name of a list");
            out.push(report);
        }
    }
}
