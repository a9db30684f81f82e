//! What a scalar says and where each piece of it stands: the source is walked alongside the text.
//!
//! The parser below has decoded the scalar already. Decoding it once more is how the way back is found; where the
//! two disagree, the parser's text counts and the map degrades to the whole scalar.

use crate::span::Span;
use crate::tree::{SpanMap, Style};

/// A text with its way back to the source.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) map: SpanMap,
}

impl Decoded {
    /// Source bytes that stand for themselves.
    pub(crate) fn run(&mut self, source: &str, start: usize, end: usize) {
        if let Some(piece) = source.get(start..end) {
            self.text.push_str(piece);
            let span = Span::of(start, end);
            self.map.run(span.start, span.len());
        }
    }

    /// Source bytes that spell `text` in another way.
    pub(crate) fn escape(&mut self, start: usize, end: usize, text: &str) {
        let span = Span::of(start, end);
        self.text.push_str(text);
        self.map
            .escape(span.start, span.len(), Span::of(0, text.len()).len());
    }

    /// A text that is known from elsewhere and stands somewhere in `span`.
    pub(crate) fn whole(text: &str, span: Span) -> Self {
        let mut out = Self::default();
        if text.is_empty() {
            out.map = SpanMap::identity(span.start, 0);
        } else {
            out.escape(span.start as usize, span.end as usize, text);
        }
        out
    }
}

/// Decodes a plain or quoted scalar; `span` includes the quotes.
pub(crate) fn flow(source: &str, span: Span, style: Style) -> Decoded {
    let (start, end) = (span.start as usize, span.end as usize);
    let mut flow = Flow {
        source,
        out: Decoded::default(),
        at: start,
        end,
        run: start,
        floor: start,
    };
    if style.is_quoted() {
        flow.at += 1;
        flow.run = flow.at;
        flow.floor = flow.at;
        flow.end = end.saturating_sub(1).max(flow.at);
    }
    if flow.at >= flow.end {
        return Decoded {
            text: String::new(),
            map: SpanMap::identity(Span::of(flow.at, end).start, 0),
        };
    }
    flow.walk(style);
    flow.out
}

struct Flow<'s> {
    source: &'s str,
    out: Decoded,
    at: usize,
    end: usize,
    /// Start of the run that is being walked.
    run: usize,
    /// Blanks before this offset are content, also before a line break: an escape spelt them.
    floor: usize,
}

impl Flow<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        if at < self.end {
            self.source.as_bytes().get(at).copied()
        } else {
            None
        }
    }

    fn walk(&mut self, style: Style) {
        while let Some(byte) = self.byte(self.at) {
            match (byte, style) {
                (b'\n' | b'\r', _) => self.fold(false),
                (b'\'', Style::SingleQuoted) => {
                    self.out.run(self.source, self.run, self.at);
                    self.out.escape(self.at, self.at + 2, "'");
                    self.skip_to(self.at + 2);
                }
                (b'\\', Style::DoubleQuoted) => {
                    self.out.run(self.source, self.run, self.at);
                    match self.byte(self.at + 1) {
                        Some(b'\n' | b'\r') => {
                            self.skip_to(self.at + 1);
                            self.fold(true);
                        }
                        _ => self.double_escape(),
                    }
                }
                _ => self.at += 1,
            }
        }
        let end = self.end;
        self.out.run(self.source, self.run.min(end), end);
    }

    fn skip_to(&mut self, at: usize) {
        let at = at.min(self.end);
        (self.at, self.run, self.floor) = (at, at, at);
    }

    /// A line break and the blanks around it: one space, or one line feed for each empty line.
    fn fold(&mut self, escaped: bool) {
        let mut trimmed = self.at;
        while trimmed > self.floor.max(self.run)
            && matches!(self.byte(trimmed - 1), Some(b' ' | b'\t'))
        {
            trimmed -= 1;
        }
        self.out.run(self.source, self.run, trimmed);
        let mut breaks = Vec::new();
        let mut at = self.at;
        while let Some(byte) = self.byte(at) {
            match byte {
                b'\r' if self.byte(at + 1) == Some(b'\n') => {
                    breaks.push((at, at + 2));
                    at += 2;
                }
                b'\n' | b'\r' => {
                    breaks.push((at, at + 1));
                    at += 1;
                }
                b' ' | b'\t' => at += 1,
                _ => break,
            }
        }
        if breaks.len() == 1 && !escaped {
            self.out.escape(trimmed, at, " ");
        }
        for (start, end) in breaks.into_iter().skip(1) {
            self.out.escape(start, end, "\n");
        }
        self.skip_to(at);
    }

    fn double_escape(&mut self) {
        let rest = self.source.get(self.at..self.end).unwrap_or("");
        match unescape(rest) {
            Some((text, len)) => {
                self.out.escape(self.at, self.at + len, &text);
                self.skip_to(self.at + len);
            }
            None => {
                // No escape, and reported as such: the backslash stands for itself.
                self.out.run(self.source, self.at, self.at + 1);
                self.skip_to(self.at + 1);
            }
        }
    }
}

/// The text and length of the escape that `rest` starts with; none when it is no escape of YAML.
fn unescape(rest: &str) -> Option<(String, usize)> {
    let sign = rest.chars().nth(1)?;
    let hex = |from: usize, len: usize| {
        rest.get(from..from + len)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let plain = match sign {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        ' ' | '"' | '/' | '\\' => sign,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => return Some((char::from_u32(hex(2, 2)?)?.into(), 4)),
        'U' => return Some((char::from_u32(hex(2, 8)?)?.into(), 10)),
        'u' => {
            let high = hex(2, 4)?;
            if let Some(c) = char::from_u32(high) {
                return Some((c.into(), 6));
            }
            let low = hex(8, 4)?;
            let pair = char::decode_utf16([u16::try_from(high).ok()?, u16::try_from(low).ok()?]);
            return pair.last()?.ok().map(|c| (c.into(), 12));
        }
        _ => return None,
    };
    Some((plain.into(), 1 + sign.len_utf8()))
}
