//! A namespace where a value is wanted.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

/// A namespace where a value is wanted.
pub static CODE: Code = Code {
    id: "WF0215",
    name: "namespace-as-value",
    severity: Severity::Error,
    summary: "a namespace is used as a whole, or indexed by what is not written out",
    why: "`steps`, `secrets` and `env` are read one name at a time, written out: so the checker knows what is read, and only the \
          secrets that are named can leave.",
    bad: Example::wf(
        "workflow w {\n  env REGION = \"eu\"\n  return { region: env.REGION, all: env }\n}\n",
    ),
    good: Example::wf("workflow w {\n  env REGION = \"eu\"\n  return { region: env.REGION }\n}\n"),
};

/// `name` is the namespace.
#[must_use]
pub fn report(name: &str, span: Span) -> Diagnostic {
    let example = match name {
        "steps" => "steps.x.output",
        "secrets" => "secrets.x",
        _ => "env.X",
    };
    Diagnostic::new(
        &CODE,
        span,
        format!("`{name}` is a namespace and no value of its own"),
    )
    .help(format!("read one name from it, written out: `{example}`"))
}
