//! Random workflows as JSON: every kind of step, nested, with every common field; their expressions are of the right types
//! and may fault. Some are refused by the checker; those are passed over.

mod exprs;
mod fields;
mod kinds;

use serde_json::{Map, Value as Json, json};

use super::random::Random;

/// How deep steps nest.
const DEPTH: usize = 4;
/// The most steps of one workflow, about.
const STEPS: usize = 24;

/// The types that generated names have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Int,
    Bool,
    Str,
    /// `list<int>`
    Ints,
    /// `{ n: int, s: string }`
    Rec,
    /// Not known: only shown.
    Any,
}

/// A name that can be read.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) ty: Ty,
    /// Whether `set` may assign it here.
    pub(super) variable: bool,
}

/// What the generator carries along.
pub(super) struct Maker {
    pub(super) random: Random,
    /// Whether expressions leave out what faults easily, so that runs get far.
    pub(super) careful: bool,
    pub(super) names: Vec<Name>,
    /// Names before this place are outside of the innermost fork: `set` leaves them alone.
    pub(super) fork: usize,
    /// Steps that have been made.
    pub(super) made: usize,
    /// Ids of steps outside of loops, for `steps.x`.
    pub(super) ids: Vec<String>,
    /// Whether a loop is around, in the same fiber (`break`) or at all (`continue`).
    pub(super) in_loop: bool,
    pub(super) in_fork: bool,
    pub(super) in_catch: bool,
    /// Whether ids are seen after the step: not inside of loops.
    pub(super) iterating: bool,
}

/// A workflow of this seed.
#[must_use]
pub fn workflow(seed: u64) -> Json {
    let mut random = Random::new(seed);
    let mut m = Maker {
        careful: random.chance(60),
        random,
        names: Vec::new(),
        fork: 0,
        made: 0,
        ids: Vec::new(),
        in_loop: false,
        in_fork: false,
        in_catch: false,
        iterating: false,
    };
    m.root()
}

impl Maker {
    fn root(&mut self) -> Json {
        let mut root = Map::new();
        root.insert("slug".into(), json!("w"));
        root.insert(
            "inputs".into(),
            json!({
                "n": { "type": "int", "default": self.random.below(5) },
                "s": { "type": "string", "default": "in" },
                "l": { "type": "list<int>", "default": [3, 1, 2] },
            }),
        );
        for (text, ty) in [("n", Ty::Int), ("s", Ty::Str), ("l", Ty::Ints)] {
            self.name(text, ty, false);
        }
        root.insert(
            "variables".into(),
            json!({
                "a": self.random.below(10),
                "t": "x",
                "b": self.random.chance(50),
                "v": [1, 2],
            }),
        );
        for (text, ty) in [
            ("a", Ty::Int),
            ("t", Ty::Str),
            ("b", Ty::Bool),
            ("v", Ty::Ints),
        ] {
            self.name(text, ty, true);
        }
        if self.random.chance(25) {
            root.insert("policy".into(), self.policy());
        }
        let length = 1 + self.random.below(5);
        let steps = self.block(0, length);
        root.insert("steps".into(), steps);
        let shown: Map<String, Json> = (0..2 + self.random.below(3))
            .map(|n| (format!("r{n}"), self.any_value(2)))
            .collect();
        root.insert("return".into(), Json::Object(shown));
        if self.random.chance(20) {
            let before = (self.names.len(), self.in_catch);
            self.name("error.code", Ty::Str, false);
            self.in_catch = true;
            let block = self.branch(2, 2);
            root.insert("on_failure".into(), block);
            self.names.truncate(before.0);
            self.in_catch = before.1;
        }
        if self.random.chance(20) {
            let block = self.branch(2, 2);
            root.insert("finally".into(), block);
        }
        Json::Object(root)
    }

    fn policy(&mut self) -> Json {
        let mut policy = Map::new();
        if self.random.chance(50) {
            policy.insert(
                "timeout".into(),
                json!(self.random.word(&["30s", "5m", "2h"])),
            );
        }
        if self.random.chance(40) {
            policy.insert("max_steps".into(), json!(3 + self.random.below(40)));
        }
        if policy.is_empty() || self.random.chance(30) {
            policy.insert("budget".into(), self.budget());
        }
        Json::Object(policy)
    }

    pub(super) fn name(&mut self, text: &str, ty: Ty, variable: bool) {
        self.names.push(Name {
            text: text.to_owned(),
            ty,
            variable,
        });
    }

    /// Steps whose names are seen by what follows in the same block.
    pub(super) fn block(&mut self, depth: usize, length: usize) -> Json {
        let mut steps = Vec::new();
        for _ in 0..length {
            steps.push(self.step(depth));
            if self.made >= STEPS {
                break;
            }
        }
        Json::Array(steps)
    }

    /// A block of its own: its names are forgotten after it.
    pub(super) fn branch(&mut self, depth: usize, most: usize) -> Json {
        let before = self.names.len();
        let length = 1 + self.random.below(most);
        let block = self.block(depth, length);
        self.names.truncate(before);
        block
    }

    pub(super) fn deep(&self, depth: usize) -> bool {
        depth >= DEPTH || self.made >= STEPS
    }
}
