//! A secret in a command line.

use wfc_syntax::ast::Step;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprId;

use super::env_fix;
use super::label::SecretUse;
use super::trail::told;
use crate::rules::RuleContext;

/// A secret in a command line.
pub static CODE: Code = Code {
    id: "WF0603",
    name: "secret-in-command",
    severity: Severity::Error,
    summary: "a secret becomes part of a shell command's text",
    why: "Every user of the machine can read the command lines of its processes, and shells and tools log them. What `env` passes is seen by the \
          command alone.",
    bad: Example::wf(
        "workflow w {\n  secret token\n  bash \"curl -H 'Authorization: {{ secrets.token }}' https://api.example.com\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  secret token\n  bash \"curl -H \\\"Authorization: $TOKEN\\\" https://api.example.com\" { env: { TOKEN: secrets.token } }\n}\n",
    ),
};

/// `part` of the command holds a secret.
pub(super) fn report(
    cx: &RuleContext<'_>,
    step: &Step,
    command: ExprId,
    part: ExprId,
    secret: &SecretUse,
) -> Diagnostic {
    let name = &secret.name;
    let variable = env_fix::variable(cx, part);
    let report = Diagnostic::new(
        &CODE,
        cx.ast.exprs.span(part),
        format!("the secret `{name}` becomes part of a command line"),
    );
    let report = told(cx.file, report, &secret.place, "the secret is read here");
    let report = secret.trail.told(cx.file, report).help(format!(
        "pass it through `env` as `{variable}`, and write `\"${variable}\"` in the command"
    ));
    match env_fix::fix(cx, step, command, part) {
        Some(fix) => report.fix(fix),
        None => report,
    }
}
