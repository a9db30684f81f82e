//! A workflow that no program can hold.

use wfc_syntax::code::{Code, Example, Severity};

/// A workflow that no program can hold.
pub static CODE: Code = Code {
    id: "WF0090",
    name: "program-too-large",
    severity: Severity::Error,
    summary: "a workflow with more instructions, constants or variables than a program can hold",
    why: "The tables of a program have fixed limits, far beyond what people write; generated files can pass them. Split the workflow.",
    bad: Example::wf("workflow w {\n  bash \"ls\"\n}\n"),
    good: Example::wf("workflow w {\n  bash \"ls\"\n}\n"),
};
