//! Fields of steps as text, in the words of the language: equal texts mean the same.

use wfc_syntax::ast::{
    Ast, At, Budget, Join, LoopHead, OnApprovalTimeout, OnDeny, OnError, Retry, Step, StepKind,
    Wait, Word,
};
use wfc_syntax::expr::{ExprId, ExprKind, Name};
use wfc_syntax::print_expr::expr_text;
use wfc_syntax::type_expr::TypeId;

use super::Side;

/// A field of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldText {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Collects fields.
struct Fields<'a> {
    side: &'a Side<'a>,
    out: Vec<FieldText>,
}

/// The step's own fields, without the blocks inside of it.
pub(crate) fn fields(side: &Side<'_>, step: &Step) -> Vec<FieldText> {
    let mut f = Fields {
        side,
        out: Vec::new(),
    };
    f.kind(&step.kind);
    f.name("outputVariable", step.output.as_ref());
    f.name("name", step.name.as_ref());
    f.name("description", step.description.as_ref());
    f.expr("when", step.when);
    f.expr("timeout", step.timeout);
    f.expr("attempt_timeout", step.attempt_timeout);
    if let Some(retry) = &step.retry {
        f.retry(retry);
    }
    match &step.on_error {
        Some(OnError::Fail(_)) | None => {}
        Some(OnError::Continue(_)) => f.put("on_error", "continue"),
        Some(OnError::Steps(_)) => f.put("on_error", "steps"),
    }
    if step.compensate.is_some() {
        f.put("compensate", "steps");
    }
    f.one_of("on_interrupt", step.on_interrupt, None);
    if let Some(budget) = &step.budget {
        f.put("budget", budget_text(budget));
    }
    let allowed: Vec<&str> = step.allow.iter().map(|a| &*a.code.text).collect();
    if !allowed.is_empty() {
        f.put("allow", allowed.join(", "));
    }
    f.out
}

impl Fields<'_> {
    fn put(&mut self, name: &str, text: impl Into<String>) {
        self.out.push(FieldText {
            name: name.to_owned(),
            text: text.into(),
        });
    }

    fn expr(&mut self, name: &str, value: Option<ExprId>) {
        if let Some(value) = value {
            self.put(name, expr_text(&self.side.ast.exprs, value));
        }
    }

    fn name(&mut self, name: &str, value: Option<&Name>) {
        if let Some(value) = value {
            self.put(name, &*value.text);
        }
    }

    fn names(&mut self, name: &str, values: &[Name]) {
        if !values.is_empty() {
            let texts: Vec<&str> = values.iter().map(|v| &*v.text).collect();
            self.put(name, texts.join(", "));
        }
    }

    fn number(&mut self, name: &str, value: Option<At<u64>>) {
        if let Some(value) = value {
            self.put(name, value.value.to_string());
        }
    }

    fn ty(&mut self, name: &str, value: Option<TypeId>) {
        if let Some(value) = value {
            let ty = self.side.analysis.type_exprs.get(&value);
            self.put(name, ty.map_or_else(String::new, ToString::to_string));
        }
    }

    /// A mapping's entries one by one, so that a change names the one that it is about.
    fn mapping(&mut self, name: &str, value: Option<ExprId>) {
        let Some(value) = value else { return };
        let exprs = &self.side.ast.exprs;
        let ExprKind::Map(entries) = exprs.kind(value) else {
            return self.expr(name, Some(value));
        };
        let mut parts: Vec<FieldText> = Vec::new();
        for entry in entries {
            let ExprKind::String(key) = exprs.kind(entry.key) else {
                return self.expr(name, Some(value));
            };
            parts.push(FieldText {
                name: format!("{name}.{key}"),
                text: expr_text(exprs, entry.value),
            });
        }
        // Their order means nothing.
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        self.out.append(&mut parts);
    }

    fn retry(&mut self, retry: &Retry) {
        let most = retry
            .max_attempts
            .map_or(crate::lower::DEFAULT_RETRY_ATTEMPTS, |n| n.value);
        self.put("retry.max_attempts", most.to_string());
        self.expr("retry.delay", retry.delay);
        if let Some(backoff) = retry.backoff {
            self.put("retry.backoff", format!("{:?}", backoff.value));
        }
        self.expr("retry.max_delay", retry.max_delay);
        if let Some(jitter) = retry.jitter {
            self.put("retry.jitter", jitter.value.to_string());
        }
        self.names("retry.on", &retry.on);
    }

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
                self.expr("goal", Some(*goal));
                self.expr("context", *context);
                self.expr("model", *model);
                self.name("agent", agent.as_ref());
                self.names("tools", tools);
                self.ty("returns", *returns);
            }
            StepKind::AgentMessage {
                content,
                interrupt,
                await_response,
                await_timeout,
                returns,
            } => {
                self.expr("content", Some(*content));
                self.flag("interrupt", interrupt.map(|v| v.value), false);
                self.flag("await_response", await_response.map(|v| v.value), false);
                self.expr("await_timeout_ms", *await_timeout);
                self.ty("returns", *returns);
            }
            StepKind::Tool { tool, arguments } => {
                self.name("tool", Some(tool));
                self.mapping("arguments", *arguments);
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
                self.expr("command", Some(*command));
                self.expr("cwd", *cwd);
                self.mapping("env", *env);
                self.expr("stdin", *stdin);
                self.flag("check", check.map(|v| v.value), true);
                self.one_of("parse", *parse, None);
                self.ty("returns", *returns);
            }
            StepKind::Subworkflow {
                workflow,
                inputs,
                wait,
            } => {
                self.name("workflow", Some(workflow));
                self.mapping("inputs", *inputs);
                self.flag("wait", wait.map(|v| v.value), true);
            }
            StepKind::Return(value) => self.expr("value", *value),
            StepKind::Fail { code, message } => {
                self.name("code", code.as_ref());
                self.expr("message", *message);
            }
            StepKind::Set { values, .. } => {
                for assign in values {
                    let name = format!("values.{}", assign.name.text);
                    self.expr(&name, Some(assign.value));
                    self.ty(&format!("{name}: type"), assign.ty);
                }
            }
            StepKind::Try { catch, .. } => {
                self.name("as", catch.as_ref().map(|c| &c.name));
            }
            _ => self.deciding(kind),
        }
    }

    fn deciding(&mut self, kind: &StepKind) {
        match kind {
            StepKind::Conditional { condition, .. } => self.expr("condition", Some(*condition)),
            StepKind::Switch { on, cases, .. } => {
                self.expr("on", Some(*on));
                let cases = cases.iter().map(|c| list(self.side.ast, &c.values));
                let cases: Vec<String> = cases.collect();
                self.put("cases", cases.join("; "));
            }
            StepKind::Loop { .. } => self.repeating(kind),
            StepKind::Parallel {
                branches,
                max_concurrency,
                join,
                ..
            } => {
                let names: Vec<&str> = branches.iter().map(|b| &*b.name.text).collect();
                self.put("branches", names.join(", "));
                self.number("max_concurrency", *max_concurrency);
                self.one_of("join", *join, Some(Join::All));
            }
            StepKind::Approval {
                prompt,
                items,
                approvers,
                on_timeout,
                on_deny,
            } => {
                self.expr("prompt", Some(*prompt));
                self.expr("items", *items);
                self.names("approvers", approvers);
                self.one_of("on_timeout", *on_timeout, Some(OnApprovalTimeout::Fail));
                self.one_of("on_deny", *on_deny, Some(OnDeny::Fail));
            }
            StepKind::Wait {
                wait,
                continue_on_timeout,
            } => {
                match wait {
                    Wait::For(time) => self.expr("for", Some(*time)),
                    Wait::Until(time) => self.expr("until", Some(*time)),
                    Wait::Event {
                        event,
                        key,
                        returns,
                    } => {
                        self.name("event", Some(event));
                        self.expr("key", *key);
                        self.ty("returns", *returns);
                    }
                }
                if continue_on_timeout.is_some_and(|c| c.value) {
                    self.put("on_timeout", "continue");
                }
            }
            _ => {}
        }
    }

    fn repeating(&mut self, kind: &StepKind) {
        let StepKind::Loop {
            head,
            max_iterations,
            stop_on_limit,
            collect,
            join,
            ..
        } = kind
        else {
            return;
        };
        match head {
            LoopHead::Over {
                over,
                item,
                index,
                max_concurrency,
            } => {
                self.expr("over", Some(*over));
                self.name("as", Some(item));
                self.name("index", index.as_ref());
                self.number("max_concurrency", *max_concurrency);
            }
            LoopHead::While(test) => self.expr("while", Some(*test)),
            LoopHead::Until(test) => self.expr("until", Some(*test)),
            LoopHead::Times => {}
        }
        self.number("max_iterations", *max_iterations);
        if let Some(stops) = stop_on_limit {
            self.put("on_limit", if stops.value { "stop" } else { "fail" });
        }
        self.expr("collect", *collect);
        self.one_of("join", *join, Some(Join::All));
    }

    /// A yes or no that is only told when it is not the usual one.
    fn flag(&mut self, name: &str, value: Option<bool>, usual: bool) {
        if let Some(value) = value.filter(|v| *v != usual) {
            self.put(name, value.to_string());
        }
    }

    /// One of a few words, told when it is not the usual one.
    fn one_of<T: Word + PartialEq>(&mut self, name: &str, value: Option<At<T>>, usual: Option<T>) {
        if let Some(value) = value.filter(|v| Some(v.value) != usual) {
            self.put(name, value.value.word());
        }
    }
}

/// Expressions, with commas between them.
pub(crate) fn list(ast: &Ast, values: &[ExprId]) -> String {
    let texts: Vec<String> = values.iter().map(|v| expr_text(&ast.exprs, *v)).collect();
    texts.join(", ")
}

pub(crate) fn budget_text(budget: &Budget) -> String {
    let mut parts = Vec::new();
    if let Some(usd) = budget.usd {
        parts.push(format!("usd: {:?}", usd.value));
    }
    if let Some(tokens) = budget.tokens {
        parts.push(format!("tokens: {}", tokens.value));
    }
    if let Some(calls) = budget.agent_calls {
        parts.push(format!("agent_calls: {}", calls.value));
    }
    format!("{{ {} }}", parts.join(", "))
}
