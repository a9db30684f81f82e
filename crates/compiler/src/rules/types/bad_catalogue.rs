//! A tool catalogue that cannot be read.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Diagnostic, Label};
use wfc_syntax::expr::Name;
use wfc_syntax::source::Source;

use crate::analysis::catalogue::{Fault, place};

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
    .help("write it with `wfc tools sync`, or mend the path; it is relative to this file")
}

/// The file's name is that of the built-in tools.
#[must_use]
pub fn reserved(path: &Name) -> Diagnostic {
    let message = "the name `http` is that of the built-in tool `http.request`";
    Diagnostic::new(&CODE, path.span, message)
        .help("remove the catalogue, or give the server and its catalogue another name")
}

/// The file is no catalogue.
#[must_use]
pub fn unreadable(path: &Name, source: &Source, fault: &Fault) -> Diagnostic {
    let mut report = Diagnostic::new(
        &CODE,
        path.span,
        format!("`{}` is no tool catalogue: {}", path.text, fault.message),
    )
    .help("save the server's answer to `tools/list` anew: `wfc tools sync`");
    if let Some(span) = place(&source.text, fault) {
        report.labels.push(Label {
            file: Some(source.name.clone()),
            span,
            message: "here".to_owned(),
        });
    }
    report
}
