//! A result of another type than `returns` declares.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::shown;

/// A result of another type than `returns` declares.
pub static CODE: Code = Code {
    id: "WF0313",
    name: "returns-mismatch",
    severity: Severity::Error,
    summary: "the workflow returns something else than `returns` declares",
    why: "Callers rely on the declared result. Every path has to return a value of that type, the end of the steps included.",
    bad: Example::wf(
        "workflow w {\n  returns { count: int }\n  let files = bash \"ls\" { parse: lines }\n  return { count: files }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  returns { count: int }\n  let files = bash \"ls\" { parse: lines }\n  return { count: files.size() }\n}\n",
    ),
};

/// A path ends without a value.
#[must_use]
pub fn nothing(span: Span, declared: &Type) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        span,
        format!(
            "the workflow can end without a value, and `returns` declares `{}`",
            shown(declared)
        ),
    )
    .help(format!(
        "return a value at the end of the steps, or declare `{}`",
        shown(&declared.clone().or_null())
    ))
    .expected(declared.to_string(), "null")
}
