//! An output that was given a name of its own, or a type, and that nothing reads.

use wfc_syntax::ast::{Ast, Block, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Name;

use crate::analysis::BindingKind;
use crate::analysis::blocks::each_block;
use crate::rules::RuleContext;

/// An output that nothing reads.
pub static CODE: Code = Code {
    id: "WF0212",
    name: "unused-output",
    severity: Severity::Warning,
    summary: "an output that was put into a variable, or given a type, and that nothing reads",
    why: "A step's output that goes to an `outputVariable`, or whose form `returns` describes, is meant to be read. An id alone is \
          no such sign: it also serves traces and `steps.x.status`.",
    bad: Example::yaml(
        "steps:\n  - { type: agent, goal: find a title, outputVariable: title }\n  - { type: bash, command: ./publish.sh }\n",
    ),
    good: Example::yaml(
        "steps:\n  - { type: agent, goal: find a title, outputVariable: title }\n  - { type: bash, command: ./publish.sh, env: { TITLE: \"{{ title }}\" } }\n",
    ),
};

/// Reports outputs without a read.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let last = last_steps(cx.ast);
    for binding in &cx.analysis.bindings {
        let BindingKind::Output(id) = binding.kind else {
            continue;
        };
        let step = cx.ast.step(id);
        let named = step
            .output
            .as_ref()
            .is_some_and(|o| o.text == binding.name.text);
        if !binding.reads.is_empty()
            || last.get(id.0 as usize) == Some(&true)
            || !(named || has_returns(&step.kind))
            || !cx.is_surely_unused(&binding.name.text)
        {
            continue;
        }
        out.push(report(&binding.name));
    }
}

fn report(name: &Name) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        name.span,
        format!("nothing reads the output `{}`", name.text),
    )
    .help("read it in a later step, or leave its name and type out")
}

fn has_returns(kind: &StepKind) -> bool {
    match kind {
        StepKind::Agent { returns, .. }
        | StepKind::AgentMessage { returns, .. }
        | StepKind::Bash { returns, .. } => returns.is_some(),
        _ => false,
    }
}

/// By step: whether its output is that of the block around it.
fn last_steps(ast: &Ast) -> Vec<bool> {
    let mut out = vec![false; ast.steps.len()];
    let mut note = |block: &Block| {
        let last = block.steps.last();
        if let Some(place) = last.and_then(|id| out.get_mut(id.0 as usize)) {
            *place = true;
        }
    };
    for step in &ast.steps {
        each_block(step, |_, block| note(block));
    }
    out
}
