//! A limit of branches at once that is above their number.

use wfc_syntax::ast::{LoopHead, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprKind;

use crate::rules::RuleContext;

/// A limit of branches at once that is above their number.
pub static CODE: Code = Code {
    id: "WF0709",
    name: "concurrency-never-reached",
    severity: Severity::Note,
    summary: "a `max_concurrency` above the number of branches or items",
    why: "The limit limits nothing, since there are never so many at once. It may be a leftover, or meant for another step.",
    bad: Example::wf(
        "workflow w {\n  parallel 8 {\n    branch a { bash \"./a.sh\" }\n    branch b { bash \"./b.sh\" }\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  parallel {\n    branch a { bash \"./a.sh\" }\n    branch b { bash \"./b.sh\" }\n  }\n}\n",
    ),
};

/// Reports such limits.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let (limit, have, what) = match &step.kind {
            // A single branch is reported as such.
            StepKind::Parallel {
                max_concurrency: Some(limit),
                branches,
                ..
            } if branches.len() > 1 => (limit, branches.len(), "branches"),
            StepKind::Loop {
                head:
                    LoopHead::Over {
                        over,
                        max_concurrency: Some(limit),
                        ..
                    },
                ..
            } => match cx.ast.exprs.kind(*over) {
                ExprKind::List(items) if items.len() > 1 => (limit, items.len(), "items"),
                _ => continue,
            },
            _ => continue,
        };
        if limit.value <= have as u64 {
            continue;
        }
        let message = format!("there are {have} {what}, so this limit is never reached");
        out.push(
            Diagnostic::new(&CODE, limit.span, message)
                .help("leave it out, or lower it if fewer are to run at once"),
        );
    }
}
