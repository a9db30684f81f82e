//! A JSON Schema with a part that cannot be read.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

/// A JSON Schema with a part that cannot be read.
pub static CODE: Code = Code {
    id: "WF0325",
    name: "bad-schema",
    severity: Severity::Warning,
    summary: "a JSON Schema with a part that cannot be read: it is `any`",
    why: "References to other files and unknown types cannot be followed. What is not understood counts as `any`: nothing of it is \
          checked before the run.",
    bad: Example::wf(
        "workflow w {\n  let r = agent \"review\" { returns: schema { \"type\": \"text\" } }\n  return r\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  let r = agent \"review\" { returns: schema { \"type\": \"string\" } }\n  return r\n}\n",
    ),
};

/// `pointer` is the place in the schema.
#[must_use]
pub fn report(pointer: &str, why: &str, span: Span) -> Diagnostic {
    let place = if pointer.is_empty() { "/" } else { pointer };
    Diagnostic::new(&CODE, span, format!("at `{place}` of the schema: {why}")).help(
        "mend it, or write the type in the language's own form, such as `{ summary: string }`",
    )
}
