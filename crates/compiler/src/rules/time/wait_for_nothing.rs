//! A wait of no time.

use wfc_syntax::ast::{StepKind, Wait};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use super::nanos;
use crate::rules::RuleContext;

/// A wait of no time.
pub static CODE: Code = Code {
    id: "WF0505",
    name: "wait-for-nothing",
    severity: Severity::Warning,
    summary: "a `wait` for zero time",
    why: "The step does nothing.",
    bad: Example::json(
        "{ \"steps\": [\n  { \"type\": \"wait\", \"for\": \"0s\" },\n  { \"type\": \"bash\", \"command\": \"./poll.sh\" }] }\n",
    ),
    good: Example::json(
        "{ \"steps\": [\n  { \"type\": \"wait\", \"for\": \"30s\" },\n  { \"type\": \"bash\", \"command\": \"./poll.sh\" }] }\n",
    ),
};

/// Reports waits for `0s`.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        if let StepKind::Wait {
            wait: Wait::For(length),
            ..
        } = &step.kind
            && nanos(cx, *length) == Some(0)
        {
            let span = cx.ast.exprs.span(*length);
            out.push(
                Diagnostic::new(&CODE, span, "this waits for no time at all")
                    .help("write how long to wait, such as `30s`, or remove the step"),
            );
        }
    }
}
