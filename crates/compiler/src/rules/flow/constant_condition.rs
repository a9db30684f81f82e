//! A condition that is always the same.

use wfc_syntax::ast::{LoopHead, Step, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprId;
use wfc_syntax::print_expr::expr_text;

use super::truth::{self, truth};
use crate::rules::RuleContext;

/// A condition that is always the same.
pub static CODE: Code = Code {
    id: "WF0402",
    name: "constant-condition",
    severity: Severity::Warning,
    summary: "a condition that is always true or always false",
    why: "One of the two branches never runs. A condition left over from trying something out hides steps that look as if they were \
          in use.",
    bad: Example::yaml(
        "steps:\n  - type: conditional\n    condition: false\n    then:\n      - { type: bash, command: ./deploy.sh }\n",
    ),
    good: Example::yaml(
        "inputs: { release: bool }\nsteps:\n  - type: conditional\n    condition: release\n    then:\n      - { type: bash, command: ./deploy.sh }\n",
    ),
};

/// Reports conditions of steps and triggers that are known beforehand.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let triggers = cx.ast.workflow.triggers.iter();
    for trigger in triggers.filter(|_| cx.is_first()) {
        if let Some((when, holds)) = known(cx, trigger.when) {
            let report = finding(cx, when, holds);
            out.push(if holds {
                report.help("leave `when` out: the trigger always fires")
            } else {
                report.help("remove the trigger, or the condition: it never fires")
            });
        }
    }
    for step in cx.steps() {
        if let Some((when, holds)) = known(cx, step.when) {
            let report = finding(cx, when, holds);
            out.push(if holds {
                report.help("leave `when` out: the step always runs")
            } else {
                report
                    .label(step.head, "this step never runs")
                    .help("remove the step, or the condition")
            });
        }
        out.extend(in_kind(cx, step));
    }
}

fn known(cx: &RuleContext<'_>, id: Option<ExprId>) -> Option<(ExprId, bool)> {
    let id = id?;
    truth(cx, id).map(|holds| (id, holds))
}

fn finding(cx: &RuleContext<'_>, id: ExprId, holds: bool) -> Diagnostic {
    let mut message = format!("this condition is always {holds}");
    if let Some((_, Some((what, _)))) = truth::known(cx, id) {
        let text = expr_text(&cx.ast.exprs, what);
        if let Some(ty) = cx
            .analysis
            .types
            .get(what.index())
            .filter(|_| !text.contains('`'))
        {
            message.push_str(&format!(": `{text}` is `{ty}` here"));
        }
    }
    Diagnostic::new(&CODE, cx.ast.exprs.span(id), message)
}

fn in_kind(cx: &RuleContext<'_>, step: &Step) -> Option<Diagnostic> {
    match &step.kind {
        StepKind::Conditional {
            condition,
            then,
            otherwise,
        } => {
            let holds = truth(cx, *condition)?;
            let report = finding(cx, *condition, holds);
            let first =
                |steps: &[wfc_syntax::ast::StepId]| steps.first().map(|id| cx.ast.step(*id).head);
            Some(match (holds, otherwise) {
                (false, _) => {
                    let report = match first(&then.steps) {
                        Some(at) => report.label(at, "this never runs"),
                        None => report,
                    };
                    report.help("remove the branch, or write the condition that is meant")
                }
                (true, Some(block)) => {
                    let report = match first(&block.steps) {
                        Some(at) => report.label(at, "this never runs"),
                        None => report,
                    };
                    report.help("remove the `else` branch, or write the condition that is meant")
                }
                (true, None) => report.help("put the steps in the place of the condition, or write the condition that is meant"),
            })
        }
        StepKind::Loop {
            head: LoopHead::While(condition),
            ..
        } if truth(cx, *condition) == Some(false) => Some(
            finding(cx, *condition, false)
                .label(step.head, "this loop never runs")
                .help("remove the loop, or write the condition that is meant"),
        ),
        StepKind::Loop {
            head: LoopHead::Until(condition),
            ..
        } => {
            let holds = truth(cx, *condition)?;
            let report = finding(cx, *condition, holds);
            Some(if holds {
                report.label(step.head, "the body runs once").help(
                    "write what has to come true in the body, or put the steps in the loop's place",
                )
            } else {
                report.help("leave `until` out: `max_iterations` alone bounds the loop, and `break` leaves it")
            })
        }
        _ => None,
    }
}
