//! Random workflows whose end does not depend on the order of things, so that runs with and without faults can be compared.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use wfc_compiler::compile;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_program::Program;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::differential::random::Random;

/// What `call` steps call.
const CHILD: &str = r#"{ "slug": "child", "inputs": { "q": "string" }, "returns": "string", "steps": [
    { "id": "x", "type": "agent", "goal": "retry {{ q }}", "on_interrupt": "retry" },
    { "type": "wait", "for": "20s" } ], "return": "{{ x }}" }"#;

struct Others;

impl World for Others {
    fn source(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
    fn workflow(&self, _: &str, slug: &str) -> Option<Arc<Source>> {
        (slug == "child").then(|| Arc::new(Source::new("child.wf.json", CHILD)))
    }
    fn catalogue(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
}

/// The program of a workflow.
///
/// # Errors
/// What the checker says.
pub fn program(text: &str, slug: &str) -> Result<Arc<Program>, String> {
    let source = Source::new(format!("{slug}.wf.json"), text);
    let compiled = compile(&source, Spelling::Json, &Others, &Settings::default());
    match compiled.program {
        Some(program) => Ok(Arc::new(program)),
        None => {
            let errors = compiled.checked.diagnostics.iter();
            let texts = errors.map(|d| format!("{} {}", d.code.id, d.message));
            Err(texts.collect::<Vec<_>>().join("\n"))
        }
    }
}

/// The program of `child`.
///
/// # Errors
/// What the checker says.
pub fn child() -> Result<Arc<Program>, String> {
    program(CHILD, "child")
}

struct Maker {
    random: Random,
    made: usize,
    /// The variables of the loops around.
    items: Vec<String>,
}

/// A workflow of this seed.
#[must_use]
pub fn workflow(seed: u64) -> Json {
    let mut m = Maker {
        random: Random::new(seed ^ 0x5157),
        made: 0,
        items: Vec::new(),
    };
    let mut steps = Vec::new();
    let mut shown = Vec::new();
    for _ in 0..1 + m.random.below(5) {
        let step = m.step(0);
        let named = step.get("id").and_then(Json::as_str);
        shown.extend(named.map(|id| json!(format!("{{{{ {id} }}}}"))));
        steps.push(step);
    }
    if m.random.chance(25) {
        steps.push(json!({ "type": "conditional", "condition": "fails", "then": [{ "type": "fail", "code": "own" }] }));
    }
    json!({
        "slug": "w",
        "inputs": { "fails": { "type": "bool", "default": true } },
        "steps": steps,
        "return": shown,
    })
}

impl Maker {
    fn goal(&mut self, kind: &str) -> String {
        let mut goal = format!("{kind} n{}", self.made);
        for item in &self.items {
            goal.push_str(&format!("-{{{{ {item} }}}}"));
        }
        goal
    }

    fn block(&mut self, depth: usize) -> Vec<Json> {
        (0..1 + self.random.below(3))
            .map(|_| self.step(depth))
            .collect()
    }

    fn step(&mut self, depth: usize) -> Json {
        self.made += 1;
        let id = format!("s{}", self.made);
        let deep = depth >= 3 || self.made > 14;
        let composites = if deep { 0 } else { 1 };
        let weights = [14, 12, 8, 5, 8, 8, 6, 6].into_iter();
        let weights: Vec<usize> = weights
            .chain([10, 9, 12, 6, 5].map(|w| w * composites))
            .collect();
        match self.random.weighted(&weights) {
            0 => self.agent(&id, "retry"),
            1 => self.once(&id),
            2 => {
                let mut step = self.agent(&id, "flaky");
                step["retry"] = json!({ "max_attempts": 3, "delay": "2s", "on": ["agent_error"] });
                step
            }
            3 => {
                json!({ "type": "agent", "goal": self.goal("never"), "timeout": "5m", "on_error": "continue" })
            }
            4 => json!({ "type": "wait", "for": self.random.word(&["1s", "30s", "2h"]) }),
            5 => json!({ "type": "approval", "prompt": self.goal("ask") }),
            6 => {
                let mut key = format!("'n{}'", self.made);
                for item in &self.items {
                    key.push_str(&format!(" + '-' + string({item})"));
                }
                json!({ "id": id, "type": "wait", "event": "e", "key": key, "returns": "string" })
            }
            7 => {
                json!({ "id": id, "type": "subworkflow", "workflow": "child", "inputs": { "q": self.goal("child") } })
            }
            8 => self.repeat(depth, 1),
            9 => {
                let most = 1 + self.random.below(3);
                self.repeat(depth, most.max(2))
            }
            10 => {
                let mut branches = Map::new();
                for n in 0..2 + self.random.below(2) {
                    branches.insert(format!("b{n}"), Json::Array(self.block(depth + 1)));
                }
                let join = self.random.word(&["all", "settled"]);
                json!({ "type": "parallel", "branches": branches, "join": join })
            }
            11 => self.undone(),
            _ => {
                let quick = vec![self.agent(&format!("{id}q"), "retry")];
                json!({ "type": "parallel", "join": "any", "branches": {
                    "quick": quick, "slow": [{ "type": "wait", "for": "1000h" }] } })
            }
        }
    }

    fn agent(&mut self, id: &str, kind: &str) -> Json {
        json!({ "id": id, "type": "agent", "goal": self.goal(kind), "on_interrupt": "retry" })
    }

    /// Work that must not be done twice: who is told that nobody knows looks after it.
    fn once(&mut self, id: &str) -> Json {
        json!({ "id": id, "type": "try",
            "steps": [{ "type": "agent", "goal": self.goal("once") }],
            "catch": [
                { "type": "conditional", "condition": "error.code != 'unknown_outcome'", "then": [{ "type": "fail" }] },
                { "type": "agent", "goal": self.goal("verify"), "on_interrupt": "retry" },
            ] })
    }

    fn repeat(&mut self, depth: usize, most: usize) -> Json {
        let item = format!("i{}", self.made);
        self.items.push(item.clone());
        let steps = self.block(depth + 1);
        self.items.pop();
        let list = self
            .random
            .word(&["[0, 1]", "[0, 1, 2]", "[]", "[5, 6, 7, 8]"]);
        let mut step = json!({ "type": "loop", "over": list, "as": item, "steps": steps });
        if most > 1 {
            step["max_concurrency"] = json!(most);
        }
        step
    }

    /// A body whose first attempt fails at its end: what it did is undone and done anew.
    fn undone(&mut self) -> Json {
        let first = self.made;
        let mut steps = Vec::new();
        for n in 0..1 + self.random.below(3) {
            steps.push(json!({ "type": "agent", "goal": self.goal(&format!("retry do{n}")), "on_interrupt": "retry",
                "compensate": [{ "type": "agent", "goal": self.goal(&format!("retry undo{n}")), "on_interrupt": "retry" }] }));
        }
        steps.push(json!({ "type": "agent", "goal": self.goal("first"), "on_interrupt": "retry" }));
        json!({ "type": "loop", "over": "[0]", "as": format!("u{first}"), "steps": steps,
            "retry": { "max_attempts": 2, "delay": "3s", "on": ["agent_error"] } })
    }
}
