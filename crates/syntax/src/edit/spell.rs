//! Texts, words and keys as each spelling writes them.

use super::Editor;
use crate::span::Span;
use crate::tree::{Spelling, Style};

/// A string in double quotes with the escapes that JSON, YAML and the text form share.
pub(super) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text as it stands between the signs of a scalar of this style; `None` where the style cannot hold it.
pub(super) fn content(spelling: Spelling, style: Style, text: &str) -> Option<String> {
    let special = |text: &str| text.contains(['\n', '\r', '\t']);
    Some(match (spelling, style) {
        (Spelling::Json, _) | (_, Style::DoubleQuoted) => {
            let quoted = double_quoted(text);
            quoted.get(1..quoted.len() - 1)?.to_owned()
        }
        (_, Style::Raw) if text.contains(['"', '\'']) => return None,
        (_, Style::TripleQuoted) if text.contains(['\\', '"']) => return None,
        _ if special(text) => return None,
        (Spelling::Yaml, Style::SingleQuoted) => text.replace('\'', "''"),
        (Spelling::Text, Style::SingleQuoted) => text.replace('\\', "\\\\").replace('\'', "\\'"),
        _ => text.to_owned(),
    })
}

impl Editor<'_> {
    /// A string value, in quotes.
    #[must_use]
    pub fn string(self, text: &str) -> String {
        let quotes = text.contains(['"', '\\']) && !text.contains(['\n', '\r', '\t']);
        if self.tree.spelling == Spelling::Yaml && quotes {
            return format!("'{}'", text.replace('\'', "''"));
        }
        double_quoted(text)
    }

    /// A word as a value, and a name as a key: without quotes but in JSON.
    #[must_use]
    pub fn word(self, word: &str) -> String {
        let number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        match self.tree.spelling {
            Spelling::Json if !number => double_quoted(word),
            _ => word.to_owned(),
        }
    }

    /// A name as a key.
    #[must_use]
    pub fn key(self, name: &str) -> String {
        match self.tree.spelling {
            Spelling::Json => double_quoted(name),
            _ => name.to_owned(),
        }
    }

    /// `word` in place of the word at `old`: in the quotes that one had, and always in some in JSON.
    #[must_use]
    pub fn word_like(self, old: Span, word: &str) -> String {
        match self.source(old).chars().next() {
            Some(quote @ ('"' | '\'')) => format!("{quote}{word}{quote}"),
            _ => self.word(word),
        }
    }

    /// A mapping on one line; the values are spelled for the file.
    #[must_use]
    pub fn mapping(self, fields: &[(&str, String)]) -> String {
        let fields: Vec<String> = fields
            .iter()
            .map(|(key, value)| format!("{}: {value}", self.key(key)))
            .collect();
        format!("{{ {} }}", fields.join(", "))
    }
}
