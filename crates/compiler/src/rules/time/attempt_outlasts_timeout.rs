//! An attempt that may take longer than all attempts together.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use super::{nanos, shown};
use crate::rules::RuleContext;

/// An attempt that may take longer than all attempts together.
pub static CODE: Code = Code {
    id: "WF0507",
    name: "attempt-outlasts-timeout",
    severity: Severity::Warning,
    summary: "an `attempt_timeout` above the step's `timeout`",
    why: "`timeout` is for all attempts together, so a longer `attempt_timeout` has no effect. Perhaps the two were mixed up.",
    bad: Example::yaml(
        "steps:\n  - { type: bash, command: make, retry: 3, timeout: 2m, attempt_timeout: 10m }\n",
    ),
    good: Example::yaml(
        "steps:\n  - { type: bash, command: make, retry: 3, timeout: 10m, attempt_timeout: 2m }\n",
    ),
};

/// Reports such pairs.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let (Some(attempt), Some(total)) = (step.attempt_timeout, step.timeout) else {
            continue;
        };
        let (Some(a), Some(t)) = (nanos(cx, attempt), nanos(cx, total)) else {
            continue;
        };
        if a > t && t > 0 {
            let report = Diagnostic::new(
                &CODE,
                cx.ast.exprs.span(attempt),
                format!(
                    "one attempt may take {}, but all of them together only {}",
                    shown(a),
                    shown(t)
                ),
            )
            .label(cx.ast.exprs.span(total), "all attempts end here")
            .help("make `attempt_timeout` the shorter one, or leave it out");
            out.push(report);
        }
    }
}
