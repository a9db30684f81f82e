//! Steps put into the body of a `try`, whose handler says what failed and passes the failure on.

use wfc_syntax::tree::Spelling;

use super::selected::Selected;
use super::{ActionKind, Change, CodeAction, Cx};
use crate::answer::TextEdit;

/// What the handler says.
const MESSAGE: &str = "Failed: {{ error.message }}";

impl Cx<'_> {
    pub(super) fn wrap(&self, selected: &Selected, out: &mut Vec<CodeAction>) {
        let slice = self.file.slice(selected.span);
        let indent = &selected.indent;
        let text = match self.file.spelling {
            Spelling::Text if selected.lines => {
                let body = self.moved(slice, 0, "  ");
                format!(
                    "try {{\n{indent}  {body}\n{indent}}} catch {{\n{indent}  agent_message \"{MESSAGE}\"\n{indent}  fail\n{indent}}}"
                )
            }
            Spelling::Text => {
                format!("try {{ {slice} }} catch {{ agent_message \"{MESSAGE}\" fail }}")
            }
            Spelling::Yaml if selected.lines && slice.starts_with('-') => {
                let body = self.moved(slice, 0, "    ");
                format!(
                    "- type: try\n{indent}  steps:\n{indent}    {body}\n{indent}  catch:\n{indent}    - {{ type: agent_message, content: \"{MESSAGE}\" }}\n{indent}    - type: fail"
                )
            }
            Spelling::Yaml => format!(
                "{{ type: try, steps: [ {slice} ], catch: [ {{ type: agent_message, content: \"{MESSAGE}\" }}, {{ type: fail }} ] }}"
            ),
            Spelling::Json => format!(
                "{{ \"type\": \"try\", \"steps\": [ {slice} ], \"catch\": [ {{ \"type\": \"agent_message\", \"content\": \"{MESSAGE}\" }}, {{ \"type\": \"fail\" }} ] }}"
            ),
        };
        let what = match selected.steps.len() {
            1 => "the step".to_owned(),
            n => format!("{n} steps"),
        };
        out.push(CodeAction {
            title: format!("wrap {what} in `try`"),
            kind: ActionKind::Rewrite,
            preferred: false,
            finding: None,
            change: Change::Edit(self.edit(vec![TextEdit::new(selected.span, text)])),
        });
    }
}
