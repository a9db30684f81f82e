//! A step's output that is read by the step's place.

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, ExprKind};

use crate::rules::RuleContext;

/// A step's output that is read by the step's place.
pub static CODE: Code = Code {
    id: "WF0702",
    name: "position-reference",
    severity: Severity::Warning,
    summary: "the output of a step of `parallel` that is read by the step's place",
    why: "When a step is added or moved, the place means another step, and nothing says so. An `id` on the step makes it a name.",
    bad: Example::yaml(
        "steps:\n  - id: checks\n    type: parallel\n    steps:\n      - { type: bash, command: make lint }\n      - { type: bash, command: make test }\n  - type: agent_message\n    content: \"tests ended with {{ checks['1'].exit_code }}\"\n",
    ),
    good: Example::yaml(
        "steps:\n  - id: checks\n    type: parallel\n    steps:\n      - { id: lint, type: bash, command: make lint }\n      - { id: test, type: bash, command: make test }\n  - type: agent_message\n    content: \"tests ended with {{ checks.test.exit_code }}\"\n",
    ),
};

/// Reports selections such as `checks["1"]`.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    if !cx.ast.steps.iter().any(|s| {
        matches!(
            s.kind,
            StepKind::Parallel {
                from_steps: true,
                ..
            }
        )
    }) {
        return;
    }
    for id in (0..u32::try_from(cx.ast.exprs.len()).unwrap_or(u32::MAX)).map(ExprId) {
        let ExprKind::Index { of, index, .. } = cx.ast.exprs.kind(id) else {
            continue;
        };
        let ExprKind::String(place) = cx.ast.exprs.kind(*index) else {
            continue;
        };
        let Some(step) = cx.analysis.step_read(*of) else {
            continue;
        };
        let StepKind::Parallel {
            branches,
            from_steps: true,
            ..
        } = &cx.ast.step(step).kind
        else {
            continue;
        };
        let Some(branch) = branches.iter().find(|b| b.name.text == *place) else {
            continue;
        };
        let unnamed = branch.body.steps.first().is_some_and(|id| {
            let step = cx.ast.step(*id);
            step.id.is_none() && step.output.is_none()
        });
        if unnamed {
            out.push(
                Diagnostic::new(
                    &CODE,
                    cx.ast.exprs.span(*index),
                    "this reads a step's output by the step's place",
                )
                .label(branch.name.span, "this step has no `id`")
                .help("give the step an `id`, and select its output by that"),
            );
        }
    }
}
