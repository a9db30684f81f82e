//! A default of another type than it is declared.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

/// A default of another type than it is declared.
pub static CODE: Code = Code {
    id: "WF0312",
    name: "default-mismatch",
    severity: Severity::Error,
    summary: "a default of another type than it is declared",
    why: "A default stands in for a value that the caller does not give, so it has to be one that the caller could have given.",
    bad: Example::wf("workflow w {\n  input retries: int = \"three\"\n  return retries\n}\n"),
    good: Example::wf("workflow w {\n  input retries: int = 3\n  return retries\n}\n"),
};

/// A default that the input's own JSON Schema does not take, though its type fits.
#[must_use]
pub fn limit(span: Span, input: &str, path: &str, rule: &str) -> Diagnostic {
    let part = if path.is_empty() {
        String::new()
    } else {
        format!("`{path}` in ")
    };
    Diagnostic::new(
        &CODE,
        span,
        format!("{part}the default of `{input}` {rule}"),
    )
    .help("callers that give no value would get it: its schema says that none may be so")
}
