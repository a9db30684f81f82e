//! An argument of a type that a function does not take.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Exprs, Name};
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::no_operator::wrapped;
use super::{plain, shown};
use crate::analysis::quoted;

/// An argument of a type that a function does not take.
pub static CODE: Code = Code {
    id: "WF0302",
    name: "wrong-argument",
    severity: Severity::Error,
    summary: "an argument of a type that the function does not take",
    why: "Functions take the types that their signatures say; nothing is converted unasked.",
    bad: Example::wf("workflow w {\n  input count: int\n  return count.startsWith(\"1\")\n}\n"),
    good: Example::wf(
        "workflow w {\n  input count: int\n  return string(count).startsWith(\"1\")\n}\n",
    ),
};

/// The argument at `arg` (or the receiver) does not fit.
#[must_use]
pub fn report(
    exprs: &Exprs,
    name: &Name,
    arg: ExprId,
    ty: &Type,
    expected: &Type,
    is_receiver: bool,
) -> Diagnostic {
    let ty = plain(ty);
    let wanted = without_params(expected);
    let message = if is_receiver {
        format!(
            "`{}` is not called on `{}`, but on `{}`",
            name.text,
            shown(&ty),
            shown(&wanted)
        )
    } else {
        format!(
            "`{}` takes `{}` here, not `{}`",
            name.text,
            shown(&wanted),
            shown(&ty)
        )
    };
    let diagnostic = Diagnostic::new(&CODE, exprs.span(arg), message)
        .label(name.span, "called here")
        .expected(wanted.to_string(), ty.to_string());
    let what = quoted(exprs, arg, "the value");
    match (&ty, &wanted) {
        (Type::Optional(_), _) => diagnostic.help(format!(
            "{what} may be absent: give another value with `.orValue(...)` first"
        )),
        (Type::List(_) | Type::Map(..) | Type::Record(_), _) if &*name.text == "string" => {
            diagnostic.help(format!(
                "for its JSON text write `json.format({})`",
                what.trim_matches('`')
            ))
        }
        (t, Type::Optional(_)) if t.allows_null() && is_receiver && !t.is_unknown() => {
            let text = what.trim_matches('`');
            diagnostic.help(format!(
                "it may be null, but is no optional: write `{text} != null ? {text} : ...`"
            ))
        }
        (Type::List(_), Type::String) if &*name.text == "contains" => {
            diagnostic.help("in a list, write `item in list`")
        }
        (t, Type::String) if is_scalar(t) => wrapped(diagnostic, exprs, arg, "string"),
        (Type::Int, Type::Double) => wrapped(diagnostic, exprs, arg, "double"),
        (Type::String, Type::Int) => wrapped(diagnostic, exprs, arg, "int"),
        (Type::String, Type::Bytes) => wrapped(diagnostic, exprs, arg, "bytes"),
        _ => diagnostic.help(format!("give it `{}`", shown(&wanted))),
    }
}

fn is_scalar(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Bool
            | Type::Int
            | Type::Uint
            | Type::Double
            | Type::Bytes
            | Type::Timestamp
            | Type::Duration
    )
}

/// A signature's type for people: a parameter is anything.
fn without_params(ty: &Type) -> Type {
    match ty {
        Type::Param(_) | Type::Dyn => Type::Any,
        Type::List(x) => Type::list(without_params(x)),
        Type::Optional(x) => Type::optional(without_params(x)),
        Type::Map(k, v) => Type::map(without_params(k), without_params(v)),
        Type::Union(members) => wfc_value::ty::union(members.iter().map(without_params)),
        other => other.clone(),
    }
}

/// `[?x]` or `{?k: x}` of what is no optional.
#[must_use]
pub fn optional_element(span: Span, ty: &Type) -> Diagnostic {
    let ty = plain(ty);
    Diagnostic::new(
        &CODE,
        span,
        format!("`?` takes an optional here, not `{}`", shown(&ty)),
    )
    .help("leave the `?` out, or give an optional such as `a.?b` or `optional.of(x)`")
    .expected("optional<any>", ty.to_string())
}

/// A key that maps cannot have.
#[must_use]
pub fn map_key(span: Span, ty: &Type) -> Diagnostic {
    let ty = plain(ty);
    Diagnostic::new(
        &CODE,
        span,
        format!("a map has no keys of type `{}`", shown(&ty)),
    )
    .help("keys are strings, whole numbers or bools")
    .expected("string | int | uint | bool", ty.to_string())
}

/// In the standard dialect: no overload for these types.
#[must_use]
pub fn standard(name: &Name, types: &[Type]) -> Diagnostic {
    let types: Vec<String> = types.iter().map(Type::to_string).collect();
    Diagnostic::new(
        &CODE,
        name.span,
        format!(
            "found no matching overload for `{}` applied to `({})`",
            name.text,
            types.join(", ")
        ),
    )
}
