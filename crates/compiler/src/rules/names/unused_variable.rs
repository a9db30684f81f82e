//! A variable that nothing reads.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::analysis::{BindingId, BindingKind};
use crate::rules::RuleContext;

/// A variable that nothing reads.
pub static CODE: Code = Code {
    id: "WF0214",
    name: "unused-variable",
    severity: Severity::Warning,
    summary: "a variable that is set and never read",
    why: "What is assigned and never read makes no difference to the run. Either a step was to use it, or it can go.",
    bad: Example::wf("workflow w {\n  var greeting = \"hello\"\n  bash \"./greet.sh\"\n}\n"),
    good: Example::wf(
        "workflow w {\n  var greeting = \"hello\"\n  bash \"./greet.sh\" { env: { TEXT: greeting } }\n}\n",
    ),
};

/// Reports the variables without a read.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for (place, binding) in cx.analysis.bindings.iter().enumerate() {
        let id = BindingId(u32::try_from(place).unwrap_or(u32::MAX));
        let variable = matches!(binding.kind, BindingKind::Variable(_) | BindingKind::Set(_));
        if variable
            && binding.reads.is_empty()
            && cx.is_surely_unused(&binding.name.text)
            && !cx.analysis.misspelled.contains(&id)
        {
            let text = &binding.name.text;
            let report = Diagnostic::new(
                &CODE,
                binding.name.span,
                format!("nothing reads the variable `{text}`"),
            )
            .help("read it in a later step, or remove it");
            out.push(report);
        }
    }
}
