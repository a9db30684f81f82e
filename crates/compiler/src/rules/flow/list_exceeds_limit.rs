//! A list that is longer than its loop may be.

use wfc_syntax::ast::{LoopHead, StepId, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};

use crate::bounds::least_items;
use crate::rules::RuleContext;
use crate::rules::places::inside;

/// A list that is longer than its loop may be.
pub static CODE: Code = Code {
    id: "WF0417",
    name: "list-exceeds-limit",
    severity: Severity::Warning,
    summary: "a loop over a list that surely has more items than `max_iterations` allows",
    why: "A loop that is not done after `max_iterations` fails with `iterations_exceeded`, unless `on_limit: stop` makes it end quietly. Here the list is known to \
          be longer.",
    bad: Example::wf(
        "workflow w {\n  for host in [\"a\", \"b\", \"c\"] with { max_iterations: 2 } {\n    bash \"./ping.sh\" { env: { HOST: host } }\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  for host in [\"a\", \"b\", \"c\"] with { max_iterations: 2, on_limit: stop } {\n    bash \"./ping.sh\" { env: { HOST: host } }\n  }\n}\n",
    ),
};

/// Reports loops that cannot come to their end.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let StepKind::Loop {
            head: LoopHead::Over { over, .. },
            max_iterations: Some(limit),
            stop_on_limit,
            body,
            ..
        } = &step.kind
        else {
            continue;
        };
        let ends_early =
            |id: &StepId| matches!(cx.ast.step(*id).kind, StepKind::Break | StepKind::Return(_));
        // Zero is reported as such.
        if limit.value == 0
            || stop_on_limit.is_some_and(|s| s.value)
            || inside(cx.ast, body).iter().any(ends_early)
        {
            continue;
        }
        let least = least_items(cx.ast, cx.analysis, cx.file, *over);
        if least <= u128::from(limit.value) {
            continue;
        }
        let message = format!(
            "the loop always fails: the list has at least {least} items, and {} may be gone through",
            limit.value
        );
        out.push(
            Diagnostic::new(&CODE, limit.span, message)
                .label(cx.ast.exprs.span(*over), format!("{least} items or more"))
                .help(format!(
                    "allow {least}, or add `on_limit: stop` to take the first ones only"
                ))
                .replace(
                    Applicability::Suggested,
                    format!("allow {least} iterations"),
                    limit.span,
                    least.to_string(),
                ),
        );
    }
}
