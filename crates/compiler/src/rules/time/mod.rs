//! Family 05: time.

pub mod approval_without_timeout;
pub mod attempt_outlasts_timeout;
pub mod backoff_shrinks;
pub mod cron_never_fires;
mod foreign_cron;
pub mod invalid_cron;
pub mod max_delay_too_short;
pub mod no_duration;
pub mod retry_outlasts_timeout;
pub mod retry_without_retry;
pub mod timeout_beyond_limit;
pub mod unknown_timezone;
pub mod wait_for_event_without_timeout;
pub mod wait_for_nothing;
pub mod waits_outlast_timeout;

use wfc_syntax::code::Code;
use wfc_syntax::expr::{ExprId, ExprKind, UnaryOp};
use wfc_syntax::print_expr::duration_text;
use wfc_value::Duration;

use super::RuleContext;
use super::places::Places;
use wfc_syntax::ast::StepId;

/// The family's codes.
pub const CODES: &[&Code] = &[
    &invalid_cron::CODE,
    &cron_never_fires::CODE,
    &unknown_timezone::CODE,
    &no_duration::CODE,
    &wait_for_nothing::CODE,
    &retry_outlasts_timeout::CODE,
    &attempt_outlasts_timeout::CODE,
    &max_delay_too_short::CODE,
    &retry_without_retry::CODE,
    &approval_without_timeout::CODE,
    &wait_for_event_without_timeout::CODE,
    &timeout_beyond_limit::CODE,
    &backoff_shrinks::CODE,
    &waits_outlast_timeout::CODE,
];

/// The nanoseconds of a duration that is a constant: `10m`, `-10m`, `duration("10m")`.
pub(super) fn nanos(cx: &RuleContext<'_>, id: ExprId) -> Option<i64> {
    let exprs = &cx.ast.exprs;
    match exprs.kind(id) {
        ExprKind::Duration(nanos) => Some(*nanos),
        ExprKind::Unary {
            op: UnaryOp::Neg,
            arg,
        } => match exprs.kind(*arg) {
            ExprKind::Duration(nanos) => nanos.checked_neg(),
            _ => None,
        },
        ExprKind::Call {
            target: None,
            name,
            args,
        } if &*name.text == "duration" => match args.as_slice() {
            [text] => match exprs.kind(*text) {
                ExprKind::String(text) => Duration::parse(text).ok().map(Duration::nanos),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// A duration as it is written.
pub(super) fn shown(nanos: i64) -> String {
    duration_text(nanos)
}

/// Whether the run, or a step around `id`, has a timeout: what waits inside comes to an end.
pub(super) fn is_bounded(cx: &RuleContext<'_>, places: &Places, id: StepId) -> bool {
    cx.ast.workflow.policy.timeout.is_some()
        || places.outwards(id).any(|(outer, _)| {
            let step = cx.ast.step(outer);
            step.timeout.is_some() || step.attempt_timeout.is_some()
        })
}
