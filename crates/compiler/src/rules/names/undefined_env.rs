//! An environment variable that is not declared.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use super::with_near;

/// An environment variable that is not declared.
pub static CODE: Code = Code {
    id: "WF0206",
    name: "undefined-env",
    severity: Severity::Error,
    summary: "an environment variable that the file does not declare",
    why: "A run takes the environment variables that its workflow declares and journals them, so that a resumed run sees the same ones.",
    bad: Example::wf("workflow w {\n  env REGION = \"eu\"\n  return env.REGON\n}\n"),
    good: Example::wf("workflow w {\n  env REGION = \"eu\"\n  return env.REGION\n}\n"),
};

/// `names` are those that are declared.
#[must_use]
pub fn report<'a>(name: &str, span: Span, names: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    with_near(
        Diagnostic::new(
            &CODE,
            span,
            format!("no environment variable is called `{name}`"),
        ),
        name,
        span,
        names,
        format!(
            "declare it: `env: {{ {name}: {{ type: string }} }}`, in the text form `env {name}`"
        ),
    )
}
