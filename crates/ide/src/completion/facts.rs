//! What types say of values: fields, texts, which functions take them.

use wfc_value::ty::{Field, Literal, Type, TypeTable};

/// How deep named types and unions are followed.
const MAX_DEPTH: u32 = 16;

/// The fields of a value: those of all records that it may be. One that not all have may be absent.
pub(crate) fn fields(ty: &Type, table: &TypeTable) -> Vec<Field> {
    let mut records = Vec::new();
    members(ty, table, 0, &mut records);
    records.retain(|m| *m != Type::Null);
    let mut out: Vec<Field> = Vec::new();
    for (i, member) in records.iter().enumerate() {
        let Type::Record(record) = member else {
            for known in &mut out {
                known.optional = true;
            }
            continue;
        };
        for known in &mut out {
            known.optional |= record.field(&known.name).is_none();
        }
        for field in &record.fields {
            match out.iter_mut().find(|f| f.name == field.name) {
                Some(known) => {
                    known.optional |= field.optional;
                    known.ty = wfc_value::ty::union([known.ty.clone(), field.ty.clone()]);
                }
                None => out.push(Field {
                    optional: field.optional || i > 0,
                    ..field.clone()
                }),
            }
        }
    }
    out
}

/// The types that a value may be of, named ones looked up, what an optional holds in its place.
fn members(ty: &Type, table: &TypeTable, depth: u32, out: &mut Vec<Type>) {
    if depth > MAX_DEPTH {
        return;
    }
    match table.look_up(ty) {
        Type::Optional(inner) => members(inner, table, depth + 1, out),
        Type::Union(all) => {
            for member in all.iter() {
                members(member, table, depth + 1, out);
            }
        }
        other => out.push(other.clone()),
    }
}

/// The texts that a value of a type may be, when they are known.
pub(crate) fn literals(ty: &Type, table: &TypeTable) -> Vec<String> {
    let mut all = Vec::new();
    members(ty, table, 0, &mut all);
    let mut out = Vec::new();
    for member in all {
        match member {
            Type::Literal(Literal::String(text)) => out.push(wfc_value::json::quoted(&text)),
            Type::Literal(Literal::Bool(b)) => out.push(b.to_string()),
            Type::Literal(Literal::Int(i)) => out.push(i.to_string()),
            Type::Bool => out.extend(["true".to_owned(), "false".to_owned()]),
            _ => {}
        }
    }
    out
}

/// Whether a function whose first parameter is `param` can be called on a value of type `ty`.
pub(crate) fn takes(param: &Type, ty: &Type, table: &TypeTable) -> bool {
    // On an optional itself, not on what it holds.
    if let Type::Optional(_) = table.look_up(ty) {
        return matches!(param, Type::Optional(_));
    }
    let mut all = Vec::new();
    members(ty, table, 0, &mut all);
    all.iter().any(|member| match (param, member.widened()) {
        (_, Type::Any | Type::Dyn | Type::Error) => true,
        (Type::Param(_), other) => !matches!(other, Type::Null),
        (Type::List(item), Type::List(of)) => {
            matches!(**item, Type::Param(_)) || of.is_unknown() || item.widened() == of.widened()
        }
        (Type::Map(..), Type::Map(..) | Type::Record(_)) => true,
        (Type::Dyn | Type::Any, _) => true,
        (Type::Union(wanted), other) => wanted.contains(&other),
        (Type::TypeOf(_), Type::TypeOf(_)) => true,
        (param, other) => *param == other,
    })
}

/// Whether a macro can be called on a value of a type.
pub(crate) fn takes_macro(name: &str, ty: &Type, table: &TypeTable) -> bool {
    let optional = matches!(table.look_up(ty), Type::Optional(_));
    if name.starts_with("opt") {
        return optional;
    }
    let mut all = Vec::new();
    members(ty, table, 0, &mut all);
    let fits = |m: &Type| match m {
        Type::List(_) | Type::Any | Type::Dyn => true,
        Type::Map(..) => name != "sortBy",
        _ => false,
    };
    !optional && all.iter().any(fits)
}
