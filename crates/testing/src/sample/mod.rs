//! Made-up values of a type: for dry runs, and for the mocks that a test lacks.

use wfc_syntax::ast::{Step, StepKind};
use wfc_value::{Duration, Key, Timestamp, Type, TypeTable, Value};

/// How deep types are followed; recursive ones end there.
const MAX_DEPTH: u32 = 8;

/// A value of `ty`. Seed 0 takes the first of what there is to choose from, others choose by chance: the same seed
/// always gives the same.
#[must_use]
pub fn sample(ty: &Type, table: &TypeTable, seed: u64) -> Value {
    Sampler::new(seed).value(ty, table)
}

/// A made-up result of a step: a command prints nothing to its standard error, and ends well.
pub fn result(step: &Step, ty: &Type, table: &TypeTable, sampler: &mut Sampler) -> Value {
    let made = sampler.value(ty, table);
    if !matches!(
        step.kind,
        StepKind::Bash {
            returns: None,
            parse: None,
            ..
        }
    ) {
        return made;
    }
    let Value::Map(mut map) = made else {
        return made;
    };
    for (name, value) in [("stderr", Value::from("")), ("exit_code", Value::Int(0))] {
        let _ = map.insert(Key::from(name), value);
    }
    Value::Map(map)
}

/// Makes one value after the other.
#[derive(Clone, Debug)]
pub struct Sampler {
    seed: u64,
    state: u64,
}

impl Sampler {
    /// From a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    /// The next value of a type.
    pub fn value(&mut self, ty: &Type, table: &TypeTable) -> Value {
        self.made(ty, table, "sample", 0)
    }

    /// A number below `n`: 0 for seed 0, else by chance (`SplitMix64`, Steele, Lea and Flood 2014).
    fn below(&mut self, n: usize) -> usize {
        if self.seed == 0 || n < 2 {
            return 0;
        }
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        usize::try_from(z % (n as u64)).unwrap_or(0)
    }

    fn made(&mut self, ty: &Type, table: &TypeTable, name: &str, depth: u32) -> Value {
        let whole = |n: usize| i64::try_from(n).unwrap_or(1);
        match &table.resolve(ty) {
            Type::Bool => Value::Bool(self.below(2) == 0),
            Type::Int => Value::Int(whole(self.below(100) + 1)),
            Type::Uint => Value::Uint((self.below(100) + 1) as u64),
            Type::Double => Value::Double(whole(self.below(100) + 1) as f64 + 0.5),
            Type::String | Type::Any | Type::Dyn => Value::from(name),
            Type::Bytes => Value::bytes(name.as_bytes().to_vec()),
            Type::Timestamp => Timestamp::from_millis(super::START)
                .map(Value::from)
                .unwrap_or_default(),
            Type::Duration => Value::from(Duration::from_secs(60)),
            Type::Literal(literal) => literal.to_value(),
            Type::List(_) if depth >= MAX_DEPTH => Value::list(Vec::new()).unwrap_or_default(),
            Type::List(item) => {
                let n = self.below(2) + 1;
                let items = (0..n).map(|_| self.made(item, table, name, depth + 1));
                Value::list(items.collect()).unwrap_or_default()
            }
            Type::Map(_, _) if depth >= MAX_DEPTH => Value::Map(wfc_value::Map::default()),
            Type::Map(_, value) => {
                let value = self.made(value, table, name, depth + 1);
                Value::record([("key", value)]).unwrap_or_default()
            }
            Type::Record(record) => {
                let mut fields = Vec::new();
                for field in &record.fields {
                    // What may be left out is, where a recursive type would not end.
                    if field.optional && depth + 2 >= MAX_DEPTH {
                        continue;
                    }
                    let value = self.made(&field.ty, table, &field.name, depth + 1);
                    fields.push((Key::from(field.name.as_str()), value));
                }
                Value::map(fields).unwrap_or_default()
            }
            Type::Union(members) => self.member(members, table, name, depth),
            _ => Value::Null,
        }
    }

    fn member(&mut self, members: &[Type], table: &TypeTable, name: &str, depth: u32) -> Value {
        let null = members.iter().any(|m| matches!(m, Type::Null));
        if null && depth >= MAX_DEPTH {
            return Value::Null;
        }
        let full: Vec<&Type> = members
            .iter()
            .filter(|m| !matches!(m, Type::Null))
            .collect();
        let at = self.below(full.len());
        match full.get(at) {
            Some(ty) => self.made(ty, table, name, depth + 1),
            None => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wfc_value::json;
    use wfc_value::ty::{Field, decode, union};

    fn review() -> Type {
        Type::record(vec![
            Field::required("summary", Type::String),
            Field::required("duplicates", Type::list(Type::String)),
            Field::required("severity", union([Type::text("low"), Type::text("high")])),
            Field::optional("score", Type::Double),
        ])
    }

    #[test]
    fn the_plain_sample_takes_the_first_of_everything() {
        let sample = sample(&review(), &TypeTable::default(), 0);
        assert_eq!(
            json::format(&sample),
            r#"{"summary":"summary","duplicates":["duplicates"],"severity":"low","score":1.5}"#
        );
    }

    #[test]
    fn samples_are_of_their_type_whatever_the_seed() {
        let table = TypeTable::default();
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let value = sample(&review(), &table, seed);
            assert!(decode(&value, &review(), &table).is_ok(), "{value:?}");
            assert_eq!(value, sample(&review(), &table, seed));
            seen.insert(json::format(&value));
        }
        assert!(seen.len() > 10, "seeds make a difference");
    }

    #[test]
    fn recursive_types_end() {
        let mut table = TypeTable::default();
        let tree = Type::record(vec![
            Field::required("name", Type::String),
            Field::required("children", Type::list(Type::named("Tree"))),
            Field::optional("parent", Type::named("Tree")),
        ]);
        table.insert("Tree", tree);
        let ty = Type::named("Tree");
        assert!(decode(&sample(&ty, &table, 0), &ty, &table).is_ok());
    }
}
