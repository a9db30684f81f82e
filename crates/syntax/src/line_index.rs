//! Byte offsets to lines and columns and back.

use std::sync::Arc;

use crate::span::Span;

/// What a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16, as editors' protocol counts by default.
    Utf16,
    /// Characters (Unicode scalar values), as people count.
    Utf32,
}

/// A line and a column, both counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in the units of an [`Encoding`].
    pub column: u32,
}

/// Where the lines of a text start. Lines end with LF, CRLF or a lone CR.
#[derive(Clone, Debug)]
pub struct LineIndex {
    text: Arc<str>,
    starts: Vec<u32>,
    /// Totals from the start of the text, every [`STRIDE`] bytes or so; empty when the text is ASCII.
    totals: Vec<Total>,
}

/// Bytes between two [`Total`]s: few enough that counting between them costs nothing, also in a file of one line.
const STRIDE: usize = 1024;

#[derive(Clone, Copy, Debug, Default)]
struct Total {
    byte: u32,
    utf16: u32,
    utf32: u32,
}

impl Total {
    fn get(self, encoding: Encoding) -> u32 {
        match encoding {
            Encoding::Utf8 => self.byte,
            Encoding::Utf16 => self.utf16,
            Encoding::Utf32 => self.utf32,
        }
    }

    fn add(&mut self, c: char) {
        self.byte += cut(c.len_utf8());
        self.utf16 += cut(c.len_utf16());
        self.utf32 += 1;
    }
}

fn cut(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl LineIndex {
    /// The index of a text.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (i, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(i + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(cut(i + 1));
            }
        }
        let totals = if text.is_ascii() {
            Vec::new()
        } else {
            totals(&text)
        };
        Self {
            text,
            starts,
            totals,
        }
    }

    /// How many lines there are: one more than there are line ends.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The line, its end sign left out; empty at the text's end when there is no such line.
    #[must_use]
    pub fn line_span(&self, line: u32) -> Span {
        let len = cut(self.text.len());
        let start = self.starts.get(line as usize).copied().unwrap_or(len);
        let end = self.starts.get(line as usize + 1).copied().unwrap_or(len);
        let slice = self.text.get(start as usize..end as usize).unwrap_or("");
        Span::new(
            start,
            start + cut(slice.trim_end_matches(['\n', '\r']).len()),
        )
    }

    /// The place of a byte offset; one past the text's end counts as its end, one inside a character as its start.
    #[must_use]
    pub fn position(&self, offset: u32, encoding: Encoding) -> Position {
        let offset = self.floor(offset);
        let line = self
            .starts
            .partition_point(|s| *s <= offset)
            .saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let column = self.total(offset, encoding) - self.total(start, encoding);
        Position {
            line: cut(line),
            column,
        }
    }

    /// The byte offset of a place; a column past the line's end counts as its end, one inside a character as its start.
    #[must_use]
    pub fn offset(&self, position: Position, encoding: Encoding) -> u32 {
        let line = self.line_span(position.line);
        if position.line as usize >= self.starts.len() {
            return line.end;
        }
        let wanted = self
            .total(line.start, encoding)
            .saturating_add(position.column);
        if self.totals.is_empty() {
            return wanted.min(line.end);
        }
        let i = self.totals.partition_point(|t| t.get(encoding) <= wanted);
        let mut total = self.checkpoint(i);
        for c in self.text.get(total.byte as usize..).unwrap_or("").chars() {
            let mut next = total;
            next.add(c);
            if next.get(encoding) > wanted {
                break;
            }
            total = next;
        }
        total.byte.clamp(line.start, line.end)
    }

    /// The total before checkpoint `i`: all that is known at the offset where counting starts.
    fn checkpoint(&self, i: usize) -> Total {
        i.checked_sub(1)
            .and_then(|i| self.totals.get(i))
            .copied()
            .unwrap_or_default()
    }

    fn total(&self, offset: u32, encoding: Encoding) -> u32 {
        if self.totals.is_empty() || encoding == Encoding::Utf8 {
            return offset;
        }
        let mut total = self.checkpoint(self.totals.partition_point(|t| t.byte <= offset));
        let rest = self
            .text
            .get(total.byte as usize..offset as usize)
            .unwrap_or("");
        rest.chars().for_each(|c| total.add(c));
        total.get(encoding)
    }

    fn floor(&self, offset: u32) -> u32 {
        cut(self
            .text
            .floor_char_boundary((offset as usize).min(self.text.len())))
    }
}

fn totals(text: &str) -> Vec<Total> {
    let mut out = Vec::with_capacity(text.len() / STRIDE);
    let mut total = Total::default();
    let mut next = STRIDE;
    for c in text.chars() {
        total.add(c);
        if total.byte as usize >= next {
            out.push(total);
            next = total.byte as usize + STRIDE;
        }
    }
    if out.is_empty() {
        // A mark that the text is not ASCII; a total of nothing is true anywhere.
        out.push(Total::default());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use Encoding::{Utf8, Utf16, Utf32};

    fn at(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn counts_bytes_code_units_and_characters() {
        let index = LineIndex::new("aé😀b\nx");
        for (encoding, column) in [(Utf8, 7), (Utf16, 4), (Utf32, 3)] {
            assert_eq!(index.position(7, encoding), at(0, column), "{encoding:?}");
            assert_eq!(index.offset(at(0, column), encoding), 7, "{encoding:?}");
        }
        assert_eq!(index.position(9, Utf16), at(1, 0));
    }

    #[test]
    fn knows_three_line_ends() {
        let index = LineIndex::new("a\r\nb\rc\nd");
        let lines: Vec<_> = (0..4).map(|l| index.line_span(l)).collect();
        assert_eq!(
            lines,
            [
                Span::new(0, 1),
                Span::new(3, 4),
                Span::new(5, 6),
                Span::new(7, 8)
            ]
        );
        assert_eq!(index.position(2, Utf32), at(0, 2));
        assert_eq!(index.position(5, Utf32), at(2, 0));
    }

    #[test]
    fn places_outside_are_drawn_in() {
        let index = LineIndex::new("é\nab");
        assert_eq!(index.position(1, Utf8), at(0, 0), "inside a character");
        assert_eq!(index.position(99, Utf16), at(1, 2));
        assert_eq!(index.offset(at(0, 99), Utf16), 2, "past the line's end");
        assert_eq!(index.offset(at(9, 0), Utf16), 5, "past the last line");
        assert_eq!(LineIndex::new("").position(3, Utf32), at(0, 0));
    }

    #[test]
    fn a_file_of_one_long_line_agrees_with_plain_counting() {
        let text = "x😀é".repeat(2000);
        let index = LineIndex::new(text.as_str());
        for (offset, _) in text.char_indices().step_by(97) {
            let before = &text[..offset];
            let utf16 = u32::try_from(before.encode_utf16().count()).unwrap();
            let chars = u32::try_from(before.chars().count()).unwrap();
            let offset = u32::try_from(offset).unwrap();
            assert_eq!(index.position(offset, Utf16), at(0, utf16));
            assert_eq!(index.position(offset, Utf32), at(0, chars));
            assert_eq!(index.offset(at(0, utf16), Utf16), offset);
            assert_eq!(index.offset(at(0, chars), Utf32), offset);
        }
    }
}
