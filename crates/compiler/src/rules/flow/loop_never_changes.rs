//! A loop whose condition stays what it is.

use std::collections::BTreeSet;

use wfc_syntax::ast::{Block, LoopHead, StepId, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, ExprKind};

use crate::analysis::{BindingId, BindingKind, Ref};
use crate::rules::RuleContext;
use crate::rules::names::one_of;
use crate::rules::places::inside;

/// A loop whose condition cannot change.
pub static CODE: Code = Code {
    id: "WF0406",
    name: "loop-never-changes",
    severity: Severity::Warning,
    summary: "a loop whose condition reads nothing that its body sets",
    why: "Such a loop runs not at all, or until its limit. Steps inside do not change variables by themselves: `set` does, and a step \
          whose `outputVariable` is the variable.",
    bad: Example::wf(
        "workflow w {\n  var tries = 0\n  while tries < 3 max 10 {\n    bash \"./poll.sh\"\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  var tries = 0\n  while tries < 3 max 10 {\n    bash \"./poll.sh\"\n    set tries = tries + 1\n  }\n}\n",
    ),
};

/// What a condition reads.
#[derive(Default)]
struct Reads {
    bindings: BTreeSet<BindingId>,
    steps: BTreeSet<StepId>,
    /// Something that changes by itself, or that is not known.
    other: bool,
}

/// Reports loops with a condition that the body has no part in.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let StepKind::Loop { head, body, .. } = &step.kind else {
            continue;
        };
        let (LoopHead::While(condition) | LoopHead::Until(condition)) = head else {
            continue;
        };
        let mut reads = Reads::default();
        collect(cx, *condition, &mut reads);
        if reads.other
            || reads.bindings.is_empty() && reads.steps.is_empty()
            || is_changed(cx, body, &reads)
        {
            continue;
        }
        let names: Vec<&str> = reads
            .bindings
            .iter()
            .filter_map(|b| cx.analysis.bindings.get(b.0 as usize))
            .filter(|b| matches!(b.kind, BindingKind::Variable(_) | BindingKind::Set(_)))
            .map(|b| &*b.name.text)
            .collect();
        let help = if names.is_empty() {
            "set a variable in the body, and test that".to_owned()
        } else {
            format!(
                "set {} in the body, or test what the body sets",
                one_of(&names)
            )
        };
        let span = cx.ast.exprs.span(*condition);
        let report = Diagnostic::new(&CODE, span, "nothing in the loop changes this condition")
            .label(step.head, "the body sets nothing that the condition reads")
            .help(help);
        out.push(report);
    }
}

fn collect(cx: &RuleContext<'_>, root: ExprId, out: &mut Reads) {
    let exprs = &cx.ast.exprs;
    let mut work = vec![root];
    while let Some(id) = work.pop() {
        match cx.analysis.refs.get(&id) {
            Some(Ref::Binding(b)) => {
                out.bindings.insert(*b);
                continue;
            }
            Some(Ref::StepOutput(s) | Ref::StepStatus(s) | Ref::StepError(s) | Ref::Step(s)) => {
                out.steps.insert(*s);
                continue;
            }
            _ => {}
        }
        match exprs.kind(id) {
            ExprKind::Error => out.other = true,
            ExprKind::Call { name, .. } if &*name.text == "now" => out.other = true,
            _ => {}
        }
        exprs.children(id, |child| work.push(child));
    }
}

/// Whether the body changes what is read, or has another way out of the loop.
fn is_changed(cx: &RuleContext<'_>, body: &Block, reads: &Reads) -> bool {
    let steps = inside(cx.ast, body);
    steps.iter().any(|id| {
        let step = cx.ast.step(*id);
        let leaves = matches!(
            step.kind,
            StepKind::Break | StepKind::Return(_) | StepKind::Fail { .. } | StepKind::Error
        );
        let output = cx
            .analysis
            .output_binding
            .get(id.0 as usize)
            .copied()
            .flatten();
        let mut set = cx
            .analysis
            .set_targets
            .range((*id, 0)..=(*id, u32::MAX))
            .map(|(_, b)| b);
        leaves
            || reads.steps.contains(id)
            || output.is_some_and(|b| reads.bindings.contains(&b))
            || set.any(|b| reads.bindings.contains(b))
    })
}
