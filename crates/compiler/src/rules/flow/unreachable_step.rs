//! A step that stands behind what ends its block.

use wfc_syntax::ast::{Block, Step, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Diagnostic, Edit};

use super::ends::Ends;
use crate::rules::places::every_block;
use crate::rules::{RuleContext, edit};

/// A step that is never reached.
pub static CODE: Code = Code {
    id: "WF0401",
    name: "unreachable-step",
    severity: Severity::Warning,
    summary: "a step behind a `return`, `fail`, `break` or `continue` that always runs",
    why: "Nothing after it in the same block ever runs. Either the step was meant to stand in front, or what ends the block was \
          meant for some cases only.",
    bad: Example::wf(
        "workflow w {\n  bash \"make\"\n  return \"built\"\n  bash \"make clean\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  bash \"make\"\n  bash \"make clean\"\n  return \"built\"\n}\n",
    ),
};

/// Reports the first step of each block that is not reached.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let mut ends = Ends::new(cx.ast);
    every_block(cx.ast, |block| out.extend(in_block(cx, &mut ends, block)));
    let root = &cx.ast.workflow;
    let Some(value) = root.return_value else {
        return;
    };
    // The text form's last `return` is this value itself.
    let ender = ends.last(&root.steps).map(|id| cx.ast.step(id));
    if let Some(ender) = ender
        && ender.head.end <= cx.ast.exprs.span(value).start
        && ends.block(&root.steps)
        && in_block(cx, &mut ends, &root.steps).is_none()
    {
        let span = cx.ast.exprs.span(value);
        let report = Diagnostic::new(&CODE, span, "this value is never returned")
            .label(ender.head, what_ends(&ender.kind))
            .help("remove it, or give what ends the steps before it a condition with `when`");
        out.push(report);
    }
}

fn in_block(cx: &RuleContext<'_>, ends: &mut Ends<'_>, block: &Block) -> Option<Diagnostic> {
    let last = ends.last(block)?;
    let mut behind = block.steps.iter().skip_while(|id| **id != last).skip(1);
    let first = behind.find(|id| !matches!(cx.ast.step(**id).kind, StepKind::Error))?;
    let more = behind.count();
    let ender = cx.ast.step(last);
    let message = match more {
        0 => "this step is never reached".to_owned(),
        1 => "this step and the one after it are never reached".to_owned(),
        n => format!("this step and the {n} after it are never reached"),
    };
    let span = cx.ast.step(*first).head;
    let report = Diagnostic::new(&CODE, span, message)
        .label(ender.head, what_ends(&ender.kind))
        .help(what_helps(&ender.kind));
    Some(match end_at_limit(cx, ender) {
        Some(edit) => report.fix(edit::suggested("let the loop end at its limit", edit)),
        None => report,
    })
}

/// Help that begins with `remove` gets that as its fix, too: what stands behind a loop was surely meant to run.
fn what_helps(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Return(_) => {
            "remove it, put it in front of the `return`, or give the `return` a condition with `when`"
        }
        StepKind::Fail { .. } => {
            "remove it, put it in front of the `fail`, or give the `fail` a condition with `when`"
        }
        StepKind::Break => {
            "remove it, put it in front of the `break`, or give the `break` a condition with `when`"
        }
        StepKind::Continue => {
            "remove it, put it in front of the `continue`, or give the `continue` a condition with `when`"
        }
        StepKind::Loop { .. } => {
            "leave the loop with a `break`, or let it end at its limit with `on_limit: stop`"
        }
        _ => "remove it, or let one of the paths before it go on",
    }
}

/// `on_limit: stop` in a loop that has a limit.
fn end_at_limit(cx: &RuleContext<'_>, ender: &Step) -> Option<Edit> {
    let StepKind::Loop {
        max_iterations: Some(_),
        ..
    } = &ender.kind
    else {
        return None;
    };
    let on_limit = ("on_limit", "stop");
    edit::add_word(cx, ender.node, "max_iterations", on_limit, true)
}

fn what_ends(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Return(_) => "this always ends the run",
        StepKind::Fail { .. } => "this always fails",
        StepKind::Break => "this always leaves the loop",
        StepKind::Continue => "this always goes on to the next iteration",
        StepKind::Loop { .. } => "this loop never ends but by a failure or a `return`",
        _ => "every path through this ends the run, fails or leaves the block",
    }
}
