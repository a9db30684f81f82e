//! `break` or `continue` without a loop around it.

use wfc_syntax::ast::{StepId, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::analysis::blocks::BlockRole;
use crate::rules::RuleContext;

/// `break` or `continue` outside of a loop.
pub static CODE: Code = Code {
    id: "WF0408",
    name: "jump-outside-loop",
    severity: Severity::Error,
    summary: "a `break` or `continue` without a loop around it",
    why: "`break` leaves the nearest loop, `continue` goes on with its next item. Without a loop there is nothing to leave: `return` \
          ends the workflow.",
    bad: Example::yaml(
        "inputs: { dry_run: bool }\nsteps:\n  - type: conditional\n    condition: dry_run\n    then:\n      - type: break\n  - { type: bash, command: ./deploy.sh }\n",
    ),
    good: Example::yaml(
        "inputs: { dry_run: bool }\nsteps:\n  - type: conditional\n    condition: dry_run\n    then:\n      - type: return\n  - { type: bash, command: ./deploy.sh }\n",
    ),
};

/// Reports jumps without a loop.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let mut jumps = jumps(cx).peekable();
    if jumps.peek().is_none() {
        return;
    }
    let places = cx.places();
    for (id, word) in jumps {
        if places
            .outwards(id)
            .any(|(_, role)| role == BlockRole::LoopBody)
        {
            continue;
        }
        let help = if word == "break" {
            "to end the workflow here, write `return`; to leave a block early, put the rest into a `conditional`"
        } else {
            "to skip the steps that follow, put them into a `conditional`"
        };
        let step = cx.ast.step(id);
        out.push(
            Diagnostic::new(
                &CODE,
                step.head,
                format!("there is no loop around this `{word}`"),
            )
            .help(help),
        );
    }
}

fn jumps<'a>(cx: &RuleContext<'a>) -> impl Iterator<Item = (StepId, &'static str)> + use<'a> {
    let ast = cx.ast;
    cx.step_ids().filter_map(move |id| match ast.step(id).kind {
        StepKind::Break => Some((id, "break")),
        StepKind::Continue => Some((id, "continue")),
        _ => None,
    })
}
