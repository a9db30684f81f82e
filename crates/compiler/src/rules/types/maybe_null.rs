//! A value that may be null, used as if it were not.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{BinaryOp, ExprId, Exprs, Name};
use wfc_value::ty::Type;

use super::shown;
use crate::analysis::quoted;

/// A value that may be null, used as if it were not.
pub static CODE: Code = Code {
    id: "WF0307",
    name: "maybe-null",
    severity: Severity::Error,
    summary: "a value that may be null is used as if it were not",
    why: "An input of type `T?`, an error of a step that may not have failed, or the output of a step that may be skipped can be null. \
          Test `x != null` first: inside the test the value is known to be there.",
    bad: Example::wf("workflow w {\n  input note: string?\n  return note.size()\n}\n"),
    good: Example::wf(
        "workflow w {\n  input note: string?\n  return note != null ? note.size() : 0\n}\n",
    ),
};

fn about(exprs: &Exprs, id: ExprId, ty: &Type, message: &str) -> Diagnostic {
    let what = quoted(exprs, id, "the value");
    let diagnostic = Diagnostic::new(
        &CODE,
        exprs.span(id),
        format!("{what} may be null{message}"),
    )
    .expected(ty.without_null().to_string(), ty.to_string());
    match what.strip_prefix('`').and_then(|w| w.strip_suffix('`')) {
        Some(path) => diagnostic.help(format!(
            "test `{path} != null` first, or write `{path} != null ? {path} : ...` with another value"
        )),
        None => diagnostic.help("put it into a variable and test that for null first"),
    }
}

/// A field of it is selected.
#[must_use]
pub fn select(exprs: &Exprs, of: ExprId, ty: &Type, field: &Name, _optional: bool) -> Diagnostic {
    about(
        exprs,
        of,
        ty,
        &format!(", and null has no field `{}`", field.text),
    )
    .label(field.span, "selected here")
}

/// It is indexed.
#[must_use]
pub fn index(exprs: &Exprs, of: ExprId, ty: &Type) -> Diagnostic {
    about(exprs, of, ty, ", and null cannot be indexed")
}

/// It is an operand.
#[must_use]
pub fn operand(exprs: &Exprs, id: ExprId, ty: &Type, op: BinaryOp) -> Diagnostic {
    about(
        exprs,
        id,
        ty,
        &format!(", which `{}` does not take", op.sign()),
    )
}

/// It is an argument or a receiver of a function.
#[must_use]
pub fn argument(exprs: &Exprs, id: ExprId, ty: &Type, name: &Name) -> Diagnostic {
    about(
        exprs,
        id,
        ty,
        &format!(", which `{}` does not take", name.text),
    )
}

/// It is given where its type without null is wanted. The code is that of the place that wants it.
#[must_use]
pub fn value(
    exprs: &Exprs,
    id: ExprId,
    ty: &Type,
    expected: &Type,
    code: &'static Code,
    subject: &str,
) -> Diagnostic {
    let mut diagnostic = about(exprs, id, ty, "");
    diagnostic.code = code;
    diagnostic.severity = code.severity;
    diagnostic.message = format!(
        "{}, and {subject} takes `{}`",
        diagnostic.message,
        shown(expected)
    );
    diagnostic.expected(expected.to_string(), ty.to_string())
}
