//! An argument that a tool needs is missing.

use wfc_syntax::code::{Code, Example, Severity};

/// An argument that a tool needs is missing.
pub static CODE: Code = Code {
    id: "WF0315",
    name: "missing-argument",
    severity: Severity::Error,
    summary: "an argument that a tool needs is missing",
    why: "The tool's catalogue says which arguments it needs. The server would refuse the call when the run gets there.",
    bad: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_issue { labels: [\"bug\"] }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_issue { title: \"broken\", labels: [\"bug\"] }\n}\n",
    ),
};
