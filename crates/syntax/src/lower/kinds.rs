//! What each kind of step makes of its fields.

use super::Lower;
use super::fields::Fields;
use super::rules::{LOOP_WITH_SEVERAL_HEADS, PARALLEL_BRANCHES, WAIT_HEAD};
use crate::ast::{Assign, Block, Branch, LoopHead, StepKind, Wait};
use crate::expr::{ExprId, ExprKind, Name};
use crate::shape::Kind;
use crate::span::Span;
use crate::tree::NodeId;

/// The item's name of a loop when none is written.
const ITEM_NAME: &str = "item";

impl Lower<'_> {
    /// What the step does.
    pub(super) fn step_kind(
        &mut self,
        kind: &'static Kind,
        head: Span,
        node: NodeId,
        f: &mut Fields,
    ) -> StepKind {
        match kind.name {
            "agent" => StepKind::Agent {
                goal: self.needed(f, "goal", head),
                context: f.expr("context"),
                model: f.expr("model"),
                agent: f.name("agent"),
                tools: f.names("tools").unwrap_or_default(),
                returns: f.ty("returns"),
            },
            "agent_message" => StepKind::AgentMessage {
                content: self.needed(f, "content", head),
                interrupt: f.bool("interrupt"),
                await_response: f.bool("await_response"),
                await_timeout: f.expr("await_timeout_ms"),
                returns: f.ty("returns"),
            },
            "tool" => self.tool(f, node),
            "bash" => self.bash(f, head),
            "conditional" => StepKind::Conditional {
                condition: self.needed(f, "condition", head),
                then: f.block("then").unwrap_or_default(),
                otherwise: f.block("else"),
            },
            "switch" => StepKind::Switch {
                on: self.needed(f, "on", head),
                cases: f.cases("cases").unwrap_or_default(),
                default: f.block("default"),
            },
            "loop" => self.loop_step(f, head),
            "parallel" => self.parallel(f, head),
            "approval" => self.approval(f, head),
            "wait" => self.wait(f, head),
            "set" => self.set(f, node),
            "subworkflow" => match f.name("workflow") {
                Some(workflow) => StepKind::Subworkflow {
                    workflow,
                    inputs: f.expr("inputs"),
                    wait: f.bool("wait"),
                },
                None => rest_of(f),
            },
            "try" => StepKind::Try {
                body: f.block("steps").unwrap_or_default(),
                catch: f.catch("catch"),
                finally: f.block("finally"),
            },
            "return" => StepKind::Return(f.expr("value")),
            "fail" => StepKind::Fail {
                code: f.name("code"),
                message: f.expr("message"),
            },
            "break" => StepKind::Break,
            "continue" => StepKind::Continue,
            _ => rest_of(f),
        }
    }

    /// A value that the kind cannot do without; when it is missing that was reported.
    fn needed(&mut self, f: &mut Fields, name: &str, head: Span) -> ExprId {
        f.expr(name).unwrap_or_else(|| self.faulty(head))
    }

    fn bash(&mut self, f: &mut Fields, head: Span) -> StepKind {
        StepKind::Bash {
            command: self.needed(f, "command", head),
            cwd: f.expr("cwd"),
            env: f.expr("env"),
            stdin: f.expr("stdin"),
            check: f.bool("check"),
            parse: f.one_of("parse"),
            returns: f.ty("returns"),
        }
    }

    fn tool(&mut self, f: &mut Fields, node: NodeId) -> StepKind {
        let arguments = f.expr("arguments");
        match f.name("tool") {
            Some(tool) if &*tool.text == "bash" => self.bash_tool(&tool, arguments, node),
            Some(tool) => StepKind::Tool { tool, arguments },
            None => StepKind::Error,
        }
    }

    fn loop_step(&mut self, f: &mut Fields, head: Span) -> StepKind {
        self.only_one(f, &["over", "while", "until"], |s, found| {
            s.excluding(
                &LOOP_WITH_SEVERAL_HEADS,
                "a loop",
                found,
                "keep one; to leave a loop over a list early, use `break`",
            );
        });
        let over = f.expr("over");
        let (test, until) = (f.expr("while"), f.expr("until"));
        if over.is_none() && f.spot("over").is_none() {
            for name in ["as", "index", "max_concurrency"] {
                self.lone(f, name, "`over`");
            }
        }
        let (item, index) = (f.name("as"), f.name("index"));
        let max_concurrency = f.int("max_concurrency");
        let max_iterations = f.int("max_iterations");
        let head_form = if let Some(over) = over {
            LoopHead::Over {
                over,
                item: item.unwrap_or_else(|| Name::new(ITEM_NAME, self.exprs.span(over))),
                index,
                max_concurrency,
            }
        } else if let Some(test) = test {
            LoopHead::While(test)
        } else if let Some(until) = until {
            LoopHead::Until(until)
        } else {
            let given = ["over", "while", "until", "max_iterations"];
            if given.iter().all(|name| f.spot(name).is_none()) {
                self.loop_without_head(head);
            }
            LoopHead::Times
        };
        StepKind::Loop {
            head: head_form,
            max_iterations,
            stop_on_limit: f.is_word("on_limit", "stop"),
            collect: f.expr("collect"),
            join: f.one_of("join"),
            body: f.block("steps").unwrap_or_default(),
        }
    }

    /// Reports a field that has no effect without what it needs.
    fn lone(&mut self, f: &Fields, name: &'static str, needs: &str) {
        if let Some(spot) = f.spot(name) {
            self.without_effect(spot.key, name, needs);
        }
    }

    /// Calls `report` with those of the fields that are given, when they are more than one.
    fn only_one(
        &mut self,
        f: &Fields,
        names: &[&'static str],
        report: impl FnOnce(&mut Self, &[(&'static str, Span)]),
    ) {
        let mut found: Vec<(&'static str, Span)> = names
            .iter()
            .filter_map(|name| f.spot(name).map(|s| (*name, s.key)))
            .collect();
        if found.len() > 1 {
            found.sort_by_key(|(_, span)| *span);
            report(self, &found);
        }
    }

    fn parallel(&mut self, f: &mut Fields, head: Span) -> StepKind {
        self.only_one(f, &["branches", "steps"], |s, found| {
            s.excluding(
                &PARALLEL_BRANCHES,
                "a parallel step",
                found,
                "keep one; `branches` gives each branch a name",
            );
        });
        if f.spot("branches").is_none() && f.spot("steps").is_none() {
            self.parallel_without_branches(head);
        }
        let (named, steps) = (f.branches("branches"), f.block("steps"));
        let from_steps = named.is_none() && steps.is_some();
        let branches = match (named, steps) {
            (Some(branches), _) => branches,
            (None, Some(steps)) => self.branch_each(&steps),
            (None, None) => Vec::new(),
        };
        StepKind::Parallel {
            branches,
            max_concurrency: f.int("max_concurrency"),
            join: f.one_of("join"),
            from_steps,
        }
    }

    /// A branch a step, named by the step's id, output variable or place.
    fn branch_each(&self, steps: &Block) -> Vec<Branch> {
        let mut branches: Vec<Branch> = Vec::with_capacity(steps.steps.len());
        for (place, id) in steps.steps.iter().enumerate() {
            let Some(step) = self.steps.get(id.0 as usize) else {
                continue;
            };
            let name = step.id.clone().or_else(|| step.output.clone());
            branches.push(Branch {
                name: name.unwrap_or_else(|| Name::new(place.to_string(), step.head)),
                body: Block {
                    steps: vec![*id],
                    span: step.span,
                },
            });
        }
        branches
    }

    fn approval(&mut self, f: &mut Fields, head: Span) -> StepKind {
        StepKind::Approval {
            prompt: self.needed(f, "prompt", head),
            items: f.expr("items"),
            approvers: f.names("approvers").unwrap_or_default(),
            on_timeout: f.one_of("on_timeout"),
            on_deny: f.one_of("on_deny"),
        }
    }

    fn wait(&mut self, f: &mut Fields, head: Span) -> StepKind {
        self.only_one(f, &["for", "until", "event"], |s, found| {
            s.excluding(
                &WAIT_HEAD,
                "a wait",
                found,
                "keep one; to wait for an event at most some time, give it a `timeout`",
            );
        });
        let heads = ["for", "until", "event"];
        let given = heads.iter().any(|name| f.spot(name).is_some());
        if given && f.spot("event").is_none() {
            for name in ["key", "returns", "on_timeout"] {
                self.lone(f, name, "`event`");
            }
        }
        let (time, until, event) = (f.expr("for"), f.expr("until"), f.name("event"));
        let (key, returns) = (f.expr("key"), f.ty("returns"));
        let continue_on_timeout = f.is_word("on_timeout", "continue");
        let wait = match (time, until, event) {
            (Some(time), _, _) => Wait::For(time),
            (_, Some(until), _) => Wait::Until(until),
            (_, _, Some(event)) => Wait::Event {
                event,
                key,
                returns,
            },
            _ => {
                if !given {
                    self.wait_without_head(head);
                }
                return StepKind::Error;
            }
        };
        StepKind::Wait {
            wait,
            continue_on_timeout,
        }
    }

    fn set(&mut self, f: &mut Fields, node: NodeId) -> StepKind {
        let from_let = self.tree.field(node, "let").is_some();
        let values = f.expr("values");
        let entries = match values.map(|v| self.exprs.kind(v)) {
            Some(ExprKind::Map(entries)) => entries.clone(),
            _ => return StepKind::Error,
        };
        let mut values = Vec::with_capacity(entries.len());
        for entry in entries {
            let ExprKind::String(text) = self.exprs.kind(entry.key) else {
                continue;
            };
            let (text, span) = (text.clone(), self.exprs.span(entry.key));
            if let Some((name, ty)) = self.declared(&text, span) {
                values.push(Assign {
                    name,
                    ty,
                    value: entry.value,
                });
            }
        }
        StepKind::Set { values, from_let }
    }
}

/// A step whose main field is at fault: the rest is taken and let go.
fn rest_of(f: &mut Fields) -> StepKind {
    for name in ["inputs", "wait"] {
        f.take(name);
    }
    StepKind::Error
}
