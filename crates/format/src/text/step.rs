//! Steps of the text form.

use wfc_syntax::ast::{
    Allow, Block, Join, LoopHead, OnApprovalTimeout, OnDeny, OnError, OnInterrupt, Parse, Step,
    StepId, StepKind, Wait,
};
use wfc_syntax::tree::NodeKind;

use super::Printer;
use super::value::{Opts, int, name, object, plain_string, push, texts};
use crate::values::is_name;

/// What a kind prints besides its blocks.
struct Head {
    /// Up to the options.
    text: String,
    /// Fields in braces after the head.
    opts: Opts,
    /// Whether the kind takes options right after its head; others take `with`.
    takes_opts: bool,
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
    pub(super) fn step(&mut self, id: StepId) {
        let ast = self.ast;
        let step = ast.step(id);
        let mut notes = self.notes(step.span, Some(step.node));
        let start = self.out.len();
        let before = {
            let mut leading = notes.clone();
            leading.trailing = None;
            leading
        };
        self.before(&before);
        let body = self.out.len();
        self.pad();
        self.step_text(step);
        let one_line = !self
            .out
            .get(body..)
            .unwrap_or_default()
            .trim_end()
            .contains('\n');
        if let Some(trailing) = notes.trailing.take() {
            if one_line {
                self.out.push(' ');
                self.out.push_str(&super::comment(&trailing));
            } else {
                let line = super::comment(&trailing);
                let pad = " ".repeat(self.indent);
                self.out.insert_str(body, &format!("{pad}{line}\n"));
            }
        }
        debug_assert!(start <= body, "steps only append");
        self.out.push('\n');
    }

    fn step_text(&mut self, step: &Step) {
        if let StepKind::Set {
            values,
            from_let: true,
        } = &step.kind
            && let [one] = values.as_slice()
        {
            let text = format!("let {} = {}", name(&one.name.text), self.value(one.value));
            self.text(&text);
            self.clauses(step, Opts::new(), false);
            return;
        }
        if let Some(id) = &step.id {
            let text = format!("let {} = ", name(&id.text));
            self.text(&text);
        }
        match &step.kind {
            StepKind::Conditional { .. } => self.conditional(step, true),
            StepKind::Switch { on, cases, default } => {
                let head = format!("switch {}", self.expr(*on));
                self.text(&head);
                self.clauses(step, Opts::new(), false);
                self.out.push_str(" {\n");
                self.indent += 2;
                for case in cases {
                    let values: Vec<String> = case.values.iter().map(|v| self.expr(*v)).collect();
                    self.pad();
                    self.block(&format!("case {}", values.join(", ")), &case.body);
                    self.out.push('\n');
                }
                if let Some(default) = default {
                    self.pad();
                    self.block("default", default);
                    self.out.push('\n');
                }
                self.close();
                self.tail(step);
            }
            StepKind::Loop { .. } => self.loop_step(step),
            StepKind::Parallel {
                branches,
                max_concurrency,
                join,
                ..
            } => {
                let limit = max_concurrency
                    .map(|n| format!(" {}", n.value))
                    .unwrap_or_default();
                self.text(&format!("parallel{limit}"));
                let mut opts = Opts::new();
                push(
                    &mut opts,
                    "join",
                    join.map(|j| join_word(j.value).to_owned()),
                );
                self.clauses(step, opts, false);
                self.out.push_str(" {\n");
                self.indent += 2;
                for branch in branches {
                    self.pad();
                    self.block(&format!("branch {}", name(&branch.name.text)), &branch.body);
                    self.out.push('\n');
                }
                self.close();
                self.tail(step);
            }
            StepKind::Try {
                body,
                catch,
                finally,
            } => {
                self.text("try");
                self.clauses(step, Opts::new(), false);
                self.block("", body);
                if let Some(catch) = catch {
                    let name = &catch.name.text;
                    let head = if &**name == "error" {
                        " catch".to_owned()
                    } else {
                        format!(" catch {name}")
                    };
                    self.block(&head, &catch.body);
                }
                if let Some(finally) = finally {
                    self.block(" finally", finally);
                }
                self.tail(step);
            }
            _ => {
                let head = self.plain_head(step);
                self.text(&head.text);
                self.clauses(step, head.opts, head.takes_opts);
                self.tail(step);
            }
        }
    }

    /// Adds text that may span lines at the current indentation.
    fn text(&mut self, text: &str) {
        let pad = format!("\n{}", " ".repeat(self.indent));
        let text = text.replace('\n', &pad);
        // Empty lines stay empty.
        let text = text
            .split('\n')
            .map(|l| if l.trim().is_empty() { "" } else { l });
        self.out.push_str(&text.collect::<Vec<_>>().join("\n"));
    }

    fn close(&mut self) {
        self.indent -= 2;
        self.pad();
        self.out.push('}');
    }

    /// Options and `with`, then `when`.
    fn clauses(&mut self, step: &Step, mut own: Opts, takes_opts: bool) {
        own.extend(self.common(step));
        if !own.is_empty() {
            let with = if takes_opts { " " } else { " with " };
            let text = format!("{with}{}", object(&own, self.column() + with.len()));
            self.text(&text);
        }
        // Kinds with blocks take all their fields before the first block.
        if let Some(when) = step.when
            && !has_blocks(&step.kind)
        {
            let text = format!(" when {}", self.expr(when));
            self.text(&text);
        }
    }

    /// What follows a step: the blocks of its common fields.
    fn tail(&mut self, step: &Step) {
        if let Some(OnError::Steps(block)) = &step.on_error {
            self.block(" on_error", block);
        }
        if let Some(block) = &step.compensate {
            self.block(" compensate", block);
        }
    }

    fn common(&self, step: &Step) -> Opts {
        let mut opts = Opts::new();
        let text = |n: &wfc_syntax::expr::Name| plain_string(&n.text);
        push(&mut opts, "name", step.name.as_ref().map(text));
        push(
            &mut opts,
            "description",
            step.description.as_ref().map(text),
        );
        if has_blocks(&step.kind) {
            push(&mut opts, "when", step.when.map(|e| self.expr(e)));
        }
        push(&mut opts, "timeout", step.timeout.map(|e| self.value(e)));
        push(
            &mut opts,
            "attempt_timeout",
            step.attempt_timeout.map(|e| self.value(e)),
        );
        push(
            &mut opts,
            "retry",
            step.retry.as_ref().map(|r| self.retry(r)),
        );
        push(
            &mut opts,
            "on_error",
            match step.on_error {
                Some(OnError::Fail(_)) => Some("fail".to_owned()),
                Some(OnError::Continue(_)) => Some("continue".to_owned()),
                Some(OnError::Steps(_)) | None => None,
            },
        );
        push(
            &mut opts,
            "on_interrupt",
            step.on_interrupt.map(|o| match o.value {
                OnInterrupt::Fail => "fail".to_owned(),
                OnInterrupt::Retry => "retry".to_owned(),
            }),
        );
        push(
            &mut opts,
            "budget",
            step.budget.as_ref().map(|b| self.budget(b)),
        );
        push(
            &mut opts,
            "outputVariable",
            step.output.as_ref().map(|o| name(&o.text)),
        );
        if !step.allow.is_empty() {
            opts.push(("allow".to_owned(), allow_text(&step.allow)));
        }
        if let NodeKind::Map(entries) = self.tree.kind(step.node) {
            for entry in entries
                .iter()
                .filter(|e| e.key.starts_with("x-") && &*e.key != "x-comments")
            {
                opts.push((entry.key.to_string(), self.data(entry.value)));
            }
        }
        opts
    }

    fn conditional(&mut self, step: &Step, first: bool) {
        let StepKind::Conditional {
            condition,
            then,
            otherwise,
        } = &step.kind
        else {
            return;
        };
        let head = format!("if {}", self.expr(*condition));
        self.text(&head);
        if first {
            self.clauses(step, Opts::new(), false);
        }
        self.block("", then);
        if let Some(block) = otherwise { match self.else_if(block) {
            Some(nested) => {
                self.out.push_str(" else ");
                let ast = self.ast;
                self.conditional(ast.step(nested), false);
            }
            None => self.block(" else", block),
        } }
        if first {
            self.tail(step);
        }
    }

    /// The conditional that an `else` block consists of, when it says nothing more of itself.
    fn else_if(&self, block: &Block) -> Option<StepId> {
        let [only] = block.steps.as_slice() else {
            return None;
        };
        let step = self.step_of(*only);
        let plain = step.id.is_none()
            && step.on_error.is_none()
            && step.compensate.is_none()
            && self.common(step).is_empty();
        (plain && matches!(step.kind, StepKind::Conditional { .. })).then_some(*only)
    }

    fn loop_step(&mut self, step: &Step) {
        let StepKind::Loop {
            head,
            max_iterations,
            stop_on_limit,
            collect,
            join,
            body,
        } = &step.kind
        else {
            return;
        };
        let mut opts = Opts::new();
        let limit = max_iterations
            .map(|n| format!(" max {}", n.value))
            .unwrap_or_default();
        let text = match head {
            LoopHead::Over {
                over,
                item,
                index,
                max_concurrency,
            } => {
                push(&mut opts, "max_iterations", int(*max_iterations));
                let index = index
                    .as_ref()
                    .map(|i| format!(" index {}", i.text))
                    .unwrap_or_default();
                let parallel = max_concurrency.map(|n| format!(" parallel {}", n.value));
                format!(
                    "for {}{index} in {}{}",
                    item.text,
                    self.value(*over),
                    parallel.unwrap_or_default()
                )
            }
            LoopHead::While(cond) => format!("while {}{limit}", self.expr(*cond)),
            LoopHead::Until(_) | LoopHead::Times => format!("repeat{limit}"),
        };
        self.text(&text);
        push(
            &mut opts,
            "on_limit",
            stop_on_limit.map(|s| if s.value { "stop" } else { "fail" }.to_owned()),
        );
        push(
            &mut opts,
            "join",
            join.map(|j| join_word(j.value).to_owned()),
        );
        self.clauses(step, opts, false);
        let collect = *collect;
        self.block_with("", body, |this| {
            if let Some(collect) = collect {
                let text = format!("collect {}", this.value(collect));
                this.lines(&text);
            }
        });
        if let LoopHead::Until(cond) = head {
            let text = format!(" until {}", self.expr(*cond));
            self.text(&text);
        }
        self.tail(step);
    }

    fn plain_head(&self, step: &Step) -> Head {
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
                Head::opts(format!("agent {}", self.main_text(*goal)), opts)
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
                    wfc_syntax::expr::ExprKind::Duration(nanos) => (nanos / 1_000_000).to_string(),
                    _ => self.value(e),
                });
                push(&mut opts, "await_timeout_ms", millis);
                push(&mut opts, "returns", returns.map(|t| self.ty(t)));
                Head::opts(format!("agent_message {}", self.main_text(*content)), opts)
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
                let parse = parse.map(|p| match p.value {
                    Parse::Text => "text".to_owned(),
                    Parse::Lines => "lines".to_owned(),
                    Parse::Json => "json".to_owned(),
                });
                push(&mut opts, "parse", parse);
                push(&mut opts, "returns", returns.map(|t| self.ty(t)));
                Head::opts(format!("bash {}", self.main_text(*command)), opts)
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
                push(
                    &mut opts,
                    "on_timeout",
                    on_timeout.map(|t| match t.value {
                        OnApprovalTimeout::Approve => "approve".to_owned(),
                        OnApprovalTimeout::Deny => "deny".to_owned(),
                        OnApprovalTimeout::Fail => "fail".to_owned(),
                    }),
                );
                push(
                    &mut opts,
                    "on_deny",
                    on_deny.map(|d| match d.value {
                        OnDeny::Fail => "fail".to_owned(),
                        OnDeny::Skip => "skip".to_owned(),
                        OnDeny::Continue => "continue".to_owned(),
                    }),
                );
                Head::opts(format!("approval {}", self.main_text(*prompt)), opts)
            }
            StepKind::Tool { tool, arguments } => {
                let arguments = arguments
                    .map(|a| format!(" {}", self.value(a)))
                    .unwrap_or_default();
                Head::with(format!("tool {}{arguments}", reference(&tool.text)), opts)
            }
            StepKind::Subworkflow {
                workflow,
                inputs,
                wait,
            } => {
                push(&mut opts, "wait", wait.map(|b| b.value.to_string()));
                let inputs = inputs
                    .map(|a| format!(" {}", self.value(a)))
                    .unwrap_or_default();
                Head::with(format!("call {}{inputs}", reference(&workflow.text)), opts)
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
                let value = value
                    .map(|v| format!(" {}", self.value(v)))
                    .unwrap_or_default();
                Head::with(format!("return{value}"), opts)
            }
            StepKind::Fail { code, message } => {
                let code_text = code
                    .as_ref()
                    .map(|c| format!(" {}", c.text))
                    .unwrap_or_default();
                let message = match (code, message) {
                    (_, Some(m)) => format!(" {}", self.main_text(*m)),
                    (Some(_), None) => " \"\"".to_owned(),
                    (None, None) => String::new(),
                };
                Head::with(format!("fail{code_text}{message}"), opts)
            }
            StepKind::Break => Head::with("break".to_owned(), opts),
            StepKind::Continue => Head::with("continue".to_owned(), opts),
            _ => Head::with(String::new(), opts),
        }
    }

    /// The string that a kind begins with; what is no string is put in a template.
    fn main_text(&self, id: wfc_syntax::expr::ExprId) -> String {
        use wfc_syntax::expr::ExprKind;
        match self.ast.exprs.kind(id) {
            ExprKind::String(_) | ExprKind::Template(_) => self.value(id),
            _ => super::value::string(&format!(
                "{{{{ {} }}}}",
                wfc_syntax::print_expr::expr_text(&self.ast.exprs, id)
            )),
        }
    }

    fn set_text(&self, values: &[wfc_syntax::ast::Assign]) -> String {
        match values {
            [one] if is_name(&one.name.text) => {
                let ty = one
                    .ty
                    .map(|t| format!(": {}", self.ty(t)))
                    .unwrap_or_default();
                format!("set {}{ty} = {}", one.name.text, self.value(one.value))
            }
            _ => {
                let opts: Opts = values
                    .iter()
                    .map(|a| (name(&a.name.text), self.value(a.value)))
                    .collect();
                format!("set {}", object(&opts, self.indent + 4))
            }
        }
    }
}

pub(super) fn allow_text(allow: &[Allow]) -> String {
    let items: Vec<String> = allow
        .iter()
        .map(|a| {
            let mut opts = Opts::new();
            opts.push(("code".to_owned(), plain_string(&a.code.text)));
            push(
                &mut opts,
                "reason",
                a.reason.as_ref().map(|r| plain_string(&r.text)),
            );
            object(&opts, 40)
        })
        .collect();
    format!("[{}]", items.join(", "))
}

fn has_blocks(kind: &StepKind) -> bool {
    matches!(
        kind,
        StepKind::Conditional { .. }
            | StepKind::Switch { .. }
            | StepKind::Loop { .. }
            | StepKind::Parallel { .. }
            | StepKind::Try { .. }
    )
}

fn join_word(join: Join) -> &'static str {
    match join {
        Join::All => "all",
        Join::Any => "any",
        Join::Settled => "settled",
    }
}

/// `server.tool`, quoted where it is not made of names.
fn reference(text: &str) -> String {
    if text.split('.').all(is_name) {
        text.to_owned()
    } else {
        plain_string(text)
    }
}
