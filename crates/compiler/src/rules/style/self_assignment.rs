//! A variable that is set to itself.

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::analysis::Ref;
use crate::rules::RuleContext;

/// A variable that is set to itself.
pub static CODE: Code = Code {
    id: "WF0704",
    name: "self-assignment",
    severity: Severity::Warning,
    summary: "a `set` that gives a variable the value that it has",
    why: "Nothing changes. Most likely another name was meant on one of the sides.",
    bad: Example::wf("workflow w {\n  var total = 0\n  set total = total\n  return total\n}\n"),
    good: Example::wf(
        "workflow w {\n  var total = 0\n  set total = total + 1\n  return total\n}\n",
    ),
};

/// Reports `set x = x`.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for id in cx.step_ids() {
        let StepKind::Set { values, .. } = &cx.ast.step(id).kind else {
            continue;
        };
        for (place, assign) in (0_u32..).zip(values) {
            let target = cx.analysis.set_targets.get(&(id, place));
            if let (Some(target), Some(Ref::Binding(read))) =
                (target, cx.analysis.refs.get(&assign.value))
                && target == read
            {
                let text = &assign.name.text;
                out.push(
                    Diagnostic::new(
                        &CODE,
                        cx.ast.exprs.span(assign.value),
                        format!("`{text}` is set to itself"),
                    )
                    .label(assign.name.span, "nothing changes")
                    .help("write the new value, or remove the assignment"),
                );
            }
        }
    }
}
