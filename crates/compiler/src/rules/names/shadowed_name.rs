//! A name that hides another.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Name;
use wfc_syntax::span::Span;

/// A name that hides another.
pub static CODE: Code = Code {
    id: "WF0208",
    name: "shadowed-name",
    severity: Severity::Warning,
    summary: "a name that hides another of the same name",
    why: "Inside, the outer name cannot be reached by its plain name any more, and a reader takes one for the other.",
    bad: Example::wf(
        "workflow w {\n  input id: string\n  input ids: list<string>\n  for id in ids {\n    bash \"./close.sh\" { env: { ID: id } }\n  }\n  return id\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input id: string\n  input ids: list<string>\n  for each in ids {\n    bash \"./close.sh\" { env: { ID: each } }\n  }\n  return id\n}\n",
    ),
};

/// `name` hides what `outer` declares.
#[must_use]
pub fn report(name: &Name, outer: Span, input: bool) -> Diagnostic {
    let text = &name.text;
    let what = if input { "the input" } else { "another" };
    let help = if input {
        format!("give it another name, or read the input as `inputs.{text}`")
    } else {
        "give it another name".to_owned()
    };
    Diagnostic::new(
        &CODE,
        name.span,
        format!("`{text}` hides {what} of the same name"),
    )
    .label(outer, "hidden from here on")
    .help(help)
}

/// A namespace hides `name`.
#[must_use]
pub fn by_namespace(name: &Name) -> Diagnostic {
    let text = &name.text;
    Diagnostic::new(
        &CODE,
        name.span,
        format!("a plain `{text}` means the namespace, not this"),
    )
    .help("give it another name, or reach it through its namespace (`inputs.x`, `steps.x.output`)")
}
