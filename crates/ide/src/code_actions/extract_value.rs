//! A selected expression as a variable of its own, set right before the step that it stands in.

use wfc_compiler::analysis::{NAMESPACES, Ref, is_reserved};
use wfc_syntax::ast::StepKind;
use wfc_syntax::edit::{Editor, fit_edits};
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::lexer::is_name;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, Spelling};
use wfc_value::ty::Type;

use super::values::Written;
use super::{ActionKind, Change, CodeAction, Cx};
use crate::answer::TextEdit;
use crate::cancel::{Cancel, Cancelled};

impl Cx<'_> {
    pub(super) fn extract_value(
        &self,
        out: &mut Vec<CodeAction>,
        cancel: &Cancel,
    ) -> Result<(), Cancelled> {
        if self.range.is_empty() || self.file.checked.has_errors() {
            return Ok(());
        }
        let Some((id, written)) = self.chosen() else {
            return Ok(());
        };
        let Some((node, value)) = self.may_move_before(id, &written) else {
            return Ok(());
        };
        let name = self.free_name(id);
        for new in self.readings(&name, &written) {
            cancel.check()?;
            let Some(edits) = self.with_variable(id, node, (&name, &value), &new) else {
                continue;
            };
            let edit = self.edit(edits);
            if self.is_sound(&edit, cancel)? {
                out.push(CodeAction {
                    title: match self.file.spelling {
                        Spelling::Text => format!("extract into `let {name}`"),
                        _ => format!("extract into a variable `{name}`"),
                    },
                    kind: ActionKind::Extract,
                    preferred: false,
                    finding: None,
                    change: Change::Edit(edit),
                });
                break;
            }
        }
        Ok(())
    }

    /// The expression that is selected: all of it, with or without the signs around.
    fn chosen(&self) -> Option<(ExprId, Written<'_>)> {
        let exprs = &self.file.ast().exprs;
        let range = self.trimmed();
        let inner = |span: Span, open: &str, close: &str| {
            let text = self.file.slice(span).strip_prefix(open)?;
            let text = text.strip_suffix(close)?;
            let lead = text.len() - text.trim_start().len();
            let start = span.start as usize + open.len() + lead;
            Some(Span::of(start, start + text.trim().len()))
        };
        let places = [
            Some(range),
            inner(range, "{{", "}}"),
            inner(range, "(", ")"),
        ];
        let quoted = |span: Span| {
            let ways = ["\"\"\"", "\"", "'"];
            ways.iter().find_map(|sign| inner(span, sign, sign))
        };
        for place in places.into_iter().flatten() {
            let ids = self.expr_ids();
            let fits = |id: &ExprId| {
                let span = exprs.span(*id);
                let text = matches!(exprs.kind(*id), ExprKind::String(_) | ExprKind::Template(_));
                span == place || (text && quoted(span) == Some(place))
            };
            if let Some(id) = ids.filter(fits).max() {
                return Some((id, self.written(id)?));
            }
        }
        None
    }

    /// The node of the step that it is put before, and what it is written as there; nothing where it would be another
    /// value there, or fail where it did not.
    fn may_move_before(&self, id: ExprId, written: &Written<'_>) -> Option<(NodeId, String)> {
        let (ast, analysis) = (self.file.ast(), self.file.analysis());
        let ty = analysis.types.get(id.index())?;
        let value = !matches!(ty, Type::Error | Type::Never | Type::TypeOf(_));
        let name = matches!(
            analysis.refs.get(&id),
            Some(Ref::TypeName(_) | Ref::FunctionNamespace | Ref::Step(_))
        );
        if !value || name || self.is_repeated(id) || self.names_by_place() || self.has_locals(id) {
            return None;
        }
        let step = self.step_of(id)?;
        self.siblings(step)?;
        let known = ast.step(step);
        if self.is_asked_later(id, known) || matches!(known.kind, StepKind::Error) {
            return None;
        }
        let first = self.comes_first(id, known, &self.parents());
        let anywhere = self.never_fails(id) && self.is_steady(id);
        if !(first || anywhere) {
            return None;
        }
        Some((known.node, self.value_text(id, written)?))
    }

    /// Whether it reads a variable of a comprehension around it.
    fn has_locals(&self, id: ExprId) -> bool {
        let (ast, analysis) = (self.file.ast(), self.file.analysis());
        let around = ast.exprs.span(id);
        self.parts(id)
            .into_iter()
            .any(|part| match analysis.refs.get(&part) {
                Some(Ref::Local(local)) => {
                    let declared = analysis.locals.get(local.0 as usize);
                    declared.is_none_or(|(name, _)| !around.contains(name.span))
                }
                _ => false,
            })
    }

    /// What the variable is set to.
    fn value_text(&self, id: ExprId, written: &Written<'_>) -> Option<String> {
        let (tree, exprs) = (self.file.tree(), &self.file.ast().exprs);
        let editor = Editor::new(tree, self.file.text());
        match written {
            Written::Leaf(node, scalar)
                if scalar.style.is_quoted() || exprs_is_text(exprs.kind(id)) =>
            {
                Some(match self.file.spelling {
                    // Its lines may stand as they are.
                    Spelling::Text => self.file.slice(tree.span(*node)).to_owned(),
                    _ => editor.string(&scalar.text),
                })
            }
            Written::Leaf(node, _) => Some(self.file.slice(tree.span(*node)).to_owned()),
            Written::InScalar(..) | Written::Plain => {
                let braces = |part: &ExprId| matches!(exprs.kind(*part), ExprKind::String(text) if text.contains("{{"));
                let cel = self.as_cel(id, written)?;
                match self.file.spelling {
                    // A text that stands alone is a template.
                    Spelling::Text if braces(&id) => None,
                    Spelling::Text => Some(cel),
                    _ => Some(editor.string(&format!("{{{{ {cel} }}}}"))),
                }
            }
            Written::Nested => None,
        }
    }

    /// A name that the file has nowhere yet.
    fn free_name(&self, id: ExprId) -> String {
        let exprs = &self.file.ast().exprs;
        let base = match exprs.kind(id) {
            ExprKind::Select { field, .. } => &*field.text,
            ExprKind::Call { name, .. } => &*name.text,
            ExprKind::String(_) | ExprKind::Template(_) => "text",
            _ => "value",
        };
        let base = if is_name(base) { base } else { "value" };
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let taken = |name: &str| {
            NAMESPACES.contains(&name)
                || is_reserved(name)
                || self.file.text().split(|c| !word(c)).any(|w| w == name)
        };
        let numbered = (2..).map(|n| format!("{base}_{n}"));
        let named = |ending: &str| format!("{base}{ending}");
        let mut all = [named(""), named("_value")].into_iter().chain(numbered);
        all.find(|name| !taken(name)).unwrap_or_else(|| named(""))
    }

    /// How the variable may be read where the expression was, the shortest first.
    fn readings(&self, name: &str, written: &Written<'_>) -> Vec<String> {
        let braced = format!("{{{{ {name} }}}}");
        match (written, self.file.spelling) {
            (Written::Leaf(..), Spelling::Text) => vec![name.to_owned(), format!("\"{braced}\"")],
            (Written::Leaf(..), _) => vec![braced],
            _ => vec![name.to_owned()],
        }
    }

    /// The step that sets the variable, and the expression replaced.
    fn with_variable(
        &self,
        id: ExprId,
        node: NodeId,
        (name, value): (&str, &str),
        new: &str,
    ) -> Option<Vec<TextEdit>> {
        let (tree, text) = (self.file.tree(), self.file.text());
        let editor = Editor::new(tree, text);
        let step = match self.file.spelling {
            Spelling::Text => format!("let {name} = {value}"),
            _ => editor.mapping(&[
                ("type", editor.word("set")),
                ("values", editor.mapping(&[(name, value.to_owned())])),
            ]),
        };
        let span = self.file.ast().exprs.span(id);
        let edit = wfc_syntax::diagnostic::Edit {
            span,
            text: new.to_owned(),
        };
        let whole = self.file.spelling == Spelling::Text
            && matches!(self.written(id), Some(Written::Leaf(..)));
        let edits = if whole {
            vec![edit]
        } else {
            fit_edits(&[edit], tree, text)?
        };
        let before = editor.add_step_before(node, &step)?;
        let all = edits.into_iter().chain([before]);
        Some(all.map(|e| TextEdit::new(e.span, e.text)).collect())
    }
}

fn exprs_is_text(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::String(_) | ExprKind::Template(_))
}
