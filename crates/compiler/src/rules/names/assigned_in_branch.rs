//! An assignment to an outer variable in a branch that runs at the same time as others.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Name;
use wfc_syntax::span::Span;

/// An assignment to an outer variable in a parallel branch.
pub static CODE: Code = Code {
    id: "WF0209",
    name: "assigned-in-branch",
    severity: Severity::Error,
    summary: "a variable from outside is assigned in a branch that runs at the same time as others",
    why: "Branches and concurrent iterations see the values at the fork. What one assigns to an outer variable would depend on \
          which one ends last. Give the value out instead: as the branch's value, with `collect`, or under a name of its own.",
    bad: Example::wf(
        "workflow w {\n  input files: list<string>\n  var total = 0\n  for file in files parallel 4 {\n    set total = total + size(file)\n  }\n  return total\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input files: list<string>\n  var total = 0\n  for file in files {\n    set total = total + size(file)\n  }\n  return total\n}\n",
    ),
};

/// `name` is declared outside of the fork at `fork`.
#[must_use]
pub fn report(name: &Name, declared: Option<Span>, fork: Span) -> Diagnostic {
    let text = &name.text;
    let mut diagnostic = Diagnostic::new(
        &CODE,
        name.span,
        format!("`{text}` is assigned in a branch that runs at the same time as others"),
    );
    if let Some(at) = declared {
        diagnostic = diagnostic.label(at, "declared here, outside of the branch");
    }
    diagnostic
        .label(fork, "branches start here, each with the values of this moment")
        .help("set a name of the branch's own, or give the value out as the branch's last output or with `collect`")
}
