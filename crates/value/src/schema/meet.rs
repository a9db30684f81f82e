//! What two types have in common, for `allOf` and for what stands next to `oneOf`.

use std::sync::Arc;

use crate::ty::{Field, RecordType, Type, TypeTable, assignable_in, union};

/// How deep types are taken apart.
const MAX_DEPTH: u32 = 48;

/// How many pairs of types are compared for one meeting: unions of unions multiply.
const MAX_PAIRS: u32 = 50_000;

/// The type of the values that are of both types, or the nearest to it: a named type whose meaning is not known yet
/// is taken as it is. [`Type::Never`] when there are none.
#[must_use]
pub fn meet(a: &Type, b: &Type, table: &TypeTable) -> Type {
    Meet { table, pairs: 0 }.of(a, b, 0)
}

struct Meet<'a> {
    table: &'a TypeTable,
    pairs: u32,
}

impl Meet<'_> {
    fn of(&mut self, a: &Type, b: &Type, depth: u32) -> Type {
        self.pairs += 1;
        if a == b || depth > MAX_DEPTH || self.pairs > MAX_PAIRS {
            return a.clone();
        }
        let next = depth + 1;
        match (a, b) {
            (unknown, known) | (known, unknown) if unknown.is_unknown() => known.clone(),
            (Type::Never, _) | (_, Type::Never) => Type::Never,
            (Type::Named(_), _) | (_, Type::Named(_)) => self.named(a, b, next),
            (Type::Union(members), other) | (other, Type::Union(members)) => {
                let all: Vec<Type> = members.iter().map(|m| self.of(m, other, next)).collect();
                union(all)
            }
            (Type::Record(x), Type::Record(y)) => self.records(x, y, next),
            (Type::Record(r), Type::Map(_, item)) | (Type::Map(_, item), Type::Record(r)) => {
                let fields = r.fields.iter().map(|f| Field {
                    ty: self.of(&f.ty, item, next),
                    ..f.clone()
                });
                Type::Record(Arc::new(RecordType {
                    fields: fields.collect(),
                    closed: r.closed,
                }))
            }
            (Type::List(x), Type::List(y)) => Type::list(self.of(x, y, next)),
            (Type::Map(k, v), Type::Map(l, w)) => {
                Type::map(self.of(k, l, next), self.of(v, w, next))
            }
            // A whole number is a number, to JSON.
            (Type::Int | Type::Uint, Type::Double) => a.clone(),
            (Type::Double, Type::Int | Type::Uint) => b.clone(),
            (Type::Literal(l), Type::Double) | (Type::Double, Type::Literal(l))
                if matches!(l.base(), Type::Int | Type::Uint) =>
            {
                Type::Literal(l.clone())
            }
            _ if assignable_in(a, b, self.table) => a.clone(),
            _ if assignable_in(b, a, self.table) => b.clone(),
            _ => Type::Never,
        }
    }

    /// A name and what is asked for beside it: `allOf: [ { $ref: Base }, { properties: ... } ]`. The name itself stays
    /// where nothing is added.
    fn named(&mut self, a: &Type, b: &Type, depth: u32) -> Type {
        let (x, y) = (self.table.resolve(a), self.table.resolve(b));
        match (&x, &y) {
            // What is being read at the moment has no meaning yet.
            (Type::Error, _) if matches!(a, Type::Named(_)) => a.clone(),
            (_, Type::Error) if matches!(b, Type::Named(_)) => b.clone(),
            _ => {
                let both = self.of(&x, &y, depth);
                if both == x {
                    a.clone()
                } else if both == y {
                    b.clone()
                } else {
                    both
                }
            }
        }
    }

    fn records(&mut self, a: &RecordType, b: &RecordType, depth: u32) -> Type {
        let mut fields: Vec<Field> = Vec::with_capacity(a.fields.len());
        for f in &a.fields {
            fields.push(match b.field(&f.name) {
                Some(g) => Field {
                    name: f.name.clone(),
                    ty: self.of(&f.ty, &g.ty, depth),
                    optional: f.optional && g.optional,
                },
                None => f.clone(),
            });
        }
        let more = b.fields.iter().filter(|g| a.field(&g.name).is_none());
        fields.extend(more.cloned());
        Type::Record(Arc::new(RecordType {
            fields,
            closed: a.closed && b.closed,
        }))
    }
}
