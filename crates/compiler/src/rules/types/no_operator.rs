//! An operator that does not take the types of its operands.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Exprs};
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::{plain, shown};
use crate::analysis::quoted;

/// An operator that does not take the types of its operands.
pub static CODE: Code = Code {
    id: "WF0301",
    name: "no-operator",
    severity: Severity::Error,
    summary: "an operator that does not take operands of these types",
    why: "Nothing is converted unasked: `1 + \"a\"` and `1 + 2.0` have no meaning of their own. Convert one side with `string(x)`, \
          `int(x)` or `double(x)`, or put the values into a template: `\"{{ a }} {{ b }}\"`.",
    bad: Example::wf("workflow w {\n  input count: int\n  return \"found: \" + count\n}\n"),
    good: Example::wf(
        "workflow w {\n  input count: int\n  return \"found: \" + string(count)\n}\n",
    ),
};

/// An operator between two operands.
#[must_use]
pub fn binary(
    exprs: &Exprs,
    op: BinaryOp,
    op_span: Span,
    (left, l): (ExprId, &Type),
    (right, r): (ExprId, &Type),
) -> Diagnostic {
    let (lw, rw) = (plain(l), plain(r));
    let message = format!(
        "`{}` does not take `{}` and `{}`",
        op.sign(),
        shown(&lw),
        shown(&rw)
    );
    let diagnostic = Diagnostic::new(&CODE, op_span, message)
        .label(exprs.span(left), format!("`{}`", shown(&lw)))
        .label(exprs.span(right), format!("`{}`", shown(&rw)))
        .expected(lw.to_string(), rw.to_string());
    if op == BinaryOp::In {
        return diagnostic.help(
            "`in` looks in a list, or among the keys of a map; in a string: `text.contains(part)`",
        );
    }
    if let Some((id, _)) = [(left, &lw), (right, &rw)]
        .into_iter()
        .find(|(_, ty)| matches!(ty, Type::Optional(_)))
    {
        let what = quoted(exprs, id, "it");
        return diagnostic.help(format!(
            "an optional may be empty: give another value for then, `{}.orValue(...)`",
            what.trim_matches('`')
        ));
    }
    match conversion(op, &lw, &rw) {
        Some((to_left, function)) => {
            let side = if to_left { left } else { right };
            wrapped(diagnostic, exprs, side, function)
        }
        None => diagnostic.help(general(op)),
    }
}

/// The operand to convert, and the function to do it with.
fn conversion(op: BinaryOp, l: &Type, r: &Type) -> Option<(bool, &'static str)> {
    let number = |t: &Type| matches!(t, Type::Int | Type::Uint | Type::Double);
    let textual =
        |t: &Type| number(t) || matches!(t, Type::Bool | Type::Timestamp | Type::Duration);
    let adds = op == BinaryOp::Add;
    Some(match (l, r) {
        (Type::String, t) if adds && textual(t) => (false, "string"),
        (t, Type::String) if adds && textual(t) => (true, "string"),
        (Type::Double, Type::Int | Type::Uint) => (false, "double"),
        (Type::Int | Type::Uint, Type::Double) => (true, "double"),
        (Type::Int, Type::Uint) => (false, "int"),
        (Type::Uint, Type::Int) => (true, "int"),
        (Type::String, Type::Int) => (true, "int"),
        (Type::Int, Type::String) => (false, "int"),
        (Type::String, Type::Double) => (true, "double"),
        (Type::Double, Type::String) => (false, "double"),
        (Type::Timestamp, Type::String) => (false, "timestamp"),
        (Type::String, Type::Timestamp) => (true, "timestamp"),
        (Type::Duration, Type::String) => (false, "duration"),
        (Type::String, Type::Duration) => (true, "duration"),
        _ => return None,
    })
}

fn general(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => {
            "`+` adds two numbers of one type, joins two strings, bytes or lists, and moves timestamps by durations"
        }
        BinaryOp::Sub => "`-` takes two numbers of one type, timestamps or durations",
        BinaryOp::Mod => "`%` takes two ints",
        BinaryOp::Mul | BinaryOp::Div => "it takes two numbers of one type",
        _ => "it orders two numbers, strings, bytes, bools, timestamps or durations",
    }
}

/// Suggests to wrap an operand in a conversion.
pub(crate) fn wrapped(
    diagnostic: Diagnostic,
    exprs: &Exprs,
    id: ExprId,
    function: &str,
) -> Diagnostic {
    if let (ExprKind::Int(i), "double") = (exprs.kind(id), function) {
        return diagnostic.help(format!("write `{i}.0`")).replace(
            Applicability::Suggested,
            format!("write `{i}.0`"),
            exprs.span(id),
            format!("{i}.0"),
        );
    }
    let what = quoted(exprs, id, "it");
    let help = match what.strip_prefix('`').and_then(|w| w.strip_suffix('`')) {
        Some(text) => format!("write `{function}({text})`"),
        None => format!("convert it with `{function}(...)`"),
    };
    let span = exprs.span(id);
    diagnostic.help(help).fix(Fix {
        title: format!("convert with `{function}`"),
        applicability: Applicability::Suggested,
        edits: vec![
            Edit {
                span: Span::at(span.start),
                text: format!("{function}("),
            },
            Edit {
                span: Span::at(span.end),
                text: ")".to_owned(),
            },
        ],
    })
}

/// `-` before what is no number.
#[must_use]
pub fn unary(exprs: &Exprs, id: ExprId, arg: ExprId, ty: &Type) -> Diagnostic {
    let ty = plain(ty);
    let diagnostic = Diagnostic::new(
        &CODE,
        exprs.span(id),
        format!("`-` does not take `{}`", shown(&ty)),
    )
    .label(exprs.span(arg), format!("`{}`", shown(&ty)))
    .expected("int | double", ty.to_string());
    match ty {
        Type::Uint | Type::String => wrapped(diagnostic, exprs, arg, "int"),
        _ => diagnostic.help("`-` takes an `int` or a `double`"),
    }
}

/// A value that cannot be indexed so.
#[must_use]
pub fn index(span: Span, of_span: Span, what: &str, of: &Type, key: &Type) -> Diagnostic {
    let (of, key) = (plain(of), plain(key));
    Diagnostic::new(
        &CODE,
        span,
        format!("`[ ]` does not take `{}` in `{}`", shown(&key), shown(&of)),
    )
    .label(of_span, format!("{what} is `{}`", shown(&of)))
    .help("a list is indexed by an int from 0, a map by its key, a record by its field's name")
    .expected(
        if matches!(of, Type::List(_)) {
            "int"
        } else {
            "string"
        },
        key.to_string(),
    )
}

/// In the standard dialect: no overload for these types.
#[must_use]
pub fn standard(sign: &str, span: Span, types: &[Type]) -> Diagnostic {
    let types: Vec<String> = types.iter().map(Type::to_string).collect();
    Diagnostic::new(
        &CODE,
        span,
        format!(
            "found no matching overload for `{sign}` applied to `({})`",
            types.join(", ")
        ),
    )
}
