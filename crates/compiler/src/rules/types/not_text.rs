//! A value in a template that has no spelling as text.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Exprs};
use wfc_value::ty::Type;

use super::shown;
use crate::analysis::{operand, quoted};

/// A value in a template that has no spelling as text.
pub static CODE: Code = Code {
    id: "WF0310",
    name: "not-text",
    severity: Severity::Error,
    summary: "a value in a template that has no spelling as text",
    why: "In a template numbers, texts, times and bools go through `string()`, lists and maps become compact JSON, null is `null`. An \
          optional or a type has no spelling: say what stands there when the optional is empty.",
    bad: Example::wf(
        "workflow w {\n  input ticket: { assignee?: string }\n  agent \"write to {{ ticket.?assignee }}\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input ticket: { assignee?: string }\n  agent \"write to {{ ticket.?assignee.orValue(\\\"the team\\\") }}\"\n}\n",
    ),
};

/// The expression is of type `ty`.
#[must_use]
pub fn report(exprs: &Exprs, id: ExprId, ty: &Type) -> Diagnostic {
    let what = quoted(exprs, id, "this");
    let text = operand(exprs, id);
    let diagnostic = Diagnostic::new(
        &CODE,
        exprs.span(id),
        format!("{what} is `{}`, which has no spelling as text", shown(ty)),
    )
    .expected("string", ty.to_string());
    diagnostic.help(if matches!(ty, Type::Optional(_)) {
        format!("say what stands there when it is empty: `{text}.orValue(\"...\")`")
    } else {
        "give it a value that has a spelling".to_owned()
    })
}
