//! A trigger that stands twice.

use std::collections::HashMap;

use wfc_syntax::ast::TriggerKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use crate::rules::RuleContext;

/// A trigger that stands twice.
pub static CODE: Code = Code {
    id: "WF0430",
    name: "duplicate-trigger",
    severity: Severity::Warning,
    summary: "two triggers that fire together",
    why: "The same route, schedule or event starts the workflow twice. If the two are to differ, say by `when` which of them is meant.",
    bad: Example::wf(
        "workflow w {\n  on event \"order.paid\"\n  on event \"order.paid\"\n  bash \"./ship.sh\"\n}\n",
    ),
    good: Example::wf("workflow w {\n  on event \"order.paid\"\n  bash \"./ship.sh\"\n}\n"),
};

/// Reports the later of two triggers without `when` that the same thing fires.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let mut first: HashMap<(&str, &str), Span> = HashMap::new();
    let triggers = cx.ast.workflow.triggers.iter();
    for trigger in triggers.filter(|t| t.when.is_none()) {
        let (key, place) = match &trigger.kind {
            TriggerKind::Schedule { cron, timezone, .. } => {
                let zone = timezone.as_ref().map_or("UTC", |z| &*z.text);
                ((&*cron.text, zone), cron.span)
            }
            TriggerKind::Webhook { path, method, .. } => {
                let method = method.as_ref().map_or("POST", |m| &*m.text);
                ((&*path.text, method), path.span)
            }
            TriggerKind::Event { event } => ((&*event.text, ""), event.span),
            TriggerKind::Manual | TriggerKind::Error => continue,
        };
        match first.get(&key) {
            Some(before) => out.push(
                Diagnostic::new(&CODE, place, "another trigger fires at the same")
                    .label(*before, "it is here")
                    .help("remove one of the two, or tell them apart by `when`"),
            ),
            None => {
                first.insert(key, place);
            }
        }
    }
}
