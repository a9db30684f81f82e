//! Steps: an object with the common fields, and under `do` what the kind has of its own.

use super::Writer;
use crate::ast::{At, Block, LoopHead, OnError, Retry, Step, StepKind, Wait, Word};

impl Writer<'_> {
    pub(super) fn block_at(&mut self, key: &str, block: Option<&Block>) {
        if let Some(block) = block {
            self.out.key(key);
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        let ast = self.ast;
        self.out.raw("[");
        for id in &block.steps {
            self.out.comma();
            self.step(ast.step(*id));
        }
        self.out.raw("]");
    }

    fn step(&mut self, step: &Step) {
        self.out.raw("{");
        self.allow(&step.allow);
        self.expr_at("attempt_timeout", step.attempt_timeout);
        self.budget(step.budget.as_deref());
        self.block_at("compensate", step.compensate.as_ref());
        self.name("description", step.description.as_ref());
        self.out.key("do");
        self.out.raw("{");
        self.kind(&step.kind);
        self.out.raw("}");
        self.name("id", step.id.as_ref());
        self.name("name", step.name.as_ref());
        match &step.on_error {
            Some(OnError::Fail(_)) => self.word("on_error", "fail"),
            Some(OnError::Continue(_)) => self.word("on_error", "continue"),
            Some(OnError::Steps(block)) => self.block_at("on_error", Some(block)),
            None => {}
        }
        self.one_of("on_interrupt", step.on_interrupt);
        self.name("output", step.output.as_ref());
        self.retry(step.retry.as_deref());
        self.expr_at("timeout", step.timeout);
        self.expr_at("when", step.when);
        self.out.raw("}");
    }

    fn retry(&mut self, retry: Option<&Retry>) {
        let Some(retry) = retry else {
            return;
        };
        self.out.key("retry");
        self.out.raw("{");
        self.double("backoff", retry.backoff);
        self.expr_at("delay", retry.delay);
        self.flag("jitter", retry.jitter.map(|j| j.value));
        self.number("max_attempts", retry.max_attempts);
        self.expr_at("max_delay", retry.max_delay);
        self.texts("on", &retry.on);
        self.out.raw("}");
    }

    /// The kind's own fields with `type` among them.
    fn kind(&mut self, kind: &StepKind) {
        match kind {
            StepKind::Agent {
                goal,
                context,
                model,
                agent,
                tools,
                returns,
            } => {
                self.name("agent", agent.as_ref());
                self.expr_at("context", *context);
                self.expr_at("goal", Some(*goal));
                self.expr_at("model", *model);
                self.ty_at("returns", *returns);
                self.texts("tools", tools);
                self.word("type", "agent");
            }
            StepKind::AgentMessage {
                content,
                interrupt,
                await_response,
                await_timeout,
                returns,
            } => {
                self.flag("await_response", await_response.map(|a| a.value));
                self.expr_at("await_timeout", *await_timeout);
                self.expr_at("content", Some(*content));
                self.flag("interrupt", interrupt.map(|i| i.value));
                self.ty_at("returns", *returns);
                self.word("type", "agent_message");
            }
            StepKind::Tool { tool, arguments } => {
                self.expr_at("arguments", *arguments);
                self.name("tool", Some(tool));
                self.word("type", "tool");
            }
            StepKind::Bash {
                command,
                cwd,
                env,
                stdin,
                check,
                parse,
                returns,
            } => {
                self.flag("check", check.map(|c| c.value));
                self.expr_at("command", Some(*command));
                self.expr_at("cwd", *cwd);
                self.expr_at("env", *env);
                self.one_of("parse", *parse);
                self.ty_at("returns", *returns);
                self.expr_at("stdin", *stdin);
                self.word("type", "bash");
            }
            StepKind::Subworkflow {
                workflow,
                inputs,
                wait,
            } => {
                self.expr_at("inputs", *inputs);
                self.word("type", "subworkflow");
                self.flag("wait", wait.map(|w| w.value));
                self.name("workflow", Some(workflow));
            }
            StepKind::Wait {
                wait,
                continue_on_timeout,
            } => {
                self.wait(wait, continue_on_timeout.map(|c| c.value));
            }
            StepKind::Return(value) => {
                self.word("type", "return");
                self.expr_at("value", *value);
            }
            StepKind::Fail { code, message } => {
                self.name("code", code.as_ref());
                self.expr_at("message", *message);
                self.word("type", "fail");
            }
            StepKind::Break => self.word("type", "break"),
            StepKind::Continue => self.word("type", "continue"),
            StepKind::Error => self.word("type", "error"),
            _ => self.composite(kind),
        }
    }

    /// The kinds that hold steps or assign.
    fn composite(&mut self, kind: &StepKind) {
        match kind {
            StepKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                self.expr_at("condition", Some(*condition));
                self.block_at("else", otherwise.as_ref());
                self.block_at("then", Some(then));
                self.word("type", "conditional");
            }
            StepKind::Switch { on, cases, default } => {
                self.list("cases", cases, |s, case| {
                    s.out.raw("{");
                    s.block_at("steps", Some(&case.body));
                    s.list("values", &case.values, |s, v| s.expr(*v));
                    s.out.raw("}");
                });
                self.block_at("default", default.as_ref());
                self.expr_at("on", Some(*on));
                self.word("type", "switch");
            }
            StepKind::Loop { .. } => self.loop_kind(kind),
            StepKind::Parallel {
                branches,
                max_concurrency,
                join,
                ..
            } => {
                self.list("branches", branches, |s, branch| {
                    s.out.raw("[");
                    s.out.string(&branch.name.text);
                    s.out.comma();
                    s.block(&branch.body);
                    s.out.raw("]");
                });
                self.one_of("join", *join);
                self.number("max_concurrency", *max_concurrency);
                self.word("type", "parallel");
            }
            StepKind::Approval {
                prompt,
                items,
                approvers,
                on_timeout,
                on_deny,
            } => {
                self.texts("approvers", approvers);
                self.expr_at("items", *items);
                self.one_of("on_deny", *on_deny);
                self.one_of("on_timeout", *on_timeout);
                self.expr_at("prompt", Some(*prompt));
                self.word("type", "approval");
            }
            StepKind::Set { values, .. } => {
                self.word("type", "set");
                self.list("values", values, |s, assign| {
                    s.out.raw("{");
                    s.name("name", Some(&assign.name));
                    s.ty_at("type", assign.ty);
                    s.expr_at("value", Some(assign.value));
                    s.out.raw("}");
                });
            }
            StepKind::Try {
                body,
                catch,
                finally,
            } => {
                if let Some(catch) = catch {
                    self.out.key("catch");
                    self.out.raw("{");
                    self.name("as", Some(&catch.name));
                    self.block_at("steps", Some(&catch.body));
                    self.out.raw("}");
                }
                self.block_at("finally", finally.as_ref());
                self.block_at("steps", Some(body));
                self.word("type", "try");
            }
            _ => {}
        }
    }

    fn loop_kind(&mut self, kind: &StepKind) {
        let StepKind::Loop {
            head,
            max_iterations,
            stop_on_limit,
            collect,
            join,
            body,
        } = kind
        else {
            return;
        };
        if let LoopHead::Over { item, .. } = head {
            self.name("as", Some(item));
        }
        self.expr_at("collect", *collect);
        if let LoopHead::Over { index, .. } = head {
            self.name("index", index.as_ref());
        }
        self.one_of("join", *join);
        if let LoopHead::Over {
            max_concurrency, ..
        } = head
        {
            self.number("max_concurrency", *max_concurrency);
        }
        self.number("max_iterations", *max_iterations);
        match stop_on_limit.map(|s| s.value) {
            Some(true) => self.word("on_limit", "stop"),
            Some(false) => self.word("on_limit", "fail"),
            None => {}
        }
        if let LoopHead::Over { over, .. } = head {
            self.expr_at("over", Some(*over));
        }
        self.block_at("steps", Some(body));
        self.word("type", "loop");
        match head {
            LoopHead::Until(until) => self.expr_at("until", Some(*until)),
            LoopHead::While(test) => self.expr_at("while", Some(*test)),
            LoopHead::Over { .. } | LoopHead::Times => {}
        }
    }

    fn wait(&mut self, wait: &Wait, continue_on_timeout: Option<bool>) {
        match wait {
            Wait::Event { event, key, .. } => {
                self.name("event", Some(event));
                self.expr_at("key", *key);
            }
            Wait::For(time) => self.expr_at("for", Some(*time)),
            Wait::Until(_) => {}
        }
        match continue_on_timeout {
            Some(true) => self.word("on_timeout", "continue"),
            Some(false) => self.word("on_timeout", "fail"),
            None => {}
        }
        if let Wait::Event { returns, .. } = wait {
            self.ty_at("returns", *returns);
        }
        self.word("type", "wait");
        if let Wait::Until(time) = wait {
            self.expr_at("until", Some(*time));
        }
    }

    /// A field that holds one of a few words.
    pub(super) fn one_of<T: Word>(&mut self, key: &str, value: Option<At<T>>) {
        if let Some(value) = value {
            self.word(key, value.value.word());
        }
    }
}
