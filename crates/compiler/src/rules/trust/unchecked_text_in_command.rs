//! Text that others may have a hand in, in a shell command.

use wfc_syntax::ast::Step;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprId;

use super::label::{Origin, Outside};
use super::outside_text_in_command::diagnostic;
use crate::rules::RuleContext;

/// Text that others may have a hand in, in a shell command.
pub static CODE: Code = Code {
    id: "WF0602",
    name: "unchecked-text-in-command",
    severity: Severity::Warning,
    summary: "text that others may have a hand in becomes part of a shell command",
    why: "What a command printed, what a tool found, and an input that a webhook fills may hold anything, quotes and `;` included, and the shell \
          runs it. Passed through `env` and written as `\"$NAME\"`, it stays text whatever it holds.",
    bad: Example::wf(
        "workflow w {\n  let branch = bash \"git branch --show-current\" { parse: text }\n  bash \"./deploy.sh {{ branch }}\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  let branch = bash \"git branch --show-current\" { parse: text }\n  bash \"./deploy.sh \\\"$BRANCH\\\"\" { env: { BRANCH: branch } }\n}\n",
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
    let what = match &origin.source {
        Outside::Input(_) => "an input that a webhook fills",
        Outside::Command => "what a command printed",
        _ => "what a tool yields",
    };
    diagnostic(cx, step, command, part, origin, (&CODE, what))
}
