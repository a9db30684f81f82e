//! A quick way through the YAML that nearly all files are: block mappings and sequences, plain, quoted, literal and folded scalars, flow
//! collections on one line, comments. It reads such a text once and makes the tree.
//!
//! It knows no faults. Whatever else it meets (tabs, anchors, tags, values over several lines, an odd indentation, a key that
//! stands twice, any doubt) it gives up on the whole file, and the parser in full reads it from the start and says what there is
//! to say. When it does not give up, its tree is the other's to the last span, without findings: the tests compare the two.

mod chars;
mod flow;
mod scalar;

use super::keys::Keys;
use crate::limits::MAX_NODES;
use crate::span::Span;
use crate::tree::{Comment, MapEntry, NodeId, NodeKind, Spelling, Tree};

/// Levels of nesting that are followed here; the parser in full knows what to say of deeper ones.
const DEPTH: usize = 64;

/// Characters of a key; YAML has a limit of 1,024.
const KEY: usize = 512;

/// The tree of a text that is plain enough. None says nothing about the text.
pub(super) fn read(text: &str) -> Option<Tree> {
    if !chars::are_plain(text) {
        return None;
    }
    let mut reader = Quick {
        text,
        tree: Tree::new(Spelling::Yaml),
        at: 0,
        line: 0,
        depth: 0,
        entries: Vec::new(),
        items: Vec::new(),
    };
    // A node takes about twenty characters.
    reader.tree.reserve(text.len() / 20);
    reader.advance();
    if reader.done() || reader.column() != 0 {
        return None;
    }
    let root = reader.mapping()?;
    reader.tree.root = Some(root);
    (reader.done() && reader.tree.len() <= MAX_NODES).then_some(reader.tree)
}

/// The reader. Between two entries it stands at the first character of the next line that holds more than a comment.
struct Quick<'s> {
    text: &'s str,
    tree: Tree,
    at: usize,
    /// Where the line of `at` starts.
    line: usize,
    depth: usize,
    /// Entries and items of the collections that are open, outermost first: each is made when its size is known.
    entries: Vec<MapEntry>,
    items: Vec<NodeId>,
}

impl Quick<'_> {
    /// The byte at an offset; NUL at the end, since no text here holds one.
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn done(&self) -> bool {
        self.at >= self.text.len()
    }

    fn column(&self) -> usize {
        self.at - self.line
    }

    /// Offset of the line break that ends the line of `at`, or the text's end.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + chars::find_break(rest).unwrap_or(rest.len())
    }

    fn skip_spaces(&mut self) {
        while self.byte(self.at) == b' ' {
            self.at += 1;
        }
    }

    fn at_line_end(&self) -> bool {
        matches!(self.byte(self.at), b'\n' | 0)
    }

    /// Goes from the start of a line to the next content, past empty lines and comments.
    fn advance(&mut self) {
        loop {
            self.line = self.at;
            self.skip_spaces();
            match self.byte(self.at) {
                b'\n' => self.at += 1,
                b'#' => self.comment(true),
                _ => return,
            }
        }
    }

    /// A comment, to the start of the next line.
    fn comment(&mut self, own_line: bool) {
        let end = self.line_end(self.at);
        let text = self.text.get(self.at..end).unwrap_or_default();
        self.tree.comments.push(Comment {
            span: Span::of(self.at, end),
            text: text.trim_start_matches('#').trim().into(),
            block: false,
            own_line,
        });
        self.at = (end + 1).min(self.text.len());
    }

    /// Goes from the end of a value to the next content; nothing but a comment may follow on the line.
    fn end_line(&mut self) -> Option<()> {
        let end = self.at;
        self.skip_spaces();
        match self.byte(self.at) {
            b'\n' => self.at += 1,
            0 => {}
            b'#' if self.at > end => self.comment(false),
            _ => return None,
        }
        self.advance();
        Some(())
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    /// Whether a `- ` stands here.
    fn at_dash(&self) -> bool {
        self.byte(self.at) == b'-' && matches!(self.byte(self.at + 1), b' ' | b'\n' | 0)
    }

    /// A block mapping whose first key stands here.
    fn mapping(&mut self) -> Option<NodeId> {
        let (start, column) = (self.at, self.column());
        let first = self.entries.len();
        let mut keys = Keys::default();
        let mut end = start;
        loop {
            let (key, key_span) = self.key()?;
            let before = self.entries.get(first..).unwrap_or_default();
            if keys.find(before, &key).is_some() {
                return None;
            }
            let value = self.entry_value(column)?;
            end = end.max(self.tree.span(value).end as usize);
            self.entries.push(MapEntry {
                key,
                key_span,
                value,
            });
            if self.done() || self.column() < column {
                break;
            }
            if self.column() > column || self.at_dash() {
                return None;
            }
        }
        let span = Span::of(start, end);
        let entries = self.entries.drain(first..).collect();
        Some(self.tree.push(NodeKind::Map(entries), span))
    }

    /// What follows the `:` of a key at `column`.
    fn entry_value(&mut self, column: usize) -> Option<NodeId> {
        let colon = self.at;
        self.skip_spaces();
        if !self.at_line_end() && (self.byte(self.at) != b'#' || self.at == colon) {
            return self.value(column);
        }
        self.at = colon;
        self.end_line()?;
        if self.done() || self.column() < column {
            return None;
        }
        if self.at_dash() {
            // Dashes may stand right below the key. The place of such a sequence starts at its first item, as in the parser in full.
            let below = self.column() == column;
            return self.deeper(|reader| reader.sequence(below));
        }
        if self.column() == column {
            return None;
        }
        self.deeper(Self::mapping)
    }

    /// A block sequence whose first dash stands here; `below`: in the column of its key.
    fn sequence(&mut self, below: bool) -> Option<NodeId> {
        let (mut start, column) = (self.at, self.column());
        let first = self.items.len();
        let mut end = start;
        loop {
            self.at += 1;
            self.skip_spaces();
            if self.at_line_end() || self.byte(self.at) == b'#' || self.at_dash() {
                return None;
            }
            if below && self.items.len() == first {
                start = self.at;
            }
            let item = if self.key_end(self.at).is_some() {
                self.deeper(Self::mapping)?
            } else {
                self.value(column)?
            };
            end = end.max(self.tree.span(item).end as usize);
            self.items.push(item);
            if self.done() || self.column() < column || !self.at_dash() {
                break;
            }
            if self.column() > column {
                return None;
            }
        }
        if !self.done() && self.column() > column {
            return None;
        }
        let span = Span::of(start, end);
        let items = self.items.drain(first..).collect();
        Some(self.tree.push(NodeKind::Seq(items), span))
    }

    /// A value that starts on the line of its key or dash, which stands at `column`.
    fn value(&mut self, column: usize) -> Option<NodeId> {
        let node = match self.byte(self.at) {
            b'|' | b'>' => return self.block_scalar(column),
            b'{' | b'[' => self.deeper(Self::flow)?,
            b'"' | b'\'' => self.quoted()?,
            _ => self.plain()?,
        };
        self.end_line()?;
        Some(node)
    }
}
