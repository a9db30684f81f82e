//! Edits by the tree, for whoever makes a fix: one place that knows how a field, a step or a text is written,
//! added and taken away in each spelling.
//!
//! Everything here gives splices of the source and nothing else, so that what an edit does not name stays byte for
//! byte as it was. What cannot be done without losing a comment is not offered.

mod add;
mod fit;
mod remove;
mod spell;

use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind, Spelling, Tree};

pub(crate) use fit::fit_plain;
pub use fit::{fit, fit_edits};

/// A tree with the text that it was read from.
#[derive(Clone, Copy, Debug)]
pub struct Editor<'a> {
    /// The tree.
    pub tree: &'a Tree,
    /// Its text.
    pub text: &'a str,
}

impl<'a> Editor<'a> {
    /// An editor of a parsed text.
    #[must_use]
    pub const fn new(tree: &'a Tree, text: &'a str) -> Self {
        Self { tree, text }
    }

    /// The characters at a place.
    #[must_use]
    pub fn source(self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Characters between a place and the start of its line.
    #[must_use]
    pub fn column(self, at: u32) -> usize {
        self.line_before(at).chars().count()
    }

    /// What stands before a place on its line.
    fn line_before(self, at: u32) -> &'a str {
        let before = self.text.get(..at as usize).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default()
    }

    /// What stands behind a place on its line, without the line's end.
    fn line_after(self, at: u32) -> &'a str {
        let after = self.text.get(at as usize..).unwrap_or_default();
        let line = after.split('\n').next().unwrap_or_default();
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// White space as wide as what stands before a place on its line; tabs stay tabs.
    fn indentation(self, at: u32) -> String {
        let keep = |c: char| if c == '\t' { '\t' } else { ' ' };
        self.line_before(at).chars().map(keep).collect()
    }

    /// The line break that the file uses.
    #[must_use]
    pub fn line_break(self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text.get(..at).is_some_and(|t| t.ends_with('\r')) => "\r\n",
            _ => "\n",
        }
    }

    /// Whether the mapping or sequence stands in brackets, where signs and not lines part its items.
    #[must_use]
    pub fn in_brackets(self, node: NodeId) -> bool {
        self.tree.spelling != Spelling::Yaml
            || self.source(self.tree.span(node)).starts_with(['{', '['])
    }

    /// The entry of a mapping.
    #[must_use]
    pub fn entry(self, map: NodeId, key: &str) -> Option<&'a MapEntry> {
        match self.tree.kind(map) {
            NodeKind::Map(entries) => entries.iter().find(|e| &*e.key == key),
            _ => None,
        }
    }

    /// Whether a comment has a character in common with a place.
    fn has_comment(self, span: Span) -> bool {
        let comments = &self.tree.comments;
        let first = comments.partition_point(|c| c.span.end <= span.start);
        comments.get(first).is_some_and(|c| c.span.start < span.end)
    }
}

#[cfg(test)]
mod tests;
