//! An approval that no path can pass.

use wfc_syntax::ast::{OnApprovalTimeout, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::rules::RuleContext;
use crate::rules::time::nanos;

/// An approval that no path can pass.
pub static CODE: Code = Code {
    id: "WF0416",
    name: "never-approved",
    severity: Severity::Error,
    summary: "an approval that is over before anyone can answer",
    why: "With a timeout of nothing the answer is always the timeout's. When that denies or fails, the steps after it never run.",
    bad: Example::wf(
        "workflow w {\n  approval \"Deploy?\" { timeout: 0s, on_timeout: deny }\n  bash \"./deploy.sh\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  approval \"Deploy?\" { timeout: 24h, on_timeout: deny }\n  bash \"./deploy.sh\"\n}\n",
    ),
};

/// Reports approvals without time for an answer, unless their timeout approves.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let StepKind::Approval { on_timeout, .. } = &step.kind else {
            continue;
        };
        if on_timeout.is_some_and(|t| t.value == OnApprovalTimeout::Approve) {
            continue;
        }
        let Some(timeout) = step.timeout else {
            continue;
        };
        if nanos(cx, timeout).is_none_or(|n| n > 0) {
            continue;
        }
        let report = Diagnostic::new(
            &CODE,
            cx.ast.exprs.span(timeout),
            "nobody can answer in no time: this approval is never given",
        )
        .label(step.head, "this approval");
        let report = match on_timeout {
            Some(what) => report.label(what.span, "this is what always happens"),
            None => report,
        };
        out.push(report.help("write how long people have to answer, such as `24h`"));
    }
}
