//! A condition that is no boolean.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::expr::{ExprId, ExprKind, Exprs};
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::mismatch::is_path;
use super::{plain, shown};
use crate::analysis::{operand, quoted};

/// A condition that is no boolean.
pub static CODE: Code = Code {
    id: "WF0308",
    name: "not-a-condition",
    severity: Severity::Error,
    summary: "a condition that is no boolean",
    why: "Nothing counts as true or false but `true` and `false`: an empty string, zero or null has to be compared. So a condition \
          says what it tests.",
    bad: Example::wf(
        "workflow w {\n  input files: list<string>\n  if files {\n    bash \"./publish.sh\"\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input files: list<string>\n  if files.size() > 0 {\n    bash \"./publish.sh\"\n  }\n}\n",
    ),
};

/// The expression is of type `ty`.
#[must_use]
pub fn report(exprs: &Exprs, id: ExprId, ty: &Type) -> Diagnostic {
    let ty = plain(ty);
    let what = quoted(exprs, id, "this");
    let whole = operand(exprs, id);
    let text = whole.as_str();
    let diagnostic = Diagnostic::new(
        &CODE,
        exprs.span(id),
        format!(
            "{what} is `{}`, and a condition has to be `bool`",
            shown(&ty)
        ),
    )
    .expected("bool", ty.to_string());
    let diagnostic = match test(&ty) {
        Some(test) if is_path(exprs, id) => {
            let compares = test.starts_with(' ') || test.contains(" > ") || test.contains("==");
            // Beside another operator a comparison stands in parentheses.
            let (open, close) = if compares && is_operand(exprs, id) {
                ("(", ")")
            } else {
                ("", "")
            };
            let span = exprs.span(id);
            let edit = |at, text: String| Edit {
                span: Span::at(at),
                text,
            };
            let edits = [
                edit(span.start, open.to_owned()),
                edit(span.end, format!("{test}{close}")),
            ];
            diagnostic.fix(Fix {
                title: format!("write `{open}{text}{test}{close}`"),
                applicability: Applicability::Suggested,
                edits: edits.into_iter().filter(|e| !e.text.is_empty()).collect(),
            })
        }
        _ => diagnostic,
    };
    diagnostic.help(match &ty {
        Type::String => format!("compare it, such as `{text} != \"\"` or `{text} == \"yes\"`"),
        Type::List(_) | Type::Map(..) => format!("ask for its size: `{text}.size() > 0`"),
        Type::Int | Type::Uint | Type::Double => format!("compare it, such as `{text} != 0`"),
        Type::Optional(_) => format!("ask whether it is there: `{text}.hasValue()`"),
        ty if ty.allows_null() && ty.without_null() == Type::Bool => {
            format!("it may be null: write `{text} == true`")
        }
        ty if ty.allows_null() => format!("ask whether it is there: `{text} != null`"),
        Type::Record(record) => match record.fields.iter().find(|f| f.ty == Type::Bool) {
            Some(field) => format!("read one of its fields: `{text}.{}`", field.name),
            None => match record.fields.iter().find(|f| &*f.name == "exit_code") {
                Some(_) => format!("compare the exit code: `{text}.exit_code == 0`"),
                None => "compare one of its fields".to_owned(),
            },
        },
        _ => "compare it with what it should be".to_owned(),
    })
}

/// Whether `a || "b"` is how other languages give another value: a path, and a constant that is no boolean.
#[must_use]
pub(crate) fn is_other_value(exprs: &Exprs, left: ExprId, right: ExprId) -> bool {
    is_path(exprs, left)
        && matches!(
            exprs.kind(right),
            ExprKind::String(_)
                | ExprKind::Int(_)
                | ExprKind::Uint(_)
                | ExprKind::Double(_)
                | ExprKind::List(_)
                | ExprKind::Map(_)
        )
}

/// `a || "b"` with an `a` of type `ty`, which is no boolean.
#[must_use]
pub(crate) fn default_value(exprs: &Exprs, id: ExprId, ty: &Type) -> Diagnostic {
    let ty = plain(ty);
    let message = format!(
        "`||` takes conditions and gives a `bool`, and this is `{}`",
        shown(&ty)
    );
    let found = Diagnostic::new(&CODE, exprs.span(id), message).expected("bool", ty.to_string());
    let ExprKind::Binary { left, right, .. } = exprs.kind(id) else {
        return found;
    };
    let (a, b) = (operand(exprs, *left), operand(exprs, *right));
    let (from, to) = (exprs.span(*left).end, exprs.span(*right));
    let between = Span::new(from, to.start);
    let edit = |span, text: String| Edit { span, text };
    let (good, edits) = match (&ty, test(&ty)) {
        (Type::Optional(_), _) => (
            format!("{a}.orValue({b})"),
            vec![
                edit(between, ".orValue(".to_owned()),
                edit(Span::at(to.end), ")".to_owned()),
            ],
        ),
        (_, Some(test)) => {
            let (open, close) = if is_operand(exprs, id) {
                ("(", ")")
            } else {
                ("", "")
            };
            let start = Span::at(exprs.span(*left).start);
            let edits = vec![
                edit(start, open.to_owned()),
                edit(between, format!("{test} ? {a} : ")),
                edit(Span::at(to.end), close.to_owned()),
            ];
            let edits = edits
                .into_iter()
                .filter(|e| !(e.text.is_empty() && e.span.is_empty()));
            (
                format!("{open}{a}{test} ? {a} : {b}{close}"),
                edits.collect(),
            )
        }
        (_, None) => return found.help("for another value write `condition ? a : b`"),
    };
    found
        .help(format!("for another value write `{good}`"))
        .fix(Fix {
            title: "give another value".to_owned(),
            applicability: Applicability::Suggested,
            edits,
        })
}

/// How far behind an operand its operator is looked for: it comes behind both of its operands.
const OPERATOR_WITHIN: u32 = 200;

/// Whether an operator takes the expression.
fn is_operand(exprs: &Exprs, id: ExprId) -> bool {
    let end = u32::try_from(exprs.len()).unwrap_or(u32::MAX);
    let mut behind =
        (id.0.saturating_add(1)..end.min(id.0.saturating_add(OPERATOR_WITHIN))).map(ExprId);
    behind.any(|at| match exprs.kind(at) {
        ExprKind::Unary { arg, .. } => *arg == id,
        ExprKind::Binary { left, right, .. } => *left == id || *right == id,
        _ => false,
    })
}

/// What goes behind a name or path so that it says what is most likely tested.
fn test(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::String => " != \"\"",
        Type::List(_) | Type::Map(..) => ".size() > 0",
        Type::Int => " != 0",
        Type::Uint => " != 0u",
        Type::Double => " != 0.0",
        Type::Optional(_) => ".hasValue()",
        ty if ty.allows_null() && ty.without_null() == Type::Bool => " == true",
        ty if ty.allows_null() => " != null",
        Type::Record(record) if record.fields.iter().any(|f| &*f.name == "exit_code") => {
            ".exit_code == 0"
        }
        _ => return None,
    })
}
