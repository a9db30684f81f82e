//! A person asked before a step that may destroy something.

use wfc_compiler::analysis::catalogue::Found;
use wfc_compiler::rules::trust::approval_before;
use wfc_syntax::ast::StepKind;

use super::selected::Selected;
use super::{ActionKind, Change, CodeAction, Cx};
use crate::answer::TextEdit;

impl Cx<'_> {
    pub(super) fn approval(&self, selected: &Selected, out: &mut Vec<CodeAction>) {
        let [id] = selected.steps.as_slice() else {
            return;
        };
        let step = self.file.ast().step(*id);
        let StepKind::Tool { tool, .. } = &step.kind else {
            return;
        };
        // Nobody has to be asked before something is only read.
        let reads = match self.file.analysis().catalogues.find(&tool.text) {
            Found::Tool(known) => {
                known.hints.destructive == Some(false) || known.hints.read_only == Some(true)
            }
            _ => false,
        };
        if reads {
            return;
        }
        let (tree, text) = (self.file.tree(), self.file.text());
        let Some(edit) = approval_before(self.file.ast(), tree, text, *id) else {
            return;
        };
        let title = format!("ask for approval before `{}`", tool.text);
        let edit = self.edit(vec![TextEdit::new(edit.span, edit.text)]);
        // A finding about the very same offers the same already.
        let same = |a: &CodeAction| a.change == Change::Edit(edit.clone());
        if out.iter().any(same) {
            return;
        }
        out.push(CodeAction {
            title,
            kind: ActionKind::Rewrite,
            preferred: false,
            finding: None,
            change: Change::Edit(edit),
        });
    }
}
