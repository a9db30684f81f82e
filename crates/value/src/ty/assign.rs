//! Whether a value of one type may go where another is declared.

use super::{RecordType, Type, TypeTable};

/// Pairs of named types that are being compared, and how deep.
struct Assign<'a> {
    table: &'a TypeTable,
    /// What was shown, or is taken as true while it is being shown: recursive types are
    /// compared so.
    assumed: Vec<(Type, Type)>,
}

/// How deep types are compared; what lies deeper is taken not to fit.
const MAX_DEPTH: u32 = 128;

/// Whether a value of type `from` may go where `to` is declared, in the workflow dialect.
/// Named types fit only themselves: see [`assignable_in`].
#[must_use]
pub fn assignable(from: &Type, to: &Type) -> bool {
    assignable_in(from, to, &TypeTable::new())
}

/// As [`assignable`], with named types looked up in `table`.
///
/// Literals fit their base type; `any` fits everything (checked at run time) and takes
/// everything; a record fits where each declared field is there with a type that fits, or is
/// optional; further fields are dropped when the value is decoded. Null fits an optional field.
#[must_use]
pub fn assignable_in(from: &Type, to: &Type, table: &TypeTable) -> bool {
    Assign {
        table,
        assumed: Vec::new(),
    }
    .fits(from, to, 0)
}

impl Assign<'_> {
    fn fits(&mut self, from: &Type, to: &Type, depth: u32) -> bool {
        if from == to {
            return true;
        }
        if depth > MAX_DEPTH {
            return false;
        }
        if matches!(from, Type::Named(_)) || matches!(to, Type::Named(_)) {
            return self.named_fits(from, to, depth);
        }
        let unknown = |t: &Type| matches!(t, Type::Error | Type::Any | Type::Dyn);
        match (from, to) {
            (f, t) if unknown(f) || unknown(t) => true,
            (Type::Never, _) => true,
            (Type::Union(members), to) => members
                .iter()
                .all(|member| self.fits(member, to, depth + 1)),
            (from, Type::Union(members)) => members
                .iter()
                .any(|member| self.fits(from, member, depth + 1)),
            (Type::Literal(literal), to) => literal.base() == *to,
            (Type::List(a), Type::List(b))
            | (Type::Optional(a), Type::Optional(b))
            | (Type::TypeOf(a), Type::TypeOf(b)) => self.fits(a, b, depth + 1),
            (Type::Map(k, v), Type::Map(l, w)) => {
                self.fits(k, l, depth + 1) && self.fits(v, w, depth + 1)
            }
            (Type::Record(r), Type::Map(k, v)) => {
                self.fits(&Type::String, k, depth + 1)
                    && r.fields.iter().all(|f| self.fits(&f.ty, v, depth + 1))
            }
            (Type::Record(a), Type::Record(b)) => self.record_fits(a, b, depth),
            (Type::Abstract { name: a, params: p }, Type::Abstract { name: b, params: q }) => {
                a == b
                    && p.len() == q.len()
                    && p.iter()
                        .zip(q.iter())
                        .all(|(x, y)| self.fits(x, y, depth + 1))
            }
            _ => false,
        }
    }

    fn named_fits(&mut self, from: &Type, to: &Type, depth: u32) -> bool {
        let pair = (from.clone(), to.clone());
        if self.assumed.contains(&pair) {
            return true;
        }
        self.assumed.push(pair);
        let (from, to) = (self.table.look_up(from), self.table.look_up(to));
        let kept = self.assumed.len();
        let fits = self.fits(from, to, depth + 1);
        if !fits {
            // What was shown on the way may rest on what turned out wrong. What held stays, so
            // that types that share names are not compared again and again.
            self.assumed.truncate(kept - 1);
        }
        fits
    }

    fn record_fits(&mut self, from: &RecordType, to: &RecordType, depth: u32) -> bool {
        to.fields.iter().all(|field| match from.field(&field.name) {
            Some(given) => {
                if given.optional && !field.optional {
                    return false;
                }
                // Null reads as absent where the field is optional.
                if field.optional && given.ty.members().contains(&Type::Null) {
                    return self.fits(&given.ty.without_null(), &field.ty, depth + 1);
                }
                self.fits(&given.ty, &field.ty, depth + 1)
            }
            None => field.optional,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ty::{Field, union};

    #[test]
    fn scalars_literals_and_unions() {
        let low_high = union([Type::text("low"), Type::text("high")]);
        assert!(assignable(&Type::text("low"), &low_high));
        assert!(assignable(&low_high, &Type::String));
        assert!(!assignable(&Type::String, &low_high));
        assert!(!assignable(&Type::Int, &Type::Double));
        assert!(assignable(&Type::Any, &Type::Int) && assignable(&Type::Int, &Type::Any));
        assert!(assignable(&Type::Int, &Type::Int.or_null()));
        assert!(!assignable(&Type::Int.or_null(), &Type::Int));
        assert!(assignable(&Type::list(Type::Never), &Type::list(Type::Int)));
    }

    #[test]
    fn records_fit_by_their_declared_fields() {
        let want = Type::record(vec![
            Field::required("a", Type::Int),
            Field::optional("b", Type::String),
        ]);
        let more = Type::record(vec![
            Field::required("a", Type::Int),
            Field::required("b", Type::String.or_null()),
            Field::required("c", Type::Bool),
        ]);
        let maybe = Type::record(vec![Field::optional("a", Type::Int)]);
        assert!(assignable(&more, &want));
        assert!(!assignable(&maybe, &want));
        assert!(assignable(&maybe, &Type::map(Type::String, Type::Int)));
        assert!(!assignable(&Type::map(Type::String, Type::Int), &want));
    }

    #[test]
    fn recursive_types_are_compared_without_end() {
        let tree = |child: &str| {
            Type::record(vec![
                Field::required("v", Type::Int),
                Field::required("kids", Type::list(Type::named(child))),
            ])
        };
        let mut table = TypeTable::new();
        table.insert("A", tree("A"));
        table.insert("B", tree("B"));
        assert!(assignable_in(&Type::named("A"), &Type::named("B"), &table));
        assert!(!assignable_in(&Type::named("A"), &Type::Int, &table));
    }
}
