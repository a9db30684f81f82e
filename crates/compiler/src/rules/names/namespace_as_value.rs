//! A namespace where a value is wanted.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
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

/// `name` is the namespace; `own` is how something of the file's own that has the same name is reached.
#[must_use]
pub fn report(name: &str, span: Span, own: Option<&str>) -> Diagnostic {
    let example = match name {
        "steps" => "steps.x.output",
        "secrets" => "secrets.x",
        _ => "env.X",
    };
    let found = Diagnostic::new(
        &CODE,
        span,
        format!("`{name}` is a namespace and no value of its own"),
    );
    match own {
        Some(own) => found.help(format!("write `{own}`")).replace(
            Applicability::Safe,
            format!("write `{own}`"),
            span,
            own,
        ),
        None => found.help(format!("read one name from it, written out: `{example}`")),
    }
}
