//! A limit of steps that no run can keep.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};

use crate::bounds::StepRange;
use crate::rules::RuleContext;

/// A limit of steps that no run can keep.
pub static CODE: Code = Code {
    id: "WF0708",
    name: "max-steps-too-low",
    severity: Severity::Error,
    summary: "a `policy.max_steps` below what every run enters",
    why: "A run that enters more steps than it may is ended, and no handler sees it. Where even the shortest way has more steps, no run ever comes to \
          its end. Steps with steps inside count too, each round of a loop anew.",
    bad: Example::wf(
        "workflow w {\n  policy { max_steps: 3 }\n  for host in [\"a\", \"b\", \"c\"] {\n    bash \"./ping.sh\" { env: { HOST: host } }\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  policy { max_steps: 50 }\n  for host in [\"a\", \"b\", \"c\"] {\n    bash \"./ping.sh\" { env: { HOST: host } }\n  }\n}\n",
    ),
};

/// Reports a limit below the root's least.
pub(crate) fn look(cx: &RuleContext<'_>, root: &StepRange, out: &mut Vec<Diagnostic>) {
    let (Some(limit), Some(least)) = (cx.ast.workflow.policy.max_steps, root.least_steps) else {
        return;
    };
    // Zero is reported as such.
    if limit.value == 0 || least <= u128::from(limit.value) {
        return;
    }
    let message = format!(
        "no run comes to its end in {}: the shortest one enters {least}",
        super::plural(u128::from(limit.value), "step")
    );
    out.push(
        Diagnostic::new(&CODE, limit.span, message)
            .help(format!(
                "allow {least} or more; the usual limit holds when `max_steps` is left out"
            ))
            .replace(
                Applicability::Suggested,
                format!("allow {least} steps"),
                limit.span,
                least.to_string(),
            ),
    );
}
