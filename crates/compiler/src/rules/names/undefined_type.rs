//! A type that does not exist.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use super::with_near;

/// A type that does not exist.
pub static CODE: Code = Code {
    id: "WF0216",
    name: "undefined-type",
    severity: Severity::Error,
    summary: "a type that is neither built in nor declared",
    why: "The built-in types are `bool int uint double string bytes timestamp duration null any`, `list<T>` and `map<string, T>`. All \
          others are declared under `types`, in the text form with `type Name = ...`.",
    bad: Example::wf(
        "workflow w {\n  type Review = { summary: string }\n  let r = agent \"review\" { returns: Reveiw }\n  return r\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  type Review = { summary: string }\n  let r = agent \"review\" { returns: Review }\n  return r\n}\n",
    ),
};

/// `names` are the types that there are.
#[must_use]
pub fn report<'a>(name: &str, span: Span, names: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    with_near(
        Diagnostic::new(&CODE, span, format!("there is no type `{name}`")),
        name,
        span,
        names,
        format!("declare it: `types: {{ {name}: ... }}`, in the text form `type {name} = ...`"),
    )
}
