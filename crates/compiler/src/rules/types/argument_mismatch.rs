//! An argument of another type than the tool takes.

use wfc_syntax::code::{Code, Example, Severity};

/// An argument of another type than the tool takes.
pub static CODE: Code = Code {
    id: "WF0317",
    name: "argument-mismatch",
    severity: Severity::Error,
    summary: "an argument of a tool of another type than the tool takes",
    why: "The tool's catalogue says which arguments it takes. The server would refuse others when the run gets there.",
    bad: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  input n: int\n  tool linear.create_issue { title: n }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  input n: int\n  tool linear.create_issue { title: \"issue {{ n }}\" }\n}\n",
    ),
};
