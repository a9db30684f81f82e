//! The collections that are open while the tree is built.

use super::keys::Keys;
use crate::span::Span;
use crate::tree::{MapEntry, NodeId};

/// An open collection, or the document around all of them.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// Written with brackets.
    pub(super) flow: bool,
    /// Offset at which it starts.
    pub(super) start: u32,
    /// Number of its anchor; 0 for none.
    pub(super) anchor: usize,
    /// The last child that is complete; of a mapping, key or value.
    pub(super) last: Option<Span>,
    /// How much it holds so far.
    pub(super) size: Size,
}

/// How much a node holds, aliases counted as often as they are used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) nodes: usize,
    pub(super) height: usize,
}

impl Size {
    pub(super) const ONE: Self = Self {
        nodes: 1,
        height: 1,
    };

    /// With one more child.
    pub(super) fn add(&mut self, child: Self) {
        self.nodes = self.nodes.saturating_add(child.nodes);
        self.height = self.height.max(child.height + 1);
    }
}

#[derive(Debug)]
pub(super) enum Kind {
    Document(Option<NodeId>),
    Seq(Vec<NodeId>),
    Map(Entries),
}

/// The entries of an open mapping.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) done: Vec<MapEntry>,
    pub(super) keys: Keys,
    pub(super) key: Key,
}

/// The key that waits for its value.
#[derive(Debug, Default)]
pub(super) enum Key {
    /// A key comes next.
    #[default]
    None,
    /// A value comes next.
    Some(Box<str>, Span),
    /// A value comes next, of a key that was reported: it is left out.
    Bad(Span),
}

impl Frame {
    pub(super) fn new(kind: Kind, flow: bool, start: u32, anchor: usize) -> Self {
        Self {
            kind,
            flow,
            start,
            anchor,
            last: None,
            size: Size::ONE,
        }
    }

    pub(super) const fn is_map(&self) -> bool {
        matches!(self.kind, Kind::Map(_))
    }

    /// Whether the next node is a key.
    pub(super) fn wants_key(&self) -> bool {
        matches!(&self.kind, Kind::Map(entries) if matches!(entries.key, Key::None))
    }

    /// Place of the key that waits for its value.
    pub(super) fn pending_key(&self) -> Option<Span> {
        match &self.kind {
            Kind::Map(Entries {
                key: Key::Some(_, span) | Key::Bad(span),
                ..
            }) => Some(*span),
            _ => None,
        }
    }

    /// Place of the last key, with or without its value.
    pub(super) fn last_key(&self) -> Option<Span> {
        match &self.kind {
            Kind::Map(entries) => self
                .pending_key()
                .or_else(|| entries.done.last().map(|e| e.key_span)),
            _ => None,
        }
    }
}
