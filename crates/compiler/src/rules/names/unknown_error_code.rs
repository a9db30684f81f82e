//! An error code that is almost one that exists.

use std::collections::BTreeSet;

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind};
use wfc_syntax::near::nearest;
use wfc_syntax::span::Span;
use wfc_value::fault::FAULT_CODES;

use crate::analysis::{BindingKind, Ref};
use crate::rules::{RuleContext, edit};

/// An error code that is almost one that exists.
pub static CODE: Code = Code {
    id: "WF0224",
    name: "unknown-error-code",
    severity: Severity::Warning,
    summary: "an error code that no step raises, and whose name is almost one that steps do",
    why: "A `retry` on a misspelt code never tries again, and a handler that compares with one never matches. Codes of your own come from `fail`; \
          one that is merely near to an existing code is likely a slip.",
    bad: Example::wf(
        "workflow w {\n  bash \"./sync.sh\" { retry: { max_attempts: 3, delay: 5s, on: [\"exit_nonzer\"] } }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  bash \"./sync.sh\" { retry: { max_attempts: 3, delay: 5s, on: [\"exit_nonzero\"] } }\n}\n",
    ),
};

/// Reports codes in `retry` and in comparisons with a caught error's `code`.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let mut written: Vec<(String, Span)> = Vec::new();
    for retry in cx.steps().iter().filter_map(|s| s.retry.as_ref()) {
        written.extend(
            retry
                .on
                .iter()
                .map(|code| (code.text.to_string(), code.span)),
        );
    }
    for id in cx.expr_ids() {
        if let ExprKind::Binary {
            op: BinaryOp::Eq | BinaryOp::Ne,
            left,
            right,
            ..
        } = cx.ast.exprs.kind(id)
        {
            written.extend(compared(cx, *left, *right).or_else(|| compared(cx, *right, *left)));
        }
    }
    if written.is_empty() {
        return;
    }
    let known = cx.shared.error_codes.get_or_init(|| known(cx));
    for (code, span) in written
        .into_iter()
        .filter(|(code, _)| !known.contains(code.as_str()))
    {
        if let Some(near) = nearest(&code, known.iter().map(String::as_str)).first() {
            out.push(report(cx, &code, span, near));
        }
    }
}

/// The codes of the language and those that the file's own steps raise.
fn known(cx: &RuleContext<'_>) -> BTreeSet<String> {
    let own = cx.ast.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Fail { code, .. } => code.as_ref().map(|c| &*c.text),
        _ => None,
    });
    FAULT_CODES
        .iter()
        .map(|info| info.name)
        .chain(own)
        .map(str::to_owned)
        .collect()
}

/// The constant that a caught error's `code` is compared with.
fn compared(cx: &RuleContext<'_>, code: ExprId, with: ExprId) -> Option<(String, Span)> {
    let ExprKind::Select { of, field, .. } = cx.ast.exprs.kind(code) else {
        return None;
    };
    let ExprKind::String(text) = cx.ast.exprs.kind(with) else {
        return None;
    };
    let caught = match cx.analysis.refs.get(of)? {
        Ref::StepError(_) => true,
        Ref::Binding(b) => {
            let kind = cx.analysis.bindings.get(b.0 as usize).map(|b| b.kind);
            matches!(kind, Some(BindingKind::Error(_) | BindingKind::Failure))
        }
        _ => false,
    };
    (caught && &*field.text == "code").then(|| (text.to_string(), cx.ast.exprs.span(with)))
}

fn report(cx: &RuleContext<'_>, code: &str, span: Span, near: &str) -> Diagnostic {
    let found = Diagnostic::new(
        &CODE,
        span,
        format!("nothing raises the error code `{code}`"),
    )
    .help(format!(
        "did you mean `{near}`? a code of your own comes from a `fail` step"
    ));
    // The literal keeps its quotes, whichever they are.
    match edit::source(cx, span).find(code) {
        Some(at) => {
            let start = span.start as usize + at;
            let span = Span::of(start, start + code.len());
            found.replace(
                Applicability::Suggested,
                format!("write `{near}`"),
                span,
                near,
            )
        }
        None => found,
    }
}
