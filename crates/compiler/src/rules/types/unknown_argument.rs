//! An argument that a tool does not take.

use wfc_syntax::code::{Code, Example, Severity};

/// An argument that a tool does not take.
pub static CODE: Code = Code {
    id: "WF0316",
    name: "unknown-argument",
    severity: Severity::Error,
    summary: "an argument that a tool does not take",
    why: "The tool's catalogue says which arguments it takes. A misspelled optional argument would be ignored without a word.",
    bad: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_issue { title: \"broken\", lables: [\"bug\"] }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_issue { title: \"broken\", labels: [\"bug\"] }\n}\n",
    ),
};
