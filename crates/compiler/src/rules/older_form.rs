//! Definitions of the older form stay valid: what the rules of the later families find there is a warning at most.

use wfc_syntax::ast::{Step, StepKind};
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::tree::Spelling;

use super::RuleContext;

/// Lowers the errors that rules found in a file of the older form; `out` is what all of them found.
pub(super) fn lower(cx: &RuleContext<'_>, out: &mut [Diagnostic]) {
    if !is_older(cx) {
        return;
    }
    for found in out.iter_mut().filter(|d| d.code.id >= "WF0400") {
        found.severity = found.severity.min(Severity::Warning);
    }
}

/// Whether a file says something in the older form's own words, and nothing that the form does not have.
fn is_older(cx: &RuleContext<'_>) -> bool {
    let root = &cx.ast.workflow;
    let plain_root = root.edition.is_none()
        && root.catalogues.is_empty()
        && root.types.is_empty()
        && root.inputs.is_empty()
        && root.secrets.is_empty()
        && root.env.is_empty()
        && root.triggers.is_empty()
        && root.policy.span.is_none()
        && root.returns.is_none()
        && root.return_value.is_none()
        && root.on_failure.is_none()
        && root.finally.is_none()
        && root.allow.is_empty();
    let own_words =
        |step: &Step| step.output.is_some() || cx.tree.field(step.node, "timeoutMs").is_some();
    cx.tree.spelling != Spelling::Text
        && plain_root
        && cx.ast.steps.iter().all(is_plain)
        && (root.allow_self_modification.is_some() || cx.ast.steps.iter().any(own_words))
}

/// Whether a step has the older form's fields alone.
fn is_plain(step: &Step) -> bool {
    let common = step.when.is_none()
        && step.attempt_timeout.is_none()
        && step.retry.is_none()
        && step.on_error.is_none()
        && step.compensate.is_none()
        && step.on_interrupt.is_none()
        && step.budget.is_none()
        && step.allow.is_empty();
    common
        && match &step.kind {
            StepKind::Bash {
                env,
                stdin,
                check,
                parse,
                returns,
                ..
            } => {
                env.is_none()
                    && stdin.is_none()
                    && check.is_none()
                    && parse.is_none()
                    && returns.is_none()
            }
            StepKind::Agent { returns, .. } => returns.is_none() && step.timeout.is_none(),
            StepKind::AgentMessage { returns, .. } => returns.is_none(),
            StepKind::Parallel {
                from_steps, join, ..
            } => *from_steps && join.is_none(),
            StepKind::Loop { collect, join, .. } => collect.is_none() && join.is_none(),
            StepKind::Tool { .. }
            | StepKind::Conditional { .. }
            | StepKind::Subworkflow { .. }
            | StepKind::Approval { .. }
            | StepKind::Error => true,
            _ => false,
        }
}
