//! A length of time that is none.

use wfc_syntax::ast::{OnApprovalTimeout, Step, StepKind, Wait};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::ExprId;
use wfc_syntax::span::Span;

use super::{nanos, shown};
use crate::rules::{RuleContext, edit};

/// A length of time that is none.
pub static CODE: Code = Code {
    id: "WF0504",
    name: "no-duration",
    severity: Severity::Error,
    summary: "a timeout of zero, or a negative length of time",
    why: "A timeout of zero is over before the step has begun: the step always fails. Zero does not mean `without limit`; that is \
          what leaving the field out means.",
    bad: Example::yaml("steps:\n  - { type: bash, command: make, timeout: 0s }\n"),
    good: Example::yaml("steps:\n  - { type: bash, command: make, timeout: 10m }\n"),
};

/// Reports such lengths.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let mut look = |id: Option<ExprId>, field: &str, zero_is_fine: bool| {
        let Some(id) = id else { return };
        let Some(length) = nanos(cx, id) else { return };
        let span = cx.ast.exprs.span(id);
        if length < 0 {
            let help = match length.checked_neg() {
                Some(positive) => format!("write `{}`", shown(positive)),
                None => "write a positive length of time".to_owned(),
            };
            let message = format!("`{field}` is a negative length of time");
            let report = Diagnostic::new(&CODE, span, message).help(help);
            // The sign is its first character, behind quotes if there are any.
            let written = edit::source(cx, span);
            out.push(
                match written
                    .find('-')
                    .filter(|at| matches!(written.get(..*at), Some("" | "\"" | "'")))
                {
                    Some(at) => {
                        let sign = Span::of(span.start as usize + at, span.start as usize + at + 1);
                        report.replace(Applicability::Suggested, "take the sign away", sign, "")
                    }
                    _ => report,
                },
            );
        } else if length == 0 && !zero_is_fine {
            let message = format!("`{field}` leaves no time at all");
            let help = format!(
                "leave `{field}` out if there is no limit, or write how long it may take, such as `10m`"
            );
            out.push(Diagnostic::new(&CODE, span, message).help(help));
        }
    };
    if cx.is_first() {
        look(cx.ast.workflow.policy.timeout, "timeout", false);
    }
    for step in cx.steps() {
        if !is_never_approved(step) {
            look(step.timeout, "timeout", false);
        }
        look(step.attempt_timeout, "attempt_timeout", false);
        if let Some(retry) = &step.retry {
            look(retry.delay, "delay", true);
            look(retry.max_delay, "max_delay", true);
        }
        if let StepKind::Wait {
            wait: Wait::For(length),
            ..
        } = &step.kind
        {
            look(Some(*length), "for", true);
        }
    }
}

/// An approval that a timeout of nothing denies has a finding of its own.
fn is_never_approved(step: &Step) -> bool {
    match &step.kind {
        StepKind::Approval { on_timeout, .. } => {
            on_timeout.is_none_or(|t| t.value != OnApprovalTimeout::Approve)
        }
        _ => false,
    }
}
