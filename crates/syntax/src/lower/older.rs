//! `tool: bash` of the older form: a `bash` step in other words.

use super::Lower;
use crate::ast::StepKind;
use crate::diagnostic::Edit;
use crate::expr::{ExprId, ExprKind, Name};
use crate::span::Span;
use crate::tree::{NodeId, NodeKind};

impl Lower<'_> {
    /// The `bash` step that a call of the tool `bash` stands for.
    pub(super) fn bash_tool(
        &mut self,
        tool: &Name,
        arguments: Option<ExprId>,
        node: NodeId,
    ) -> StepKind {
        let fix = self.bash_edits(node);
        self.bash_as_tool(tool.span, fix);
        let entries = match arguments.map(|a| self.exprs.kind(a)) {
            Some(ExprKind::Map(entries)) => entries.clone(),
            Some(ExprKind::Error) => return StepKind::Error,
            _ => Vec::new(),
        };
        let argument = |name: &str| {
            entries
                .iter()
                .find(|e| matches!(self.exprs.kind(e.key), ExprKind::String(k) if &**k == name))
                .map(|e| e.value)
        };
        let (command, cwd) = (argument("command"), argument("cwd"));
        let (env, stdin) = (argument("env"), argument("stdin"));
        let Some(command) = command else {
            let place = arguments.map_or(tool.span, |a| self.exprs.span(a));
            self.missing_command(place);
            return StepKind::Error;
        };
        StepKind::Bash {
            command,
            cwd,
            env,
            stdin,
            check: None,
            parse: None,
            returns: None,
        }
    }

    /// The edits that make a call of the tool `bash` with nothing but a command on one line a `bash` step: the
    /// type, `command` in the place of `tool`, and no `arguments`.
    fn bash_edits(&self, node: NodeId) -> Option<Vec<Edit>> {
        let NodeKind::Map(entries) = self.tree.kind(node) else {
            return None;
        };
        let find = |key: &str| entries.iter().position(|e| &*e.key == key);
        let (kind, tool) = (entries.get(find("type")?)?, entries.get(find("tool")?)?);
        let place = find("arguments")?;
        let before = entries.get(place.checked_sub(1)?)?;
        let arguments = entries.get(place)?;
        let NodeKind::Map(given) = self.tree.kind(arguments.value) else {
            return None;
        };
        let [command] = given.as_slice() else {
            return None;
        };
        let text = self.source(self.tree.span(command.value));
        let cut = Span::new(
            self.tree.span(before.value).end,
            self.tree.span(arguments.value).end,
        );
        if &*command.key != "command"
            || text.contains(['\n', '#'])
            || self.source(cut).contains('#')
        {
            return None;
        }
        let (kind, value) = (self.tree.span(kind.value), self.tree.span(tool.value));
        let mut edits = vec![
            Edit {
                span: kind,
                text: self.word_like(kind, "bash"),
            },
            Edit {
                span: tool.key_span,
                text: self.key_like(tool.key_span, "command"),
            },
            Edit {
                span: value,
                text: text.to_owned(),
            },
            Edit {
                span: cut,
                text: String::new(),
            },
        ];
        edits.sort_by_key(|e| e.span);
        Some(edits)
    }
}
