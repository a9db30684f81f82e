//! Where a file has keys with `x-` that the language keeps and ignores; in data they are data.

use wfc_syntax::shape::{self, Shape};
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Spelling, Tree};

use crate::from_tree::{Fields, field_shape, kind_of};

/// All entries with such keys outside of data. `x-comments` of JSON is none.
pub(crate) fn entries(tree: &Tree) -> Vec<&MapEntry> {
    let mut walk = Walk {
        tree,
        found: Vec::new(),
    };
    if let Some(root) = tree.root {
        walk.fields(root, Fields::Root);
    }
    walk.found
}

struct Walk<'a> {
    tree: &'a Tree,
    found: Vec<&'a MapEntry>,
}

impl<'a> Walk<'a> {
    fn fields(&mut self, id: NodeId, fields: Fields) {
        let NodeKind::Map(entries) = self.tree.kind(id) else {
            return;
        };
        let kind = kind_of(self.tree, entries);
        for entry in entries {
            if self.extension(entry) {
                continue;
            }
            if let Some(shape) = field_shape(fields, kind, &entry.key) {
                self.shaped(entry.value, shape);
            }
        }
    }

    fn extension(&mut self, entry: &'a MapEntry) -> bool {
        let found = entry.key.starts_with("x-");
        if found && (self.tree.spelling != Spelling::Json || &*entry.key != "x-comments") {
            self.found.push(entry);
        }
        found
    }

    fn each(&mut self, id: NodeId, fields: Fields) {
        match self.tree.kind(id) {
            NodeKind::Seq(items) => items.iter().for_each(|i| self.fields(*i, fields)),
            _ => self.fields(id, fields),
        }
    }

    /// A mapping of names to what has this shape; none for what is not looked into.
    fn named(&mut self, id: NodeId, shape: Option<Shape>) {
        let NodeKind::Map(entries) = self.tree.kind(id) else {
            return;
        };
        for entry in entries {
            if !self.extension(entry)
                && let Some(shape) = shape
            {
                self.shaped(entry.value, shape);
            }
        }
    }

    fn shaped(&mut self, id: NodeId, shape: Shape) {
        let is_map = matches!(self.tree.kind(id), NodeKind::Map(_));
        match shape {
            Shape::Block | Shape::OnError => self.each(id, Fields::Step),
            Shape::Catch if is_map => self.fields(id, Fields::Table(shape::CATCH)),
            Shape::Catch => self.each(id, Fields::Step),
            Shape::Record(fields) | Shape::Records(fields) => self.each(id, Fields::Table(fields)),
            Shape::Retry => self.fields(id, Fields::Table(shape::RETRY)),
            Shape::Condition => self.fields(id, Fields::Table(shape::CONDITION)),
            Shape::Cases if !is_map => self.each(id, Fields::Table(shape::CASE)),
            Shape::Cases | Shape::Branches => self.named(id, Some(Shape::Block)),
            Shape::Triggers => self.each(id, Fields::Trigger),
            Shape::Types | Shape::Variables => self.named(id, None),
            Shape::Inputs => self.named(id, Some(Shape::Record(shape::INPUT))),
            Shape::EnvDecls => self.named(id, Some(Shape::Record(shape::ENV))),
            _ => {}
        }
    }
}
