//! Inputs that do not fit the workflow that is called.

use wfc_syntax::code::{Code, Example, Severity};

/// Inputs that do not fit the workflow that is called.
pub static CODE: Code = Code {
    id: "WF0319",
    name: "input-mismatch",
    severity: Severity::Error,
    summary: "inputs that do not fit the workflow that is called",
    why: "The called workflow declares its inputs with their types. They are checked across files, before anything runs.",
    bad: Example::wf("workflow w {\n  call archive_ticket { ticket: \"T-1\" }\n}\n"),
    good: Example::wf("workflow w {\n  call archive_ticket { id: \"T-1\" }\n}\n"),
};
