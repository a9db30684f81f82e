//! Steps of the text form.

mod common;
mod plain;

use wfc_syntax::ast::{Block, LoopHead, Step, StepId, StepKind};
use wfc_syntax::tree::{NodeId, NodeKind};

use super::value::{Opts, int, name, push, word};
use super::{Printer, comment, merge};
use crate::doc::Notes;
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
            StepKind::Switch { .. } => self.switch(step),
            StepKind::Loop { .. } => self.loop_step(step),
            StepKind::Parallel { .. } => self.parallel(step),
            StepKind::Try { .. } => self.try_step(step),
            _ => {
                let head = self.plain_head(step);
                self.text(&head.text);
                self.clauses(step, head.opts, head.takes_opts);
                self.tail(step);
            }
        }
    }

    fn switch(&mut self, step: &Step) {
        let StepKind::Switch { on, cases, default } = &step.kind else {
            return;
        };
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

    fn parallel(&mut self, step: &Step) {
        let StepKind::Parallel {
            branches,
            max_concurrency,
            join,
            from_steps,
        } = &step.kind
        else {
            return;
        };
        let limit = max_concurrency
            .map(|n| format!(" {}", n.value))
            .unwrap_or_default();
        self.text(&format!("parallel{limit}"));
        let mut opts = Opts::new();
        push(&mut opts, "join", word(*join));
        self.clauses(step, opts, false);
        self.out.push_str(" {");
        let around = self.block_notes(step.node, if *from_steps { "steps" } else { "branches" });
        if let Some(trailing) = &around.trailing {
            self.out.push(' ');
            self.out.push_str(&comment(trailing));
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

    fn try_step(&mut self, step: &Step) {
        let StepKind::Try {
            body,
            catch,
            finally,
        } = &step.kind
        else {
            return;
        };
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

    fn close(&mut self) {
        self.indent -= 2;
        self.pad();
        self.out.push('}');
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
                    merge(&mut notes, body);
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
                merge(&mut notes, found);
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
        push(&mut opts, "join", word(*join));
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
}
