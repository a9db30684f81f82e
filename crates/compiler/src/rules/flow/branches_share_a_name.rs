//! A name that two parallel branches set.

use std::collections::{BTreeMap, BTreeSet};

use wfc_syntax::ast::{Branch, Step, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Name;
use wfc_syntax::span::Span;

use crate::analysis::BindingId;
use crate::rules::RuleContext;
use crate::rules::places::inside;

/// A name that two branches set.
pub static CODE: Code = Code {
    id: "WF0410",
    name: "branches-share-a-name",
    severity: Severity::Error,
    summary: "two branches that run at the same time set the same name",
    why: "After the `parallel` step only one of the two values is left, and nothing says which one was meant. Give each branch a name of its \
          own, or read the branches' values from the output of the `parallel` step.",
    bad: Example::wf(
        "workflow w {\n  parallel {\n    branch unit { set passed = true }\n    branch e2e { set passed = false }\n  }\n  return passed\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  parallel {\n    branch unit { set unit_passed = true }\n    branch e2e { set e2e_passed = false }\n  }\n  return unit_passed && e2e_passed\n}\n",
    ),
};

/// Reports names that more than one branch of `branches` sets.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let StepKind::Parallel {
            branches,
            from_steps: false,
            ..
        } = &step.kind
        else {
            continue;
        };
        for shared in shared(cx, branches) {
            if !shared.declared_in(cx, step) {
                // An outer variable's assignment is reported for itself.
                continue;
            }
            let text = &shared.second.text;
            let message = format!("two branches that run at the same time set `{text}`");
            let report = Diagnostic::new(&CODE, shared.second.span, message)
                .label(shared.first, "another branch sets it here")
                .label(step.head, "the branches start here")
                .help(format!(
                    "give it a name of its own, such as `{text}_{}`, or read the branch's value from the output of the `parallel` step",
                    shared.branch
                ));
            out.push(report);
        }
    }
}

/// A name that a second branch sets.
pub(super) struct Shared {
    pub(super) second: Name,
    pub(super) first: Span,
    binding: BindingId,
    branch: String,
}

impl Shared {
    fn declared_in(&self, cx: &RuleContext<'_>, step: &Step) -> bool {
        let binding = cx.analysis.bindings.get(self.binding.0 as usize);
        binding.is_some_and(|b| step.span.contains(b.name.span))
    }
}

/// Each binding that two branches write, once a branch.
pub(super) fn shared(cx: &RuleContext<'_>, branches: &[Branch]) -> Vec<Shared> {
    let mut first: BTreeMap<BindingId, Span> = BTreeMap::new();
    let mut out = Vec::new();
    for branch in branches {
        let mut here: BTreeSet<BindingId> = BTreeSet::new();
        for (binding, name) in written(cx, branch) {
            if !here.insert(binding) {
                continue;
            }
            match first.get(&binding) {
                Some(at) => out.push(Shared {
                    second: name.clone(),
                    first: *at,
                    binding,
                    branch: branch.name.text.to_string(),
                }),
                None => {
                    first.insert(binding, name.span);
                }
            }
        }
    }
    out
}

/// The bindings that a branch writes, with the names at the places.
fn written<'a>(cx: &RuleContext<'a>, branch: &Branch) -> Vec<(BindingId, &'a Name)> {
    let mut out = Vec::new();
    for id in inside(cx.ast, &branch.body) {
        let step = cx.ast.step(id);
        if let StepKind::Set { values, .. } = &step.kind {
            for (place, assign) in (0_u32..).zip(values) {
                if let Some(binding) = cx.analysis.set_targets.get(&(id, place)) {
                    out.push((*binding, &assign.name));
                }
            }
        }
        let binding = cx
            .analysis
            .output_binding
            .get(id.0 as usize)
            .copied()
            .flatten();
        if let (Some(binding), Some(name)) = (binding, step.output.as_ref().or(step.id.as_ref())) {
            out.push((binding, name));
        }
    }
    out
}
