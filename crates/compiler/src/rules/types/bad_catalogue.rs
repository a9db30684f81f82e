//! A tool catalogue that cannot be read.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Name;

/// A tool catalogue that cannot be read.
pub static CODE: Code = Code {
    id: "WF0324",
    name: "bad-catalogue",
    severity: Severity::Error,
    summary: "a tool catalogue that is not there, or that is none",
    why: "`tools` names files that hold what a server answered to `tools/list`. They are that answer as it is.",
    bad: Example::wf(
        "workflow w {\n  tools \"liner.tools.json\", \"linear.tools.json\"\n  tool linear.create_issue { title: \"broken\" }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_issue { title: \"broken\" }\n}\n",
    ),
};

/// There is no such file.
#[must_use]
pub fn missing(path: &Name) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        path.span,
        format!("there is no tool catalogue `{}`", path.text),
    )
    .help("save that answer there, or mend the path; it is relative to this file")
}

/// The file is no catalogue.
#[must_use]
pub fn unreadable(path: &Name, why: &str) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        path.span,
        format!("`{}` is no tool catalogue: {why}", path.text),
    )
    .help("save the answer to `tools/list` anew")
}
