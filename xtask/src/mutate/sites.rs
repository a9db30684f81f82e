//! The fields of a file by the table of shapes: what each key is, and which steps stand in which block.

use wfc_syntax::shape::{
    CASE, CATCH, COMMON, CONDITION, ENV, Field, INPUT, Kind, RETRY, ROOT, STEP_KINDS, Shape,
    TRIGGER_COMMON, TRIGGER_KINDS,
};
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Tree};

/// What a mapping with fields is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Owner {
    /// The root.
    Root,
    /// A step.
    Step(&'static Kind),
    /// A trigger.
    Trigger(&'static Kind),
    /// Another mapping with these fields.
    Fields(&'static [Field]),
}

impl Owner {
    /// The field called `key`, under its own or another name.
    #[must_use]
    pub fn field(self, key: &str) -> Option<&'static Field> {
        let own: &[&'static [Field]] = match self {
            Self::Root => &[ROOT],
            Self::Step(kind) => &[kind.fields, COMMON],
            Self::Trigger(kind) => &[kind.fields, TRIGGER_COMMON],
            Self::Fields(fields) => &[fields],
        };
        let all = || own.iter().flat_map(|f| f.iter());
        all()
            .find(|f| f.name == key)
            .or_else(|| all().find(|f| f.aliases.iter().any(|a| a.name == key)))
    }
}

/// A field as written.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The mapping.
    pub map: NodeId,
    /// Place in the mapping.
    pub index: usize,
    /// What the mapping is.
    pub owner: Owner,
    /// What the field is.
    pub field: &'static Field,
}

/// A block's steps.
#[derive(Clone, Debug)]
pub struct BlockSite {
    /// The sequence.
    pub seq: NodeId,
    /// The steps.
    pub items: Vec<NodeId>,
    /// Whether it is in a loop's body.
    pub in_loop: bool,
}

/// All fields and blocks of a file.
#[derive(Clone, Debug, Default)]
pub struct Sites {
    /// Fields in the order of the tree.
    pub entries: Vec<Entry>,
    /// Blocks, outer ones first.
    pub blocks: Vec<BlockSite>,
}

impl Sites {
    /// The fields and blocks of a tree.
    #[must_use]
    pub fn of(tree: &Tree) -> Self {
        let mut out = Self::default();
        if let Some(root) = tree.root {
            out.fields(tree, root, Owner::Root, false);
        }
        out
    }

    fn fields(&mut self, tree: &Tree, map: NodeId, owner: Owner, in_loop: bool) {
        for (index, entry) in entries(tree, map).iter().enumerate() {
            let Some(field) = owner.field(&entry.key) else {
                continue;
            };
            self.entries.push(Entry {
                map,
                index,
                owner,
                field,
            });
            let looping = in_loop || matches!(owner, Owner::Step(kind) if kind.name == "loop");
            self.value(tree, entry.value, field.shape, looping);
        }
    }

    fn value(&mut self, tree: &Tree, node: NodeId, shape: Shape, in_loop: bool) {
        match shape {
            Shape::Block | Shape::OnError => self.block(tree, node, in_loop),
            Shape::Record(fields) => self.fields(tree, node, Owner::Fields(fields), in_loop),
            Shape::Records(fields) => {
                for item in items(tree, node) {
                    self.fields(tree, *item, Owner::Fields(fields), in_loop);
                }
            }
            Shape::Retry => self.fields(tree, node, Owner::Fields(RETRY), in_loop),
            Shape::Condition => self.fields(tree, node, Owner::Fields(CONDITION), in_loop),
            Shape::Cases => {
                for item in items(tree, node) {
                    self.fields(tree, *item, Owner::Fields(CASE), in_loop);
                }
                for entry in entries(tree, node) {
                    self.block(tree, entry.value, in_loop);
                }
            }
            Shape::Branches => {
                for entry in entries(tree, node) {
                    self.block(tree, entry.value, in_loop);
                }
            }
            Shape::Catch => {
                self.fields(tree, node, Owner::Fields(CATCH), in_loop);
                self.block(tree, node, in_loop);
            }
            Shape::Inputs => self.declarations(tree, node, INPUT),
            Shape::EnvDecls => self.declarations(tree, node, ENV),
            Shape::Triggers => {
                for item in items(tree, node) {
                    if let Some(kind) = kind_of(tree, *item, TRIGGER_KINDS) {
                        self.fields(tree, *item, Owner::Trigger(kind), false);
                    }
                }
            }
            _ => {}
        }
    }

    fn declarations(&mut self, tree: &Tree, node: NodeId, fields: &'static [Field]) {
        for entry in entries(tree, node) {
            let declares = entries(tree, entry.value)
                .iter()
                .any(|e| &*e.key == "type" || &*e.key == "default");
            if declares {
                self.fields(tree, entry.value, Owner::Fields(fields), false);
            }
        }
    }

    fn block(&mut self, tree: &Tree, node: NodeId, in_loop: bool) {
        let NodeKind::Seq(steps) = tree.kind(node) else {
            return;
        };
        self.blocks.push(BlockSite {
            seq: node,
            items: steps.clone(),
            in_loop,
        });
        for step in steps {
            if let Some(kind) = kind_of(tree, *step, STEP_KINDS) {
                self.fields(tree, *step, Owner::Step(kind), in_loop);
            }
        }
    }
}

/// The entries of a mapping; none of another node.
#[must_use]
pub fn entries(tree: &Tree, node: NodeId) -> &[MapEntry] {
    match tree.kind(node) {
        NodeKind::Map(entries) => entries,
        _ => &[],
    }
}

/// The items of a sequence; none of another node.
#[must_use]
pub fn items(tree: &Tree, node: NodeId) -> &[NodeId] {
    match tree.kind(node) {
        NodeKind::Seq(items) => items,
        _ => &[],
    }
}

/// The text of a scalar.
#[must_use]
pub fn text(tree: &Tree, node: NodeId) -> Option<&str> {
    match tree.kind(node) {
        NodeKind::Scalar(scalar) => Some(&scalar.text),
        _ => None,
    }
}

fn kind_of(tree: &Tree, map: NodeId, kinds: &'static [Kind]) -> Option<&'static Kind> {
    let word = text(tree, tree.field(map, "type")?)?;
    kinds
        .iter()
        .find(|k| k.name == word)
        .or_else(|| kinds.iter().find(|k| k.foreign.contains(&word)))
}
