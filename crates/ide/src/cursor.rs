//! What stands at an offset. Asked once, read by every feature, so that the three spellings and the expressions inside
//! strings work alike.

use wfc_syntax::ast::{Step, StepId};
use wfc_syntax::expr::ExprId;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Scalar, Tree};
use wfc_syntax::type_expr::TypeId;

use crate::check::CheckedFile;
use crate::names::Occurrence;

/// One part of the way from the root to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPart {
    /// The value of this key.
    Key(Box<str>),
    /// The item at this place.
    Item(usize),
}

/// Where in the tree an offset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the key of an entry of this mapping, at this place among its entries. The path ends with that key.
    Key(NodeId, usize),
    /// In a scalar, an expression or a type.
    Value(NodeId),
    /// In a mapping or sequence, but in none of its entries or items.
    Between(NodeId),
    /// Outside of everything.
    Outside,
}

/// What stands at an offset of a file.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    /// The file.
    pub file: &'a CheckedFile,
    /// The offset, in bytes of the source's text.
    pub offset: u32,
    /// The way from the root to the innermost node, or to the key.
    pub path: Vec<PathPart>,
    /// The nodes on that way, the root first.
    pub nodes: Vec<NodeId>,
    /// Where in the tree it is.
    pub place: Place,
    /// The steps around the offset, the outermost first.
    pub steps: Vec<StepId>,
    /// The expressions around or touching the offset, the outermost first: those of the text form as well as those
    /// inside strings of YAML and JSON.
    pub exprs: Vec<ExprId>,
    /// The types around or touching it, the outermost first.
    pub types: Vec<TypeId>,
    /// The word (`[A-Za-z0-9_]+`) around or touching it.
    pub word: Option<Span>,
    /// The name that it is in, or that ends there, and what it stands for.
    pub name: Option<&'a Occurrence>,
    /// Whether it is in a comment.
    pub comment: bool,
}

impl<'a> Cursor<'a> {
    /// What stands at an offset; one past the text's end counts as its end, one inside a character as its start.
    #[must_use]
    pub fn at(file: &'a CheckedFile, offset: u32) -> Self {
        let text = file.text();
        let offset = text.floor_char_boundary((offset as usize).min(text.len()));
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        let mut cursor = Self {
            file,
            offset,
            path: Vec::new(),
            nodes: Vec::new(),
            place: Place::Outside,
            steps: steps_around(file, offset),
            exprs: exprs_around(file, offset),
            types: types_around(file, offset),
            word: word_at(text, offset),
            name: file.names().at(offset),
            comment: in_comment(file, offset),
        };
        cursor.descend(file.tree());
        cursor
    }

    /// The innermost step.
    #[must_use]
    pub fn step(&self) -> Option<(StepId, &'a Step)> {
        let id = *self.steps.last()?;
        Some((id, self.file.ast().steps.get(id.0 as usize)?))
    }

    /// The innermost expression.
    #[must_use]
    pub fn expr(&self) -> Option<ExprId> {
        self.exprs.last().copied()
    }

    /// The innermost type.
    #[must_use]
    pub fn ty(&self) -> Option<TypeId> {
        self.types.last().copied()
    }

    /// The entry whose key the offset is in.
    #[must_use]
    pub fn key(&self) -> Option<&'a MapEntry> {
        match self.place {
            Place::Key(map, at) => entries(self.file.tree(), map).get(at),
            _ => None,
        }
    }

    /// The scalar that the offset is in.
    #[must_use]
    pub fn scalar(&self) -> Option<&'a Scalar> {
        match self.place {
            Place::Value(node) => match self.file.tree().kind(node) {
                NodeKind::Scalar(scalar) => Some(scalar),
                _ => None,
            },
            _ => None,
        }
    }

    /// The innermost key on the way: the field that the offset is in.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.path.iter().rev().find_map(|part| match part {
            PathPart::Key(key) => Some(&**key),
            PathPart::Item(_) => None,
        })
    }

    /// Keys from the innermost step (or the root) inwards, without places in lists: `["retry", "delay"]`.
    #[must_use]
    pub fn fields_of_step(&self) -> Vec<&str> {
        let from = match self.step() {
            Some((_, step)) => self
                .nodes
                .iter()
                .position(|n| *n == step.node)
                .unwrap_or_default(),
            None => 0,
        };
        let inner = self.path.iter().skip(from);
        inner
            .filter_map(|part| match part {
                PathPart::Key(key) => Some(&**key),
                PathPart::Item(_) => None,
            })
            .collect()
    }

    /// Goes down the tree as far as nodes hold the offset. Nesting is capped by the parsers.
    fn descend(&mut self, tree: &Tree) {
        let Some(mut node) = tree.root else {
            return;
        };
        if !holds(tree.span(node), self.offset) {
            return;
        }
        loop {
            self.nodes.push(node);
            match tree.kind(node) {
                NodeKind::Map(all) => {
                    let on_key = all.iter().position(|e| {
                        holds(e.key_span, self.offset) && e.key_span != tree.span(e.value)
                    });
                    if let Some((at, entry)) = on_key.and_then(|at| Some((at, all.get(at)?))) {
                        self.path.push(PathPart::Key(entry.key.clone()));
                        self.place = Place::Key(node, at);
                        return;
                    }
                    let values = all.iter().map(|e| tree.span(e.value));
                    let Some(entry) = best(values, self.offset).and_then(|at| all.get(at)) else {
                        self.place = Place::Between(node);
                        return;
                    };
                    self.path.push(PathPart::Key(entry.key.clone()));
                    node = entry.value;
                }
                NodeKind::Seq(items) => {
                    let spans = items.iter().map(|i| tree.span(*i));
                    let found = best(spans, self.offset);
                    let Some((at, item)) = found.and_then(|at| Some((at, items.get(at)?))) else {
                        self.place = Place::Between(node);
                        return;
                    };
                    self.path.push(PathPart::Item(at));
                    node = *item;
                }
                _ => {
                    self.place = Place::Value(node);
                    return;
                }
            }
        }
    }
}

fn entries(tree: &Tree, map: NodeId) -> &[MapEntry] {
    match tree.kind(map) {
        NodeKind::Map(entries) => entries,
        _ => &[],
    }
}

/// Whether an offset is in a span or touches it.
fn holds(span: Span, offset: u32) -> bool {
    span.start <= offset && offset <= span.end
}

/// The smallest of the spans that hold the offset; of two that only touch it, the one that starts there.
fn best(spans: impl Iterator<Item = Span>, offset: u32) -> Option<usize> {
    let held = spans.enumerate().filter(|(_, span)| holds(*span, offset));
    let rank = |span: Span| (offset == span.end && !span.is_empty(), span.len());
    held.min_by_key(|(_, span)| rank(*span)).map(|(at, _)| at)
}

fn steps_around(file: &CheckedFile, offset: u32) -> Vec<StepId> {
    let ast = file.ast();
    let mut found: Vec<StepId> = ast
        .step_ids()
        .filter(|id| holds(ast.step(*id).span, offset))
        .collect();
    found.sort_by_key(|id| std::cmp::Reverse(ast.step(*id).span.len()));
    // Of two steps that touch at the offset, the one that starts there is meant.
    let starting = found.iter().any(|id| ast.step(*id).span.start == offset);
    if starting {
        found.retain(|id| ast.step(*id).span.end > offset || ast.step(*id).span.is_empty());
    }
    let mut chain: Vec<StepId> = Vec::new();
    for id in found {
        let span = ast.step(id).span;
        if chain
            .last()
            .is_none_or(|outer| ast.step(*outer).span.contains(span))
        {
            chain.push(id);
        }
    }
    chain
}

/// The chain of expressions that hold the offset, the outermost first.
fn exprs_around(file: &CheckedFile, offset: u32) -> Vec<ExprId> {
    let exprs = &file.ast().exprs;
    let ids = (0..u32::try_from(exprs.len()).unwrap_or(u32::MAX)).map(ExprId);
    let mut held: Vec<ExprId> = ids.filter(|id| holds(exprs.span(*id), offset)).collect();
    // Children are made before their parents, so that of equal spans the later one is the outer one.
    held.sort_by_key(|id| {
        let span = exprs.span(*id);
        (span.len(), offset == span.end, *id)
    });
    let Some(mut inner) = held.first().copied() else {
        return Vec::new();
    };
    let mut chain = vec![inner];
    held.sort_by_key(|id| (exprs.span(*id).len(), *id));
    for id in held {
        let mut parent = false;
        exprs.children(id, |child| parent |= child == inner);
        if parent {
            chain.push(id);
            inner = id;
        }
    }
    chain.reverse();
    chain
}

/// The types that hold the offset, the outermost first.
fn types_around(file: &CheckedFile, offset: u32) -> Vec<TypeId> {
    let types = &file.ast().types;
    let known = &file.analysis().type_exprs;
    let ids = (0..u32::try_from(types.len()).unwrap_or(u32::MAX)).map(TypeId);
    let mut held: Vec<TypeId> = ids
        .filter(|id| holds(types.get(*id).span, offset) && known.contains_key(id))
        .collect();
    held.sort_by_key(|id| {
        let span = types.get(*id).span;
        let before = offset == span.end && !span.is_empty();
        (!before, std::cmp::Reverse((span.len(), id.0)))
    });
    held
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The word around an offset, or touching it.
#[must_use]
pub fn word_at(text: &str, offset: u32) -> Option<Span> {
    let (before, after) = text.split_at_checked(offset as usize)?;
    let start = before.trim_end_matches(is_word).len();
    let end = text.len() - after.trim_start_matches(is_word).len();
    (start < end).then(|| Span::of(start, end))
}

fn in_comment(file: &CheckedFile, offset: u32) -> bool {
    let comments = &file.tree().comments;
    let after = comments.partition_point(|c| c.span.start < offset);
    let last = after.checked_sub(1).and_then(|i| comments.get(i));
    // A comment of one line goes on at its end, one in `/* */` does not.
    last.is_some_and(|c| offset < c.span.end || (!c.block && offset == c.span.end))
}
