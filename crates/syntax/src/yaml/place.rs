//! Where in the structure something stands, and how far a value reaches from there.

use super::frame::{Frame, Kind};
use super::lines;

/// A place in the text, with what is open around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'s> {
    /// The text that the parser sees: what was taken out before is `x` or blank.
    pub(super) source: &'s str,
    /// The text as its author wrote it.
    original: &'s str,
    /// Inside of brackets.
    pub(super) flow: bool,
    /// Column of the innermost block collection; none outside of all.
    pub(super) parent: Option<usize>,
}

impl<'s> Place<'s> {
    pub(super) fn new(source: &'s str, original: &'s str, frames: &[Frame]) -> Self {
        let block = frames
            .iter()
            .rev()
            .find(|f| !f.flow && !matches!(f.kind, Kind::Document(_)));
        Self {
            source,
            original,
            flow: frames.last().is_some_and(|f| f.flow),
            parent: block.map(|f| lines::column(source, f.start as usize)),
        }
    }

    /// End of the value that starts at `from`, lines that continue it included; none when brackets stay open.
    pub(super) fn reach(&self, from: usize) -> Option<usize> {
        let end = lines::value_end(self.source, from, self.flow)?;
        if self.flow {
            return Some(end);
        }
        let all = lines::block_end(self.source, from, self.parent);
        let line_end = lines::line_end(self.source, from);
        if all <= line_end || lines::skip_blanks(self.source, end) < line_end {
            return Some(end);
        }
        let mut at = from;
        while let Some(next) = lines::next_line(self.source, at).filter(|n| *n < all) {
            let content = lines::skip_blanks(self.source, next);
            let comment = self.source.as_bytes().get(content) == Some(&b'#');
            let entry = lines::key_at(self.source, content).is_some()
                || lines::is_dash(self.source, content);
            if comment || entry {
                return Some(end);
            }
            at = next;
        }
        Some(all)
    }

    /// The author's text of a range.
    pub(super) fn text(&self, start: usize, end: usize) -> &'s str {
        self.original.get(start..end).unwrap_or("")
    }
}
