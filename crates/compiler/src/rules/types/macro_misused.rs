//! A macro that is given something else than it is made of.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Exprs, Name};
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::{plain, shown};
use crate::analysis::quoted;

/// A macro that is given something else than it is made of.
pub static CODE: Code = Code {
    id: "WF0327",
    name: "macro-misused",
    severity: Severity::Error,
    summary: "a macro that is given something else than a field or a variable's name",
    why: "`has` asks whether a field is there, so it takes a selection such as `a.b`. `map`, `filter`, `all` and their like name a \
          variable first, then say what it is for: `list.filter(x, x > 0)`.",
    bad: Example::wf("workflow w {\n  input note: string?\n  return has(note)\n}\n"),
    good: Example::wf("workflow w {\n  input note: string?\n  return note != null\n}\n"),
};

/// `has` of what is no selection.
#[must_use]
pub fn has(exprs: &Exprs, arg: ExprId) -> Diagnostic {
    let what = quoted(exprs, arg, "x");
    let text = what.trim_matches('`');
    Diagnostic::new(&CODE, exprs.span(arg), "`has` takes a field, such as `has(a.b)`").help(format!(
        "to ask whether a value is there: `{text} != null`, or for a step `steps.x.status == \"succeeded\"`"
    ))
}

/// A macro's variable that is no name.
#[must_use]
pub fn variable(span: Span, name: &Name) -> Diagnostic {
    let text = &name.text;
    Diagnostic::new(
        &CODE,
        span,
        format!("`{text}` takes the name of a variable here"),
    )
    .label(name.span, "called here")
    .help(format!(
        "name the variable, then write what it is for, such as `list.{text}(x, ...)`"
    ))
}

/// Two variables of one name.
#[must_use]
pub fn same_variable(span: Span, name: &Name, variable: &str, first: Span) -> Diagnostic {
    let text = &name.text;
    Diagnostic::new(
        &CODE,
        span,
        format!("`{text}` takes two variables, and both are called `{variable}`"),
    )
    .label(first, "the first")
    .help(format!(
        "name the key (of a list: the place) and the value apart, such as `.{text}(k, v, ...)`"
    ))
}

/// `transformMapEntry` of what is no map.
#[must_use]
pub fn entry(span: Span, ty: &Type) -> Diagnostic {
    let ty = plain(ty);
    Diagnostic::new(
        &CODE,
        span,
        format!(
            "`transformMapEntry` takes a map of one entry here, not `{}`",
            shown(&ty)
        ),
    )
    .help("write the entry in braces: `{key: value}`")
    .expected("map<any, any>", ty.to_string())
}
