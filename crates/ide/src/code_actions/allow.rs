//! A finding that is fine where it is: allowed, with a reason to be written.

use wfc_syntax::ast::Step;
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::edit::Editor;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling};

use super::{ActionKind, Change, CodeAction, Cx};
use crate::answer::TextEdit;

/// What stands for the reason until the author has written one.
const REASON: &str = "say here why this is fine";

impl Cx<'_> {
    pub(super) fn allow(&self, out: &mut Vec<CodeAction>) {
        let mut seen = Vec::new();
        for (at, finding) in self.file.checked.diagnostics.iter().enumerate() {
            let known = seen.contains(&(finding.code, finding.span.start));
            if !self.range.overlaps(finding.span) || is_certain(finding) || known {
                continue;
            }
            seen.push((finding.code, finding.span.start));
            let Some(edit) = self.allowing(finding) else {
                continue;
            };
            out.push(CodeAction {
                title: format!("allow `{}` here", finding.code.name),
                kind: ActionKind::QuickFix,
                preferred: false,
                finding: Some(at),
                change: Change::Edit(self.edit(vec![edit])),
            });
        }
    }

    fn allowing(&self, finding: &Diagnostic) -> Option<TextEdit> {
        if self.file.spelling == Spelling::Text {
            return self.comment(finding, "//");
        }
        let tree = self.file.tree();
        let start = finding.span.start;
        let around = |s: &&Step| s.span.start <= start && start <= s.span.end;
        let step = self
            .file
            .ast()
            .steps
            .iter()
            .filter(around)
            .min_by_key(|s| s.span.len());
        let node = match step {
            Some(step) => step.node,
            None if self.file.spelling == Spelling::Yaml => return self.comment(finding, "#"),
            None => tree.root?,
        };
        self.field(node, finding.code.name)
    }

    /// A comment on a line of its own above the finding's.
    fn comment(&self, finding: &Diagnostic, sign: &str) -> Option<TextEdit> {
        let text = self.file.text();
        let start = finding.span.start as usize;
        let line = text.get(..start)?.rfind('\n').map_or(0, |n| n + 1);
        let tree = self.file.tree();
        // Not into the middle of a text.
        let way = crate::holds::way_to(tree, finding.span.start);
        let within = way.last().is_some_and(|f| {
            let scalar = matches!(tree.kind(f.node), NodeKind::Scalar(_) | NodeKind::Expr(_));
            scalar && (tree.span(f.node).start as usize) < line
        });
        if within {
            return None;
        }
        let rest = text.get(line..)?;
        let indent: String = rest
            .chars()
            .take_while(|c| matches!(c, ' ' | '\t'))
            .collect();
        let name = finding.code.name;
        Some(TextEdit::new(
            Span::of(line, line),
            format!("{indent}{sign} wfc: allow {name} {REASON}\n"),
        ))
    }

    /// An item of the field `allow`, which is added where it is missing.
    fn field(&self, node: NodeId, code: &str) -> Option<TextEdit> {
        let tree = self.file.tree();
        let editor = Editor::new(tree, self.file.text());
        let item = editor.mapping(&[
            ("code", editor.word(code)),
            ("reason", editor.string(REASON)),
        ]);
        if let Some(list) = tree.field(node, "allow") {
            let NodeKind::Seq(items) = tree.kind(list) else {
                return None;
            };
            let last = tree.span(*items.last()?);
            if editor.in_brackets(list) {
                return Some(TextEdit::new(Span::at(last.end), format!(", {item}")));
            }
            let first = tree.span(*items.first()?).start as usize;
            let before = self.file.text().get(..first)?;
            let line = before.rsplit('\n').next()?;
            let indent = line
                .trim_end()
                .strip_suffix('-')
                .filter(|w| w.trim().is_empty())?;
            let dash = Span::of(first - line.len() + indent.len(), 0).start;
            return Some(TextEdit::new(Span::at(dash), format!("- {item}\n{indent}")));
        }
        let NodeKind::Map(entries) = tree.kind(node) else {
            return None;
        };
        let entry = entries
            .iter()
            .find(|e| &*e.key == "type")
            .or_else(|| entries.first())?;
        let edit = editor.beside(node, entry, ("allow", &format!("[{item}]")));
        Some(TextEdit::new(edit.span, edit.text))
    }
}

/// Errors of syntax, shape, names and types cannot be allowed.
fn is_certain(finding: &Diagnostic) -> bool {
    let family = finding.code.id.get(2..4).unwrap_or_default();
    finding.severity == Severity::Error && matches!(family, "00" | "01" | "02" | "03")
}
