//! What callers see: inputs and the output.

use wfc_syntax::print_expr::expr_text;
use wfc_syntax::span::Span;
use wfc_value::ty::{Type, TypeTable, assignable};

use super::{Area, Change, Grade, Kind, Side};
use crate::analysis::{SignatureInput, signature_of};

/// How deep named types are written out; recursive ones stay names.
const MAX_DEPTH: u32 = 12;

pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, out: &mut Vec<Change>) {
    let (a, b) = (
        signature_of(old.ast, old.analysis, old.file),
        signature_of(new.ast, new.analysis, new.file),
    );
    for (i, was) in a.inputs.iter().enumerate() {
        let found = b.inputs.iter().position(|input| input.name == was.name);
        let Some((j, is)) = found.and_then(|j| Some((j, b.inputs.get(j)?))) else {
            out.push(
                Change::new(Area::Types, Kind::Removed, format!("input `{}`", was.name))
                    .grade(Grade::Breaking)
                    .values(Some(was.ty.to_string()), None)
                    .why("callers that give it are refused")
                    .at(input_span(old, i), None),
            );
            continue;
        };
        input((old, i, was), (new, j, is), out);
    }
    added(&a, &b, new, out);
    output(
        (old, a.output.as_ref().map(|t| written_out(old, t))),
        (new, b.output.as_ref().map(|t| written_out(new, t))),
        out,
    );
}

/// A type without names, as far as it is not recursive.
fn written_out(side: &Side<'_>, ty: &Type) -> Type {
    expanded(ty, &side.analysis.type_table, 0)
}

fn input_span(side: &Side<'_>, at: usize) -> Option<Span> {
    side.ast.workflow.inputs.get(at).map(|d| d.name.span)
}

/// An input that both have, each with its place.
fn input(
    (old, i, was): (&Side<'_>, usize, &SignatureInput),
    (new, j, is): (&Side<'_>, usize, &SignatureInput),
    out: &mut Vec<Change>,
) {
    let change = |field: &'static str| {
        Change::new(Area::Types, Kind::Changed, format!("input `{}`", was.name))
            .field(field)
            .at(input_span(old, i), input_span(new, j))
    };
    let (from, to) = (written_out(old, &was.ty), written_out(new, &is.ty));
    if from != to {
        let (grade, why) = if fits(&from, &to) {
            (Grade::Compatible, "it takes all that it took")
        } else {
            (Grade::Breaking, "it does not take all that it took")
        };
        out.push(
            change("type")
                .grade(grade)
                .values(Some(was.ty.to_string()), Some(is.ty.to_string()))
                .why(why),
        );
    }
    if was.required != is.required {
        let word = |required: bool| {
            let word = if required { "required" } else { "optional" };
            Some(word.to_owned())
        };
        let grade = if is.required {
            Grade::Breaking
        } else {
            Grade::Compatible
        };
        out.push(
            change("required")
                .grade(grade)
                .values(word(was.required), word(is.required)),
        );
    }
    let default = |side: &Side<'_>, at: usize| {
        let value = side.ast.workflow.inputs.get(at)?.default?;
        Some(expr_text(&side.ast.exprs, value))
    };
    let (from, to) = (default(old, i), default(new, j));
    if from != to {
        out.push(change("default").values(from, to));
    }
}

fn added(
    a: &crate::analysis::Signature,
    b: &crate::analysis::Signature,
    new: &Side<'_>,
    out: &mut Vec<Change>,
) {
    for (j, is) in b.inputs.iter().enumerate() {
        if a.inputs.iter().any(|was| was.name == is.name) {
            continue;
        }
        let change = Change::new(Area::Types, Kind::Added, format!("input `{}`", is.name))
            .values(None, Some(is.ty.to_string()))
            .at(None, new.ast.workflow.inputs.get(j).map(|d| d.name.span));
        out.push(if is.required {
            change
                .grade(Grade::Breaking)
                .why("callers do not give it, and it has no default")
        } else {
            change.grade(Grade::Compatible)
        });
    }
}

fn output(
    (old, was): (&Side<'_>, Option<Type>),
    (new, is): (&Side<'_>, Option<Type>),
    out: &mut Vec<Change>,
) {
    let (was, is) = (was.unwrap_or(Type::Null), is.unwrap_or(Type::Null));
    if was == is {
        return;
    }
    let fits = fits(&is, &was);
    let shown = |side: &Side<'_>| {
        let ty = side.analysis.output.as_ref();
        ty.map_or_else(|| "null".to_owned(), ToString::to_string)
    };
    let span = |side: &Side<'_>| {
        let value = side.ast.workflow.return_value;
        value.map(|e| side.ast.exprs.span(e))
    };
    out.push(
        Change::new(Area::Types, Kind::Changed, "output")
            .field("type")
            .grade(if fits {
                Grade::Compatible
            } else {
                Grade::Breaking
            })
            .values(Some(shown(old)), Some(shown(new)))
            .why(if fits {
                "callers get what they got"
            } else {
                "callers may get what they did not expect"
            })
            .at(span(old), span(new)),
    );
}

/// Whether every value of one type is one of the other; `any` is only one of `any`.
pub(super) fn fits(from: &Type, to: &Type) -> bool {
    if to.is_unknown() {
        return true;
    }
    !holds_unknown(from, 0) && assignable(from, to) || (holds_unknown(from, 0) && from == to)
}

fn holds_unknown(ty: &Type, depth: u32) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    match ty {
        Type::Any | Type::Dyn | Type::Error => true,
        Type::List(item) | Type::Optional(item) => holds_unknown(item, depth + 1),
        Type::Map(_, value) => holds_unknown(value, depth + 1),
        Type::Union(members) => members.iter().any(|m| holds_unknown(m, depth + 1)),
        // Fields are compared one by one: an unknown one may be the same on both sides.
        _ => false,
    }
}

/// The type with its named types written out.
fn expanded(ty: &Type, table: &TypeTable, depth: u32) -> Type {
    if depth > MAX_DEPTH {
        return ty.clone();
    }
    let again = |t: &Type| expanded(t, table, depth + 1);
    match ty {
        Type::Named(_) => {
            let found = table.resolve(ty);
            if matches!(found, Type::Named(_)) {
                found
            } else {
                again(&found)
            }
        }
        other => other.with_parts(again),
    }
}
