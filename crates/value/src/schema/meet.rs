//! What two types have in common, for `allOf` and for what stands next to `oneOf`.

use std::sync::Arc;

use crate::ty::{Field, RecordType, Type, assignable, union};

/// How deep types are taken apart.
const MAX_DEPTH: u32 = 48;

/// The type of the values that are of both types, or the nearest to it: named types are taken as
/// they are. [`Type::Never`] when there are none.
#[must_use]
pub fn meet(a: &Type, b: &Type) -> Type {
    meet_at(a, b, 0)
}

fn meet_at(a: &Type, b: &Type, depth: u32) -> Type {
    if a == b || depth > MAX_DEPTH {
        return a.clone();
    }
    let next = depth + 1;
    match (a, b) {
        (unknown, known) | (known, unknown) if unknown.is_unknown() => known.clone(),
        (Type::Union(members), other) | (other, Type::Union(members)) => {
            union(members.iter().map(|m| meet_at(m, other, next)))
        }
        (Type::Record(x), Type::Record(y)) => meet_records(x, y, next),
        (Type::Record(r), Type::Map(_, item)) | (Type::Map(_, item), Type::Record(r)) => {
            let fields = r.fields.iter().map(|f| Field {
                ty: meet_at(&f.ty, item, next),
                ..f.clone()
            });
            Type::Record(Arc::new(RecordType {
                fields: fields.collect(),
                closed: r.closed,
            }))
        }
        (Type::List(x), Type::List(y)) => Type::list(meet_at(x, y, next)),
        (Type::Map(k, v), Type::Map(l, w)) => Type::map(meet_at(k, l, next), meet_at(v, w, next)),
        (Type::Named(_), _) => a.clone(),
        (_, Type::Named(_)) => b.clone(),
        // A whole number is a number, to JSON.
        (Type::Int | Type::Uint, Type::Double) => a.clone(),
        (Type::Double, Type::Int | Type::Uint) => b.clone(),
        (Type::Literal(l), Type::Double) | (Type::Double, Type::Literal(l))
            if matches!(l.base(), Type::Int | Type::Uint) =>
        {
            Type::Literal(l.clone())
        }
        _ if assignable(a, b) => a.clone(),
        _ if assignable(b, a) => b.clone(),
        _ => Type::Never,
    }
}

fn meet_records(a: &RecordType, b: &RecordType, depth: u32) -> Type {
    let mut fields: Vec<Field> = Vec::with_capacity(a.fields.len());
    for f in &a.fields {
        fields.push(match b.field(&f.name) {
            Some(g) => Field {
                name: f.name.clone(),
                ty: meet_at(&f.ty, &g.ty, depth),
                optional: f.optional && g.optional,
            },
            None => f.clone(),
        });
    }
    fields.extend(
        b.fields
            .iter()
            .filter(|g| a.field(&g.name).is_none())
            .cloned(),
    );
    Type::Record(Arc::new(RecordType {
        fields,
        closed: a.closed && b.closed,
    }))
}
