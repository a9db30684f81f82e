//! A variable that is set and never read, one letter off another.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::Name;

/// A variable that is set and never read, one letter off another.
pub static CODE: Code = Code {
    id: "WF0210",
    name: "near-miss-set",
    severity: Severity::Warning,
    summary: "`set` declares a variable that nothing reads and whose name is almost that of another",
    why: "`set` assigns the variable of that name, and declares a new one when there is none. So a misspelled name is no error of \
          its own: the variable that was meant keeps its old value.",
    bad: Example::wf("workflow w {\n  var attempts = 0\n  set attemps = 1\n  return attempts\n}\n"),
    good: Example::wf(
        "workflow w {\n  var attempts = 0\n  set attempts = 1\n  return attempts\n}\n",
    ),
};

/// `name` is almost `near`.
#[must_use]
pub fn report(name: &Name, near: &Name) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        name.span,
        format!(
            "this declares a new variable `{}`, which nothing reads",
            name.text
        ),
    )
    .label(near.span, format!("`{}` is declared here", near.text))
    .help(format!("did you mean `{}`?", near.text))
    .near(vec![near.text.to_string()])
    .replace(
        Applicability::Suggested,
        format!("rename to `{}`", near.text),
        name.span,
        &*near.text,
    )
}
