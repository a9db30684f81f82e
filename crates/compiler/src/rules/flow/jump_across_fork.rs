//! `return`, `break` or `continue` out of a branch that runs at the same time as others.

use wfc_syntax::ast::{StepId, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use crate::analysis::blocks::BlockRole;
use crate::rules::RuleContext;
use crate::rules::places::{Places, is_concurrent};

/// A jump out of a concurrent branch.
pub static CODE: Code = Code {
    id: "WF0409",
    name: "jump-across-fork",
    severity: Severity::Error,
    summary: "a `return`, `break` or `continue` out of a branch that runs at the same time as others",
    why: "The other branches are still running: which of them had ended would depend on chance. Give the value out of the branch and \
          decide after it, or let the first success win with `join: any`. In a concurrent loop `continue` ends its own iteration \
          and is fine.",
    bad: Example::wf(
        "workflow w {\n  input hosts: list<string>\n  for host in hosts parallel 4 {\n    let ping = bash \"ping -c1 $HOST\" { env: { HOST: host }, check: false }\n    if ping.exit_code != 0 {\n      return host\n    }\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input hosts: list<string>\n  let codes = for host in hosts parallel 4 {\n    let ping = bash \"ping -c1 $HOST\" { env: { HOST: host }, check: false }\n    collect ping.exit_code\n  }\n  return codes.exists(c, c != 0)\n}\n",
    ),
};

/// A fork between a jump and where it leads.
enum Fork {
    Branch(Span),
    Loop(Span),
}

/// Reports jumps that cross a fork.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let places = cx.places();
    for id in cx.step_ids() {
        let step = cx.ast.step(id);
        let found = match step.kind {
            StepKind::Return(_) => outermost(cx, places, id).map(|f| ("return", f)),
            StepKind::Break => to_loop(cx, places, id, true).map(|f| ("break", f)),
            StepKind::Continue => to_loop(cx, places, id, false).map(|f| ("continue", f)),
            _ => None,
        };
        if let Some((word, fork)) = found {
            out.push(report(word, step.head, &fork));
        }
    }
}

/// The innermost fork around a `return`.
fn outermost(cx: &RuleContext<'_>, places: &Places, id: StepId) -> Option<Fork> {
    places
        .outwards(id)
        .find_map(|(outer, role)| fork(cx, outer, role))
}

/// The fork between a jump and its loop; a `continue` may end an iteration of a concurrent one.
fn to_loop(cx: &RuleContext<'_>, places: &Places, id: StepId, is_break: bool) -> Option<Fork> {
    let mut crossed = None;
    for (outer, role) in places.outwards(id) {
        let here = fork(cx, outer, role);
        if role == BlockRole::LoopBody {
            return crossed.or(here.filter(|_| is_break));
        }
        crossed = crossed.or(here);
    }
    None
}

fn fork(cx: &RuleContext<'_>, outer: StepId, role: BlockRole) -> Option<Fork> {
    let step = cx.ast.step(outer);
    match role {
        BlockRole::Branch(_) => Some(Fork::Branch(step.head)),
        BlockRole::LoopBody if is_concurrent(step) => Some(Fork::Loop(step.head)),
        _ => None,
    }
}

fn report(word: &str, span: Span, fork: &Fork) -> Diagnostic {
    let (at, from, label) = match fork {
        Fork::Branch(at) => (
            *at,
            "a parallel branch",
            "its branches run at the same time",
        ),
        Fork::Loop(at) => (
            *at,
            "a concurrent loop",
            "its iterations run at the same time",
        ),
    };
    let help = match (word, fork) {
        ("return", Fork::Branch(_)) => {
            "let the branch end with the value, and `return` after the `parallel` step"
        }
        ("return", Fork::Loop(_)) => {
            "give each item's value out with `collect`, and `return` after the loop"
        }
        ("break", Fork::Loop(_)) => {
            "take `max_concurrency` away to go one by one, or end at the first success with `join: any`"
        }
        _ => "let the branch end with a value, and decide after the `parallel` step",
    };
    Diagnostic::new(&CODE, span, format!("`{word}` cannot leave {from}"))
        .label(at, label)
        .help(help)
}
