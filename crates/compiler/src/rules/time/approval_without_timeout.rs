//! An approval that waits for ever.

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Fix};

use super::is_bounded;
use crate::rules::{RuleContext, edit};

/// An approval that waits for ever.
pub static CODE: Code = Code {
    id: "WF0510",
    name: "approval-without-timeout",
    severity: Severity::Warning,
    summary: "an approval without a `timeout`",
    why: "When nobody answers, the run waits for ever, and what it holds stays held. A `timeout` with `on_timeout` says what happens then.",
    bad: Example::yaml(
        "steps:\n  - { type: approval, prompt: Deploy? }\n  - { type: bash, command: ./deploy.sh }\n",
    ),
    good: Example::yaml(
        "steps:\n  - { type: approval, prompt: Deploy?, timeout: 24h, on_timeout: deny }\n  - { type: bash, command: ./deploy.sh }\n",
    ),
};

/// Reports approvals that nothing ends.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    if !cx
        .steps()
        .iter()
        .any(|s| matches!(s.kind, StepKind::Approval { .. }))
    {
        return;
    }
    let places = cx.places();
    for id in cx.step_ids() {
        let step = cx.ast.step(id);
        let timed = step.timeout.is_some() || step.attempt_timeout.is_some();
        if !matches!(step.kind, StepKind::Approval { .. }) || timed || is_bounded(cx, places, id) {
            continue;
        }
        let report = Diagnostic::new(&CODE, step.head, "this waits for ever when nobody answers")
            .help("add `timeout: 24h`, and `on_timeout: deny` if the run is to go the way of a denial then");
        out.push(
            match edit::add_word(cx, step.node, "prompt", ("timeout", "24h"), false) {
                Some(edit) => report.fix(Fix {
                    title: "give people a day to answer".to_owned(),
                    applicability: Applicability::Suggested,
                    edits: vec![edit],
                }),
                None => report,
            },
        );
    }
}
