//! A tree as a document to print in YAML or JSON, whichever spelling it was read from.
//!
//! Keys keep their order and what is a scalar stays one, so nothing is changed that the author chose. The table
//! of shapes says which mappings are steps, and how a field of the text form is spelled as data.

use std::collections::BTreeSet;

use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::shape::{self, Field, Shape};
use wfc_syntax::span::Span;
use wfc_syntax::template;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Scalar, SpanMap, Spelling, Style, Tree};
use wfc_syntax::type_expr::{TypeExprKind, TypeId};

use crate::comments::Comments;
use crate::doc::{Doc, Entry, Item, Leaf, Map, Notes, Seq};
use crate::numbers;
use crate::types::type_text;
use crate::values::{constant_doc, value_doc};

/// What the fields of a mapping may be.
#[derive(Clone, Copy)]
pub(crate) enum Fields {
    Root,
    Step,
    Trigger,
    Table(&'static [Field]),
}

/// The tree as a document, and the comments that stand after everything.
pub(crate) fn document(tree: &Tree, source: &str, to: Spelling) -> (Doc, Vec<String>) {
    let Some(root) = tree.root else {
        let lines = Comments::attach(tree, source).left();
        return (Doc::Map(Map::default()), lines);
    };
    let comments = Comments::attach(tree, source);
    let mut builder = Builder {
        tree,
        source,
        to,
        comments,
        seen: BTreeSet::new(),
        closing: Vec::new(),
    };
    let doc = builder.fields(root, Fields::Root);
    let mut closing = builder.closing;
    closing.extend(builder.comments.left());
    (doc, closing)
}

struct Builder<'a> {
    tree: &'a Tree,
    source: &'a str,
    to: Spelling,
    comments: Comments,
    /// What was printed: YAML's aliases repeat it.
    seen: BTreeSet<NodeId>,
    /// Comments at the end of the text form's braces.
    closing: Vec<String>,
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
        let kind = kind_of(tree, entries);
        let mut map = self.empty_map(id);
        map.holds_comments = matches!(fields, Fields::Root | Fields::Step);
        let mut said = self.said_comments(entries, map.holds_comments);
        if let (Some(said), Fields::Step) = (&mut said, fields) {
            // What a step says of itself as a whole stands before it: `items` puts it there.
            take_key(said, "");
        }
        for entry in self.in_order(entries, fields) {
            if said.is_some() && &*entry.key == "x-comments" {
                continue;
            }
            // Only the text form tells `let x = 1` from `set x = 1`.
            if self.tree.spelling == Spelling::Text && &*entry.key == "let" {
                continue;
            }
            let mut notes = self.entry_notes(entry);
            if self.tree.spelling == Spelling::Text && matches!(fields, Fields::Root) {
                self.closing.append(&mut notes.closing);
            }
            if let Some(said) = &mut said {
                notes.leading.splice(0..0, take_key(said, &entry.key));
            }
            let value = match (
                self.alias(entry.value),
                field_shape(fields, kind, &entry.key),
            ) {
                (Some(alias), _) => alias,
                (None, Some(shape)) => self.field(entry.value, shape),
                (None, None) => self.value(entry.value),
            };
            map.entries.push(Entry {
                key: entry.key.to_string(),
                value: self.one_case(fields, &entry.key, value),
                notes,
            });
        }
        let mut rest: Vec<String> = said
            .into_iter()
            .flatten()
            .flat_map(|(_, lines)| lines)
            .collect();
        if matches!(fields, Fields::Root) {
            rest.splice(0..0, self.comments.head());
        }
        if let Some(first) = map.entries.first_mut() {
            first.notes.leading.splice(0..0, rest);
        }
        Doc::Map(map)
    }

    /// The values of a `case` of the text form are a list, also when there is one.
    fn one_case(&self, fields: Fields, key: &str, value: Doc) -> Doc {
        let is_case =
            matches!(fields, Fields::Table(table) if table == shape::CASE) && key == "case";
        match value {
            Doc::Seq(mut seq) if is_case && self.tree.spelling == Spelling::Text => {
                match seq.items.pop() {
                    Some(only) if seq.items.is_empty() && !only.notes.has_comments() => only.value,
                    last => {
                        seq.items.extend(last);
                        Doc::Seq(seq)
                    }
                }
            }
            other => other,
        }
    }

    /// The entries as they are printed: as they are written, but out of the text form, whose order is that of its
    /// grammar, the root's in the order of the table and a step's name first.
    fn in_order<'e>(&self, entries: &'e [MapEntry], fields: Fields) -> Vec<&'e MapEntry> {
        let mut out: Vec<&MapEntry> = entries.iter().collect();
        if self.tree.spelling == Spelling::Text {
            let place = |key: &str| shape::ROOT.iter().position(|f| f.name == key);
            match fields {
                // Keys with `x-` stand where the text form has them.
                Fields::Root => out.sort_by_key(|e| {
                    place(&e.key).map_or((place("triggers"), 0), |at| (Some(at), 1))
                }),
                Fields::Step => out.sort_by_key(|e| match &*e.key {
                    "id" => 0,
                    // It stands in the braces of the steps.
                    "collect" => 2,
                    _ => 1,
                }),
                _ => {}
            }
        }
        out
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

    /// What stands in a field. A type may be left out there, and then stays so: `null` is a type in YAML.
    fn field(&mut self, id: NodeId, shape: Shape) -> Doc {
        if let (Shape::Type, NodeKind::Scalar(scalar)) = (shape, self.tree.kind(id))
            && scalar.is_no_type(self.tree.spelling)
        {
            let nothing = if self.to == Spelling::Json {
                "null"
            } else {
                ""
            };
            return Doc::Leaf(self.anchored(id, Leaf::Plain(nothing.to_owned())));
        }
        self.shaped(id, shape)
    }

    fn shaped(&mut self, id: NodeId, shape: Shape) -> Doc {
        match (shape, self.tree.kind(id)) {
            (Shape::Block | Shape::OnError | Shape::Catch, NodeKind::Seq(_)) => {
                let doc = self.items(id, |this, item| this.fields(item, Fields::Step));
                self.block_style(doc)
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
                let doc = self.items(id, |this, item| this.fields(item, Fields::Trigger));
                self.block_style(doc)
            }
            (Shape::Inputs, NodeKind::Map(_)) => {
                let doc = self.entries(id, |this, _, v| this.declaration(v, shape::INPUT));
                self.block_style(doc)
            }
            (Shape::EnvDecls, NodeKind::Map(_)) => {
                let doc = self.entries(id, |this, _, v| this.declaration(v, shape::ENV));
                self.block_style(doc)
            }
            (Shape::Variables, NodeKind::Map(_)) => {
                let doc = self.entries(id, |this, _, v| this.shaped(v, Shape::Value));
                self.block_style(doc)
            }
            (Shape::Types, NodeKind::Map(_)) => {
                let doc = self.entries(id, |this, _, v| this.shaped(v, Shape::Type));
                self.block_style(doc)
            }
            (_, NodeKind::Expr(e)) => self.expression(*e, shape),
            (_, NodeKind::Type(t)) => self.type_doc(*t),
            (_, NodeKind::Scalar(_)) => self.scalar(id, shape),
            _ => self.value(id),
        }
    }

    /// Steps and declarations of the text form stand one below the other elsewhere, too.
    fn block_style(&self, mut doc: Doc) -> Doc {
        if self.tree.spelling == Spelling::Text {
            match &mut doc {
                Doc::Map(map) => map.inline = false,
                Doc::Seq(seq) => seq.inline = false,
                Doc::Leaf(_) => {}
            }
        }
        doc
    }

    /// `name: type`, or `name: { type, default, ... }`. A text form's declaration that says no more than its
    /// type is spelled the short way.
    fn declaration(&mut self, id: NodeId, fields: &'static [Field]) -> Doc {
        let NodeKind::Map(entries) = self.tree.kind(id) else {
            return undeclared(self.field(id, Shape::Type));
        };
        let is_declaration = self.tree.spelling == Spelling::Text
            || shape::is_declaration(entries.iter().map(|e| &*e.key));
        if self.tree.spelling == Spelling::Text
            && let [only] = entries.as_slice()
            && &*only.key == "type"
            && matches!(self.tree.kind(only.value), NodeKind::Type(_))
        {
            let ty = self.shaped(only.value, Shape::Type);
            return undeclared(ty);
        }
        if is_declaration {
            self.fields(id, Fields::Table(fields))
        } else {
            self.shaped(id, Shape::Type)
        }
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
            let notes = self.entry_notes(entry);
            let value = match self.alias(entry.value) {
                Some(alias) => alias,
                None => each(self, &entry.key, entry.value),
            };
            map.entries.push(Entry {
                key: entry.key.to_string(),
                value,
                notes,
            });
        }
        Doc::Map(map)
    }

    fn entry_notes(&mut self, entry: &MapEntry) -> Notes {
        let mut notes = self.comments.take(entry.key_span);
        if notes.trailing.is_none() {
            notes.trailing = notes.after.take();
        }
        notes.leading.extend(notes.after.take());
        notes
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
            if let Some(value) = self.alias(*item) {
                let notes = Notes::default();
                seq.items.push(Item { value, notes });
                continue;
            }
            let span = tree.span(*item);
            let mut notes = self.comments.take_item(span);
            if notes.after.is_some() {
                notes.leading.extend(notes.trailing.take());
            }
            notes.leading.extend(notes.after.take());
            if let NodeKind::Seq(inner) = tree.kind(*item)
                && inner
                    .first()
                    .is_some_and(|i| tree.span(*i).start == span.start)
            {
                self.comments.give_back(span, notes.trailing.take());
            }
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

    /// A type: records and JSON Schemas as mappings, where they are read as such, all else as text.
    fn type_doc(&self, id: TypeId) -> Doc {
        let (types, exprs) = (&self.tree.types, &self.tree.exprs);
        match &types.get(id).kind {
            TypeExprKind::Record(fields) if !fields.is_empty() => {
                let entries = fields.iter().map(|f| Entry {
                    key: format!("{}{}", f.name.text, if f.optional { "?" } else { "" }),
                    value: self.type_doc(f.ty),
                    notes: Notes::default(),
                });
                let doc = Doc::Map(Map {
                    entries: entries.collect(),
                    inline: true,
                    ..Map::default()
                });
                let odd = fields.iter().any(|f| f.name.text.ends_with('?'));
                if !odd && !self.reads_as_schema(&doc) {
                    return doc;
                }
            }
            TypeExprKind::Schema(e) => {
                let doc = constant_doc(exprs, *e);
                if self.reads_as_schema(&doc) {
                    return doc;
                }
            }
            _ => {}
        }
        Doc::Leaf(Leaf::Text(type_text(types, exprs, id)))
    }

    fn scalar(&self, id: NodeId, shape: Shape) -> Doc {
        let NodeKind::Scalar(scalar) = self.tree.kind(id) else {
            return self.value_leaf(id);
        };
        let span = self.tree.span(id);
        if self.same_spelling() {
            return Doc::Leaf(self.anchored(id, self.verbatim(scalar, span)));
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
                return Doc::Leaf(Leaf::Text(code_of(&scalar.text)));
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
            Style::Literal if crate::yaml::block_can(&scalar.text) => {
                let (header, lines) = crate::yaml::literal(&scalar.text);
                Leaf::Block { header, lines }
            }
            Style::Folded if crate::yaml::block_safe(&scalar.text) => {
                block(raw).unwrap_or_else(|| Leaf::Text(scalar.text.to_string()))
            }
            Style::Literal | Style::Folded => Leaf::Text(scalar.text.to_string()),
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

    /// The YAML anchor before a node; comments may stand between them.
    fn anchor(&self, id: NodeId) -> Option<String> {
        if self.tree.spelling != Spelling::Yaml || self.to != Spelling::Yaml {
            return None;
        }
        let comments = &self.tree.comments;
        let mut before = self.source.get(..self.tree.span(id).start as usize)?;
        loop {
            before = before.trim_end_matches(|c: char| c.is_whitespace());
            let last = comments.partition_point(|c| (c.span.start as usize) < before.len());
            let comment = last.checked_sub(1).and_then(|i| comments.get(i));
            match comment.filter(|c| c.span.end as usize >= before.len()) {
                Some(comment) => before = before.get(..comment.span.start as usize)?,
                None => break,
            }
        }
        let word = before
            .rfind(|c: char| c.is_whitespace())
            .map_or(0, |i| i + 1);
        let at = word + before.get(word..)?.rfind('&')?;
        let (lead, name) = (before.get(..at)?, before.get(at + 1..)?);
        let starts = lead.is_empty()
            || lead.ends_with(|c: char| c.is_whitespace() || matches!(c, '[' | '{' | ',' | ':'));
        let whole = !name.is_empty()
            && !name
                .contains(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '{' | '}' | ','));
        (starts && whole).then(|| name.to_owned())
    }

    /// The alias that stands for a node which was printed already.
    fn alias(&mut self, id: NodeId) -> Option<Doc> {
        if self.tree.spelling != Spelling::Yaml || self.to != Spelling::Yaml {
            return None;
        }
        if self.seen.insert(id) {
            return None;
        }
        Some(Doc::Leaf(Leaf::Alias(self.anchor(id)?)))
    }

    /// A scalar with its anchor.
    fn anchored(&self, id: NodeId, leaf: Leaf) -> Leaf {
        let Some(name) = self.anchor(id) else {
            return leaf;
        };
        match leaf {
            Leaf::Plain(text) | Leaf::Raw(text) => {
                Leaf::Raw(format!("&{name} {text}").trim_end().to_owned())
            }
            Leaf::Text(text) => Leaf::Raw(format!("&{name} {}", crate::yaml::scalar(&text, true))),
            Leaf::Block { header, lines } => Leaf::Block {
                header: format!("&{name} {header}"),
                lines,
            },
            Leaf::Alias(_) => leaf,
        }
    }

    /// Whether a mapping in the place of a type would be taken for a JSON Schema.
    fn reads_as_schema(&self, doc: &Doc) -> bool {
        let mut tree = Tree::new(self.to);
        let declared = self.tree.root.and_then(|r| self.tree.field(r, "types"));
        let mut names = Map::default();
        if let Some(NodeKind::Map(entries)) = declared.map(|n| self.tree.kind(n)) {
            names.entries.extend(entries.iter().map(|e| Entry {
                key: e.key.to_string(),
                value: Doc::Leaf(Leaf::Text("any".to_owned())),
                notes: Notes::default(),
            }));
        }
        let types = node_of(&mut tree, &Doc::Map(names));
        let root = vec![MapEntry {
            key: "types".into(),
            key_span: Span::default(),
            value: types,
        }];
        let root = tree.push(NodeKind::Map(root), Span::default());
        tree.root = Some(root);
        let node = node_of(&mut tree, doc);
        wfc_syntax::lower::reads_as_schema(&tree, node)
    }
}

/// A type in the place of a declaration: a mapping that looks like a declaration becomes the type of one.
fn undeclared(ty: Doc) -> Doc {
    match &ty {
        Doc::Map(map)
            if map
                .entries
                .iter()
                .any(|e| shape::find(shape::INPUT, &e.key).is_some()) =>
        {
            Doc::Map(Map {
                entries: vec![Entry {
                    key: "type".to_owned(),
                    value: ty,
                    notes: Notes::default(),
                }],
                inline: true,
                ..Map::default()
            })
        }
        _ => ty,
    }
}

/// A text form's string in an expression's place, as CEL. A mixed template has no such form.
fn code_of(text: &str) -> String {
    let pieces = template::pieces(text);
    if let [template::Piece::Code(range)] = pieces.as_slice() {
        let code = text.get(range.start + 2..range.end.saturating_sub(2));
        return code.unwrap_or_default().trim().to_owned();
    }
    let mut quoted = String::new();
    crate::json::string(&template::unescape(text), &mut quoted);
    quoted
}

/// A document as a tree without places.
fn node_of(tree: &mut Tree, doc: &Doc) -> NodeId {
    let kind = match doc {
        Doc::Map(map) => NodeKind::Map(
            map.entries
                .iter()
                .map(|e| MapEntry {
                    key: e.key.as_str().into(),
                    key_span: Span::default(),
                    value: node_of(tree, &e.value),
                })
                .collect(),
        ),
        Doc::Seq(seq) => NodeKind::Seq(seq.items.iter().map(|i| node_of(tree, &i.value)).collect()),
        Doc::Leaf(leaf) => {
            let (text, style) = match leaf {
                Leaf::Plain(text) => (text.as_str(), Style::Plain),
                Leaf::Text(text) | Leaf::Raw(text) | Leaf::Alias(text) => {
                    (text.as_str(), Style::DoubleQuoted)
                }
                Leaf::Block { .. } => ("", Style::Literal),
            };
            NodeKind::Scalar(Scalar {
                text: text.into(),
                style,
                map: SpanMap::default(),
            })
        }
    };
    tree.push(kind, Span::default())
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

/// The word in `type`.
pub(crate) fn kind_of<'a>(tree: &'a Tree, entries: &[MapEntry]) -> &'a str {
    let entry = entries.iter().find(|e| &*e.key == "type");
    match entry.map(|e| tree.kind(e.value)) {
        Some(NodeKind::Scalar(s)) => &s.text,
        _ => "",
    }
}

pub(crate) fn field_shape(fields: Fields, kind: &str, name: &str) -> Option<Shape> {
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
    // Where empty lines at the end belong to the text, it is written anew.
    if signs.contains(|c: char| c.is_ascii_digit() || c == '+') {
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
    while cut.last().is_some_and(|l| l.trim().is_empty()) {
        cut.pop();
    }
    Some(Leaf::Block {
        header: signs,
        lines: cut,
    })
}
