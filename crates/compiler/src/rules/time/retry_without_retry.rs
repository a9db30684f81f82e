//! A retry that never tries again.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::rules::RuleContext;

/// A retry that never tries again.
pub static CODE: Code = Code {
    id: "WF0509",
    name: "retry-without-retry",
    severity: Severity::Warning,
    summary: "a `retry` with fewer than two attempts",
    why: "`max_attempts` counts the first attempt too: with 1, a failure is never tried again.",
    bad: Example::json(
        "{ \"steps\": [{ \"type\": \"bash\", \"command\": \"make\", \"retry\": { \"max_attempts\": 1, \"delay\": \"5s\" } }] }\n",
    ),
    good: Example::json(
        "{ \"steps\": [{ \"type\": \"bash\", \"command\": \"make\", \"retry\": { \"max_attempts\": 2, \"delay\": \"5s\" } }] }\n",
    ),
};

/// Reports retries of less than two attempts.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for retry in cx.steps().iter().filter_map(|s| s.retry.as_ref()) {
        let Some(attempts) = retry.max_attempts.filter(|n| n.value < 2) else {
            continue;
        };
        let message = if attempts.value == 0 {
            "no attempt is left: the first one counts too"
        } else {
            "the only attempt is the first one: a failure is never tried again"
        };
        out.push(
            Diagnostic::new(&CODE, attempts.span, message)
                .help("write at least 2, or leave `retry` out"),
        );
    }
}
