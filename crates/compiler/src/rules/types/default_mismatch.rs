//! A default of another type than it is declared.

use wfc_syntax::code::{Code, Example, Severity};

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
