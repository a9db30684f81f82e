//! A longest pause below the first one.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use super::{nanos, shown};
use crate::rules::RuleContext;

/// A longest pause below the first one.
pub static CODE: Code = Code {
    id: "WF0508",
    name: "max-delay-too-short",
    severity: Severity::Warning,
    summary: "a `max_delay` below `delay`",
    why: "Every pause is cut to `max_delay`, so `delay` has no effect.",
    bad: Example::wf(
        "workflow w {\n  bash \"make\" { retry: { max_attempts: 5, delay: 30s, backoff: 2.0, max_delay: 5s } }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  bash \"make\" { retry: { max_attempts: 5, delay: 5s, backoff: 2.0, max_delay: 30s } }\n}\n",
    ),
};

/// Reports such pairs.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for retry in cx.steps().iter().filter_map(|s| s.retry.as_ref()) {
        let (Some(delay), Some(most)) = (retry.delay, retry.max_delay) else {
            continue;
        };
        let (Some(d), Some(m)) = (nanos(cx, delay), nanos(cx, most)) else {
            continue;
        };
        if m >= 0 && m < d {
            let report = Diagnostic::new(
                &CODE,
                cx.ast.exprs.span(most),
                format!(
                    "the longest pause, {}, is shorter than the first one",
                    shown(m)
                ),
            )
            .label(cx.ast.exprs.span(delay), "the first pause")
            .help("make `max_delay` the longer one, or leave it out");
            out.push(report);
        }
    }
}
