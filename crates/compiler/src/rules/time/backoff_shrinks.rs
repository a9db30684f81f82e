//! Pauses that become shorter.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};

use crate::rules::RuleContext;

/// Pauses that become shorter.
pub static CODE: Code = Code {
    id: "WF0513",
    name: "backoff-shrinks",
    severity: Severity::Warning,
    summary: "a `backoff` below 1",
    why: "`backoff` is the factor from one pause to the next. Below 1 the pauses become shorter, when what is overloaded needs them to \
          become longer. `backoff: 2` doubles them.",
    bad: Example::wf(
        "workflow w {\n  bash \"./sync.sh\" { retry: { max_attempts: 4, delay: 5s, backoff: 0.5 } }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  bash \"./sync.sh\" { retry: { max_attempts: 4, delay: 5s, backoff: 2.0 } }\n}\n",
    ),
};

/// Reports such factors.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for retry in cx.steps().iter().filter_map(|s| s.retry.as_ref()) {
        if let Some(backoff) = retry.backoff.filter(|b| b.value < 1.0) {
            out.push(
                Diagnostic::new(
                    &CODE,
                    backoff.span,
                    "each pause is shorter than the one before",
                )
                .help("write a factor of at least 1, such as `2`")
                .replace(
                    Applicability::Suggested,
                    "double the pause each time",
                    backoff.span,
                    "2",
                ),
            );
        }
    }
}
