//! What the nodes of a tree hold by the table of shapes: the way from the root to an offset, with the field, step or
//! trigger that each node on it is. It works in files that are broken, since it asks the tree alone.

use wfc_syntax::shape::{
    self, CASE, CATCH, CONDITION, ENV, Field, INPUT, Kind, RETRY, ROOT, Shape, TRIGGER_COMMON,
};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Tree};

/// What a node holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Holds {
    /// The root's mapping.
    Root,
    /// A step.
    Step,
    /// A trigger.
    Trigger,
    /// A mapping with these fields.
    Fields(&'static [Field]),
    /// A type, or a mapping with these fields.
    Declaration(&'static [Field]),
    /// What a field of this shape holds, or an item or value inside it.
    Shape(Shape),
    /// The word that names the kind of a step (true) or trigger.
    KindWord(bool),
    /// Nothing that is known.
    Unknown,
}

/// A node on the way to an offset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'t> {
    /// The node.
    pub(crate) node: NodeId,
    /// What it holds.
    pub(crate) holds: Holds,
    /// The entry that it is the value of.
    pub(crate) entry: Option<&'t MapEntry>,
    /// The field that it is the value of, or stands inside of.
    pub(crate) field: Option<&'static Field>,
}

/// The way from the root to an offset.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way<'t> {
    /// The nodes, outermost first.
    pub(crate) frames: Vec<Frame<'t>>,
    /// The entry whose key the offset is on; its mapping is the last frame's.
    pub(crate) key: Option<&'t MapEntry>,
}

impl<'t> Way<'t> {
    /// The innermost node.
    pub(crate) fn last(&self) -> Option<&Frame<'t>> {
        self.frames.last()
    }

    /// The innermost node that holds `holds`, with those inside it.
    pub(crate) fn inside(&self, wanted: impl Fn(&Holds) -> bool) -> Option<&[Frame<'t>]> {
        let at = self.frames.iter().rposition(|f| wanted(&f.holds))?;
        self.frames.get(at..)
    }

    /// The innermost step.
    pub(crate) fn step(&self) -> Option<NodeId> {
        let found = self.inside(|h| *h == Holds::Step)?;
        found.first().map(|f| f.node)
    }
}

/// The way to an offset; of two nodes that touch it the inner or later one.
pub(crate) fn way_to(tree: &Tree, at: u32) -> Way<'_> {
    let mut best = Way::default();
    let Some(root) = tree.root else {
        return best;
    };
    let first = Frame {
        node: root,
        holds: Holds::Root,
        entry: None,
        field: None,
    };
    let mut walk = Walk {
        tree,
        at,
        frames: Vec::new(),
        best: &mut best,
        found: None,
    };
    walk.node(first);
    best
}

struct Walk<'t, 'b> {
    tree: &'t Tree,
    at: u32,
    frames: Vec<Frame<'t>>,
    best: &'b mut Way<'t>,
    /// How long the span is that was found, so that the least one stays.
    found: Option<u32>,
}

fn touches(span: Span, at: u32) -> bool {
    span.start <= at && at <= span.end
}

impl<'t> Walk<'t, '_> {
    fn offer(&mut self, length: u32, key: Option<&'t MapEntry>) {
        if self.found.is_none_or(|known| length <= known) {
            self.found = Some(length);
            self.best.frames.clone_from(&self.frames);
            self.best.key = key;
        }
    }

    /// Nesting of trees is limited by their parsers.
    fn node(&mut self, frame: Frame<'t>) {
        let span = self.tree.span(frame.node);
        let root = self.frames.is_empty();
        if !root && !touches(span, self.at) {
            return;
        }
        self.frames.push(frame);
        self.offer(if root { u32::MAX } else { span.len() }, None);
        match self.tree.kind(frame.node) {
            NodeKind::Map(entries) => {
                for entry in entries {
                    if touches(entry.key_span, self.at) && self.is_own_key(entry) {
                        self.offer(entry.key_span.len(), Some(entry));
                    }
                    self.node(child(self.tree, &frame, entry));
                }
            }
            NodeKind::Seq(items) => {
                for item in items {
                    self.node(item_of(self.tree, &frame, *item));
                }
            }
            _ => {}
        }
        self.frames.pop();
    }

    /// Whether the key is written, and not only the place of its value.
    fn is_own_key(&self, entry: &MapEntry) -> bool {
        let value = self.tree.span(entry.value);
        entry.key_span.end <= value.start || entry.key_span.start >= value.end
    }
}

/// What the value of an entry holds.
pub(crate) fn child<'t>(tree: &'t Tree, of: &Frame<'t>, entry: &'t MapEntry) -> Frame<'t> {
    let key = &*entry.key;
    let (holds, field) = match of.holds {
        Holds::Root => by_field(shape::find(ROOT, key)),
        Holds::Step if key == "type" => (Holds::KindWord(true), None),
        Holds::Step => match kind_of_step(tree, of.node) {
            Some(kind) if kind.name == key && word(tree, of.node).is_none() => match kind.main {
                Some(main) => by_field(shape::find(kind.fields, main)),
                None => (Holds::Unknown, None),
            },
            Some(kind) => by_field(step_field(kind, key)),
            None => by_field(named(shape::COMMON, key)),
        },
        Holds::Trigger if key == "type" => (Holds::KindWord(false), None),
        Holds::Trigger => {
            let own = kind_of_trigger(tree, of.node).and_then(|k| named(k.fields, key));
            by_field(own.or_else(|| named(TRIGGER_COMMON, key)))
        }
        Holds::Fields(fields) => by_field(named(fields, key)),
        Holds::Declaration(fields) => match tree.kind(of.node) {
            NodeKind::Map(all) if shape::is_declaration(all.iter().map(|e| &*e.key)) => {
                by_field(named(fields, key))
            }
            _ => (Holds::Shape(Shape::Type), of.field),
        },
        Holds::Shape(shape) => inside(shape, Some(key), of.field),
        Holds::KindWord(_) | Holds::Unknown => (Holds::Unknown, None),
    };
    Frame {
        node: entry.value,
        holds,
        entry: Some(entry),
        field,
    }
}

fn item_of<'t>(_tree: &'t Tree, of: &Frame<'t>, item: NodeId) -> Frame<'t> {
    let (holds, field) = match of.holds {
        Holds::Shape(shape) => inside(shape, None, of.field),
        _ => (Holds::Unknown, of.field),
    };
    Frame {
        node: item,
        holds,
        entry: of.entry,
        field,
    }
}

/// What stands inside the value of a field of this shape: under a key, or as an item.
fn inside(
    shape: Shape,
    key: Option<&str>,
    field: Option<&'static Field>,
) -> (Holds, Option<&'static Field>) {
    let holds = match (shape, key) {
        (Shape::Record(fields) | Shape::Records(fields), Some(key)) => {
            return by_field(named(fields, key));
        }
        (Shape::Retry, Some(key)) => return by_field(named(RETRY, key)),
        (Shape::Condition, Some(key)) => return by_field(named(CONDITION, key)),
        (Shape::Catch, Some(key)) => return by_field(named(CATCH, key)),
        (Shape::Records(fields), None) => Holds::Fields(fields),
        (Shape::Block | Shape::OnError | Shape::Catch, None) => Holds::Step,
        (Shape::Cases, None) => Holds::Fields(CASE),
        (Shape::Cases | Shape::Branches, _) => Holds::Shape(Shape::Block),
        (Shape::Inputs, Some(_)) => Holds::Declaration(INPUT),
        (Shape::EnvDecls, Some(_)) => Holds::Declaration(ENV),
        (Shape::Types | Shape::Type, _) => Holds::Shape(Shape::Type),
        (Shape::Triggers, None) => Holds::Trigger,
        (Shape::Texts, None) => Holds::Shape(Shape::Text),
        (Shape::Names, None) => Holds::Shape(Shape::Name),
        (Shape::Value | Shape::Values | Shape::Over | Shape::Collect | Shape::Variables, _) => {
            Holds::Shape(Shape::Value)
        }
        _ => Holds::Unknown,
    };
    (holds, field)
}

fn by_field(field: Option<&'static Field>) -> (Holds, Option<&'static Field>) {
    (
        field.map_or(Holds::Unknown, |f| Holds::Shape(f.shape)),
        field,
    )
}

/// The field that is called `name` by any of its names.
pub(crate) fn named(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    let also = |f: &&Field| f.aliases.iter().any(|a| a.name == name);
    shape::find(fields, name).or_else(|| fields.iter().find(also))
}

/// The field of a step that is called `name` by any of its names.
pub(crate) fn step_field(kind: &'static Kind, name: &str) -> Option<&'static Field> {
    shape::step_field(kind, name)
        .or_else(|| named(kind.fields, name))
        .or_else(|| named(shape::COMMON, name))
}

/// The kind of the step that a mapping is: by its `type`, or by the key of a plain kind.
pub(crate) fn kind_of_step(tree: &Tree, node: NodeId) -> Option<&'static Kind> {
    if let Some(word) = word(tree, node) {
        return shape::step_kind(word);
    }
    let NodeKind::Map(entries) = tree.kind(node) else {
        return None;
    };
    let plain = |e: &MapEntry| shape::step_kind(&e.key).filter(|k| k.main.is_some());
    entries.iter().find_map(plain)
}

/// The kind of the trigger that a mapping is.
pub(crate) fn kind_of_trigger(tree: &Tree, node: NodeId) -> Option<&'static Kind> {
    shape::trigger_kind(word(tree, node)?)
}

fn word(tree: &Tree, node: NodeId) -> Option<&str> {
    text(tree, tree.field(node, "type")?)
}

/// The text of a scalar.
pub(crate) fn text(tree: &Tree, node: NodeId) -> Option<&str> {
    match tree.kind(node) {
        NodeKind::Scalar(scalar) => Some(&scalar.text),
        _ => None,
    }
}

/// The fields that a mapping of this kind may have: its own, and those that all of its sort have.
pub(crate) fn fields_of(tree: &Tree, frame: &Frame<'_>) -> (&'static [Field], &'static [Field]) {
    match frame.holds {
        Holds::Root => (ROOT, &[]),
        Holds::Step => (
            kind_of_step(tree, frame.node).map_or(&[], |k| k.fields),
            shape::COMMON,
        ),
        Holds::Trigger => (
            kind_of_trigger(tree, frame.node).map_or(&[], |k| k.fields),
            TRIGGER_COMMON,
        ),
        Holds::Fields(fields) | Holds::Declaration(fields) => (fields, &[]),
        Holds::Shape(Shape::Record(fields) | Shape::Records(fields)) => (fields, &[]),
        Holds::Shape(Shape::Retry) => (RETRY, &[]),
        Holds::Shape(Shape::Condition) => (CONDITION, &[]),
        Holds::Shape(Shape::Catch) => (CATCH, &[]),
        _ => (&[], &[]),
    }
}

/// Goes over all nodes with what they hold, the outer ones first.
pub(crate) fn each<'t>(tree: &'t Tree, visit: &mut impl FnMut(&Frame<'t>)) {
    let Some(root) = tree.root else { return };
    // A stack, not recursion: the order among siblings does not matter.
    let mut open = vec![Frame {
        node: root,
        holds: Holds::Root,
        entry: None,
        field: None,
    }];
    while let Some(frame) = open.pop() {
        visit(&frame);
        match tree.kind(frame.node) {
            NodeKind::Map(entries) => open.extend(entries.iter().map(|e| child(tree, &frame, e))),
            NodeKind::Seq(items) => open.extend(items.iter().map(|i| item_of(tree, &frame, *i))),
            _ => {}
        }
    }
}
