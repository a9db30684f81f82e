//! A timeout that every way through the step waits out.

use wfc_syntax::ast::{Step, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprId;

use super::{nanos, shown};
use crate::bounds::StepRange;
use crate::rules::RuleContext;

/// A timeout that every way through the step waits out.
pub static CODE: Code = Code {
    id: "WF0514",
    name: "waits-outlast-timeout",
    severity: Severity::Error,
    summary: "a `timeout` shorter than the waits on every way to the end",
    why: "`wait for` takes as long as it says. Where all ways through a step, or through the run, wait longer than the timeout allows, it never ends in any \
          other way than with `timeout`.",
    bad: Example::wf(
        "workflow w {\n  policy { timeout: 1h }\n  bash \"./deploy.sh\"\n  wait for 2h\n  bash \"./check.sh\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  policy { timeout: 3h }\n  bash \"./deploy.sh\"\n  wait for 2h\n  bash \"./check.sh\"\n}\n",
    ),
};

/// Reports the run's timeout.
pub(crate) fn look_at_root(cx: &RuleContext<'_>, root: &StepRange, out: &mut Vec<Diagnostic>) {
    if let Some(timeout) = cx.ast.workflow.policy.timeout {
        look(cx, timeout, root, "the run", out);
    }
}

/// Reports a step's timeout.
pub(crate) fn look_at_step(
    cx: &RuleContext<'_>,
    step: &Step,
    inside: &StepRange,
    out: &mut Vec<Diagnostic>,
) {
    // A wait that goes on at its timeout is a shorter wait.
    let goes_on =
        matches!(&step.kind, StepKind::Wait { continue_on_timeout: Some(c), .. } if c.value);
    if let Some(timeout) = step.timeout.filter(|_| !goes_on) {
        look(cx, timeout, inside, "the step", out);
    }
}

fn look(
    cx: &RuleContext<'_>,
    timeout: ExprId,
    inside: &StepRange,
    what: &str,
    out: &mut Vec<Diagnostic>,
) {
    let limit = nanos(cx, timeout).filter(|n| *n > 0);
    let least = inside.least_time.and_then(|n| i64::try_from(n).ok());
    let (Some(limit), Some(least)) = (limit, least) else {
        return;
    };
    if least <= limit {
        return;
    }
    let message = format!(
        "{what} never ends in {}: every way through it waits for {} or longer",
        shown(limit),
        shown(least)
    );
    out.push(
        Diagnostic::new(&CODE, cx.ast.exprs.span(timeout), message).help(format!(
            "raise `timeout` above {}, or wait for a shorter time",
            shown(least)
        )),
    );
}
