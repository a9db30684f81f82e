//! Steps of the text form.

use wfc_syntax::ast::{
    Allow, Block, Join, LoopHead, OnApprovalTimeout, OnDeny, OnError, OnInterrupt, Parse, Step,
    StepId, StepKind, Wait,
};
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::tree::{NodeId, NodeKind};

use super::Printer;
use super::value::{Opts, broken, int, list, name, object, plain_string, push, texts};
use crate::doc::Notes;
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
        let start = self.out.len();
        self.pad();
        self.step_text(step);
        let printed = self.out.split_off(start);
        // What the parts did not say for themselves.
        let notes = self.step_notes(step.span, step.node);
        self.around(notes, |this| this.out.push_str(&printed));
    }

    fn step_text(&mut self, step: &Step) {
        if let StepKind::Set {
            values,
            from_let: true,
        } = &step.kind
            && let [one] = values.as_slice()
        {
            let mut text = format!("let {} =", name(&one.name.text));
            self.push_object(&mut text, Some(one.value));
            self.text(&text);
            self.clauses(step, Opts::new(), false);
            return;
        }
        if let Some(id) = &step.id
            && self.takes_let(step)
        {
            let text = format!("let {} = ", name(&id.text));
            self.text(&text);
        }
        match &step.kind {
            StepKind::Conditional { .. } => self.conditional(step, None),
            StepKind::Switch { on, cases, default } => {
                let head = format!("switch {}", self.expr(*on));
                self.text(&head);
                self.clauses(step, Opts::new(), false);
                self.out.push_str(" {\n");
                self.indent += 2;
                for (i, case) in cases.iter().enumerate() {
                    let values: Vec<String> = case.values.iter().map(|v| self.expr(*v)).collect();
                    let notes = self.case_notes(step.node, i);
                    self.inner_block(&format!("case {}", values.join(", ")), &case.body, notes);
                }
                if let Some(default) = default {
                    let mut notes = self.block_notes(step.node, "default");
                    // Behind the block it would belong to a `compensate` that follows the switch.
                    let closing = std::mem::take(&mut notes.closing);
                    self.inner_block_closed("default", default, notes, closing);
                }
                self.close();
                self.tail(step);
            }
            StepKind::Loop { .. } => self.loop_step(step),
            StepKind::Parallel {
                branches,
                max_concurrency,
                join,
                from_steps,
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
                self.out.push_str(" {");
                let around =
                    self.block_notes(step.node, if *from_steps { "steps" } else { "branches" });
                if let Some(trailing) = &around.trailing {
                    self.out.push(' ');
                    self.out.push_str(&super::comment(trailing));
                }
                self.out.push('\n');
                self.indent += 2;
                self.comment_lines(&around.leading);
                for branch in branches {
                    if *from_steps {
                        self.steps(&branch.body);
                        continue;
                    }
                    let node = self.tree.field(step.node, "branches");
                    let notes = match self.entry_of(node, &branch.name.text) {
                        Some(entry) => self.comments.take(entry.key_span),
                        None => Notes::default(),
                    };
                    let head = format!("branch {}", name(&branch.name.text));
                    self.inner_block(&head, &branch.body, notes);
                }
                self.comment_lines(&around.closing);
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
                let notes = self.block_notes(step.node, "steps");
                self.block("", body, &notes);
                if let Some(catch) = catch {
                    let notes = self.catch_notes(step.node);
                    let name = &catch.name.text;
                    let head = if &**name == "error" {
                        " catch".to_owned()
                    } else {
                        format!(" catch {name}")
                    };
                    self.block(&head, &catch.body, &notes);
                }
                if let Some(finally) = finally {
                    let notes = self.block_notes(step.node, "finally");
                    self.block(" finally", finally, &notes);
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
            let noted = self.option_notes(step, &own);
            let options = match noted {
                Some(fields) => broken(("{ ", " }"), &fields, ""),
                None => object(&own, self.column() + with.len()),
            };
            self.text(&format!("{with}{options}"));
        }
        // Kinds with blocks take all their fields before the first block.
        if let Some(when) = step.when
            && !self.when_in_options(step)
        {
            let text = format!(" when {}", self.expr(when));
            self.text(&text);
        }
    }

    /// Options with their comments around them; none when there are no comments.
    fn option_notes(&mut self, step: &Step, own: &Opts) -> Option<Vec<String>> {
        let notes: Vec<Notes> = own
            .iter()
            .map(|(key, _)| self.notes_of(Some(step.node), key))
            .collect();
        if !notes.iter().any(Notes::has_comments) {
            return None;
        }
        let fields = own.iter().zip(notes).map(|((key, value), mut notes)| {
            let mut lines: Vec<String> = Vec::new();
            let field = format!("{key}: {value}");
            let first = field.lines().next().unwrap_or_default();
            let several = field.contains('\n');
            let opens = first.ends_with(['{', '[']);
            if several && !opens || !several && notes.after.is_some() {
                notes.leading.extend(notes.trailing.take());
            }
            // Fields are one paragraph.
            let said = |l: &String| (l != crate::comments::BLANK).then(|| super::comment(l));
            lines.extend(notes.leading.iter().filter_map(said));
            let trailing = notes.trailing.map(|t| format!(" {}", super::comment(&t)));
            let after = notes.after.map(|t| format!(" {}", super::comment(&t)));
            let rest = field.get(first.len()..).unwrap_or_default();
            lines.push(format!(
                "{first}{}{rest}{}",
                trailing.unwrap_or_default(),
                after.unwrap_or_default()
            ));
            lines.extend(notes.closing.iter().filter_map(said));
            lines.join("\n")
        });
        Some(fields.collect())
    }

    /// What follows a step: the blocks of its common fields.
    fn tail(&mut self, step: &Step) {
        if let Some(OnError::Steps(block)) = &step.on_error {
            let notes = self.block_notes(step.node, "on_error");
            self.block(" on_error", block, &notes);
        }
        if let Some(block) = &step.compensate {
            let notes = self.block_notes(step.node, "compensate");
            self.block(" compensate", block, &notes);
        }
    }

    /// Whether what stands after `let x =` is known for a step by its first words; if not, the name stands among
    /// the options.
    fn takes_let(&self, step: &Step) -> bool {
        match &step.kind {
            StepKind::Fail { code, message } => {
                code.is_none() && message.is_some_and(|m| !self.is_collection(m))
            }
            StepKind::Agent { goal: main, .. }
            | StepKind::AgentMessage { content: main, .. }
            | StepKind::Bash { command: main, .. }
            | StepKind::Approval { prompt: main, .. } => !self.is_collection(*main),
            StepKind::Set { values, .. } => values.len() == 1,
            StepKind::Switch { on, .. } => {
                let on = self.expr(*on);
                let rest = on.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
                // `b"..."` is neither a name nor a string.
                let bytes = rest.len() < on.len() && rest.starts_with('"');
                let first = on.chars().next();
                !bytes && first.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '"'))
            }
            _ => true,
        }
    }

    /// Kinds with blocks take their fields before the first block; behind a lone `return`, a bracket or a sign
    /// would make `when` a name.
    fn when_in_options(&self, step: &Step) -> bool {
        has_blocks(&step.kind) || matches!(step.kind, StepKind::Return(None))
    }

    fn common(&self, step: &Step) -> Opts {
        let mut opts = Opts::new();
        let text = |n: &wfc_syntax::expr::Name| plain_string(&n.text);
        if !self.takes_let(step) {
            push(&mut opts, "id", step.id.as_ref().map(|id| name(&id.text)));
        }
        push(&mut opts, "name", step.name.as_ref().map(text));
        push(
            &mut opts,
            "description",
            step.description.as_ref().map(text),
        );
        if self.when_in_options(step) {
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
            step.retry.as_ref().map(|r| self.retry(r, step.node)),
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
            step.budget
                .as_ref()
                .map(|b| self.budget(b, Some(step.node))),
        );
        push(
            &mut opts,
            "outputVariable",
            step.output.as_ref().map(|o| name(&o.text)),
        );
        if !step.allow.is_empty() {
            let text = self.allow_text(&step.allow, Some(step.node));
            opts.push(("allow".to_owned(), text));
        }
        self.push_extensions(Some(step.node), &mut opts);
        opts
    }

    /// `above` are the comments of an `else if`, which has no options.
    fn conditional(&mut self, step: &Step, above: Option<Vec<String>>) {
        let first = above.is_none();
        let above = above.unwrap_or_default();
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
        let mut notes = self.block_notes(step.node, "then");
        notes.leading.splice(0..0, above);
        self.block("", then, &notes);
        if let Some(block) = otherwise {
            let mut notes = self.block_notes(step.node, "else");
            if let Some(nested) = self.else_if(block) {
                let ast = self.ast;
                let nested = ast.step(nested);
                let inner = self.step_notes(nested.span, nested.node);
                // There is no place between `else` and `if`.
                let above = std::mem::take(&mut notes).lines().chain(inner.lines());
                let above = above.filter(|l| l != crate::comments::BLANK).collect();
                self.out.push_str(" else ");
                self.conditional(nested, Some(above));
            } else {
                self.block(" else", block, &notes);
            }
        }
        if first {
            self.tail(step);
        }
    }

    /// Prints a block of its own line, with its comments around it.
    pub(super) fn inner_block(&mut self, head: &str, block: &Block, notes: Notes) {
        self.inner_block_closed(head, block, notes, Vec::new());
    }

    /// With `closing` as the last comments inside the block.
    fn inner_block_closed(
        &mut self,
        head: &str,
        block: &Block,
        mut notes: Notes,
        closing: Vec<String>,
    ) {
        let within = Notes {
            trailing: notes.trailing.take(),
            closing,
            ..Notes::default()
        };
        self.around(notes, |this| {
            this.pad();
            this.text(head);
            this.block("", block, &within);
        });
    }

    /// What stands around the case at `index`.
    fn case_notes(&mut self, step: NodeId, index: usize) -> Notes {
        let tree = self.tree;
        let mut first = Notes::default();
        if index == 0 {
            first = self.block_notes(step, "cases");
        }
        let mut notes = match tree.field(step, "cases").map(|n| tree.kind(n)) {
            Some(NodeKind::Map(entries)) => match entries.get(index) {
                Some(entry) => self.comments.take(entry.key_span),
                None => Notes::default(),
            },
            Some(NodeKind::Seq(items)) => match items.get(index) {
                Some(item) => {
                    let mut notes = self.step_notes(tree.span(*item), *item);
                    let body = self.block_notes(*item, "steps");
                    super::merge(&mut notes, body);
                    notes
                }
                None => Notes::default(),
            },
            _ => Notes::default(),
        };
        notes.blank_before |= first.blank_before;
        notes.leading.splice(0..0, first.lines());
        notes
    }

    fn catch_notes(&mut self, step: NodeId) -> Notes {
        let mut notes = self.block_notes(step, "catch");
        if let Some(catch) = self.tree.field(step, "catch")
            && let NodeKind::Map(entries) = self.tree.kind(catch)
        {
            for entry in entries {
                let found = self.comments.take(entry.key_span);
                super::merge(&mut notes, found);
            }
        }
        notes
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
                    self.over(*over),
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
        let mut notes = self.block_notes(step.node, "steps");
        let mut around = self.notes_of(Some(step.node), "collect");
        notes.closing.append(&mut around.closing);
        self.block_with("", body, &notes, |this| {
            if let Some(collect) = collect {
                let text = format!("collect {}", this.value(collect));
                this.noted(around, &text);
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
                let parse = parse.map(|p| match p.value {
                    Parse::Text => "text".to_owned(),
                    Parse::Lines => "lines".to_owned(),
                    Parse::Json => "json".to_owned(),
                });
                push(&mut opts, "parse", parse);
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
    fn push_object(&self, text: &mut String, value: Option<ExprId>) {
        if let Some(value) = value {
            text.push(' ');
            let value = self.value_at(value, self.column() + text.chars().count());
            text.push_str(&value);
        }
    }

    /// A list of values, or an expression.
    fn over(&self, id: ExprId) -> String {
        match self.ast.exprs.kind(id) {
            ExprKind::List(_) => self.value(id),
            _ => self.expr(id),
        }
    }

    /// Whether a value is a list or mapping, which has a place of its own among the options.
    fn is_collection(&self, id: ExprId) -> bool {
        matches!(
            self.ast.exprs.kind(id),
            ExprKind::List(_) | ExprKind::Map(_)
        )
    }

    /// A kind that begins with a string: what is a list or mapping stands among the options.
    fn main_head(&self, kind: &str, field: &str, main: ExprId, mut opts: Opts) -> Head {
        if self.is_collection(main) {
            opts.insert(0, (field.to_owned(), self.value(main)));
            return Head::opts(kind.to_owned(), opts);
        }
        Head::opts(format!("{kind} {}", self.main_text(main)), opts)
    }

    /// The string that a kind begins with; what is no string is put in a template.
    fn main_text(&self, id: ExprId) -> String {
        match self.ast.exprs.kind(id) {
            ExprKind::String(_) | ExprKind::Template(_) => self.value(id),
            _ => super::value::string(&format!(
                "{{{{ {} }}}}",
                wfc_syntax::print_expr::expr_text(&self.ast.exprs, id)
            )),
        }
    }

    /// The findings that the mapping `of` allows.
    pub(super) fn allow_text(&self, allow: &[Allow], of: Option<NodeId>) -> String {
        let node = self.entry_of(of, "allow").map(|e| e.value);
        let nodes: Vec<NodeId> = match node.map(|n| self.tree.kind(n)) {
            Some(NodeKind::Seq(items)) => items.clone(),
            _ => node.into_iter().collect(),
        };
        let items: Vec<String> = allow
            .iter()
            .enumerate()
            .map(|(i, a)| {
                let mut opts = Opts::new();
                opts.push(("code".to_owned(), plain_string(&a.code.text)));
                let reason = a.reason.as_ref().map(|r| plain_string(&r.text));
                push(&mut opts, "reason", reason);
                if nodes.len() == allow.len() {
                    self.push_extensions(nodes.get(i).copied(), &mut opts);
                }
                object(&opts, self.usual_column())
            })
            .collect();
        list(&items, self.usual_column())
    }

    fn set_text(&self, values: &[wfc_syntax::ast::Assign]) -> String {
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
