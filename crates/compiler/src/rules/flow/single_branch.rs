//! A parallel step with one branch.

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::rules::RuleContext;

/// A parallel step with one branch.
pub static CODE: Code = Code {
    id: "WF0412",
    name: "single-branch",
    severity: Severity::Warning,
    summary: "a `parallel` step with a single branch",
    why: "There is nothing that it could run at the same time. Most likely steps that were meant as branches stand in one of them, where \
          they run one after the other.",
    bad: Example::yaml(
        "steps:\n  - type: parallel\n    branches:\n      checks:\n        - { type: bash, command: make lint }\n        - { type: bash, command: make test }\n",
    ),
    good: Example::yaml(
        "steps:\n  - type: parallel\n    branches:\n      lint:\n        - { type: bash, command: make lint }\n      test:\n        - { type: bash, command: make test }\n",
    ),
};

/// Reports forks into one.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let StepKind::Parallel { branches, .. } = &step.kind else {
            continue;
        };
        let [only] = branches.as_slice() else {
            continue;
        };
        let report = Diagnostic::new(
            &CODE,
            step.head,
            "this runs a single branch: nothing runs at the same time",
        );
        out.push(if only.body.steps.len() > 1 {
            report
                .label(only.name.span, "the steps in here run one after the other")
                .help("give each step that may run at the same time a branch of its own")
        } else {
            report.help("add the other branches, or put the step in the place of `parallel`")
        });
    }
}
