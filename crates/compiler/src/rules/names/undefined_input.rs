//! An input that is not declared.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use super::with_near;

/// An input that is not declared.
pub static CODE: Code = Code {
    id: "WF0207",
    name: "undefined-input",
    severity: Severity::Error,
    summary: "an input that the file does not declare",
    why: "`inputs.x` is the input `x`, which has to be declared with its type under `inputs`.",
    bad: Example::wf("workflow w {\n  input ticket_id: string\n  return inputs.ticket\n}\n"),
    good: Example::wf("workflow w {\n  input ticket_id: string\n  return inputs.ticket_id\n}\n"),
};

/// `names` are those that are declared.
#[must_use]
pub fn report<'a>(name: &str, span: Span, names: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    with_near(
        Diagnostic::new(&CODE, span, format!("no input is called `{name}`")),
        name,
        span,
        names,
        format!(
            "declare it: `inputs: {{ {name}: string }}`, in the text form `input {name}: string`"
        ),
    )
}
