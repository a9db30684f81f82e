//! Fields of what comes from another file: of what a called workflow returns, and of what a tool gives. Where they are
//! declared there: by the workflow's `returns` or `return`, by the schema in the tool's catalogue.

use std::sync::Arc;

use wfc_compiler::analysis::catalogue::split;
use wfc_compiler::analysis::{BindingKind, Ref};
use wfc_syntax::ast::{LoopHead, StepId, StepKind};
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Tree};

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::cursor::Cursor;
use crate::definition::Target;
use crate::meaning;
use crate::origin::{KEEPS, Origin, Origins};
use crate::snapshot::Snapshot;

/// How deep names, calls of workflows and references of schemas are followed.
const MAX_DEPTH: usize = 32;

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// The field of this name.
    Field(Box<str>),
    /// An item of a list, a value of a map.
    Item,
}

/// A field that another file declares.
pub(crate) struct Far {
    /// Where.
    pub(crate) target: Target,
    /// What is said of it there.
    pub(crate) doc: Option<String>,
}

/// The field that is selected at an offset: its characters, and the expression that selects it.
pub(crate) fn field_at(file: &CheckedFile, cursor: &Cursor<'_>) -> Option<(Span, ExprId)> {
    let exprs = &file.ast().exprs;
    let touches = |span: Span| span.start <= cursor.offset && cursor.offset <= span.end;
    cursor.exprs.iter().rev().find_map(|id| {
        let span = match exprs.kind(*id) {
            ExprKind::Select { field, .. } => file.inner(field.span, &field.text)?,
            ExprKind::Index { index, .. } => match exprs.kind(*index) {
                ExprKind::String(text) => file.inner(exprs.span(*index), text)?,
                _ => return None,
            },
            _ => return None,
        };
        touches(span).then_some((span, *id))
    })
}

/// Where what an expression gives is declared, when that is in another file.
///
/// # Errors
/// When the question was taken back.
pub(crate) fn of(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    expr: ExprId,
    cancel: &Cancel,
) -> Result<Option<Far>, Cancelled> {
    follow(snapshot, file, expr, Vec::new(), MAX_DEPTH, cancel)
}

/// Where what a step gives is declared, likewise.
///
/// # Errors
/// When the question was taken back.
pub(crate) fn of_step(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    step: StepId,
    cancel: &Cancel,
) -> Result<Option<Far>, Cancelled> {
    in_step(snapshot, file, step, &[], MAX_DEPTH, cancel)
}

fn follow(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    expr: ExprId,
    behind: Vec<Part>,
    left: usize,
    cancel: &Cancel,
) -> Result<Option<Far>, Cancelled> {
    cancel.check()?;
    let mut parts = behind;
    let Some(step) = Source::new(file).of(expr, &mut parts, MAX_DEPTH) else {
        return Ok(None);
    };
    in_step(snapshot, file, step, &parts, left, cancel)
}

/// `parts` are the last first.
fn in_step(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    step: StepId,
    parts: &[Part],
    left: usize,
    cancel: &Cancel,
) -> Result<Option<Far>, Cancelled> {
    let Some(left) = left.checked_sub(1) else {
        return Ok(None);
    };
    let Some(known) = file.ast().steps.get(step.0 as usize) else {
        return Ok(None);
    };
    match &known.kind {
        StepKind::Tool { tool, .. } => {
            let (_, name) = split(&tool.text);
            let catalogue = meaning::catalogue_of(file, &tool.text);
            Ok(catalogue.and_then(|c| in_catalogue(snapshot, &c.file, name, parts)))
        }
        StepKind::Subworkflow { .. } => {
            let callee = match meaning::callee(file, step) {
                Some(callee) => snapshot.checked(callee, cancel)?,
                None => None,
            };
            match callee {
                Some(callee) => in_workflow(snapshot, &callee, parts, left, cancel),
                None => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

/// What a workflow returns: its declared type, else the value.
pub(crate) fn returned(file: &CheckedFile) -> Option<Origin> {
    let workflow = &file.ast().workflow;
    let by_step = || {
        let mut steps = file.ast().steps.iter();
        steps.find_map(|s| match s.kind {
            StepKind::Return(value) => value,
            _ => None,
        })
    };
    match workflow.returns {
        Some(ty) => Some(Origin::Type(ty)),
        None => workflow.return_value.or_else(by_step).map(Origin::Expr),
    }
}

fn in_workflow(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    parts: &[Part],
    left: usize,
    cancel: &Cancel,
) -> Result<Option<Far>, Cancelled> {
    let Some(mut at) = returned(file) else {
        return Ok(None);
    };
    let mut origins = Origins::new(file);
    let mut rest = parts;
    loop {
        // A value that is only named leads on, to where it is made.
        if let Origin::Expr(expr) = at {
            match origins.of(expr) {
                Some(found) => at = found,
                None => return follow(snapshot, file, expr, rest.to_vec(), left, cancel),
            }
        }
        let Some((part, before)) = rest.split_last() else {
            return Ok(None);
        };
        if let (Part::Field(name), []) = (part, before) {
            let span = origins.declared_field(at, name);
            return Ok(span.map(|span| Far {
                target: Target {
                    file: file.path.clone(),
                    full: span,
                    name: span,
                },
                doc: None,
            }));
        }
        let next = match part {
            Part::Field(name) => origins.part(at, Some(name)),
            Part::Item => origins.part(at, None),
        };
        match next {
            Some(next) => (at, rest) = (next, before),
            None => return Ok(None),
        }
    }
}

/// Follows an expression to the step whose output it is a part of.
struct Source<'a> {
    file: &'a CheckedFile,
    origins: Origins<'a>,
}

impl<'a> Source<'a> {
    fn new(file: &'a CheckedFile) -> Self {
        Self {
            file,
            origins: Origins::new(file),
        }
    }

    /// The step, and in `parts` which part, the last first.
    fn of(&self, id: ExprId, parts: &mut Vec<Part>, left: usize) -> Option<StepId> {
        let left = left.checked_sub(1)?;
        let (ast, analysis) = (self.file.ast(), self.file.analysis());
        match analysis.refs.get(&id) {
            Some(Ref::StepOutput(step)) => return Some(*step),
            Some(Ref::Local(local)) => {
                parts.push(Part::Item);
                return self.of(self.origins.range_of(*local)?, parts, left);
            }
            Some(Ref::Binding(binding)) => {
                let known = analysis.bindings.get(binding.0 as usize)?;
                if !known.writes.is_empty() {
                    return None;
                }
                return match known.kind {
                    BindingKind::Output(step) => Some(step),
                    BindingKind::Set(step) => {
                        let StepKind::Set { values, .. } = &ast.step(step).kind else {
                            return None;
                        };
                        let assign = values.iter().find(|a| a.name.span == known.name.span)?;
                        self.of(assign.value, parts, left)
                    }
                    BindingKind::Item(step) => {
                        let StepKind::Loop {
                            head: LoopHead::Over { over, .. },
                            ..
                        } = &ast.step(step).kind
                        else {
                            return None;
                        };
                        parts.push(Part::Item);
                        self.of(*over, parts, left)
                    }
                    _ => None,
                };
            }
            Some(_) => return None,
            None => {}
        }
        if let Some((of, name)) = self.origins.literal_step(id) {
            parts.push(Part::Field(name));
            return self.of(of, parts, left);
        }
        match ast.exprs.kind(id) {
            ExprKind::Index { of, .. } => {
                parts.push(Part::Item);
                self.of(*of, parts, left)
            }
            ExprKind::Ternary { then, .. } => self.of(*then, parts, left),
            ExprKind::Call {
                target: Some(target),
                name,
                ..
            } if KEEPS.contains(&&*name.text) => self.of(*target, parts, left),
            _ => None,
        }
    }
}

/// A part of what a tool gives, by the schema in its catalogue.
fn in_catalogue(snapshot: &Snapshot, path: &str, tool: &str, parts: &[Part]) -> Option<Far> {
    let source = snapshot.source(path)?;
    let (tree, _) = wfc_syntax::json::parse(&source.text);
    let schema = Schema {
        root: tree.field(meaning::tool_node(&tree, tool)?, "outputSchema")?,
        tree: &tree,
    };
    let mut node = schema.root;
    let mut key = None;
    for part in parts.iter().rev() {
        match part {
            Part::Field(name) => {
                let (span, value) = schema.property(node, name, MAX_DEPTH)?;
                (node, key) = (value, span);
            }
            Part::Item => (node, key) = (schema.item(node, MAX_DEPTH)?, None),
        }
    }
    let full = tree.span(node);
    let doc = schema.text(node, "description").map(str::to_owned);
    Some(Far {
        target: Target {
            file: path.to_owned(),
            full: key.map_or(full, |key| key.to(full)),
            name: key.unwrap_or(full),
        },
        doc,
    })
}

/// A JSON Schema as it stands in its file.
struct Schema<'t> {
    tree: &'t Tree,
    root: NodeId,
}

impl<'t> Schema<'t> {
    fn entries(&self, node: NodeId) -> &'t [MapEntry] {
        match self.tree.kind(node) {
            NodeKind::Map(entries) => entries,
            _ => &[],
        }
    }

    fn text(&self, node: NodeId, key: &str) -> Option<&'t str> {
        let value = self.tree.field(node, key)?;
        match self.tree.kind(value) {
            NodeKind::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// The schemas that a schema is put together from: what it refers to, and its alternatives.
    fn others(&self, node: NodeId) -> Vec<NodeId> {
        let mut out = Vec::new();
        if let Some(pointer) = self.text(node, "$ref").and_then(|r| r.strip_prefix("#/")) {
            let step = |at: Option<NodeId>, key: &str| {
                let key = key.replace("~1", "/").replace("~0", "~");
                self.tree.field(at?, &key)
            };
            out.extend(pointer.split('/').fold(Some(self.root), step));
        }
        for word in ["allOf", "anyOf", "oneOf"] {
            if let Some(list) = self.tree.field(node, word)
                && let NodeKind::Seq(items) = self.tree.kind(list)
            {
                out.extend(items);
            }
        }
        out
    }

    /// The key of a property, without quotes, and its schema; of a map the schema of its values.
    fn property(&self, node: NodeId, name: &str, left: usize) -> Option<(Option<Span>, NodeId)> {
        let left = left.checked_sub(1)?;
        if let Some(all) = self.tree.field(node, "properties")
            && let Some(entry) = self.entries(all).iter().find(|e| &*e.key == name)
        {
            let quoted = entry.key_span;
            let inner = Span::new(quoted.start + 1, quoted.end.saturating_sub(1));
            return Some((Some(inner), entry.value));
        }
        let mut others = self.others(node).into_iter();
        others
            .find_map(|other| self.property(other, name, left))
            .or_else(|| Some((None, self.mapped(node)?)))
    }

    fn mapped(&self, node: NodeId) -> Option<NodeId> {
        let values = self.tree.field(node, "additionalProperties")?;
        matches!(self.tree.kind(values), NodeKind::Map(_)).then_some(values)
    }

    fn item(&self, node: NodeId, left: usize) -> Option<NodeId> {
        let left = left.checked_sub(1)?;
        let own = self.tree.field(node, "items").or_else(|| self.mapped(node));
        own.or_else(|| {
            let mut others = self.others(node).into_iter();
            others.find_map(|other| self.item(other, left))
        })
    }
}
