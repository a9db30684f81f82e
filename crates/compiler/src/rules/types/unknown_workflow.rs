//! A workflow that cannot be found.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Name;

use crate::rules::names::with_near;

/// A workflow that cannot be found.
pub static CODE: Code = Code {
    id: "WF0318",
    name: "unknown-workflow",
    severity: Severity::Error,
    summary: "a workflow that cannot be found",
    why: "A `subworkflow` step names another workflow by its slug, or by a path relative to this file. It is read when this file is \
          checked, so that its inputs and its result are known.",
    bad: Example::wf("workflow w {\n  call archive_tickets { id: \"T-1\" }\n}\n"),
    good: Example::wf("workflow w {\n  call archive_ticket { id: \"T-1\" }\n}\n"),
};

/// `slugs` are those that the host knows. A path that leads nowhere and a misspelled slug are certain to be wrong;
/// any other slug may be known where the workflow runs.
#[must_use]
pub fn report(name: &Name, slugs: &[String], is_path: bool) -> Diagnostic {
    let mut diagnostic = with_near(
        Diagnostic::new(
            &CODE,
            name.span,
            format!("there is no workflow `{}`", name.text),
        ),
        &name.text,
        name.span,
        slugs.iter().map(String::as_str),
        "name it by its slug, or by the path of its file, such as `./archive.wf`",
    );
    if !is_path && diagnostic.facts.is_none() {
        diagnostic.severity = Severity::Warning;
        diagnostic.message = format!(
            "no workflow `{}` is known here: its inputs and its result are not checked",
            name.text
        );
    }
    diagnostic
}
