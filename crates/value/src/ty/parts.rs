//! Types made from the types inside of others.

use std::sync::Arc;

use super::{Field, RecordType, Type, union};

impl Type {
    /// The same kind of type with `made` of each type that stands directly inside: of items, keys, values, members and
    /// fields. A type that holds none of these is given back as it is.
    #[must_use]
    pub fn with_parts(&self, mut made: impl FnMut(&Self) -> Self) -> Self {
        match self {
            Self::List(item) => Self::list(made(item)),
            Self::Map(key, value) => Self::map(made(key), made(value)),
            Self::Optional(inner) => Self::optional(made(inner)),
            Self::Union(members) => union(members.iter().map(made)),
            Self::Record(record) => {
                let fields = record.fields.iter().map(|field| Field {
                    ty: made(&field.ty),
                    ..field.clone()
                });
                Self::Record(Arc::new(RecordType {
                    fields: fields.collect(),
                    closed: record.closed,
                }))
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_directly_inside_is_made_anew() {
        let wider = |ty: &Type| match ty {
            Type::Int => Type::Double,
            other => other.clone(),
        };
        let record = Type::record(vec![
            Field::required("n", Type::Int),
            Field::optional("deep", Type::list(Type::Int)),
        ]);
        assert_eq!(
            record.with_parts(wider).to_string(),
            "{ n: double, deep?: list<int> }"
        );
        assert_eq!(
            Type::map(Type::String, Type::Int)
                .with_parts(wider)
                .to_string(),
            "map<string, double>"
        );
        assert_eq!(Type::Int.with_parts(wider), Type::Int);
        let numbers = union([Type::Int, Type::Double, Type::Null]);
        assert_eq!(numbers.with_parts(wider), union([Type::Double, Type::Null]));
    }
}
