//! Parsed output whose fields are read without a type.

use wfc_syntax::ast::{Parse, StepId, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::span::Span;

use crate::rules::RuleContext;

/// Parsed output whose fields are read without a type.
pub static CODE: Code = Code {
    id: "WF0703",
    name: "untyped-json",
    severity: Severity::Note,
    summary: "fields of a command's JSON are read, and no `returns` says which there are",
    why: "Without `returns` the output is `any`: a misspelled field is found when the workflow runs. With it, a wrong output fails in the step that \
          made it, and the fields are checked beforehand.",
    bad: Example::wf(
        "workflow w {\n  let disk = bash \"./disk.sh\" { parse: json }\n  if disk.free < 10 {\n    agent_message \"the disk is almost full\"\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  let disk = bash \"./disk.sh\" { parse: json, returns: { free: int } }\n  if disk.free < 10 {\n    agent_message \"the disk is almost full\"\n  }\n}\n",
    ),
};

/// Reports steps whose untyped output fields are read from.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let untyped = |id: StepId| match &cx.ast.step(id).kind {
        StepKind::Bash {
            parse: Some(parse),
            returns: None,
            ..
        } if parse.value == Parse::Json => Some(parse.span),
        _ => None,
    };
    if !cx.ast.step_ids().any(|id| untyped(id).is_some()) {
        return;
    }
    let mut seen = std::collections::BTreeSet::new();
    for id in (0..u32::try_from(cx.ast.exprs.len()).unwrap_or(u32::MAX)).map(ExprId) {
        let ExprKind::Select { of, field, .. } = cx.ast.exprs.kind(id) else {
            continue;
        };
        let Some(step) = cx.analysis.step_read(*of) else {
            continue;
        };
        if let Some(span) = untyped(step)
            && seen.insert(step)
        {
            out.push(report(span, &field.text, field.span));
        }
    }
}

fn report(span: Span, field: &str, read: Span) -> Diagnostic {
    Diagnostic::new(&CODE, span, "nothing says which fields this output has")
        .label(read, format!("`{field}` is read here, unchecked"))
        .help(format!(
            "add `returns`, such as `returns: {{ {field}: string }}`"
        ))
}
