//! A type that has no meaning.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::shown;

/// A type that has no meaning.
pub static CODE: Code = Code {
    id: "WF0326",
    name: "bad-type",
    severity: Severity::Error,
    summary: "a type that has no meaning",
    why: "A type that stands for nothing but itself has no values. The keys of a map are strings, as in JSON. The names of the \
          built-in types cannot be given to others.",
    bad: Example::wf("workflow w {\n  input counts: map<int, string>\n  return counts\n}\n"),
    good: Example::wf("workflow w {\n  input counts: map<string, string>\n  return counts\n}\n"),
};

/// A declared type with a built-in type's name.
#[must_use]
pub fn built_in_name(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, span, format!("`{name}` is a built-in type"))
        .help("give the type another name")
}

/// A type that stands for itself.
#[must_use]
pub fn endless(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        span,
        format!("the type `{name}` stands for nothing but itself"),
    )
    .help("put the inner use into a record or a list, such as `{ next?: T }`")
}

/// A map with keys that are no strings.
#[must_use]
pub fn map_key(ty: &Type, span: Span) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        span,
        format!("the keys of a map are `string`, not `{}`", shown(ty)),
    )
    .help("write `map<string, ...>`")
    .expected("string", ty.to_string())
}
