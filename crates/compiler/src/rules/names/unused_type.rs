//! A named type that nothing uses.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::type_expr::{TypeExprKind, TypeId};
use wfc_value::ty::Type;

use crate::rules::RuleContext;

/// A named type that nothing uses.
pub static CODE: Code = Code {
    id: "WF0221",
    name: "unused-type",
    severity: Severity::Warning,
    summary: "a named type that nothing uses",
    why: "What was meant to be held to the type is not: a `returns` or an input may have been forgotten. A type that is not needed any more misleads \
          whoever reads it.",
    bad: Example::wf(
        "workflow w {\n  type Review = { summary: string }\n  let review = agent \"Summarise the week\"\n  return review\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  type Review = { summary: string }\n  let review = agent \"Summarise the week\" { returns: Review }\n  return review.summary\n}\n",
    ),
};

/// Reports types that nothing outside of their own declaration names.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let types = &cx.ast.types;
    // A misspelt name may have meant any of them.
    if cx.analysis.type_exprs.values().any(|ty| *ty == Type::Error) {
        return;
    }
    for declared in &cx.ast.workflow.types {
        let name = &declared.name;
        let own = types.get(declared.ty).span;
        let used = (0..u32::try_from(types.len()).unwrap_or(u32::MAX)).any(|id| {
            let ty = types.get(TypeId(id));
            let outside = ty.span.start < own.start || own.end <= ty.span.start;
            matches!(&ty.kind, TypeExprKind::Name(n) if **n == *name.text) && outside
        });
        if !used && cx.is_surely_unused(&name.text) {
            let text = &name.text;
            let found =
                Diagnostic::new(&CODE, name.span, format!("nothing uses the type `{text}`"));
            out.push(found.help(format!(
                "use it where it belongs, such as `returns: {text}`, or remove it"
            )));
        }
    }
}
