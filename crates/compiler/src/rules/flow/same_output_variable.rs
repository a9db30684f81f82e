//! An `outputVariable` that two branches of the older form share.

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use super::branches_share_a_name::shared;
use crate::rules::RuleContext;

/// An `outputVariable` that two branches share.
pub static CODE: Code = Code {
    id: "WF0411",
    name: "same-output-variable",
    severity: Severity::Warning,
    summary: "two `steps` of a `parallel` put their outputs into the same variable",
    why: "The steps run at the same time. Both outputs go to the variable, and the last one in written order stays; the others are lost.",
    bad: Example::json(
        "{ \"steps\": [\n  { \"type\": \"parallel\", \"steps\": [\n    { \"type\": \"agent\", \"goal\": \"look for faults\", \"outputVariable\": \"review\" },\n    { \"type\": \"agent\", \"goal\": \"look for typos\", \"outputVariable\": \"review\" }] },\n  { \"type\": \"agent_message\", \"content\": \"{{ review }}\" }] }\n",
    ),
    good: Example::json(
        "{ \"steps\": [\n  { \"type\": \"parallel\", \"steps\": [\n    { \"type\": \"agent\", \"goal\": \"look for faults\", \"outputVariable\": \"faults\" },\n    { \"type\": \"agent\", \"goal\": \"look for typos\", \"outputVariable\": \"typos\" }] },\n  { \"type\": \"agent_message\", \"content\": \"{{ faults }}\\n{{ typos }}\" }] }\n",
    ),
};

/// Reports variables that more than one of a parallel's `steps` writes.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let StepKind::Parallel {
            branches,
            from_steps: true,
            ..
        } = &step.kind
        else {
            continue;
        };
        for shared in shared(cx, branches) {
            let text = &shared.second.text;
            let message = format!("two steps that run at the same time write to `{text}`");
            let report = Diagnostic::new(&CODE, shared.second.span, message)
                .label(shared.first, "what this writes is lost")
                .help("give each step a variable of its own");
            out.push(report);
        }
    }
}
