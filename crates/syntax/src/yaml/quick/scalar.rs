//! Keys and scalars.

use super::{KEY, Quick};
use crate::span::Span;
use crate::tree::{NodeId, NodeKind, Scalar, SpanMap, Style};
use crate::yaml::decode;

impl Quick<'_> {
    /// The key that stands here, with its place; afterwards the reader stands past its colon.
    pub(super) fn key(&mut self) -> Option<(Box<str>, Span)> {
        let (end, colon) = self.key_end(self.at)?;
        let span = Span::of(self.at, end);
        let text: Box<str> = if matches!(self.byte(self.at), b'"' | b'\'') {
            self.decode_quoted(end)?.text
        } else {
            self.text.get(span.range())?.into()
        };
        if &*text == "<<" || text.is_empty() || span.len() as usize > KEY {
            return None;
        }
        self.at = colon + 1;
        Some((text, span))
    }

    /// Where the key of a block mapping that starts at `at` ends, and its colon; none where no such key stands.
    pub(super) fn key_end(&self, at: usize) -> Option<(usize, usize)> {
        let first = self.byte(at);
        if matches!(first, b'"' | b'\'') {
            let end = self.closing_quote(at)? + 1;
            let mut colon = end;
            while self.byte(colon) == b' ' {
                colon += 1;
            }
            return (self.is_colon(colon)).then_some((end, colon));
        }
        if !starts_key(first) {
            return None;
        }
        let line = self.text.as_bytes().get(at..self.line_end(at))?;
        let mut last = b' ';
        for (i, byte) in line.iter().enumerate() {
            match byte {
                b':' if matches!(line.get(i + 1), None | Some(b' ')) => {
                    let key = self.text.get(at..at + i)?;
                    return Some((at + key.trim_end_matches(' ').len(), at + i));
                }
                b'#' if last == b' ' => return None,
                _ => {}
            }
            last = *byte;
        }
        None
    }

    fn is_colon(&self, at: usize) -> bool {
        self.byte(at) == b':' && matches!(self.byte(at + 1), b' ' | b'\n' | 0)
    }

    /// A plain scalar outside of brackets, to the end of its line or to a comment.
    pub(super) fn plain(&mut self) -> Option<NodeId> {
        if !self.starts_plain() {
            return None;
        }
        let start = self.at;
        let stop = self.line_end(start);
        let line = self.text.as_bytes().get(start..stop)?;
        let mut end = line.len();
        let mut last = b' ';
        for (i, byte) in line.iter().enumerate() {
            match byte {
                b':' if matches!(line.get(i + 1), None | Some(b' ')) => return None,
                b'#' if last == b' ' => {
                    end = i;
                    break;
                }
                _ => {}
            }
            last = *byte;
        }
        let commented = end < line.len();
        let text = self.text.get(start..start + end)?.trim_end_matches(' ');
        // A comment that may have cut the value short is for the parser in full to judge.
        if commented && text.contains(['"', '\'', '{']) {
            return None;
        }
        Some(self.push_plain(start, start + text.len()))
    }

    /// Whether a plain scalar may start here.
    pub(super) fn starts_plain(&self) -> bool {
        match self.byte(self.at) {
            b'-' => matches!(
                self.byte(self.at + 1),
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'/'
            ),
            first => starts_plain(first),
        }
    }

    /// The plain scalar at `start..end`; the reader goes to its end.
    pub(super) fn push_plain(&mut self, start: usize, end: usize) -> NodeId {
        let span = Span::of(start, end);
        let scalar = Scalar {
            text: self.text.get(start..end).unwrap_or_default().into(),
            style: Style::Plain,
            map: SpanMap::identity(span.start, span.len()),
        };
        self.at = end;
        self.tree.push(NodeKind::Scalar(scalar), span)
    }

    /// A scalar in quotes that ends on its line.
    pub(super) fn quoted(&mut self) -> Option<NodeId> {
        let start = self.at;
        let end = self.closing_quote(start)? + 1;
        let scalar = self.decode_quoted(end)?;
        self.at = end;
        let span = Span::of(start, end);
        Some(self.tree.push(NodeKind::Scalar(scalar), span))
    }

    /// Offset of the quote that closes the one at `at`, on the same line. None too when an escape is no common one.
    pub(super) fn closing_quote(&self, at: usize) -> Option<usize> {
        let quote = self.byte(at);
        let mut i = at + 1;
        loop {
            match self.byte(i) {
                b'\n' | 0 => return None,
                b'\\' if quote == b'"' => i += self.escape_len(i)?,
                b'\'' if quote == b'\'' && self.byte(i + 1) == b'\'' => i += 2,
                byte if byte == quote => return Some(i),
                _ => i += 1,
            }
        }
    }

    /// Length of the escape that starts at `at`.
    fn escape_len(&self, at: usize) -> Option<usize> {
        match self.byte(at + 1) {
            b'"' | b'\\' | b'/' | b'n' | b't' | b'r' => Some(2),
            b'u' => {
                let digits = self.text.get(at + 2..at + 6)?;
                let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
                char::from_u32(code).map(|_| 6)
            }
            _ => None,
        }
    }

    /// The scalar in quotes that starts here and ends at `end`.
    fn decode_quoted(&self, end: usize) -> Option<Scalar> {
        let (start, last) = (self.at + 1, end - 1);
        let text = self.text.get(start..last)?;
        let (style, sign) = match self.byte(self.at) {
            b'"' => (Style::DoubleQuoted, b'\\'),
            _ => (Style::SingleQuoted, b'\''),
        };
        if !text.as_bytes().contains(&sign) {
            let span = Span::of(start, last);
            return Some(Scalar {
                text: text.into(),
                style,
                map: SpanMap::identity(span.start, span.len()),
            });
        }
        let decoded = decode::flow(self.text, Span::of(self.at, end), style);
        Some(Scalar {
            text: decoded.text.into(),
            style,
            map: decoded.map,
        })
    }

    /// A literal or folded scalar of an entry at `column`; afterwards the reader stands at the next entry.
    pub(super) fn block_scalar(&mut self, column: usize) -> Option<NodeId> {
        let start = self.at;
        let folded = self.byte(start) == b'>';
        let strip = self.byte(start + 1) == b'-';
        let header = start + 1 + usize::from(strip);
        if self.byte(header) != b'\n' {
            return None;
        }
        let mut block = Block {
            text: String::new(),
            map: SpanMap::default(),
            folded,
            breaks: Vec::new(),
        };
        self.at = header + 1;
        let indent = self.indent_at(self.at);
        if indent <= column || self.byte(self.at + indent) == b'\n' {
            return None;
        }
        let mut end = header;
        while !self.done() {
            let line_end = self.line_end(self.at);
            let spaces = self.indent_at(self.at);
            let content = self.at + spaces;
            if content == line_end {
                // An empty line; one of more spaces than the others have is not.
                if spaces > indent {
                    return None;
                }
            } else if spaces < indent {
                // The scalar ends; a line that is deeper than its entry all the same is for the parser in full.
                if spaces > column {
                    return None;
                }
                break;
            } else {
                block.line(self.text, self.at + indent, line_end)?;
                end = line_end;
            }
            if line_end >= self.text.len() && !strip {
                return None;
            }
            block.breaks.push(line_end);
            self.at = (line_end + 1).min(self.text.len());
        }
        if !strip && let Some(first) = block.breaks.first().copied() {
            block.run(self.text, first, first + 1);
        }
        if block.text.is_empty() {
            return None;
        }
        self.advance();
        let style = if folded {
            Style::Folded
        } else {
            Style::Literal
        };
        let scalar = Scalar {
            text: block.text.into(),
            style,
            map: block.map,
        };
        let span = Span::of(start, end);
        Some(self.tree.push(NodeKind::Scalar(scalar), span))
    }

    /// Spaces from the start of a line on.
    fn indent_at(&self, line: usize) -> usize {
        let rest = self.text.as_bytes().get(line..).unwrap_or_default();
        rest.iter().position(|b| *b != b' ').unwrap_or(rest.len())
    }
}

/// The text of a block scalar so far.
struct Block {
    text: String,
    map: SpanMap,
    folded: bool,
    /// The line breaks since the last line of content.
    breaks: Vec<usize>,
}

impl Block {
    /// A line of content, without its indentation.
    fn line(&mut self, source: &str, start: usize, end: usize) -> Option<()> {
        let mut breaks = std::mem::take(&mut self.breaks);
        if self.folded {
            // Lines that are indented deeper are not folded.
            if source.as_bytes().get(start) == Some(&b' ') {
                return None;
            }
            if let [single] = breaks.as_slice() {
                let span = Span::of(*single, start);
                self.text.push(' ');
                self.map.escape(span.start, span.len(), 1);
            }
        }
        for at in breaks.iter().skip(usize::from(self.folded)) {
            self.run(source, *at, at + 1);
        }
        breaks.clear();
        self.breaks = breaks;
        self.run(source, start, end);
        Some(())
    }

    fn run(&mut self, source: &str, start: usize, end: usize) {
        let span = Span::of(start, end);
        self.text
            .push_str(source.get(start..end).unwrap_or_default());
        self.map.run(span.start, span.len());
    }
}

/// Whether a key may start with this byte. Signs that mean something to YAML, or at the start of a line, are left to the parser in
/// full.
const fn starts_key(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'/' | 0x80..)
}

/// Whether a plain scalar may start with this byte.
const fn starts_plain(byte: u8) -> bool {
    starts_key(byte)
        || matches!(
            byte,
            b'.' | b'(' | b'~' | b'<' | b'=' | b'+' | b'\\' | b';' | b'^'
        )
}
