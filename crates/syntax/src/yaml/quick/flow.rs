//! Flow collections that end on the line they start on.

use super::Quick;
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind};
use crate::yaml::keys::Keys;

impl Quick<'_> {
    /// The collection whose bracket stands here.
    pub(super) fn flow(&mut self) -> Option<NodeId> {
        let start = self.at;
        let mapping = self.byte(start) == b'{';
        self.at += 1;
        // `{{` may be a template without its quotes.
        if mapping && self.byte(self.at) == b'{' {
            return None;
        }
        let kind = if mapping {
            NodeKind::Map(self.flow_entries()?)
        } else {
            NodeKind::Seq(self.flow_items()?)
        };
        Some(self.tree.push(kind, Span::of(start, self.at)))
    }

    fn flow_items(&mut self) -> Option<Vec<NodeId>> {
        let first = self.items.len();
        self.skip_spaces();
        if self.take(b']') {
            return Some(Vec::new());
        }
        loop {
            self.skip_spaces();
            let item = self.flow_value()?;
            self.items.push(item);
            self.skip_spaces();
            if self.take(b']') {
                return Some(self.items.drain(first..).collect());
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    fn flow_entries(&mut self) -> Option<Vec<MapEntry>> {
        let first = self.entries.len();
        let mut keys = Keys::default();
        self.skip_spaces();
        if self.take(b'}') {
            return Some(Vec::new());
        }
        loop {
            self.skip_spaces();
            let (key, key_span) = self.flow_key()?;
            let before = self.entries.get(first..).unwrap_or_default();
            if keys.find(before, &key).is_some() {
                return None;
            }
            self.skip_spaces();
            let value = self.flow_value()?;
            self.entries.push(MapEntry {
                key,
                key_span,
                value,
            });
            self.skip_spaces();
            if self.take(b'}') {
                return Some(self.entries.drain(first..).collect());
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    fn take(&mut self, sign: u8) -> bool {
        let found = self.byte(self.at) == sign;
        self.at += usize::from(found);
        found
    }

    /// A key with its colon and the blank that must follow.
    fn flow_key(&mut self) -> Option<(Box<str>, Span)> {
        let plain = !matches!(self.byte(self.at), b'"' | b'\'');
        let found = self.key()?;
        let signs = |b: u8| b",[]{}".contains(&b);
        (self.byte(self.at) == b' ' && !(plain && found.0.bytes().any(signs))).then_some(found)
    }

    fn flow_value(&mut self) -> Option<NodeId> {
        match self.byte(self.at) {
            b'{' | b'[' => self.deeper(Self::flow),
            b'"' | b'\'' => self.quoted(),
            _ => self.flow_plain(),
        }
    }

    /// A plain scalar between brackets: it ends at a comma or a closing bracket.
    fn flow_plain(&mut self) -> Option<NodeId> {
        if !self.starts_plain() {
            return None;
        }
        let start = self.at;
        let mut end = start;
        loop {
            match self.byte(end) {
                b',' | b']' | b'}' => break,
                b'[' | b'{' | b'\n' | 0 => return None,
                b':' if matches!(
                    self.byte(end + 1),
                    b' ' | b',' | b'[' | b']' | b'{' | b'}' | b'\n' | 0
                ) =>
                {
                    return None;
                }
                b'#' if self.byte(end - 1) == b' ' => return None,
                _ => end += 1,
            }
        }
        let text = self.text.get(start..end)?;
        // A comma within a type or a call was meant as part of the value.
        if self.byte(end) == b',' && is_open(text) {
            return None;
        }
        Some(self.push_plain(start, start + text.trim_end_matches(' ').len()))
    }
}

/// Whether a `<` or `(` may be open at the end of a text.
fn is_open(text: &str) -> bool {
    let mut open = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'<' | b'(' => open += 1,
            b'>' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open > 0
}
