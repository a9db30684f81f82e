//! Positions as the protocol defines them, counted plainly: the server's own way is not used to test it.

use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16,
    Utf32,
}

pub const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

impl Encoding {
    pub fn word(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    fn width(self, c: char) -> u32 {
        match self {
            Self::Utf8 => u32::try_from(c.len_utf8()).unwrap(),
            Self::Utf16 => u32::try_from(c.len_utf16()).unwrap(),
            Self::Utf32 => 1,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub character: u32,
}

impl Position {
    pub fn read(value: &Value) -> Self {
        let number = |key: &str| u32::try_from(value[key].as_u64().unwrap()).unwrap();
        Self {
            line: number("line"),
            character: number("character"),
        }
    }

    pub fn json(self) -> Value {
        json!({ "line": self.line, "character": self.character })
    }

    /// The position of a byte offset.
    pub fn of(text: &str, offset: usize, encoding: Encoding) -> Self {
        let before = &text[..offset];
        let mut line = 0;
        let mut start = 0;
        for (at, c) in before.char_indices() {
            // A CR and LF that stand together are one line end, also when `offset` is between them.
            let ends = c == '\n' || (c == '\r' && !text[at + 1..].starts_with('\n'));
            if ends {
                line += 1;
                start = at + 1;
            }
        }
        let character = before[start..].chars().map(|c| encoding.width(c)).sum();
        Self { line, character }
    }

    /// The byte offset of a position; past the line's end is its end.
    pub fn offset(self, text: &str, encoding: Encoding) -> usize {
        let mut line = 0;
        let mut at = 0;
        while line < self.line {
            match text[at..].find(['\n', '\r']) {
                None => return text.len(),
                Some(end) => {
                    at += end;
                    at += if text[at..].starts_with("\r\n") { 2 } else { 1 };
                    line += 1;
                }
            }
        }
        let mut column = 0;
        for c in text[at..].chars() {
            if column >= self.character || c == '\n' || c == '\r' {
                break;
            }
            column += encoding.width(c);
            at += c.len_utf8();
        }
        at
    }
}
