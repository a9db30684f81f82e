//! Data from outside that decides what a destructive tool does.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Name};

use super::label::Origin;
use super::trail::told;
use crate::rules::RuleContext;

/// Data from outside in an argument of a destructive tool.
pub static CODE: Code = Code {
    id: "WF0608",
    name: "outside-destructive-argument",
    severity: Severity::Error,
    summary: "data from a webhook, an event, an agent or an open-world tool decides what a destructive tool does, and no approval shows it",
    why: "A person who is asked `delete the issue?` says yes to the issue that they think of, not to the one that somebody else named. An \
          approval endorses the values that its prompt or its items show, and no others; a number decides as well as a text does. Words of a \
          closed list, booleans, and what was compared with constants may go in as they are.",
    bad: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  let pick = agent \"Which issue is a duplicate?\" { returns: { id: string }, timeout: 5m }\n  approval \"Delete the duplicate?\" { timeout: 24h }\n  tool linear.delete_issue { id: pick.id }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  let pick = agent \"Which issue is a duplicate?\" { returns: { id: string }, timeout: 5m }\n  approval \"Delete {{ pick.id }}?\" { timeout: 24h }\n  tool linear.delete_issue { id: pick.id }\n}\n",
    ),
};

/// The argument `value` of `tool` comes from `origin`.
pub(super) fn report(
    cx: &RuleContext<'_>,
    tool: &Name,
    value: ExprId,
    origin: &Origin,
) -> Diagnostic {
    let message = format!(
        "{} decides what `{}` destroys, and no approval shows it",
        origin.source.words(),
        tool.text
    );
    let report = Diagnostic::new(&CODE, cx.ast.exprs.span(value), message);
    let report = told(cx.file, report, &origin.place, origin.source.remark());
    let report = origin.trail.told(cx.file, report);
    report
        .label(tool.span, "this tool destroys something")
        .help("show it in the prompt or the `items` of the approval before it")
}
