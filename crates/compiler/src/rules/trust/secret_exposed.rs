//! A secret where others read it.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprId;

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

/// The value `id` holds the secret at place `secret`.
pub(super) fn report(cx: &RuleContext<'_>, id: ExprId, secret: u32, what: &str) -> Diagnostic {
    let name = name(cx, secret);
    Diagnostic::new(
        &CODE,
        cx.ast.exprs.span(id),
        format!("the secret `{name}` gets into {what}"),
    )
    .help("leave it out: give a secret to a tool as an argument, or to a command through `env`")
}

/// The name of a secret.
pub(super) fn name<'a>(cx: &RuleContext<'a>, secret: u32) -> &'a str {
    cx.ast
        .workflow
        .secrets
        .get(secret as usize)
        .map_or("secret", |s| &s.text)
}
