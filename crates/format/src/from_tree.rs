//! A tree as a document to print in YAML or JSON, whichever spelling it was read from.
//!
//! Keys keep their order and what is a scalar stays one, so nothing is changed that the author chose. The table
//! of shapes says which mappings are steps, and how a field of the text form is spelled as data.

use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::shape::{self, Field, Shape};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Scalar, Spelling, Style, Tree};
use wfc_syntax::type_expr::{TypeExprKind, TypeId};

use crate::comments::Comments;
use crate::doc::{Doc, Entry, Item, Leaf, Map, Notes, Seq};
use crate::numbers;
use crate::types::type_text;
use crate::values::value_doc;

/// What the fields of a mapping may be.
#[derive(Clone, Copy)]
enum Fields {
    Root,
    Step,
    Trigger,
    Table(&'static [Field]),
}

/// The tree as a document, and the comments that stand after everything.
pub(crate) fn document(tree: &Tree, source: &str, to: Spelling) -> (Doc, Vec<String>) {
    let Some(root) = tree.root else {
        let lines = Comments::attach(source, &tree.comments, &mut Vec::new()).left();
        return (Doc::Map(Map::default()), lines);
    };
    let mut anchors = Vec::new();
    starts(tree, root, &mut anchors);
    let comments = Comments::attach(source, &tree.comments, &mut anchors);
    let mut builder = Builder {
        tree,
        source,
        to,
        comments,
    };
    let doc = builder.fields(root, Fields::Root);
    let left = builder.comments.left();
    (doc, left)
}

/// Where entries and items start, in the whole tree.
pub(crate) fn starts(tree: &Tree, id: NodeId, out: &mut Vec<u32>) {
    match tree.kind(id) {
        NodeKind::Map(entries) => {
            for entry in entries {
                out.push(entry.key_span.start);
                starts(tree, entry.value, out);
            }
        }
        NodeKind::Seq(items) => {
            for item in items {
                out.push(tree.span(*item).start);
                starts(tree, *item, out);
            }
        }
        _ => {}
    }
}

struct Builder<'a> {
    tree: &'a Tree,
    source: &'a str,
    to: Spelling,
    comments: Comments,
}

impl Builder<'_> {
    fn same_spelling(&self) -> bool {
        self.tree.spelling == self.to
    }

    /// A mapping whose keys are fields of the language.
    fn fields(&mut self, id: NodeId, fields: Fields) -> Doc {
        let tree = self.tree;
        let NodeKind::Map(entries) = tree.kind(id) else {
            return self.value_leaf(id);
        };
        let kind = entries
            .iter()
            .find(|e| &*e.key == "type")
            .and_then(|e| match self.tree.kind(e.value) {
                NodeKind::Scalar(s) => Some(&*s.text),
                _ => None,
            })
            .unwrap_or_default();
        let mut map = self.empty_map(id);
        map.holds_comments = matches!(fields, Fields::Root | Fields::Step);
        let mut said = self.said_comments(entries, map.holds_comments);
        if let (Some(said), Fields::Step) = (&mut said, fields) {
            // What a step says of itself as a whole stands before it: `items` puts it there.
            take_key(said, "");
        }
        for entry in entries {
            if said.is_some() && &*entry.key == "x-comments" {
                continue;
            }
            // Only the text form tells `let x = 1` from `set x = 1`.
            if self.tree.spelling == Spelling::Text && &*entry.key == "let" {
                continue;
            }
            let mut notes = self.comments.take(entry.key_span);
            if let Some(said) = &mut said {
                notes.leading.splice(0..0, take_key(said, &entry.key));
            }
            let value = match field_shape(fields, kind, &entry.key) {
                Some(shape) => self.shaped(entry.value, shape),
                None => self.value(entry.value),
            };
            let value = self.alias_or(entry, value);
            map.entries.push(Entry {
                key: entry.key.to_string(),
                value,
                notes,
            });
        }
        let rest: Vec<String> = said
            .into_iter()
            .flatten()
            .flat_map(|(_, lines)| lines)
            .collect();
        if let Some(first) = map.entries.first_mut() {
            first.notes.leading.splice(0..0, rest);
        }
        Doc::Map(map)
    }

    /// The comments that a JSON file carries in `x-comments`, when they go to a spelling that has comments.
    fn said_comments(
        &self,
        entries: &[MapEntry],
        holds: bool,
    ) -> Option<Vec<(String, Vec<String>)>> {
        if !holds || self.tree.spelling != Spelling::Json || self.to == Spelling::Json {
            return None;
        }
        let node = entries.iter().find(|e| &*e.key == "x-comments")?.value;
        said_comments(self.tree, node)
    }

    fn shaped(&mut self, id: NodeId, shape: Shape) -> Doc {
        match (shape, self.tree.kind(id)) {
            (Shape::Block | Shape::OnError | Shape::Catch, NodeKind::Seq(_)) => {
                self.items(id, |this, item| this.fields(item, Fields::Step))
            }
            (Shape::Catch, NodeKind::Map(_)) => self.fields(id, Fields::Table(shape::CATCH)),
            (Shape::Record(fields), NodeKind::Map(_)) => self.fields(id, Fields::Table(fields)),
            (Shape::Records(fields), NodeKind::Seq(_)) => {
                self.items(id, |this, item| this.fields(item, Fields::Table(fields)))
            }
            (Shape::Retry, NodeKind::Map(_)) => self.fields(id, Fields::Table(shape::RETRY)),
            (Shape::Cases, NodeKind::Seq(_)) => self.items(id, |this, item| {
                this.fields(item, Fields::Table(shape::CASE))
            }),
            (Shape::Cases | Shape::Branches, NodeKind::Map(_)) => {
                self.entries(id, |this, _, value| this.shaped(value, Shape::Block))
            }
            (Shape::Triggers, NodeKind::Seq(_)) => {
                self.items(id, |this, item| this.fields(item, Fields::Trigger))
            }
            (Shape::Inputs, NodeKind::Map(_)) => {
                self.entries(id, |this, _, v| this.declaration(v, shape::INPUT, true))
            }
            (Shape::EnvDecls, NodeKind::Map(_)) => {
                self.entries(id, |this, _, v| this.declaration(v, shape::ENV, true))
            }
            (Shape::Variables, NodeKind::Map(_)) => {
                self.entries(id, |this, _, v| this.declaration(v, shape::ENV, false))
            }
            (Shape::Types, NodeKind::Map(_)) => {
                self.entries(id, |this, _, v| this.shaped(v, Shape::Type))
            }
            (_, NodeKind::Expr(e)) => self.expression(*e, shape),
            (_, NodeKind::Type(t)) => self.type_doc(*t),
            (_, NodeKind::Scalar(_)) => self.scalar(id, shape),
            _ => self.value(id),
        }
    }

    /// `name: type`, or `name: { type, default, ... }`. A text form's declaration that says no more than its
    /// type is spelled the short way.
    fn declaration(&mut self, id: NodeId, fields: &'static [Field], types: bool) -> Doc {
        let NodeKind::Map(entries) = self.tree.kind(id) else {
            return self.shaped(id, if types { Shape::Type } else { Shape::Value });
        };
        let is_declaration = entries.iter().any(|e| &*e.key == "type")
            || (self.tree.spelling == Spelling::Text && fields.len() == shape::INPUT.len());
        if self.tree.spelling == Spelling::Text
            && let [only] = entries.as_slice()
            && &*only.key == "type"
            && matches!(self.tree.kind(only.value), NodeKind::Type(_))
        {
            return self.shaped(only.value, Shape::Type);
        }
        if is_declaration {
            self.fields(id, Fields::Table(fields))
        } else {
            self.shaped_map(id, types)
        }
    }

    fn shaped_map(&mut self, id: NodeId, types: bool) -> Doc {
        let shape = if types { Shape::Type } else { Shape::Value };
        self.entries(id, |this, _, v| this.shaped(v, shape))
    }

    /// Data, whose keys mean nothing to the language.
    fn value(&mut self, id: NodeId) -> Doc {
        match self.tree.kind(id) {
            NodeKind::Map(_) => self.entries(id, |this, _, v| this.value(v)),
            NodeKind::Seq(_) => self.items(id, Self::value),
            NodeKind::Scalar(_) => self.scalar(id, Shape::Value),
            NodeKind::Expr(e) => self.expression(*e, Shape::Value),
            NodeKind::Type(t) => self.type_doc(*t),
            NodeKind::Error => Doc::Leaf(Leaf::Raw(self.slice(self.tree.span(id)).to_owned())),
        }
    }

    fn entries(&mut self, id: NodeId, mut each: impl FnMut(&mut Self, &str, NodeId) -> Doc) -> Doc {
        let tree = self.tree;
        let NodeKind::Map(entries) = tree.kind(id) else {
            return self.value_leaf(id);
        };
        let mut map = self.empty_map(id);
        for entry in entries {
            let notes = self.comments.take(entry.key_span);
            let value = each(self, &entry.key, entry.value);
            let value = self.alias_or(entry, value);
            map.entries.push(Entry {
                key: entry.key.to_string(),
                value,
                notes,
            });
        }
        Doc::Map(map)
    }

    fn items(&mut self, id: NodeId, mut each: impl FnMut(&mut Self, NodeId) -> Doc) -> Doc {
        let tree = self.tree;
        let NodeKind::Seq(items) = tree.kind(id) else {
            return self.value_leaf(id);
        };
        let mut seq = Seq {
            inline: self.inline(id),
            anchor: self.anchor(id),
            items: Vec::new(),
        };
        for item in items {
            let mut notes = self.comments.take(self.tree.span(*item));
            let value = each(self, *item);
            if let (Doc::Map(map), true) = (&value, notes.leading.is_empty())
                && map.holds_comments
                && let NodeKind::Map(entries) = self.tree.kind(*item)
            {
                notes.leading.extend(self.own_lines(entries));
            }
            seq.items.push(Item { value, notes });
        }
        Doc::Seq(seq)
    }

    /// What a JSON step says of itself as a whole: the `""` key of its `x-comments`.
    fn own_lines(&self, entries: &[MapEntry]) -> Vec<String> {
        self.said_comments(entries, true)
            .map(|mut said| take_key(&mut said, ""))
            .unwrap_or_default()
    }

    fn expression(&self, id: ExprId, shape: Shape) -> Doc {
        let exprs = &self.tree.exprs;
        let is_code = matches!(
            shape,
            Shape::Expr | Shape::Condition | Shape::Over | Shape::Collect
        );
        match exprs.kind(id) {
            ExprKind::Bool(_) => value_doc(exprs, id),
            _ if is_code => Doc::Leaf(Leaf::Text(wfc_syntax::print_expr::expr_text(exprs, id))),
            _ => value_doc(exprs, id),
        }
    }

    fn type_doc(&self, id: TypeId) -> Doc {
        let (types, exprs) = (&self.tree.types, &self.tree.exprs);
        match &types.get(id).kind {
            TypeExprKind::Record(fields) if !fields.is_empty() => Doc::Map(Map {
                entries: fields
                    .iter()
                    .map(|f| Entry {
                        key: format!("{}{}", f.name.text, if f.optional { "?" } else { "" }),
                        value: self.type_doc(f.ty),
                        notes: Notes::default(),
                    })
                    .collect(),
                inline: true,
                ..Map::default()
            }),
            TypeExprKind::Schema(e) => value_doc(exprs, *e),
            _ => match type_text(types, exprs, id) {
                Some(text) => Doc::Leaf(Leaf::Text(text)),
                None => Doc::Leaf(Leaf::Text(self.slice(types.get(id).span).to_owned())),
            },
        }
    }

    fn scalar(&self, id: NodeId, shape: Shape) -> Doc {
        let NodeKind::Scalar(scalar) = self.tree.kind(id) else {
            return self.value_leaf(id);
        };
        let span = self.tree.span(id);
        if self.same_spelling() {
            return Doc::Leaf(self.verbatim(scalar, span));
        }
        let data = matches!(
            shape,
            Shape::Value
                | Shape::Values
                | Shape::Int
                | Shape::Number
                | Shape::Bool
                | Shape::Millis
                | Shape::Retry
        );
        let truth = matches!(&*scalar.text, "true" | "false");
        let code = matches!(
            shape,
            Shape::Expr | Shape::Condition | Shape::Over | Shape::Collect
        );
        Doc::Leaf(if scalar.style.is_quoted() {
            if code && self.tree.spelling == Spelling::Text {
                // A text form's string in an expression's place is CEL's string.
                let mut quoted = String::new();
                crate::json::string(&scalar.text, &mut quoted);
                return Doc::Leaf(Leaf::Text(quoted));
            }
            Leaf::Text(scalar.text.to_string())
        } else if (data && is_data(&scalar.text)) || (code && truth) {
            numbers::plain(&scalar.text)
        } else {
            Leaf::Text(scalar.text.to_string())
        })
    }

    fn value_leaf(&self, id: NodeId) -> Doc {
        Doc::Leaf(Leaf::Raw(self.slice(self.tree.span(id)).to_owned()))
    }

    /// A scalar as the author wrote it, re-indented where it spans lines.
    fn verbatim(&self, scalar: &Scalar, span: Span) -> Leaf {
        let raw = self.slice(span);
        match scalar.style {
            Style::Literal | Style::Folded => {
                block(raw).unwrap_or_else(|| Leaf::Text(scalar.text.to_string()))
            }
            // An empty value is null, and reads better said.
            Style::Plain if raw.is_empty() => Leaf::Plain("null".to_owned()),
            _ if raw.contains('\n') => Leaf::Text(scalar.text.to_string()),
            _ => Leaf::Raw(raw.to_owned()),
        }
    }

    fn empty_map(&self, id: NodeId) -> Map {
        Map {
            inline: self.inline(id),
            anchor: self.anchor(id),
            ..Map::default()
        }
    }

    fn slice(&self, span: Span) -> &str {
        self.source.get(span.range()).unwrap_or_default()
    }

    fn inline(&self, id: NodeId) -> bool {
        let text = self.slice(self.tree.span(id));
        match self.tree.spelling {
            Spelling::Text => text.len() < 80 && !text.contains('\n'),
            _ => text.starts_with(['{', '[']) && !text.contains('\n'),
        }
    }

    /// The YAML anchor before a node.
    fn anchor(&self, id: NodeId) -> Option<String> {
        if self.tree.spelling != Spelling::Yaml || self.to != Spelling::Yaml {
            return None;
        }
        let before = self.source.get(..self.tree.span(id).start as usize)?;
        let before = before.trim_end_matches(|c: char| c.is_whitespace());
        let word = before.rsplit(|c: char| c.is_whitespace()).next()?;
        let name = word.strip_prefix('&')?;
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// An entry whose value stands elsewhere in the file is an alias of it.
    fn alias_or(&self, entry: &MapEntry, value: Doc) -> Doc {
        if self.tree.spelling != Spelling::Yaml || self.to != Spelling::Yaml {
            return value;
        }
        if self.tree.span(entry.value).start >= entry.key_span.end {
            return value;
        }
        let after = self
            .source
            .get(entry.key_span.end as usize..)
            .unwrap_or_default();
        let after = after.trim_start_matches([':', ' ', '\t']);
        match after.strip_prefix('*') {
            Some(rest) => {
                let end = rest
                    .find(|c: char| c.is_whitespace() || ",]}".contains(c))
                    .unwrap_or(rest.len());
                Doc::Leaf(Leaf::Alias(rest.get(..end).unwrap_or_default().to_owned()))
            }
            None => value,
        }
    }
}

/// Reads an `x-comments` mapping: key of the mapping that it belongs to, and lines.
pub(crate) fn said_comments(tree: &Tree, node: NodeId) -> Option<Vec<(String, Vec<String>)>> {
    let NodeKind::Map(entries) = tree.kind(node) else {
        return None;
    };
    let line = |id: &NodeId| match tree.kind(*id) {
        NodeKind::Scalar(s) => Some(s.text.to_string()),
        _ => None,
    };
    let read = |e: &MapEntry| match tree.kind(e.value) {
        NodeKind::Seq(items) => items.iter().map(line).collect::<Option<Vec<_>>>(),
        _ => line(&e.value).map(|l| vec![l]),
    };
    entries
        .iter()
        .map(|e| Some((e.key.to_string(), read(e)?)))
        .collect()
}

fn take_key(said: &mut Vec<(String, Vec<String>)>, key: &str) -> Vec<String> {
    match said.iter().position(|(k, _)| k == key) {
        Some(at) => said.remove(at).1,
        None => Vec::new(),
    }
}

/// Whether a plain scalar is no text in a value's place.
fn is_data(text: &str) -> bool {
    text.is_empty() || crate::yaml::resolves_to_other(text)
}

fn field_shape(fields: Fields, kind: &str, name: &str) -> Option<Shape> {
    let field = match fields {
        Fields::Root => shape::find(shape::ROOT, name),
        Fields::Table(fields) => shape::find(fields, name),
        Fields::Trigger => shape::trigger_kind(kind)
            .and_then(|k| shape::find(k.fields, name))
            .or_else(|| shape::find(shape::TRIGGER_COMMON, name)),
        Fields::Step => match shape::step_kind(kind) {
            Some(kind) => shape::step_field(kind, name),
            // A kind that is left out or misspelt: any kind's field of that name.
            None => shape::find(shape::COMMON, name).or_else(|| {
                shape::STEP_KINDS
                    .iter()
                    .find_map(|k| shape::find(k.fields, name))
            }),
        },
    };
    field.map(|f| f.shape)
}

/// A block scalar's header and lines, when it says nothing of its indentation itself.
fn block(raw: &str) -> Option<Leaf> {
    let mut lines = raw.split('\n').map(|l| l.strip_suffix('\r').unwrap_or(l));
    let header = lines.next()?;
    let signs = header.split([' ', '\t', '#']).next()?.to_owned();
    if signs.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let lines: Vec<&str> = lines.collect();
    let indent = lines
        .iter()
        .find(|l| !l.trim_matches(' ').is_empty())
        .map(|l| l.len() - l.trim_start_matches(' ').len())?;
    let mut cut: Vec<String> = lines
        .iter()
        .map(|l| l.get(indent..).unwrap_or_default().to_owned())
        .collect();
    if signs.contains('+') {
        // The last piece is what follows the final line break: nothing.
        if cut.last().is_some_and(String::is_empty) {
            cut.pop();
        }
    } else {
        while cut.last().is_some_and(|l| l.trim().is_empty()) {
            cut.pop();
        }
    }
    Some(Leaf::Block {
        header: signs,
        lines: cut,
    })
}
