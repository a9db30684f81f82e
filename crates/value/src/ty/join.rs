//! Unions and joins.

use std::collections::HashSet;
use std::sync::Arc;

use smallvec::SmallVec;

use super::{Field, RecordType, Type, assignable};

/// The union of `types` in canonical form: flat, no member twice, literals gone into their base
/// type, `never` dropped, null last. One unknown member makes the whole unknown.
pub fn union(types: impl IntoIterator<Item = Type>) -> Type {
    let mut members = Distinct::default();
    for ty in types {
        for member in ty.members() {
            match member {
                Type::Never => {}
                Type::Error => return Type::Error,
                _ => members.add(member),
            }
        }
    }
    let mut members = members.types;
    if members.len() > 1 || members.first().is_some_and(Type::is_unknown) {
        for unknown in [Type::Dyn, Type::Any] {
            if members.contains(&unknown) {
                return unknown;
            }
        }
    }
    absorb_literals(&mut members);
    if let Some(at) = members.iter().position(|t| *t == Type::Null) {
        let null = members.remove(at);
        members.push(null);
    }
    match members.len() {
        0 => Type::Never,
        1 => members.pop().unwrap_or(Type::Never),
        _ => Type::Union(Arc::from(members.as_slice())),
    }
}

/// Members of a union that is being made: most have few.
type Members = SmallVec<[Type; 6]>;

/// Types in the order in which they were first added. Few are compared one by one; enumerations may have many, which a set
/// keeps linear.
#[derive(Default)]
struct Distinct {
    types: Members,
    seen: HashSet<Type>,
}

impl Distinct {
    /// Types that are compared one by one.
    const FEW: usize = 12;

    fn add(&mut self, ty: &Type) {
        if self.types.len() < Self::FEW {
            if !self.types.contains(ty) {
                self.types.push(ty.clone());
            }
            return;
        }
        if self.seen.is_empty() {
            self.seen.extend(self.types.iter().cloned());
        }
        if !self.seen.contains(ty) {
            self.seen.insert(ty.clone());
            self.types.push(ty.clone());
        }
    }
}

/// Drops literals whose base type is a member; `true | false` becomes `bool`.
fn absorb_literals(members: &mut Members) {
    if !members.iter().any(|t| matches!(t, Type::Literal(_))) {
        return;
    }
    let is_bool = |t: &Type, value: bool| *t == Type::Literal(super::Literal::Bool(value));
    if let Some(at) = members.iter().position(|t| is_bool(t, true))
        && members.iter().any(|t| is_bool(t, false))
        && let Some(slot) = members.get_mut(at)
    {
        *slot = Type::Bool;
    }
    let bases = members.iter().fold(0, |bases, t| bases | bit(t));
    if bases == 0 {
        return;
    }
    members.retain(|t| match t {
        Type::Literal(literal) => bases & bit(&literal.base()) == 0,
        _ => true,
    });
    // `true | false` may have become a second `bool`.
    let mut seen = false;
    members.retain(|t| *t != Type::Bool || !std::mem::replace(&mut seen, true));
}

/// A bit for each type that literals have for their base.
const fn bit(ty: &Type) -> u8 {
    match ty {
        Type::String => 1,
        Type::Bool => 2,
        Type::Int => 4,
        Type::Uint => 8,
        Type::Double => 16,
        _ => 0,
    }
}

/// The least type that holds the values of both, as where two branches meet. Lists join by item,
/// records with the same discriminating literals do not merge; a member that fits another goes.
#[must_use]
pub fn join(a: &Type, b: &Type) -> Type {
    if a == b {
        return a.clone();
    }
    match (a, b) {
        (Type::Error, _) | (_, Type::Error) => Type::Error,
        (Type::Never, t) | (t, Type::Never) => t.clone(),
        (Type::List(x), Type::List(y)) => Type::list(join(x, y)),
        (Type::Map(k, v), Type::Map(l, w)) => Type::map(join(k, l), join(v, w)),
        (Type::Optional(x), Type::Optional(y)) => Type::optional(join(x, y)),
        (Type::Record(x), Type::Record(y)) if !discriminated(x, y) => join_records(x, y),
        _ => {
            let all = union([a.clone(), b.clone()]);
            let members = all.members();
            // Of two that fit each other, the first stays.
            union(members.iter().enumerate().filter_map(|(i, t)| {
                let redundant = members.iter().enumerate().any(|(j, other)| {
                    i != j
                        && !other.is_unknown()
                        && assignable(t, other)
                        && (j < i || !assignable(other, t))
                });
                (!redundant).then(|| t.clone())
            }))
        }
    }
}

/// Whether some field that both have is a different literal in each.
fn discriminated(a: &RecordType, b: &RecordType) -> bool {
    a.fields
        .iter()
        .any(|f| match (&f.ty, b.field(&f.name).map(|g| &g.ty)) {
            (Type::Literal(x), Some(Type::Literal(y))) => x != y,
            _ => false,
        })
}

fn join_records(a: &RecordType, b: &RecordType) -> Type {
    let mut fields: Vec<Field> = Vec::with_capacity(a.fields.len());
    for f in &a.fields {
        fields.push(match b.field(&f.name) {
            Some(g) => Field {
                name: f.name.clone(),
                ty: join(&f.ty, &g.ty),
                optional: f.optional || g.optional,
            },
            None => Field {
                optional: true,
                ..f.clone()
            },
        });
    }
    for g in &b.fields {
        if a.field(&g.name).is_none() {
            fields.push(Field {
                optional: true,
                ..g.clone()
            });
        }
    }
    Type::Record(Arc::new(RecordType {
        fields,
        closed: a.closed && b.closed,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ty::Literal;

    #[test]
    fn unions_are_canonical() {
        let lit = |b| Type::Literal(Literal::Bool(b));
        assert_eq!(union([Type::text("a"), Type::String]), Type::String);
        assert_eq!(union([lit(true), lit(false)]), Type::Bool);
        assert_eq!(
            union([Type::Null, Type::Int, Type::Null]).to_string(),
            "int?"
        );
        assert_eq!(
            union([Type::Int, union([Type::String, Type::Int])]).to_string(),
            "int | string"
        );
        assert_eq!(union([Type::Int, Type::Any]), Type::Any);
        assert_eq!(union([]), Type::Never);
    }

    #[test]
    fn branches_join() {
        let r = |fields| Type::record(fields);
        let a = r(vec![Field::required("x", Type::Int)]);
        let b = r(vec![
            Field::required("x", Type::String),
            Field::required("y", Type::Bool),
        ]);
        assert_eq!(join(&a, &b).to_string(), "{ x: int | string, y?: bool }");
        let ok = r(vec![Field::required("kind", Type::text("ok"))]);
        let err = r(vec![Field::required("kind", Type::text("err"))]);
        assert_eq!(
            join(&ok, &err).to_string(),
            r#"{ kind: "ok" } | { kind: "err" }"#
        );
        let lists = join(&Type::list(Type::Never), &Type::list(Type::Int));
        assert_eq!(lists.to_string(), "list<int>");
        assert_eq!(join(&Type::Int, &Type::Null).to_string(), "int?");
    }
}
