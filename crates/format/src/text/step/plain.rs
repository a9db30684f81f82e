//! Kinds without blocks: what stands on their line, and their options.

use wfc_syntax::ast::{Assign, Step, StepKind, Wait};
use wfc_syntax::expr::{ExprId, ExprKind};

use crate::text::Printer;
use crate::text::value::{Opts, name, object, plain_string, push, string, texts, word};
use crate::values::is_name;

/// What a kind prints besides its blocks.
pub(super) struct Head {
    /// Up to the options.
    pub(super) text: String,
    /// Fields in braces after the head.
    pub(super) opts: Opts,
    /// Whether the kind takes options right after its head; others take `with`.
    pub(super) takes_opts: bool,
}

impl Head {
    fn opts(text: String, opts: Opts) -> Self {
        Self {
            text,
            opts,
            takes_opts: true,
        }
    }
    fn with(text: String, opts: Opts) -> Self {
        Self {
            text,
            opts,
            takes_opts: false,
        }
    }
}

impl Printer<'_> {
    pub(super) fn plain_head(&self, step: &Step) -> Head {
        let mut opts = Opts::new();
        match &step.kind {
            StepKind::Agent {
                goal,
                context,
                model,
                agent,
                tools,
                returns,
            } => {
                push(&mut opts, "context", context.map(|e| self.value(e)));
                push(&mut opts, "model", model.map(|e| self.value(e)));
                push(
                    &mut opts,
                    "agent",
                    agent.as_ref().map(|n| plain_string(&n.text)),
                );
                if !tools.is_empty() {
                    opts.push(("tools".to_owned(), texts(tools)));
                }
                push(&mut opts, "returns", returns.map(|t| self.ty(t)));
                self.main_head("agent", "goal", *goal, opts)
            }
            StepKind::AgentMessage {
                content,
                interrupt,
                await_response,
                await_timeout,
                returns,
            } => {
                push(
                    &mut opts,
                    "interrupt",
                    interrupt.map(|b| b.value.to_string()),
                );
                push(
                    &mut opts,
                    "await_response",
                    await_response.map(|b| b.value.to_string()),
                );
                let millis = await_timeout.map(|e| match self.ast.exprs.kind(e) {
                    ExprKind::Duration(nanos) => (nanos / 1_000_000).to_string(),
                    _ => self.value(e),
                });
                push(&mut opts, "await_timeout_ms", millis);
                push(&mut opts, "returns", returns.map(|t| self.ty(t)));
                self.main_head("agent_message", "content", *content, opts)
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
                push(&mut opts, "cwd", cwd.map(|e| self.value(e)));
                push(&mut opts, "env", env.map(|e| self.value(e)));
                push(&mut opts, "stdin", stdin.map(|e| self.value(e)));
                push(&mut opts, "check", check.map(|b| b.value.to_string()));
                push(&mut opts, "parse", word(*parse));
                push(&mut opts, "returns", returns.map(|t| self.ty(t)));
                self.main_head("bash", "command", *command, opts)
            }
            StepKind::Approval {
                prompt,
                items,
                approvers,
                on_timeout,
                on_deny,
            } => {
                push(&mut opts, "items", items.map(|e| self.value(e)));
                if !approvers.is_empty() {
                    opts.push(("approvers".to_owned(), texts(approvers)));
                }
                push(&mut opts, "on_timeout", word(*on_timeout));
                push(&mut opts, "on_deny", word(*on_deny));
                self.main_head("approval", "prompt", *prompt, opts)
            }
            StepKind::Tool { tool, arguments } => {
                let mut text = format!("tool {}", reference(&tool.text));
                self.push_object(&mut text, *arguments);
                Head::with(text, opts)
            }
            StepKind::Subworkflow {
                workflow,
                inputs,
                wait,
            } => {
                push(&mut opts, "wait", wait.map(|b| b.value.to_string()));
                let mut text = format!("call {}", reference(&workflow.text));
                self.push_object(&mut text, *inputs);
                Head::with(text, opts)
            }
            StepKind::Wait {
                wait,
                continue_on_timeout,
            } => {
                push(
                    &mut opts,
                    "on_timeout",
                    continue_on_timeout
                        .map(|c| if c.value { "continue" } else { "fail" }.to_owned()),
                );
                let text = match wait {
                    Wait::For(e) => format!("wait for {}", self.value(*e)),
                    Wait::Until(e) => format!("wait until {}", self.value(*e)),
                    Wait::Event {
                        event,
                        key,
                        returns,
                    } => {
                        push(&mut opts, "returns", returns.map(|t| self.ty(t)));
                        let key = key
                            .map(|k| format!(" key {}", self.expr(k)))
                            .unwrap_or_default();
                        format!("wait event {}{key}", plain_string(&event.text))
                    }
                };
                Head::with(text, opts)
            }
            StepKind::Set { values, .. } => Head::with(self.set_text(values), opts),
            StepKind::Return(value) => {
                let mut text = "return".to_owned();
                self.push_object(&mut text, *value);
                Head::with(text, opts)
            }
            StepKind::Fail { code, message } => {
                let mut text = "fail".to_owned();
                match code {
                    Some(code) if is_code(&code.text) => text.push_str(&format!(" {}", code.text)),
                    Some(code) => opts.push(("code".to_owned(), plain_string(&code.text))),
                    None => {}
                }
                if let Some(message) = message {
                    if self.is_collection(*message) {
                        opts.push(("message".to_owned(), self.value(*message)));
                    } else {
                        text.push_str(&format!(" {}", self.main_text(*message)));
                    }
                }
                Head::with(text, opts)
            }
            StepKind::Break => Head::with("break".to_owned(), opts),
            StepKind::Continue => Head::with("continue".to_owned(), opts),
            _ => Head::with(String::new(), opts),
        }
    }

    /// Adds a value behind the text that stands at the current column.
    pub(super) fn push_object(&self, text: &mut String, value: Option<ExprId>) {
        if let Some(value) = value {
            text.push(' ');
            let value = self.value_at(value, self.column() + text.chars().count());
            text.push_str(&value);
        }
    }

    /// A list of values, or an expression.
    pub(super) fn over(&self, id: ExprId) -> String {
        match self.ast.exprs.kind(id) {
            ExprKind::List(_) => self.value(id),
            _ => self.expr(id),
        }
    }

    /// Whether a value is a list or mapping, which has a place of its own among the options.
    pub(super) fn is_collection(&self, id: ExprId) -> bool {
        matches!(
            self.ast.exprs.kind(id),
            ExprKind::List(_) | ExprKind::Map(_)
        )
    }

    /// A kind that begins with a string: what is a list or mapping stands among the options.
    pub(super) fn main_head(&self, kind: &str, field: &str, main: ExprId, mut opts: Opts) -> Head {
        if self.is_collection(main) {
            opts.insert(0, (field.to_owned(), self.value(main)));
            return Head::opts(kind.to_owned(), opts);
        }
        Head::opts(format!("{kind} {}", self.main_text(main)), opts)
    }

    /// The string that a kind begins with; what is no string is put in a template.
    pub(super) fn main_text(&self, id: ExprId) -> String {
        match self.ast.exprs.kind(id) {
            ExprKind::String(_) | ExprKind::Template(_) => self.value(id),
            _ => string(&format!(
                "{{{{ {} }}}}",
                wfc_syntax::print_expr::expr_text(&self.ast.exprs, id)
            )),
        }
    }

    pub(super) fn set_text(&self, values: &[Assign]) -> String {
        match values {
            [one] if is_name(&one.name.text) => {
                let ty = one
                    .ty
                    .map(|t| format!(": {}", self.ty(t)))
                    .unwrap_or_default();
                let mut text = format!("set {}{ty} =", one.name.text);
                self.push_object(&mut text, Some(one.value));
                text
            }
            _ => {
                let opts: Opts = values
                    .iter()
                    .map(|a| {
                        let ty = a.ty.map(|t| format!(": {}", self.one_line_type(t)));
                        let key = format!("{}{}", a.name.text, ty.unwrap_or_default());
                        (name(&key), self.value(a.value))
                    })
                    .collect();
                format!("set {}", object(&opts, self.indent + 4))
            }
        }
    }
}

/// Whether `text` can stand bare behind `fail`.
fn is_code(text: &str) -> bool {
    text.split('.').all(is_name) && !matches!(text, "with" | "when" | "on_error" | "compensate")
}

/// `server.tool`, quoted where it is not made of names.
fn reference(text: &str) -> String {
    if text.split('.').all(is_name) {
        text.to_owned()
    } else {
        plain_string(text)
    }
}
