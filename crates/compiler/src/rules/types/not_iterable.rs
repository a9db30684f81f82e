//! Something that cannot be gone over.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::expr::{ExprId, ExprKind, Exprs};
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::mismatch::is_path;
use super::{plain, shown};
use crate::analysis::{operand, quoted};

/// Something that cannot be gone over.
pub static CODE: Code = Code {
    id: "WF0309",
    name: "not-iterable",
    severity: Severity::Error,
    summary: "a loop or comprehension over what is no list and no map",
    why: "Loops and the macros `map`, `filter`, `all`, `exists` and their like go over the items of a list or the keys of a map.",
    bad: Example::wf(
        "workflow w {\n  let files = bash \"ls\" { parse: text }\n  for file in files {\n    bash \"cat $F\" { env: { F: file } }\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  let files = bash \"ls\" { parse: lines }\n  for file in files {\n    bash \"cat $F\" { env: { F: file } }\n  }\n}\n",
    ),
};

/// The expression is of type `ty`.
#[must_use]
pub fn report(exprs: &Exprs, id: ExprId, ty: &Type) -> Diagnostic {
    let ty = plain(ty);
    let what = quoted(exprs, id, "this");
    let whole = operand(exprs, id);
    let text = whole.as_str();
    // A call's parentheses are enough around operators.
    let bare = match exprs.kind(id) {
        ExprKind::Binary { .. } => text.trim_start_matches('(').trim_end_matches(')'),
        _ => text,
    };
    let argument = if text.len() == bare.len() + 2 {
        bare
    } else {
        text
    };
    let diagnostic = Diagnostic::new(
        &CODE,
        exprs.span(id),
        format!("{what} is `{}`, neither a list nor a map", shown(&ty)),
    )
    .expected("list<any>", ty.to_string());
    let diagnostic = match over(&ty) {
        Some((before, after)) if is_path(exprs, id) => {
            let at = exprs.span(id);
            let edit = |at, text: &str| Edit {
                span: Span::at(at),
                text: text.to_owned(),
            };
            let edits = [edit(at.start, before), edit(at.end, after)];
            diagnostic.fix(Fix {
                title: format!("write `{before}{text}{after}`"),
                applicability: Applicability::Suggested,
                edits: edits.into_iter().filter(|e| !e.text.is_empty()).collect(),
            })
        }
        _ => diagnostic,
    };
    diagnostic.help(match &ty {
        Type::String => format!(
            "split it: `{text}.split(\"\\n\")`; a `bash` step yields a list of lines with `parse: lines`"
        ),
        Type::Int | Type::Uint => format!("to count up to it: `lists.range({argument})`"),
        Type::Optional(_) => format!("it may be absent: `{text}.orValue([])`"),
        Type::Record(record) => match record.fields.iter().find(|f| matches!(f.ty, Type::List(_))) {
            Some(field) => format!("go over one of its fields: `{text}.{}`", field.name),
            None => "go over a list inside of it".to_owned(),
        },
        _ => "give it a list".to_owned(),
    })
}

/// What goes around a name or path to make a list of it.
fn over(ty: &Type) -> Option<(&'static str, &'static str)> {
    match ty {
        Type::Int => Some(("lists.range(", ")")),
        Type::Optional(_) => Some(("", ".orValue([])")),
        Type::String => Some(("", ".split(\"\\n\")")),
        _ => None,
    }
}
