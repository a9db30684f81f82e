//! Agents in a concurrent loop that nothing stops from spending.

use wfc_syntax::ast::{StepId, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprKind;

use crate::rules::RuleContext;
use crate::rules::edit::{add_field, editor, suggested};
use crate::rules::places::{Places, inside, is_concurrent};
use wfc_syntax::ast::LoopHead;

/// Agents in a concurrent loop without a budget.
pub static CODE: Code = Code {
    id: "WF0701",
    name: "agents-without-budget",
    severity: Severity::Warning,
    summary: "a concurrent loop that calls agents, without a `budget`",
    why: "The list decides how many agents are called, and all of them are under way before anyone sees the bill. A `budget` on the loop, on a step \
          around it or in `policy` ends it in time.",
    bad: Example::wf(
        "workflow w {\n  input tickets: list<string>\n  for ticket in tickets parallel 8 {\n    agent \"Answer {{ ticket }}\" { timeout: 5m }\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  policy { budget: { usd: 20.0 } }\n  input tickets: list<string>\n  for ticket in tickets parallel 8 {\n    agent \"Answer {{ ticket }}\" { timeout: 5m }\n  }\n}\n",
    ),
};

/// Reports such loops.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    if cx.ast.workflow.policy.budget.is_some() || !cx.steps().iter().any(is_concurrent) {
        return;
    }
    let places = cx.places();
    for id in cx.step_ids() {
        let step = cx.ast.step(id);
        let StepKind::Loop {
            head:
                LoopHead::Over {
                    over,
                    max_concurrency,
                    ..
                },
            body,
            max_iterations,
            ..
        } = &step.kind
        else {
            continue;
        };
        // A list that is written out says itself how long it is.
        let counted =
            max_iterations.is_some() || matches!(cx.ast.exprs.kind(*over), ExprKind::List(_));
        if counted || !is_concurrent(step) || has_budget(cx, places, id) {
            continue;
        }
        let agent = inside(cx.ast, body).into_iter().find(|id| {
            let step = cx.ast.step(*id);
            matches!(step.kind, StepKind::Agent { .. }) && step.budget.is_none()
        });
        let Some(agent) = agent else { continue };
        let span = max_concurrency.map_or(step.head, |n| n.span);
        let report = Diagnostic::new(
            &CODE,
            span,
            "nothing bounds what the agents of this loop spend",
        )
        .label(
            cx.ast.step(agent).head,
            "this is called once an item, several at the same time",
        )
        .help("add `budget: { usd: 20 }`, or `max_iterations`, to the loop");
        let after = if max_concurrency.is_some() {
            "max_concurrency"
        } else {
            "over"
        };
        let budget = editor(cx).mapping(&[("usd", "20".to_owned())]);
        out.push(
            match add_field(cx, step.node, after, ("budget", &budget), true) {
                Some(edit) => report.fix(suggested("add a budget of 20 dollars", edit)),
                None => report,
            },
        );
    }
}

fn has_budget(cx: &RuleContext<'_>, places: &Places, id: StepId) -> bool {
    cx.ast.step(id).budget.is_some()
        || places
            .outwards(id)
            .any(|(outer, _)| cx.ast.step(outer).budget.is_some())
}
