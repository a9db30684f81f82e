//! A budget that no run can keep.

use wfc_syntax::ast::Budget;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};

use crate::bounds::StepRange;

/// A budget that no run can keep.
pub static CODE: Code = Code {
    id: "WF0710",
    name: "budget-always-exceeded",
    severity: Severity::Error,
    summary: "a `budget` of fewer agent calls than every run makes",
    why: "The call that would pass the budget fails with `budget_exceeded`. Where even the cheapest way to the end makes more calls than the budget has, \
          no run ever gets there. `wfc check --bounds` shows how the calls add up.",
    bad: Example::wf(
        "workflow w {\n  policy { budget: { agent_calls: 2 } }\n  for topic in [\"news\", \"sport\", \"weather\"] {\n    agent \"Write about {{ topic }}\"\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  policy { budget: { agent_calls: 3 } }\n  for topic in [\"news\", \"sport\", \"weather\"] {\n    agent \"Write about {{ topic }}\"\n  }\n}\n",
    ),
};

/// Reports a budget below what is inside of it; says whether it did.
pub(crate) fn look(budget: &Budget, inside: &StepRange, out: &mut Vec<Diagnostic>) -> bool {
    let (Some(calls), Some(least)) = (budget.agent_calls, inside.least_agents) else {
        return false;
    };
    if least <= u128::from(calls.value) {
        return false;
    }
    let message = format!(
        "a budget of {} is always exceeded: whatever ends well makes at least {}",
        super::plural(u128::from(calls.value), "agent call"),
        super::plural(least, "call")
    );
    out.push(
        Diagnostic::new(&CODE, calls.span, message)
            .help(format!("allow {least} or more, or call fewer agents"))
            .replace(
                Applicability::Suggested,
                format!("allow {least} agent calls"),
                calls.span,
                least.to_string(),
            ),
    );
    true
}
