//! The rules that compare limits with bounds: one look at the bounds for all of them, and none where nothing is limited.

use std::collections::BTreeSet;

use wfc_syntax::ast::{Step, StepId, StepKind, Wait};
use wfc_syntax::diagnostic::Diagnostic;

use super::RuleContext;
use super::places::inside;
use super::style::{
    budget_always_exceeded, budget_may_run_out, budget_without_spending, max_steps_too_low,
};
use super::time::waits_outlast_timeout;
use crate::analysis::blocks::{BlockRole, each_block};
use crate::bounds::{Ranges, StepRange};

/// Runs them.
pub(super) fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    if !asks(cx) {
        return;
    }
    let ranges = Ranges::of(cx.ast, cx.analysis, cx.file);
    let policy = &cx.ast.workflow.policy;
    root(cx, &ranges.root, out);
    if let Some(budget) = &policy.budget {
        let all = inside(cx.ast, &cx.ast.workflow.steps);
        budget_without_spending::look(cx.ast, budget, &all, out);
    }
    for (id, range) in &ranges.steps {
        let step = cx.ast.step(*id);
        waits_outlast_timeout::look_at_step(cx, step, range, out);
        if let Some(budget) = &step.budget {
            if !budget_always_exceeded::look(budget, range, out) {
                budget_may_run_out::look(budget, range, out);
            }
            budget_without_spending::look(cx.ast, budget, &held(cx, *id, step), out);
        }
    }
}

/// Compares the limits of the whole run with what its body costs.
pub(crate) fn root(cx: &RuleContext<'_>, range: &StepRange, out: &mut Vec<Diagnostic>) {
    max_steps_too_low::look(cx, range, out);
    waits_outlast_timeout::look_at_root(cx, range, out);
    if let Some(budget) = &cx.ast.workflow.policy.budget
        && !budget_always_exceeded::look(budget, range, out)
    {
        budget_may_run_out::look(budget, range, out);
    }
}

/// Whether the file limits anything that bounds are compared with.
fn asks(cx: &RuleContext<'_>) -> bool {
    let policy = &cx.ast.workflow.policy;
    let steps = &cx.ast.steps;
    let waits = |s: &Step| {
        matches!(
            s.kind,
            StepKind::Wait {
                wait: Wait::For(_),
                ..
            }
        )
    };
    policy.budget.is_some()
        || policy.max_steps.is_some()
        || steps.iter().any(|s| s.budget.is_some())
        || ((policy.timeout.is_some() || steps.iter().any(|s| s.timeout.is_some()))
            && steps.iter().any(waits))
}

/// The steps that a step's budget holds for: itself and those inside, but not what handles or undoes it.
fn held(cx: &RuleContext<'_>, id: StepId, step: &Step) -> BTreeSet<StepId> {
    let mut out = BTreeSet::from([id]);
    each_block(step, |role, block| {
        if !matches!(role, BlockRole::OnError | BlockRole::Compensate) {
            out.extend(inside(cx.ast, block));
        }
    });
    out
}
