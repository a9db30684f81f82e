//! Texts joined by `+` as one text with the other parts between braces.

use wfc_syntax::edit::{Editor, fit_edits};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind};
use wfc_syntax::print_expr::string_text;
use wfc_syntax::shape::Shape;
use wfc_syntax::template::escape;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling};

use super::values::{Written, is_text};
use super::{ActionKind, Change, CodeAction, Cx};
use crate::answer::TextEdit;
use crate::cancel::{Cancel, Cancelled};
use crate::holds::Holds;

impl Cx<'_> {
    pub(super) fn as_template(
        &self,
        out: &mut Vec<CodeAction>,
        cancel: &Cancel,
    ) -> Result<(), Cancelled> {
        if self.file.checked.has_errors() {
            return Ok(());
        }
        let Some(edit) = self.chain().and_then(|id| self.template_of(id)) else {
            return Ok(());
        };
        let edit = self.edit(vec![edit]);
        if self.is_sound(&edit, cancel)? {
            out.push(CodeAction {
                title: "write as a template".to_owned(),
                kind: ActionKind::Rewrite,
                preferred: false,
                finding: None,
                change: Change::Edit(edit),
            });
        }
        Ok(())
    }

    /// The outermost `+` of texts around the range.
    fn chain(&self) -> Option<ExprId> {
        let (exprs, analysis) = (&self.file.ast().exprs, self.file.analysis());
        let range = self.trimmed();
        let joins = |id: &ExprId| {
            let add = matches!(
                exprs.kind(*id),
                ExprKind::Binary {
                    op: BinaryOp::Add,
                    ..
                }
            );
            let span = exprs.span(*id);
            add && span.start <= range.start
                && range.end <= span.end
                && analysis.types.get(id.index()).is_some_and(is_text)
        };
        self.expr_ids()
            .filter(joins)
            .max_by_key(|id| (exprs.span(*id).len(), *id))
    }

    /// The operands of a chain, from left to right; nothing when one is no text.
    fn operands(&self, chain: ExprId) -> Option<Vec<ExprId>> {
        let (exprs, analysis) = (&self.file.ast().exprs, self.file.analysis());
        let (mut out, mut open) = (Vec::new(), vec![chain]);
        while let Some(id) = open.pop() {
            if !analysis.types.get(id.index()).is_some_and(is_text) {
                return None;
            }
            match exprs.kind(id) {
                ExprKind::Binary {
                    op: BinaryOp::Add,
                    left,
                    right,
                    ..
                } => open.extend([*right, *left]),
                _ => out.push(id),
            }
        }
        Some(out)
    }

    fn template_of(&self, chain: ExprId) -> Option<TextEdit> {
        let (ast, tree) = (self.file.ast(), self.file.tree());
        let exprs = &ast.exprs;
        let span = exprs.span(chain);
        if self.has_comment(span) || self.is_repeated(chain) {
            return None;
        }
        let operands = self.operands(chain)?;
        let literal = |id: &ExprId| matches!(exprs.kind(*id), ExprKind::String(_));
        if !operands.iter().any(literal) || operands.iter().all(literal) {
            return None;
        }
        let mut text = String::new();
        for id in &operands {
            match exprs.kind(*id) {
                // A backslash or a brace right before braces would belong to them.
                _ if !literal(id) && text.ends_with(['{', '\\']) => return None,
                ExprKind::String(plain) if plain.starts_with('{') && text.ends_with('{') => {
                    return None;
                }
                ExprKind::String(plain) => text.push_str(&escape(plain)),
                _ => {
                    let cel = self.as_cel(*id, &self.written(*id)?)?;
                    text.push_str(&format!("{{{{ {cel} }}}}"));
                }
            }
        }
        let editor = Editor::new(tree, self.file.text());
        match self.written(chain)? {
            Written::Plain => {
                let value = Holds::Shape(Shape::Value);
                let ids = (0..u32::try_from(tree.len()).unwrap_or(u32::MAX)).map(NodeId);
                let whole = |id: &NodeId| {
                    matches!(tree.kind(*id), NodeKind::Expr(e) if *e == chain)
                        && self.holds_of(*id) == Some(value)
                };
                let node = ids.into_iter().find(whole)?;
                Some(TextEdit::new(tree.span(node), string_text(&text)))
            }
            Written::InScalar(node, _) => {
                let braces = self.braces_around(span, node)?;
                if self.is_whole_scalar(braces, node) && self.file.spelling != Spelling::Text {
                    let edit = wfc_syntax::diagnostic::Edit { span: braces, text };
                    return one(fit_edits(&[edit], tree, editor.text)?);
                }
                one(fit_edits(
                    &[self.joined(braces, &text)?],
                    tree,
                    editor.text,
                )?)
            }
            Written::Leaf(..) | Written::Nested => None,
        }
    }
}

fn one(edits: Vec<wfc_syntax::diagnostic::Edit>) -> Option<TextEdit> {
    let [edit] = <[_; 1]>::try_from(edits).ok()?;
    Some(TextEdit::new(edit.span, edit.text))
}
