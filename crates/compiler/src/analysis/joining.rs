//! Joins of types that stay small.
//!
//! Types share structure: forty lines of `{ l: x, r: x }` make one of 2^40 parts. What grows over a limit becomes `any`,
//! checked at run time, so that no file can keep the checker busy.

use crate::hash::HashSet;

use wfc_value::ty::{self, Type};

/// Parts that a type may have.
const MAX_PARTS: usize = 4_000;

/// Members of a union that come of joining; beyond, literals become their base types.
const MAX_MEMBERS: usize = 64;

/// The least type that holds the values of both; `any` when it would be too large.
pub(crate) fn join(a: &Type, b: &Type) -> Type {
    if a == b {
        return a.clone();
    }
    limited(ty::join(a, b))
}

/// The least type that holds the values of all.
pub(crate) fn join_all(types: impl IntoIterator<Item = Type>) -> Type {
    let mut distinct = distinct(types);
    if distinct.len() > MAX_MEMBERS {
        distinct = self::distinct(distinct.iter().map(base));
    }
    if distinct.len() > MAX_MEMBERS {
        return Type::Any;
    }
    distinct
        .into_iter()
        .reduce(|a, b| join(&a, &b))
        .unwrap_or(Type::Never)
}

fn distinct(types: impl IntoIterator<Item = Type>) -> Vec<Type> {
    let mut seen = HashSet::default();
    types
        .into_iter()
        .filter(|ty| seen.insert(ty.clone()))
        .collect()
}

fn limited(ty: Type) -> Type {
    if ty.members().len() <= MAX_MEMBERS {
        return bounded(ty);
    }
    join_all(ty.members().iter().map(base))
}

/// The type, or `any` when it has too many parts.
pub(crate) fn bounded(ty: Type) -> Type {
    let mut left = MAX_PARTS;
    if count(&ty, &mut left) { ty } else { Type::Any }
}

/// Whether a type has no more parts than `left`, which is counted down.
fn count(ty: &Type, left: &mut usize) -> bool {
    let Some(less) = left.checked_sub(1) else {
        return false;
    };
    *left = less;
    match ty {
        Type::List(item) | Type::Optional(item) | Type::TypeOf(item) => count(item, left),
        Type::Map(key, value) => count(key, left) && count(value, left),
        Type::Union(members) => members.iter().all(|m| count(m, left)),
        Type::Record(record) => record.fields.iter().all(|f| count(&f.ty, left)),
        _ => true,
    }
}

/// The type with all its literals, also those inside, as their base types.
pub(crate) fn base(ty: &Type) -> Type {
    match ty {
        Type::Literal(l) => l.base(),
        other => other.with_parts(base),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wfc_value::ty::Field;

    #[test]
    fn many_literals_become_their_base_type() {
        let words = (0..1000).map(|i| Type::text(format!("w{i}")));
        assert_eq!(join_all(words), Type::String);
        let mut ty = Type::Never;
        for i in 0..1000 {
            ty = join(&ty, &Type::text(format!("w{i}")));
        }
        assert_eq!(ty, Type::String);
    }

    #[test]
    fn shared_structure_that_explodes_becomes_any() {
        let mut ty = Type::Int;
        for _ in 0..60 {
            ty = bounded(Type::record(vec![
                Field::required("l", ty.clone()),
                Field::required("r", ty),
            ]));
        }
        assert!(ty.to_string().len() < 100_000);
    }
}
