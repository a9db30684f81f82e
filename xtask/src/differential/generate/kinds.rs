//! Steps of every kind.

use serde_json::{Map, Value as Json, json};

use super::{Maker, Ty};

type Fields = Map<String, Json>;

impl Maker {
    pub(super) fn step(&mut self, depth: usize) -> Json {
        self.made += 1;
        let number = self.made;
        let mut step = Fields::new();
        let composite = !self.deep(depth) && self.random.chance(if depth == 0 { 55 } else { 45 });
        let id = format!("s{number}");
        let plain_id = self.random.chance(75);
        let seen = self.ids.len();
        let ty = if composite {
            self.composite(&mut step, depth)
        } else {
            self.leaf(&mut step)
        };
        let ends = matches!(
            step.get("type").and_then(Json::as_str),
            Some("return" | "fail" | "break" | "continue")
        );
        if ends {
            // Otherwise what follows could not be reached.
            step.insert("when".into(), json!(self.expr(Ty::Bool, 2)));
        } else {
            self.common(&mut step, depth, !composite);
        }
        if self.iterating {
            self.ids.truncate(seen);
        }
        if plain_id {
            step.insert("id".into(), json!(id));
            let surely = !step.contains_key("when") && !step.contains_key("on_error");
            if surely && let Some(ty) = ty {
                self.name(&id, ty, false);
            }
            if !ends {
                self.ids.push(id);
            }
        }
        Json::Object(step)
    }

    fn leaf(&mut self, step: &mut Fields) -> Option<Ty> {
        let loops = if self.in_loop { 6 } else { 0 };
        let returns = if self.in_fork { 0 } else { 2 };
        match self
            .random
            .weighted(&[22, 12, 14, 5, 9, 7, 6, 18, 4, loops, returns, 4])
        {
            0 => self.tool(step),
            1 => self.bash(step),
            2 => self.agent(step),
            3 => {
                let waits = self.random.chance(50);
                step.insert("type".into(), json!("agent_message"));
                step.insert("content".into(), self.template(1));
                step.insert("await_response".into(), json!(waits));
                if waits && self.random.chance(50) {
                    step.insert("await_timeout_ms".into(), json!(4000));
                }
                waits.then_some(Ty::Str)
            }
            4 => self.approval(step),
            5 => self.wait(step),
            6 => self.event(step),
            7 => self.set(step),
            8 => {
                step.insert("type".into(), json!("fail"));
                if !self.in_catch || self.random.chance(50) {
                    step.insert(
                        "code".into(),
                        json!(self.random.word(&["own", "other.code"])),
                    );
                    if self.random.chance(50) {
                        step.insert("message".into(), self.template(1));
                    }
                }
                None
            }
            9 => {
                let fork = self.in_fork;
                let word = if fork {
                    "continue"
                } else {
                    self.random.word(&["break", "continue"])
                };
                step.insert("type".into(), json!(word));
                None
            }
            10 => {
                step.insert("type".into(), json!("return"));
                step.insert("value".into(), self.any_value(1));
                None
            }
            _ => {
                step.insert("type".into(), json!("subworkflow"));
                step.insert("workflow".into(), json!("other"));
                step.insert("inputs".into(), json!({ "q": self.typed(Ty::Int, 1) }));
                Some(Ty::Int)
            }
        }
    }

    fn tool(&mut self, step: &mut Fields) -> Option<Ty> {
        step.insert("type".into(), json!("tool"));
        step.insert(
            "tool".into(),
            json!(self.random.word(&["srv.one", "srv.two"])),
        );
        let args: Fields = (0..self.random.below(3))
            .map(|n| (format!("k{n}"), self.any_value(2)))
            .collect();
        step.insert("arguments".into(), Json::Object(args));
        Some(Ty::Any)
    }

    fn bash(&mut self, step: &mut Fields) -> Option<Ty> {
        step.insert("type".into(), json!("bash"));
        step.insert("command".into(), json!("run it"));
        if self.random.chance(50) {
            step.insert(
                "env".into(),
                json!({ "A": self.typed(Ty::Int, 1), "B": self.template(1) }),
            );
        }
        match self.random.below(4) {
            0 => {
                step.insert("parse".into(), json!("text"));
                Some(Ty::Str)
            }
            1 => {
                step.insert("parse".into(), json!("json"));
                step.insert("returns".into(), json!("list<int>"));
                Some(Ty::Ints)
            }
            _ => None,
        }
    }

    fn agent(&mut self, step: &mut Fields) -> Option<Ty> {
        step.insert("type".into(), json!("agent"));
        step.insert("goal".into(), self.template(2));
        let (returns, ty) = match self.random.below(6) {
            0 => return Some(Ty::Str),
            1 | 2 => (json!("int"), Ty::Int),
            3 => (json!("bool"), Ty::Bool),
            4 => (json!("list<int>"), Ty::Ints),
            _ => (json!({ "n": "int", "s": "string" }), Ty::Rec),
        };
        step.insert("returns".into(), returns);
        Some(ty)
    }

    fn approval(&mut self, step: &mut Fields) -> Option<Ty> {
        step.insert("type".into(), json!("approval"));
        step.insert("prompt".into(), self.template(1));
        if self.random.chance(60) {
            step.insert(
                "on_deny".into(),
                json!(self.random.word(&["fail", "skip", "continue"])),
            );
        }
        if self.random.chance(60) {
            step.insert("timeout".into(), json!(self.random.word(&["10s", "1h"])));
            let word = self.random.word(&["approve", "deny", "fail"]);
            step.insert("on_timeout".into(), json!(word));
        }
        Some(Ty::Any)
    }

    fn wait(&mut self, step: &mut Fields) -> Option<Ty> {
        step.insert("type".into(), json!("wait"));
        if self.random.chance(80) {
            step.insert("for".into(), self.time());
        } else {
            step.insert("until".into(), json!("{{ now() + duration('7s') }}"));
        }
        None
    }

    fn event(&mut self, step: &mut Fields) -> Option<Ty> {
        step.insert("type".into(), json!("wait"));
        step.insert("event".into(), json!(self.random.word(&["e1", "e2"])));
        if self.random.chance(40) {
            let key = if self.random.chance(60) {
                "'k1'".to_owned()
            } else {
                self.expr(Ty::Str, 1)
            };
            step.insert("key".into(), json!(key));
        }
        if self.random.chance(50) {
            step.insert("timeout".into(), json!("20s"));
            step.insert("on_timeout".into(), json!("continue"));
            return None;
        }
        step.insert("returns".into(), json!("int"));
        Some(Ty::Int)
    }

    fn set(&mut self, step: &mut Fields) -> Option<Ty> {
        step.insert("type".into(), json!("set"));
        let mut values = Fields::new();
        let free: Vec<(String, Ty)> = self
            .names
            .iter()
            .skip(self.fork)
            .filter(|n| n.variable)
            .map(|n| (n.text.clone(), n.ty))
            .collect();
        for _ in 0..1 + self.random.below(2) {
            match self.random.pick(&free).cloned() {
                Some((name, ty)) if self.random.chance(80) => {
                    let value = self.typed(ty, 2);
                    values.insert(name, value);
                }
                _ => {
                    let (ty, name) = (self.some_type(), format!("n{}x{}", self.made, values.len()));
                    let value = self.typed(ty, 2);
                    values.insert(name.clone(), value);
                    // A record's type may be narrower than the name would tell.
                    if ty != Ty::Rec {
                        self.name(&name, ty, false);
                    }
                }
            }
        }
        step.insert("values".into(), Json::Object(values));
        None
    }

    fn composite(&mut self, step: &mut Fields, depth: usize) -> Option<Ty> {
        match self.random.weighted(&[16, 8, 30, 24, 22]) {
            0 => {
                step.insert("type".into(), json!("conditional"));
                step.insert("condition".into(), json!(self.expr(Ty::Bool, 2)));
                let then = self.branch(depth + 1, 3);
                step.insert("then".into(), then);
                if self.random.chance(60) {
                    let otherwise = self.branch(depth + 1, 3);
                    step.insert("else".into(), otherwise);
                }
                Some(Ty::Any)
            }
            1 => {
                step.insert("type".into(), json!("switch"));
                step.insert("on".into(), json!(self.expr(Ty::Int, 2)));
                let cases = vec![
                    json!({ "case": 1, "steps": self.branch(depth + 1, 2) }),
                    json!({ "case": [2, 3], "steps": self.branch(depth + 1, 2) }),
                ];
                step.insert("cases".into(), Json::Array(cases));
                if self.random.chance(60) {
                    let default = self.branch(depth + 1, 2);
                    step.insert("default".into(), default);
                }
                Some(Ty::Any)
            }
            2 => self.repeat(step, depth),
            3 => self.parallel(step, depth),
            _ => {
                step.insert("type".into(), json!("try"));
                let body = self.branch(depth + 1, 3);
                step.insert("steps".into(), body);
                let catches = self.random.chance(75);
                if catches {
                    let handler = self.handler(depth + 1);
                    step.insert("catch".into(), handler);
                }
                if !catches || self.random.chance(45) {
                    let finally = self.branch(depth + 1, 2);
                    step.insert("finally".into(), finally);
                }
                Some(Ty::Any)
            }
        }
    }

    fn repeat(&mut self, step: &mut Fields, depth: usize) -> Option<Ty> {
        step.insert("type".into(), json!("loop"));
        let before = (
            self.names.len(),
            self.in_loop,
            self.iterating,
            self.in_fork,
            self.fork,
        );
        let ids = self.ids.clone();
        (self.in_loop, self.iterating) = (true, true);
        let over = self.random.chance(65);
        let mut concurrent = false;
        if over {
            step.insert("over".into(), json!(self.expr(Ty::Ints, 2)));
            let item = format!("i{}", self.made);
            step.insert("as".into(), json!(item));
            concurrent = self.random.chance(50);
            if concurrent {
                if self.random.chance(85) {
                    step.insert("max_concurrency".into(), json!(2 + self.random.below(3)));
                }
                if self.random.chance(45) || !step.contains_key("max_concurrency") {
                    step.insert("join".into(), json!(self.random.word(&["any", "settled"])));
                }
                self.in_fork = true;
                self.fork = self.names.len();
            }
            self.name(&item, Ty::Int, false);
            if self.random.chance(30) {
                let index = format!("x{}", self.made);
                step.insert("index".into(), json!(index));
                self.name(&index, Ty::Int, false);
            }
            if self.random.chance(20) {
                step.insert("max_iterations".into(), json!(1 + self.random.below(4)));
            }
        } else {
            let word = self.random.word(&["while", "until", ""]);
            if !word.is_empty() {
                step.insert(word.into(), json!(self.expr(Ty::Bool, 2)));
            }
            step.insert("max_iterations".into(), json!(1 + self.random.below(4)));
        }
        if step.contains_key("max_iterations") && self.random.chance(50) {
            step.insert(
                "on_limit".into(),
                json!(self.random.word(&["fail", "stop"])),
            );
        }
        let length = 1 + self.random.below(3);
        let body = self.block(depth + 1, length);
        step.insert("steps".into(), body);
        let collects = self.random.chance(50);
        if collects {
            step.insert("collect".into(), json!(self.expr(Ty::Int, 2)));
        }
        self.names.truncate(before.0);
        (_, self.in_loop, self.iterating, self.in_fork, self.fork) = before;
        self.ids = ids;
        let joined = concurrent && step.contains_key("join");
        Some(if collects && !joined {
            Ty::Ints
        } else {
            Ty::Any
        })
    }

    fn parallel(&mut self, step: &mut Fields, depth: usize) -> Option<Ty> {
        step.insert("type".into(), json!("parallel"));
        let before = (self.in_loop, self.in_fork, self.fork);
        (self.in_loop, self.in_fork, self.fork) = (false, true, self.names.len());
        let ids = self.ids.clone();
        let mut branches = Fields::new();
        for n in 0..1 + self.random.below(3) {
            let body = self.branch(depth + 1, 3);
            branches.insert(format!("b{n}"), body);
            self.ids.clone_from(&ids);
        }
        (self.in_loop, self.in_fork, self.fork) = before;
        step.insert("branches".into(), Json::Object(branches));
        if self.random.chance(50) {
            step.insert(
                "join".into(),
                json!(self.random.word(&["all", "any", "settled"])),
            );
        }
        if self.random.chance(20) {
            step.insert("max_concurrency".into(), json!(1 + self.random.below(2)));
        }
        Some(Ty::Any)
    }
}
