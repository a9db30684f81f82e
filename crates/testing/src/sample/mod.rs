//! Made-up values of a type, within what its JSON Schema asks for: for dry runs, and for the mocks that a test lacks.

mod leaf;
mod pattern;
mod shaped;

use wfc_compiler::analysis::written;
use wfc_syntax::ast::{StepId, StepKind};
use wfc_value::{Key, Type, TypeTable, Value};

use crate::subject::Subject;
use shaped::At;

/// How many values are made for one sample at the most, those that turn out not to do included.
const MAX_WORK: u32 = 5_000;

/// A value for an input of a workflow. Seed 0 takes the first of what there is to choose from, others choose by chance:
/// the same seed always gives the same.
#[must_use]
pub fn input(subject: &Subject, at: usize, seed: u64) -> Option<Value> {
    let analysis = &subject.checked.analysis;
    let ty = analysis.inputs.get(at)?;
    let declared = subject.ast().workflow.inputs.get(at)?.ty;
    let schema = declared.and_then(|ty| written::of_type(subject.ast(), ty));
    Some(Sampler::new(seed).value(ty, &analysis.type_table, schema.as_ref()))
}

/// The JSON Schema that the result of a step is held to, if there is one.
#[must_use]
pub fn schema(subject: &Subject, id: StepId) -> Option<Value> {
    let catalogues = &subject.checked.analysis.catalogues;
    written::of_step(subject.ast(), catalogues, subject.ast().step(id))
}

/// A made-up result of a step of type `ty`: a command prints nothing to its standard error, and ends well.
pub fn result(subject: &Subject, id: StepId, ty: &Type, sampler: &mut Sampler) -> Value {
    let step = subject.ast().step(id);
    let schema = schema(subject, id);
    let made = sampler.value(ty, &subject.checked.analysis.type_table, schema.as_ref());
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
    /// What seed 0 takes instead of the first, where the first does not do.
    turn: usize,
    /// How many more values may be made for this sample.
    left: u32,
}

impl Sampler {
    /// From a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            state: seed,
            turn: 0,
            left: MAX_WORK,
        }
    }

    /// The next value of a type, such that `schema` takes it. Where no such value is found it is of the type alone.
    pub fn value(&mut self, ty: &Type, table: &TypeTable, schema: Option<&Value>) -> Value {
        self.left = MAX_WORK;
        let nothing = Value::Null;
        let at = At {
            table,
            root: schema.unwrap_or(&nothing),
            schemas: schema.into_iter().collect(),
            name: "sample",
            depth: 0,
            lean: false,
        };
        self.made(ty, &at)
    }

    /// A number below `n`: 0 for seed 0, or what its turn is, else by chance (`SplitMix64`, Steele, Lea and Flood 2014).
    fn below(&mut self, n: usize) -> usize {
        if n < 2 {
            return 0;
        }
        if self.seed == 0 {
            return self.turn % n;
        }
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        usize::try_from(z % (n as u64)).unwrap_or(0)
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

    fn sample(ty: &Type, table: &TypeTable, seed: u64) -> Value {
        Sampler::new(seed).value(ty, table, None)
    }

    #[test]
    fn the_plain_sample_takes_the_first_of_everything() {
        let made = sample(&review(), &TypeTable::default(), 0);
        assert_eq!(
            json::format(&made),
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
