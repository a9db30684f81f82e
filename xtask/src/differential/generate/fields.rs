//! The common fields of steps.

use serde_json::{Map, Value as Json, json};

use super::{Maker, Ty};

const TIMES: &[&str] = &["1s", "5s", "30s", "1m", "10m"];

impl Maker {
    /// Adds common fields to a step. `leaf`: whether no steps are inside.
    pub(super) fn common(&mut self, step: &mut Map<String, Json>, depth: usize, leaf: bool) {
        if self.random.chance(10) {
            step.insert("when".into(), json!(self.expr(Ty::Bool, 2)));
        }
        if self.random.chance(12) {
            step.insert("timeout".into(), self.time());
        }
        if self.random.chance(if leaf { 10 } else { 5 }) {
            step.insert("attempt_timeout".into(), self.time());
        }
        if self.random.chance(if leaf { 20 } else { 12 }) {
            step.insert("retry".into(), self.retry());
        }
        if self.random.chance(4) {
            step.insert("budget".into(), self.budget());
        }
        if self.random.chance(15) {
            let on_error = if self.deep(depth + 1) || self.random.chance(50) {
                json!("continue")
            } else {
                self.handler(depth + 1)
            };
            step.insert("on_error".into(), on_error);
        }
        if self.random.chance(if leaf { 18 } else { 8 }) && !self.deep(depth + 1) {
            let before = (self.in_loop, self.in_fork, self.in_catch);
            // What undoes a step runs apart: it leaves outer variables, loops and handlers alone.
            (self.in_loop, self.in_fork, self.in_catch) = (false, true, false);
            let (fork, ids) = (self.fork, self.ids.len());
            self.fork = self.names.len();
            let block = self.branch(super::DEPTH - 1, 2);
            self.fork = fork;
            self.ids.truncate(ids);
            (self.in_loop, self.in_fork, self.in_catch) = before;
            step.insert("compensate".into(), block);
        }
    }

    /// The steps of a handler, which see `error`.
    pub(super) fn handler(&mut self, depth: usize) -> Json {
        let before = (self.names.len(), self.in_catch);
        self.name("error.code", Ty::Str, false);
        self.name("error.message", Ty::Str, false);
        self.name("error", Ty::Any, false);
        self.in_catch = true;
        let block = self.branch(depth, 2);
        self.names.truncate(before.0);
        self.in_catch = before.1;
        block
    }

    pub(super) fn time(&mut self) -> Json {
        if self.random.chance(10) {
            return json!(format!(
                "{{{{ duration(string({}) + 's') }}}}",
                self.expr(Ty::Int, 1)
            ));
        }
        json!(self.random.word(TIMES))
    }

    fn retry(&mut self) -> Json {
        if self.random.chance(40) {
            return json!(1 + self.random.below(4));
        }
        let mut retry = Map::new();
        retry.insert("max_attempts".into(), json!(2 + self.random.below(3)));
        if self.random.chance(60) {
            retry.insert(
                "delay".into(),
                json!(self.random.word(&["1s", "2s", "10s"])),
            );
            if self.random.chance(50) {
                retry.insert("backoff".into(), json!(2.0));
            }
            if self.random.chance(30) {
                retry.insert("max_delay".into(), json!("15s"));
            }
            if self.random.chance(30) {
                retry.insert("jitter".into(), json!(true));
            }
        }
        if self.random.chance(25) {
            retry.insert("on".into(), json!(["tool_error", "timeout", "own"]));
        }
        Json::Object(retry)
    }

    pub(super) fn budget(&mut self) -> Json {
        match self.random.below(3) {
            0 => json!({ "agent_calls": 1 + self.random.below(3) }),
            1 => json!({ "tokens": 10 + self.random.below(100) }),
            _ => json!({ "usd": 0.5 }),
        }
    }
}
