//! An input that nothing reads.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::analysis::BindingKind;
use crate::rules::RuleContext;

/// An input that nothing reads.
pub static CODE: Code = Code {
    id: "WF0211",
    name: "unused-input",
    severity: Severity::Warning,
    summary: "an input that nothing reads",
    why: "Callers have to give a value that makes no difference. Either it was forgotten in a step, or it can go.",
    bad: Example::wf("workflow w {\n  input ticket_id: string\n  bash \"./report.sh\"\n}\n"),
    good: Example::wf(
        "workflow w {\n  input ticket_id: string\n  bash \"./report.sh\" { env: { ID: ticket_id } }\n}\n",
    ),
};

/// Reports the inputs without a read.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for binding in &cx.analysis.bindings {
        if matches!(binding.kind, BindingKind::Input(_))
            && binding.reads.is_empty()
            && cx.is_surely_unused(&binding.name.text)
        {
            let text = &binding.name.text;
            let report = Diagnostic::new(
                &CODE,
                binding.name.span,
                format!("nothing reads the input `{text}`"),
            )
            .help("use it in a step, or remove it");
            out.push(report);
        }
    }
}
