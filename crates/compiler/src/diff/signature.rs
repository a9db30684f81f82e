//! What callers see: inputs and the output.

use wfc_syntax::print_expr::expr_text;
use wfc_value::ty::{Type, TypeTable, assignable};

use super::{Area, Change, Grade, Kind, Side};
use crate::analysis::signature_of;

/// How deep named types are written out; recursive ones stay names.
const MAX_DEPTH: u32 = 12;

pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, out: &mut Vec<Change>) {
    let (a, b) = (
        signature_of(old.ast, old.analysis, old.file),
        signature_of(new.ast, new.analysis, new.file),
    );
    let table = |side: &Side<'_>, ty: &Type| expanded(ty, &side.analysis.type_table, 0);
    for (i, was) in a.inputs.iter().enumerate() {
        let subject = format!("input `{}`", was.name);
        let old_span = old.ast.workflow.inputs.get(i).map(|d| d.name.span);
        let Some((j, is)) = b
            .inputs
            .iter()
            .enumerate()
            .find(|(_, input)| input.name == was.name)
        else {
            out.push(
                Change::new(Area::Types, Kind::Removed, subject)
                    .grade(Grade::Breaking)
                    .values(Some(was.ty.to_string()), None)
                    .why("callers that give it are refused")
                    .at(old_span, None),
            );
            continue;
        };
        let new_span = new.ast.workflow.inputs.get(j).map(|d| d.name.span);
        let (from, to) = (table(old, &was.ty), table(new, &is.ty));
        if from != to {
            let fits = fits(&from, &to);
            out.push(
                Change::new(Area::Types, Kind::Changed, subject.clone())
                    .field("type")
                    .grade(if fits {
                        Grade::Compatible
                    } else {
                        Grade::Breaking
                    })
                    .values(Some(was.ty.to_string()), Some(is.ty.to_string()))
                    .why(if fits {
                        "it takes all that it took"
                    } else {
                        "it does not take all that it took"
                    })
                    .at(old_span, new_span),
            );
        }
        if was.required != is.required {
            let word = |required: bool| if required { "required" } else { "optional" };
            out.push(
                Change::new(Area::Types, Kind::Changed, subject.clone())
                    .field("required")
                    .grade(if is.required {
                        Grade::Breaking
                    } else {
                        Grade::Compatible
                    })
                    .values(
                        Some(word(was.required).into()),
                        Some(word(is.required).into()),
                    )
                    .at(old_span, new_span),
            );
        }
        let default = |side: &Side<'_>, i: usize| {
            let value = side.ast.workflow.inputs.get(i)?.default?;
            Some(expr_text(&side.ast.exprs, value))
        };
        let (from, to) = (default(old, i), default(new, j));
        if from != to {
            out.push(
                Change::new(Area::Types, Kind::Changed, subject)
                    .field("default")
                    .values(from, to)
                    .at(old_span, new_span),
            );
        }
    }
    added(&a, &b, new, out);
    output(
        (old, a.output.as_ref().map(|t| table(old, t))),
        (new, b.output.as_ref().map(|t| table(new, t))),
        out,
    );
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
