//! A variable that is set once, written out where it is read.

use wfc_compiler::analysis::{BindingId, BindingKind, Ref};
use wfc_syntax::ast::{StepId, StepKind};
use wfc_syntax::edit::{Editor, fit_edits};
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::print_expr::string_text;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling};

use super::values::{Parents, Written, needs_parentheses};
use super::{ActionKind, Change, CodeAction, Cx};
use crate::answer::TextEdit;
use crate::cancel::{Cancel, Cancelled};
use crate::names::{Form, Role, Symbol};

/// A splice of the source.
type Edit = wfc_syntax::diagnostic::Edit;

/// What a variable is set to, as it can be written elsewhere.
struct Value<'a> {
    id: ExprId,
    /// As an expression.
    cel: Option<String>,
    /// As a text with templates in it, as it stands in a string's text.
    text: Option<&'a str>,
    /// The characters that spell it.
    source: &'a str,
}

impl Cx<'_> {
    pub(super) fn inline(
        &self,
        out: &mut Vec<CodeAction>,
        cancel: &Cancel,
    ) -> Result<(), Cancelled> {
        let names = self.file.names();
        let Some(Symbol::Binding(binding)) = names.at(self.range.start).map(|o| &o.symbol) else {
            return Ok(());
        };
        if self.file.checked.has_errors() {
            return Ok(());
        }
        let Some(edits) = self.inlined(*binding) else {
            return Ok(());
        };
        let edit = self.edit(edits);
        if self.is_sound(&edit, cancel)? {
            let known = self.file.analysis().bindings.get(binding.0 as usize);
            let name = known.map_or("", |b| &*b.name.text);
            out.push(CodeAction {
                title: format!("inline `{name}`"),
                kind: ActionKind::Inline,
                preferred: false,
                finding: None,
                change: Change::Edit(edit),
            });
        }
        Ok(())
    }

    fn inlined(&self, binding: BindingId) -> Option<Vec<TextEdit>> {
        let (ast, analysis) = (self.file.ast(), self.file.analysis());
        let known = analysis.bindings.get(binding.0 as usize)?;
        if !self.is_set_once(binding) {
            return None;
        }
        let (id, removal, setter) = match known.kind {
            BindingKind::Set(step) => {
                let StepKind::Set { values, .. } = &ast.step(step).kind else {
                    return None;
                };
                let assign = values.iter().find(|a| a.name.span == known.name.span)?;
                (
                    assign.value,
                    self.without_set(step, known.name.span)?,
                    Some(step),
                )
            }
            BindingKind::Variable(at) => {
                let declared = ast.workflow.variables.get(at as usize)?;
                let editor = Editor::new(self.file.tree(), self.file.text());
                let root = self.file.tree().root?;
                let name = &declared.name.text;
                (
                    declared.value?,
                    editor.remove_declaration(root, "variables", name)?,
                    None,
                )
            }
            _ => return None,
        };
        // What is held to another type than its own would be another value.
        if analysis.expected.get(&id).is_some() || self.is_repeated(id) || !self.is_steady(id) {
            return None;
        }
        let uses = self.uses(binding)?;
        let parents = self.parents();
        if !self.never_fails(id) && !self.is_asked_next(setter?, &uses, &parents) {
            return None;
        }
        if self.is_hidden(id, &uses) {
            return None;
        }
        let value = self.value(id)?;
        let mut edits = Vec::new();
        for place in uses {
            edits.push(self.written_out(place, &value, &parents)?);
        }
        edits.sort_by_key(|e: &Edit| e.span);
        let mut edits = self.fitted(edits)?;
        edits.push(removal);
        Some(
            edits
                .into_iter()
                .map(|e| TextEdit::new(e.span, e.text))
                .collect(),
        )
    }

    /// The step that sets a variable taken away, or the one assignment among others.
    fn without_set(&self, step: StepId, name: Span) -> Option<Edit> {
        let (ast, tree) = (self.file.ast(), self.file.tree());
        let known = ast.step(step);
        let StepKind::Set { values, from_let } = &known.kind else {
            return None;
        };
        let editor = Editor::new(tree, self.file.text());
        if values.len() > 1 {
            let map = tree.field(known.node, "values")?;
            let NodeKind::Map(entries) = tree.kind(map) else {
                return None;
            };
            let entry = entries.iter().find(|e| e.key_span.contains(name))?;
            return editor.remove_field(map, &entry.key);
        }
        let mut plain = known.clone();
        if *from_let {
            plain.id = None;
        }
        // The last step of a block is what the block gives, and a block cannot be empty.
        let last = self.siblings(step)?.last() == Some(&step);
        if !plain.has_no_common_fields() || last || self.names_by_place() {
            return None;
        }
        editor.remove_item(self.list_of(known.node)?, known.node)
    }

    /// The list that a step stands in.
    fn list_of(&self, step: NodeId) -> Option<NodeId> {
        let tree = self.file.tree();
        let mut ids = (0..u32::try_from(tree.len()).unwrap_or(u32::MAX)).map(NodeId);
        let holds =
            |id: &NodeId| matches!(tree.kind(*id), NodeKind::Seq(items) if items.contains(&step));
        ids.rfind(holds)
    }

    /// The expressions that read a variable; nothing when none does, or one in another way than by its name.
    fn uses(&self, binding: BindingId) -> Option<Vec<ExprId>> {
        let (exprs, analysis) = (&self.file.ast().exprs, self.file.analysis());
        let symbol = Symbol::Binding(binding);
        let places: Vec<_> = self.file.names().of_symbol(&symbol).collect();
        let reads = places.iter().filter(|o| o.role == Role::Read);
        if !reads.clone().all(|o| o.form == Form::Plain) {
            return None;
        }
        let wanted = Ref::Binding(binding);
        let uses: Vec<ExprId> = self
            .expr_ids()
            .filter(|id| analysis.refs.get(id) == Some(&wanted))
            .collect();
        let plain = uses.iter().all(|id| {
            matches!(exprs.kind(*id), ExprKind::Ident { rooted: false, .. })
                && !analysis.null_if_unset.contains(id)
        });
        (!uses.is_empty() && plain && uses.len() == reads.count()).then_some(uses)
    }

    /// Whether the very next step carries out one of the uses, whatever the values are: then it fails where it failed.
    fn is_asked_next(&self, setter: StepId, uses: &[ExprId], parents: &Parents) -> bool {
        let Some(all) = self.siblings(setter) else {
            return false;
        };
        let at = all.iter().position(|s| *s == setter);
        let Some(next) = at.and_then(|at| all.get(at + 1)) else {
            return false;
        };
        let step = self.file.ast().step(*next);
        uses.iter().any(|id| {
            self.step_of(*id) == Some(*next)
                && !self.is_asked_later(*id, step)
                && self.comes_first(*id, step, parents)
        })
    }

    /// Whether a name in the value would stand for something else where the value is to be written.
    fn is_hidden(&self, id: ExprId, uses: &[ExprId]) -> bool {
        let (exprs, analysis) = (&self.file.ast().exprs, self.file.analysis());
        let mut read = Vec::new();
        for part in self.parts(id) {
            if let ExprKind::Ident { name, .. } = exprs.kind(part) {
                read.push(&**name);
            }
        }
        let own = exprs.span(id);
        let locals = analysis.locals.iter();
        let outer = |name: &wfc_syntax::expr::Name| !own.contains(name.span);
        let local = locals
            .into_iter()
            .any(|(n, _)| outer(n) && read.contains(&&*n.text));
        let twice = |name: &&str| {
            let all = analysis.bindings.iter();
            all.filter(|b| &*b.name.text == *name).count() > 1
        };
        local || read.iter().any(twice) || uses.iter().any(|u| own.contains(exprs.span(*u)))
    }

    fn value(&self, id: ExprId) -> Option<Value<'_>> {
        let exprs = &self.file.ast().exprs;
        let span = exprs.span(id);
        if self.has_comment(span) {
            return None;
        }
        let written = self.written(id)?;
        let text = match (&written, exprs.kind(id)) {
            (Written::Leaf(_, scalar), ExprKind::String(_) | ExprKind::Template(_)) => {
                Some(&*scalar.text)
            }
            _ => None,
        };
        let cel = match (exprs.kind(id), &written) {
            (ExprKind::String(text), Written::Leaf(..)) => Some(string_text(text)),
            (_, Written::Leaf(..)) => self.as_cel(id, &Written::Nested),
            _ => self.as_cel(id, &written),
        };
        Some(Value {
            id,
            cel,
            text,
            source: self.file.slice(span),
        })
    }

    /// A use replaced by the value.
    fn written_out(&self, place: ExprId, value: &Value<'_>, parents: &Parents) -> Option<Edit> {
        let exprs = &self.file.ast().exprs;
        let span = exprs.span(place);
        let written = self.written(place)?;
        let alone = match parents.of(place) {
            None => true,
            Some(around) => matches!(
                exprs.kind(around),
                ExprKind::Template(_) | ExprKind::List(_) | ExprKind::Map(_)
            ),
        };
        if let (Some(text), true) = (value.text, alone) {
            match (&written, self.file.spelling) {
                // By itself in the text form, where a string may stand.
                (Written::Plain, _) if self.is_whole_value(span) => {
                    return Some(Edit {
                        span,
                        text: value.source.to_owned(),
                    });
                }
                (Written::InScalar(node, _), spelling) => {
                    if let Some(braces) = self.braces_around(span, *node) {
                        let whole = self.is_whole_scalar(braces, *node);
                        // Of a number in quotes and the like the quotes are needed.
                        if whole && spelling == Spelling::Text {
                            let span = self.file.tree().span(*node);
                            let text = value.source.to_owned();
                            return Some(Edit { span, text });
                        }
                        return self.joined(braces, text);
                    }
                }
                _ => {}
            }
        }
        let cel = value.cel.clone()?;
        let around = parents.of(place).map(|id| exprs.kind(id));
        let target = match around {
            Some(ExprKind::Select { .. }) => true,
            Some(ExprKind::Call { target, .. }) => *target == Some(place),
            Some(ExprKind::Index { of, .. }) => *of == place,
            _ => false,
        };
        let wrapped = around.is_some_and(|a| needs_parentheses(exprs.kind(value.id), a, target));
        Some(Edit {
            span,
            text: if wrapped { format!("({cel})") } else { cel },
        })
    }

    /// Edits as the strings around them write them; those that replace a whole string of the text form are right already.
    fn fitted(&self, edits: Vec<Edit>) -> Option<Vec<Edit>> {
        let (tree, text) = (self.file.tree(), self.file.text());
        let whole = |span: Span| {
            let ids = (0..u32::try_from(tree.len()).unwrap_or(u32::MAX)).map(NodeId);
            self.file.spelling == Spelling::Text
                && ids
                    .filter(|id| matches!(tree.kind(*id), NodeKind::Scalar(_)))
                    .any(|id| tree.span(id) == span)
        };
        let (done, open): (Vec<Edit>, Vec<Edit>) = edits.into_iter().partition(|e| whole(e.span));
        let mut out = fit_edits(&open, tree, text)?;
        out.extend(done);
        Some(out)
    }

    /// Whether a place of the text form is a value by itself.
    fn is_whole_value(&self, span: Span) -> bool {
        let tree = self.file.tree();
        let ids = (0..u32::try_from(tree.len()).unwrap_or(u32::MAX)).map(NodeId);
        let shape = crate::holds::Holds::Shape(wfc_syntax::shape::Shape::Value);
        ids.filter(|id| matches!(tree.kind(*id), NodeKind::Expr(_)) && tree.span(*id) == span)
            .any(|id| self.holds_of(id) == Some(shape))
    }

    /// The braces around an expression in a string's source, when nothing else is in them.
    pub(super) fn braces_around(&self, span: Span, node: NodeId) -> Option<Span> {
        let text = self.file.text();
        let whole = self.file.tree().span(node);
        let before = text.get(whole.start as usize..span.start as usize)?;
        let after = text.get(span.end as usize..whole.end as usize)?;
        let lead = before.trim_end().strip_suffix("{{")?;
        let rest = after.trim_start().strip_prefix("}}")?;
        let start = whole.start as usize + lead.len();
        Some(Span::of(start, whole.end as usize - rest.len()))
    }

    /// Whether braces are all that a string says.
    pub(super) fn is_whole_scalar(&self, braces: Span, node: NodeId) -> bool {
        let whole = self.file.tree().span(node);
        let text = self.file.text();
        let before = text.get(whole.start as usize..braces.start as usize);
        let after = text.get(braces.end as usize..whole.end as usize);
        let signs = |text: Option<&str>| {
            text.is_some_and(|t| t.trim().chars().all(|c| matches!(c, '"' | '\'')))
        };
        signs(before) && signs(after)
    }

    /// A text in the place of braces, unless it would mean something else beside its neighbours.
    pub(super) fn joined(&self, braces: Span, text: &str) -> Option<Edit> {
        let source = self.file.text();
        let before = source.get(..braces.start as usize)?.chars().next_back();
        let after = source.get(braces.end as usize..)?.chars().next();
        let clash = (before == Some('{') && text.starts_with('{'))
            || (after == Some('{') && text.ends_with(['{', '\\']))
            || (before == Some('\\') && text.starts_with('{'));
        (!clash).then(|| Edit {
            span: braces,
            text: text.to_owned(),
        })
    }
}
