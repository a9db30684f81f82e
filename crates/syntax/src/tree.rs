//! One tree for three spellings: what a file says before anyone asks what its fields mean.
//!
//! YAML and JSON build it from their events, the text form's parser writes the same mappings with the
//! same keys (`bash "ls"` becomes `{ type: bash, command: "ls" }`). Everything above reads this tree alone.

use crate::expr::{ExprId, Exprs};
use crate::span::Span;
use crate::type_expr::{TypeExprs, TypeId};

/// How a file is spelled.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Spelling {
    /// `*.wf.yaml`, `*.wf.yml`
    Yaml,
    /// `*.wf.json`
    Json,
    /// `*.wf`
    Text,
}

/// A node in a [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(pub u32);

/// The parsed file.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Which spelling it was read from.
    pub spelling: Spelling,
    /// The outermost node; none for an empty file.
    pub root: Option<NodeId>,
    /// Comments in the order of their places.
    pub comments: Vec<Comment>,
    /// Expressions that the text form's parser met in place; lowering adds those inside strings.
    pub exprs: Exprs,
    /// Types likewise.
    pub types: TypeExprs,
    nodes: Vec<Node>,
}

/// A node with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// All its characters: quotes and brackets included, a block scalar's header too.
    pub span: Span,
}

/// The forms of nodes.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// A scalar of YAML or JSON; a string, number, word or duration of the text form.
    Scalar(Scalar),
    /// A sequence.
    Seq(Vec<NodeId>),
    /// A mapping; keys are unique (a duplicate is reported and left out).
    Map(Vec<MapEntry>),
    /// An expression of the text form.
    Expr(ExprId),
    /// A type of the text form.
    Type(TypeId),
    /// What could not be parsed; already reported, so nothing more is said of it.
    Error,
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub struct MapEntry {
    /// The key's text.
    pub key: Box<str>,
    /// The key's place; of a field that the text form spells without a key, the place of the value.
    pub key_span: Span,
    /// The value.
    pub value: NodeId,
}

/// A scalar with its text, style, and the way back to the source.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The text after escapes, folding and indentation are resolved.
    pub text: Box<str>,
    /// How it was written.
    pub style: Style,
    /// Way back from `text` to the source.
    pub map: SpanMap,
}

impl Scalar {
    /// Whether nothing is written, where a type may be left out: JSON and YAML's own null. The type of that name stands
    /// between quotes there; in the text form it is a word among other types.
    #[must_use]
    pub fn is_no_type(&self, spelling: Spelling) -> bool {
        let null = spelling != Spelling::Text && &*self.text == "null";
        (self.text.is_empty() || null) && !self.style.is_quoted()
    }
}

/// How a scalar was written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Style {
    /// Without quotes: may be a number, a boolean, null, a word, a duration.
    Plain,
    /// `'...'`
    SingleQuoted,
    /// `"..."`
    DoubleQuoted,
    /// `|` of YAML
    Literal,
    /// `>` of YAML
    Folded,
    /// `"""..."""` of the text form
    TripleQuoted,
    /// `r"..."` of the text form
    Raw,
}

impl Style {
    /// Whether it is a string whatever it says.
    #[must_use]
    pub const fn is_quoted(self) -> bool {
        !matches!(self, Self::Plain)
    }
}

/// Maps offsets in a scalar's text to offsets in the source, a piece at a time.
///
/// A piece says: from this offset of the text on, bytes stand one to one from this offset of the
/// source on, until the next piece. An escape (`\n`, `\u00e9`) is a piece of its own, whose text bytes all map
/// into the escape's source range.
///
/// Nearly all texts stand in the source as they are: such a map is two numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpanMap {
    /// None: the whole text is one run.
    pieces: Option<Box<Pieces>>,
    /// Where that run stands.
    start: u32,
    text_len: u32,
}

/// The pieces of a text that stands in the source in another way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Pieces {
    all: Vec<Piece>,
    /// Where the last one ends in the source.
    end: u32,
}

/// A run of a scalar's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    text: u32,
    source: u32,
    /// Source bytes of an escape; 0 for a run that stands one to one.
    escape: u32,
}

impl SpanMap {
    /// A text that stands in the source as it is, from `source` on.
    #[must_use]
    pub fn identity(source: u32, len: u32) -> Self {
        Self {
            pieces: None,
            start: source,
            text_len: len,
        }
    }

    /// Adds a run of `len` bytes that stands one to one at `source`.
    pub fn run(&mut self, source: u32, len: u32) {
        if len == 0 {
            return;
        }
        if self.pieces.is_none() && self.text_len == 0 {
            self.start = source;
        } else if self.end_of_run() != Some(source) {
            let text = self.text_len;
            self.split().all.push(Piece {
                text,
                source,
                escape: 0,
            });
        }
        self.text_len += len;
        if let Some(pieces) = &mut self.pieces {
            pieces.end = source + len;
        }
    }

    /// Where the run ends that the text ends with.
    fn end_of_run(&self) -> Option<u32> {
        match self.pieces().last() {
            None => Some(self.start + self.text_len),
            Some(piece) if piece.escape == 0 => Some(piece.source + (self.text_len - piece.text)),
            Some(_) => None,
        }
    }

    fn pieces(&self) -> &[Piece] {
        self.pieces.as_ref().map_or(&[], |pieces| &pieces.all)
    }

    /// Where the text ends in the source.
    fn end(&self) -> u32 {
        match &self.pieces {
            Some(pieces) => pieces.end,
            None => self.start + self.text_len,
        }
    }

    /// Makes the one run a piece, for others to follow.
    fn split(&mut self) -> &mut Pieces {
        let (start, end) = (self.start, self.end());
        let run = self.text_len > 0;
        self.pieces.get_or_insert_with(|| {
            let first = Piece {
                text: 0,
                source: start,
                escape: 0,
            };
            let all = if run { vec![first] } else { Vec::new() };
            Box::new(Pieces { all, end })
        })
    }

    /// Adds `len` bytes of text that `source_len` bytes at `source` spell in another way.
    pub fn escape(&mut self, source: u32, source_len: u32, len: u32) {
        let text = self.text_len;
        let pieces = self.split();
        pieces.all.push(Piece {
            text,
            source,
            escape: source_len.max(1),
        });
        pieces.end = source + source_len;
        self.text_len += len;
    }

    /// Where the text's bytes `start..end` stand in the source.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        let (first, _) = self.place(start);
        if end <= start {
            return Span::at(first);
        }
        let (_, last) = self.place(end - 1);
        Span::new(first, last.max(first))
    }

    /// Source offsets of the start of the text's byte `at` and of the end of the character it is part of.
    fn place(&self, at: usize) -> (u32, u32) {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let end = self.end();
        if at >= self.text_len {
            return (end, end);
        }
        let pieces = self.pieces();
        if pieces.is_empty() {
            return (self.start + at, self.start + at + 1);
        }
        let i = pieces.partition_point(|p| p.text <= at);
        let Some(piece) = i.checked_sub(1).and_then(|i| pieces.get(i)) else {
            return (end, end);
        };
        if piece.escape > 0 {
            (piece.source, piece.source + piece.escape)
        } else {
            let source = piece.source + (at - piece.text);
            (source, source + 1)
        }
    }

    /// The map of the text's bytes `start..end` alone.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Self {
        let mut out = Self::default();
        out.extend(self, start, end);
        out
    }

    /// Adds the bytes `start..end` of another text at the end.
    pub fn extend(&mut self, from: &Self, start: usize, end: usize) {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).min(from.text_len);
        let (start, end) = (cut(start), cut(end));
        if start >= end {
            if self.text_len == 0 {
                let at = from.place(start as usize).0;
                match &mut self.pieces {
                    Some(pieces) => pieces.end = at,
                    None => self.start = at,
                }
            }
            return;
        }
        let pieces = from.pieces();
        if pieces.is_empty() {
            return self.run(from.start + start, end - start);
        }
        let first = pieces.partition_point(|p| p.text <= start).max(1) - 1;
        for (i, piece) in pieces.iter().enumerate().skip(first) {
            let next = pieces.get(i + 1).map_or(from.text_len, |p| p.text);
            let (from_text, to_text) = (piece.text.max(start), next.min(end));
            if from_text >= end {
                break;
            }
            let len = to_text.saturating_sub(from_text);
            if piece.escape > 0 {
                self.escape(piece.source, piece.escape, len);
            } else {
                self.run(piece.source + (from_text - piece.text), len);
            }
        }
    }
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its characters, sign included.
    pub span: Span,
    /// Its text without the sign, trimmed.
    pub text: Box<str>,
    /// Written between `/*` and `*/`.
    pub block: bool,
    /// Whether only white space stands before it on its line.
    pub own_line: bool,
}

impl Tree {
    /// A tree without nodes.
    #[must_use]
    pub fn new(spelling: Spelling) -> Self {
        Self {
            spelling,
            root: None,
            comments: Vec::new(),
            exprs: Exprs::default(),
            types: TypeExprs::default(),
            nodes: Vec::new(),
        }
    }

    /// Makes room for more nodes.
    pub fn reserve(&mut self, more: usize) {
        self.nodes.reserve(more);
    }

    /// Adds a node.
    pub fn push(&mut self, kind: NodeKind, span: Span) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { kind, span });
        id
    }

    /// The node `id`; ids come from this tree only.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are made by `push` of the same tree alone"
    )]
    pub fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> &NodeKind {
        &self.get(id).kind
    }

    /// Where it is.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        self.get(id).span
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The value of `key` in the mapping `id`.
    #[must_use]
    pub fn field(&self, id: NodeId, key: &str) -> Option<NodeId> {
        match self.kind(id) {
            NodeKind::Map(entries) => entries.iter().find(|e| &*e.key == key).map(|e| e.value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_of_a_map_leads_to_the_same_places() {
        // "ab\ncd" at 10: the escape is two bytes long in the source.
        let mut map = SpanMap::default();
        map.run(10, 2);
        map.escape(12, 2, 1);
        map.run(14, 2);
        for start in 0..5 {
            for end in start + 1..=5 {
                let slice = map.slice(start, end);
                for at in start..end {
                    assert_eq!(
                        slice.span(at - start, at - start + 1),
                        map.span(at, at + 1),
                        "{start}..{end} at {at}"
                    );
                }
            }
        }
        assert_eq!(map.slice(3, 3).span(0, 0), Span::at(14));
    }
}
