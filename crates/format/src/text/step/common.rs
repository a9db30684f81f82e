//! The fields that every kind may have: options, `when`, `on_error`, `compensate`.

use wfc_syntax::ast::{Allow, OnError, Step, StepKind};
use wfc_syntax::tree::{NodeId, NodeKind};

use crate::doc::Notes;
use crate::text::value::{Opts, broken, list, name, object, plain_string, push, word};
use crate::text::{Printer, comment};
impl Printer<'_> {
    /// Options and `with`, then `when`.
    pub(super) fn clauses(&mut self, step: &Step, mut own: Opts, takes_opts: bool) {
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
    pub(super) fn option_notes(&mut self, step: &Step, own: &Opts) -> Option<Vec<String>> {
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
            let said = |l: &String| (l != crate::comments::BLANK).then(|| comment(l));
            lines.extend(notes.leading.iter().filter_map(said));
            let trailing = notes.trailing.map(|t| format!(" {}", comment(&t)));
            let after = notes.after.map(|t| format!(" {}", comment(&t)));
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
    pub(super) fn tail(&mut self, step: &Step) {
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
    pub(super) fn takes_let(&self, step: &Step) -> bool {
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
    pub(super) fn when_in_options(&self, step: &Step) -> bool {
        has_blocks(&step.kind) || matches!(step.kind, StepKind::Return(None))
    }

    pub(super) fn common(&self, step: &Step) -> Opts {
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
        push(&mut opts, "on_interrupt", word(step.on_interrupt));
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

    /// The findings that the mapping `of` allows.
    pub(in crate::text) fn allow_text(&self, allow: &[Allow], of: Option<NodeId>) -> String {
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
