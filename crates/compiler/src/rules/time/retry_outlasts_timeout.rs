//! Attempts that the timeout leaves no time for.

use wfc_syntax::ast::{Retry, Step};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use super::{nanos, shown};
use crate::rules::RuleContext;

/// Attempts that the timeout leaves no time for.
pub static CODE: Code = Code {
    id: "WF0506",
    name: "retry-outlasts-timeout",
    severity: Severity::Warning,
    summary: "the pauses between attempts take as long as the step's `timeout`, or longer",
    why: "`timeout` counts all attempts and the pauses between them. The last attempts never take place. `attempt_timeout` limits a single \
          attempt.",
    bad: Example::wf(
        "workflow w {\n  bash \"./sync.sh\" { timeout: 1m, retry: { max_attempts: 5, delay: 10s, backoff: 2.0 } }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  bash \"./sync.sh\" { timeout: 10m, retry: { max_attempts: 5, delay: 10s, backoff: 2.0 } }\n}\n",
    ),
};

/// Attempts when `retry` does not say how many.
const DEFAULT_ATTEMPTS: u64 = 3;
/// Attempts that are counted; no pause goes on for so many.
const MAX_COUNTED: u64 = 10_000;

/// Reports steps whose pauses use up their timeout.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        if let Some(report) = look(cx, step) {
            out.push(report);
        }
    }
}

fn look(cx: &RuleContext<'_>, step: &Step) -> Option<Diagnostic> {
    let (retry, timeout) = (step.retry.as_ref()?, step.timeout?);
    let limit = nanos(cx, timeout).filter(|n| *n > 0)?;
    let (pauses, attempts) = pauses(cx, retry, limit)?;
    let attempt = ordinal(attempts);
    let last = if retry.jitter.is_some_and(|j| j.value) {
        "last at least"
    } else {
        "last"
    };
    let report = Diagnostic::new(
        &CODE,
        retry.span,
        format!(
            "the {attempt} attempt never takes place: the pauses before it {last} {}",
            shown(pauses)
        ),
    )
    .label(
        cx.ast.exprs.span(timeout),
        "all attempts and pauses together end here",
    )
    .help("raise `timeout`, or allow fewer attempts or shorter pauses");
    Some(report)
}

/// How long the pauses up to the first attempt that comes too late last at least, and which attempt that is.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "lengths are compared roughly"
)]
fn pauses(cx: &RuleContext<'_>, retry: &Retry, limit: i64) -> Option<(i64, u64)> {
    let delay = nanos(cx, retry.delay?).filter(|n| *n > 0)? as f64;
    let backoff = retry.backoff.map_or(1.0, |b| b.value).max(0.0);
    let longest = match retry.max_delay {
        Some(id) => nanos(cx, id)? as f64,
        None => f64::INFINITY,
    };
    // Scattered pauses are at least half as long.
    let scatter = if retry.jitter.is_some_and(|j| j.value) {
        0.5
    } else {
        1.0
    };
    let attempts = retry
        .max_attempts
        .map_or(DEFAULT_ATTEMPTS, |n| n.value)
        .min(MAX_COUNTED);
    let mut sum = 0.0;
    let mut pause = delay;
    for attempt in 2..=attempts {
        sum += pause.min(longest) * scatter;
        pause *= backoff;
        if sum >= limit as f64 {
            return Some((sum.min(i64::MAX as f64) as i64, attempt));
        }
    }
    None
}

fn ordinal(n: u64) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}
