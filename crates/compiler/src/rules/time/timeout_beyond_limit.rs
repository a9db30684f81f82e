//! A step that may take longer than what it is part of.

use wfc_syntax::ast::StepId;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Diagnostic, Edit};
use wfc_syntax::expr::ExprId;

use super::{nanos, shown};
use crate::analysis::blocks::BlockRole;
use crate::rules::edit::suggested;
use crate::rules::places::Places;
use crate::rules::{RuleContext, edit};

/// A step that may take longer than what it is part of.
pub static CODE: Code = Code {
    id: "WF0512",
    name: "timeout-beyond-limit",
    severity: Severity::Warning,
    summary: "a step's `timeout` above that of the step around it, or of the whole run",
    why: "The outer time is up first, so the step never has as long as it says: the run fails as a whole, and the step's own `on_error` or \
          `on_timeout` is not asked.",
    bad: Example::yaml(
        "policy: { timeout: 1h }\nsteps:\n  - { type: approval, prompt: Deploy?, timeout: 24h, on_timeout: deny }\n  - { type: bash, command: ./deploy.sh }\n",
    ),
    good: Example::yaml(
        "policy: { timeout: 2d }\nsteps:\n  - { type: approval, prompt: Deploy?, timeout: 24h, on_timeout: deny }\n  - { type: bash, command: ./deploy.sh }\n",
    ),
};

/// Reports timeouts beyond an outer one.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let places = cx.places();
    for id in cx.step_ids() {
        let Some(timeout) = cx.ast.step(id).timeout else {
            continue;
        };
        let Some(own) = nanos(cx, timeout) else {
            continue;
        };
        let Some((outer, limit, what)) =
            outer(cx, places, id).filter(|(_, limit, _)| *limit < own && *limit > 0)
        else {
            continue;
        };
        let report = Diagnostic::new(
            &CODE,
            cx.ast.exprs.span(timeout),
            format!("{what} ends after {}, before this time is up", shown(limit)),
        )
        .label(cx.ast.exprs.span(outer), "the outer time")
        .help("make this the shorter time, or raise the outer one");
        out.push(match as_long(cx, timeout, limit) {
            Some(edit) => report.fix(suggested(format!("write `{}`", shown(limit)), edit)),
            None => report,
        });
    }
}

/// The time as long as the outer one.
fn as_long(cx: &RuleContext<'_>, timeout: ExprId, limit: i64) -> Option<Edit> {
    let span = cx.ast.exprs.span(timeout);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '"' | '\'' | '.');
    let written = edit::source(cx, span);
    (!written.is_empty() && written.chars().all(plain)).then(|| Edit {
        span,
        text: edit::editor(cx).word_like(span, &shown(limit)),
    })
}

/// The nearest constant timeout around a step.
fn outer(cx: &RuleContext<'_>, places: &Places, id: StepId) -> Option<(ExprId, i64, &'static str)> {
    for (outer, role) in places.outwards(id) {
        // What undoes a step runs when that one is over.
        if matches!(role, BlockRole::Compensate | BlockRole::OnError) {
            continue;
        }
        if let Some(timeout) = cx.ast.step(outer).timeout {
            return Some((timeout, nanos(cx, timeout)?, "the step around it"));
        }
    }
    let timeout = cx.ast.workflow.policy.timeout?;
    Some((timeout, nanos(cx, timeout)?, "the run"))
}
