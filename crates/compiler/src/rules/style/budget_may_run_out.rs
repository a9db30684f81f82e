//! A budget below what a run without a single failure may need.

use wfc_syntax::ast::Budget;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::bounds::StepRange;

/// A budget that a run without failures may exceed.
pub static CODE: Code = Code {
    id: "WF0706",
    name: "budget-may-run-out",
    severity: Severity::Note,
    summary: "a `budget` of fewer agent calls than a run without failures may make",
    why: "Some way through the workflow makes more calls than the budget has, although nothing has to be tried again: such a run fails with \
          `budget_exceeded`. That may be meant; if not, raise the budget or bound the loops. Only numbers that are certain are compared.",
    bad: Example::wf(
        "workflow w {\n  input deep: bool\n  policy { budget: { agent_calls: 2 } }\n  agent \"Look\"\n  if deep {\n    agent \"Look again\"\n    agent \"Sum up\"\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input deep: bool\n  policy { budget: { agent_calls: 3 } }\n  agent \"Look\"\n  if deep {\n    agent \"Look again\"\n    agent \"Sum up\"\n  }\n}\n",
    ),
};

/// Reports a budget below what may be needed.
pub(crate) fn look(budget: &Budget, inside: &StepRange, out: &mut Vec<Diagnostic>) {
    let (Some(calls), Some(most)) = (budget.agent_calls, inside.planned_agents) else {
        return;
    };
    if most <= u128::from(calls.value) {
        return;
    }
    let message = format!(
        "a run without failures may make {}, more than the budget of {}",
        super::plural(most, "agent call"),
        calls.value
    );
    out.push(Diagnostic::new(&CODE, calls.span, message).help(format!(
        "allow {most}, or make sure that a run that ends with `budget_exceeded` does no harm"
    )));
}
