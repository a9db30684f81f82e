//! A secret that is not declared.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use super::with_near;

/// A secret that is not declared.
pub static CODE: Code = Code {
    id: "WF0205",
    name: "undefined-secret",
    severity: Severity::Error,
    summary: "a secret that the file does not declare",
    why: "Secrets are declared by name, so that whoever runs the workflow knows what it needs before it starts.",
    bad: Example::wf(
        "workflow w {\n  secret api_token\n  bash \"./deploy.sh\" { env: { TOKEN: secrets.api_tokn, OLD: secrets.api_token } }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  secret api_token\n  bash \"./deploy.sh\" { env: { TOKEN: secrets.api_token } }\n}\n",
    ),
};

/// `names` are those that are declared.
#[must_use]
pub fn report<'a>(name: &str, span: Span, names: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    with_near(
        Diagnostic::new(&CODE, span, format!("no secret is called `{name}`")),
        name,
        span,
        names,
        format!("declare it: `secrets: [{name}]`, in the text form `secret {name}`"),
    )
}
