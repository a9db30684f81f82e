//! A secret where others read it.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprId;

use super::label::SecretUse;
use super::trail::told;
use crate::rules::RuleContext;

/// A secret where others read it.
pub static CODE: Code = Code {
    id: "WF0604",
    name: "secret-exposed",
    severity: Severity::Error,
    summary: "a secret in a prompt, a message, an error or the workflow's result",
    why: "Prompts go to whoever runs the model, messages and results to people and logs. A secret is for tools and commands: a tool takes it as \
          an argument, a command through `env`.",
    bad: Example::yaml(
        "secrets: [api_key]\nsteps:\n  - type: agent\n    goal: Fetch the report with the key {{ secrets.api_key }}\n",
    ),
    good: Example::yaml(
        "secrets: [api_key]\nsteps:\n  - id: report\n    type: bash\n    command: ./fetch-report.sh\n    env: { API_KEY: \"{{ secrets.api_key }}\" }\n  - type: agent\n    goal: |\n      Summarise the report:\n      {{ report.stdout }}\n",
    ),
};

/// What to do instead.
pub(super) const HELP: &str =
    "leave it out: give a secret to a tool as an argument, or to a command through `env`";

/// `part` of a request's address holds a secret.
pub(super) fn in_address(cx: &RuleContext<'_>, part: ExprId, secret: &SecretUse) -> Diagnostic {
    let message = format!("the secret `{}` gets into an address", secret.name);
    let report = Diagnostic::new(&CODE, cx.ast.exprs.span(part), message);
    let report = told(cx.file, report, &secret.place, "the secret is read here");
    secret
        .trail
        .told(cx.file, report)
        .help("send it in `headers`: servers and proxies on the way keep addresses in their logs")
}

/// The value `id` holds a secret.
pub(super) fn report(
    cx: &RuleContext<'_>,
    id: ExprId,
    secret: &SecretUse,
    what: &str,
) -> Diagnostic {
    let message = format!("the secret `{}` gets into {what}", secret.name);
    let report = Diagnostic::new(&CODE, cx.ast.exprs.span(id), message);
    let report = told(cx.file, report, &secret.place, "the secret is read here");
    secret.trail.told(cx.file, report).help(HELP)
}
