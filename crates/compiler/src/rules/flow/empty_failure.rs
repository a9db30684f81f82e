//! A `fail` that says nothing.

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Fix};
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::analysis::blocks::BlockRole;
use crate::rules::{RuleContext, edit};

/// A `fail` that says nothing.
pub static CODE: Code = Code {
    id: "WF0413",
    name: "empty-failure",
    severity: Severity::Warning,
    summary: "a `fail` with neither `code` nor `message` that is not inside a `catch`",
    why: "Inside a `catch` such a `fail` passes the caught error on. Anywhere else there is none, and whoever reads of the failure learns \
          nothing.",
    bad: Example::wf("workflow w {\n  input amount: int\n  if amount < 0 {\n    fail\n  }\n}\n"),
    good: Example::wf(
        "workflow w {\n  input amount: int\n  if amount < 0 {\n    fail \"the amount is negative\"\n  }\n}\n",
    ),
};

/// Reports such failures.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let is_bare = |kind: &StepKind| {
        matches!(
            kind,
            StepKind::Fail {
                code: None,
                message: None
            }
        )
    };
    if !cx.steps().iter().any(|s| is_bare(&s.kind)) {
        return;
    }
    let places = cx.places();
    for id in cx.step_ids() {
        let step = cx.ast.step(id);
        let written = ["code", "message"]
            .iter()
            .any(|f| cx.tree.field(step.node, f).is_some());
        let handles = |role| matches!(role, BlockRole::Catch | BlockRole::OnError);
        if !is_bare(&step.kind) || written || places.outwards(id).any(|(_, role)| handles(role)) {
            continue;
        }
        let report = Diagnostic::new(
            &CODE,
            step.head,
            "this failure says nothing of what is wrong",
        );
        let text = cx.tree.spelling == Spelling::Text;
        let report = report.help(if text {
            "write `fail \"what is wrong\"`"
        } else {
            "add a `message`, and a `code` if others are to tell it apart"
        });
        let edit = match cx.tree.spelling {
            Spelling::Text => {
                let text = " \"what is wrong\"".to_owned();
                Some(wfc_syntax::diagnostic::Edit {
                    span: Span::at(step.head.end),
                    text,
                })
            }
            Spelling::Yaml => {
                edit::add_field(cx, step.node, "type", ("message", "what is wrong"), false)
            }
            Spelling::Json => edit::add_field(
                cx,
                step.node,
                "type",
                ("message", "\"what is wrong\""),
                false,
            ),
        };
        out.push(match edit {
            Some(edit) => report.fix(Fix {
                title: "add a message".to_owned(),
                applicability: Applicability::Suggested,
                edits: vec![edit],
            }),
            None => report,
        });
    }
}
