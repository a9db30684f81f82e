//! The type of a variable from the types of what is assigned to it.

use wfc_value::ty::{Type, union};

/// A lone literal says nothing of what else a variable may hold and becomes its base type; several of
/// one base type are taken for the words of a choice and stay. Inside lists, maps and records alike.
pub(crate) fn settle(ty: &Type) -> Type {
    match ty {
        Type::Union(members) => {
            let lone = |t: &Type| match t {
                Type::Literal(l) => {
                    let base = l.base();
                    members
                        .iter()
                        .filter(|m| matches!(m, Type::Literal(k) if k.base() == base))
                        .count()
                        == 1
                }
                _ => true,
            };
            union(
                members
                    .iter()
                    .map(|m| if lone(m) { settle(m) } else { m.clone() }),
            )
        }
        Type::Literal(l) => l.base(),
        other => other.with_parts(settle),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wfc_value::ty::{Field, Literal};

    #[test]
    fn lone_literals_widen_and_choices_stay() {
        assert_eq!(settle(&Type::text("a")), Type::String);
        let choice = union([Type::text("a"), Type::text("b"), Type::Null]);
        assert_eq!(settle(&choice), choice);
        let mixed = union([Type::text("a"), Type::Literal(Literal::Int(1))]);
        assert_eq!(settle(&mixed).to_string(), "string | int");
        let record = Type::record(vec![Field::required("x", Type::list(Type::text("a")))]);
        assert_eq!(settle(&record).to_string(), "{ x: list<string> }");
    }
}
