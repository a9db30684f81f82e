//! Replacement texts that fit the spelling and the quotes of what they replace.

use super::Lower;
use crate::span::Span;
use crate::tree::{NodeId, NodeKind, Spelling};

impl Lower<'_> {
    /// The characters at `span`.
    pub(super) fn source(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// `name` as a key in place of the key at `old`: quoted as that one was.
    pub(super) fn key_like(&self, old: Span, name: &str) -> String {
        self.word_like(old, name)
    }

    /// `word` in place of the scalar at `old`: quoted as that one was, and always in JSON.
    pub(super) fn word_like(&self, old: Span, word: &str) -> String {
        match self.source(old).chars().next() {
            Some(quote @ ('"' | '\'')) => format!("{quote}{word}{quote}"),
            _ if self.tree.spelling == Spelling::Json => format!("\"{word}\""),
            _ => word.to_owned(),
        }
    }

    /// `text` as a string whatever it holds; safe for text without quotes, backslashes and control characters.
    pub(super) fn string_like(&self, old: Span, text: &str) -> String {
        match self.source(old).chars().next() {
            Some('\'') if self.tree.spelling == Spelling::Yaml && !text.contains('\'') => {
                format!("'{text}'")
            }
            _ if text.contains('"') && self.tree.spelling == Spelling::Yaml => {
                format!("'{}'", text.replace('\'', "''"))
            }
            _ => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        }
    }

    /// Whether a text that begins otherwise than it did can stand without quotes: YAML gives most signs at the
    /// start a meaning of their own.
    pub(super) fn stays_plain(&self, text: &str) -> bool {
        self.tree.spelling != Spelling::Yaml
            || text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '(' | '$'))
    }

    /// The text of a scalar.
    pub(super) fn scalar_text(&self, node: NodeId) -> Option<&str> {
        match self.tree.kind(node) {
            NodeKind::Scalar(s) => Some(&s.text),
            _ => None,
        }
    }

    /// What stands between two entries that are added at the key `at`: in a block mapping of YAML a new line
    /// with the key's indentation, else a comma.
    pub(super) fn entry_break(&self, map: Span, at: Span) -> String {
        let flow = self.tree.spelling != Spelling::Yaml || self.source(map).starts_with('{');
        if flow {
            return ", ".to_owned();
        }
        let before = self.text.get(..at.start as usize).unwrap_or_default();
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        format!("\n{}", " ".repeat(column))
    }
}

/// `` `a`, `b` and `c` ``
pub(super) fn quoted_list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
