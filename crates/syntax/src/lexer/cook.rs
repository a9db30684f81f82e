//! What a string's characters spell.

use super::codes::INVALID_ESCAPE;
use super::quotes::Opening;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Span;
use crate::tree::{Scalar, SpanMap, Style};

/// How strings are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flavor {
    /// As CEL does.
    Cel,
    /// In an expression of the text form: triple quotes strip common indentation.
    Text,
    /// As a value of the text form: likewise, and `\{{` stays for the template to read.
    Template,
}

/// Reads the string token at `span` of `source`.
#[must_use]
pub fn string(source: &str, span: Span, flavor: Flavor, faults: &mut Vec<Diagnostic>) -> Scalar {
    let token = source.get(span.range()).unwrap_or_default();
    let opening = Opening::read(token);
    let mut reader = Reader {
        source,
        opening,
        flavor,
        faults,
        text: String::with_capacity(token.len()),
        map: SpanMap::default(),
    };
    for (start, end) in segments(source, span, opening, flavor) {
        reader.segment(start, end);
    }
    let style = match (opening.raw, opening.triple, opening.quote) {
        (true, _, _) => Style::Raw,
        (_, true, _) => Style::TripleQuoted,
        (_, _, b'\'') => Style::SingleQuoted,
        _ => Style::DoubleQuoted,
    };
    if reader.text.is_empty() {
        reader.map = SpanMap::identity(content(span, opening).0, 0);
    }
    Scalar {
        text: reader.text.into(),
        style,
        map: reader.map,
    }
}

/// Reads the bytes token at `span` of `source`.
#[must_use]
pub fn bytes(source: &str, span: Span, flavor: Flavor, faults: &mut Vec<Diagnostic>) -> Box<[u8]> {
    let opening = Opening::read(source.get(span.range()).unwrap_or_default());
    let mut out = Vec::new();
    for (start, end) in segments(source, span, opening, flavor) {
        let mut at = start as usize;
        while let Some(rest) = source.get(at..end as usize).filter(|r| !r.is_empty()) {
            let plain = if opening.raw {
                rest.len()
            } else {
                rest.find('\\').unwrap_or(rest.len())
            };
            out.extend_from_slice(rest.get(..plain).unwrap_or_default().as_bytes());
            at += plain;
            let Some(rest) = rest.get(plain..).filter(|r| !r.is_empty()) else {
                break;
            };
            match escape(rest, true) {
                Escape::Char(c, len) => {
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    at += len;
                }
                Escape::Byte(b, len) => {
                    out.push(b);
                    at += len;
                }
                Escape::Fault(len, why) => {
                    faults.push(fault(source, Span::of(at, at + len), opening, why));
                    at += len;
                }
            }
        }
    }
    out.into()
}

/// The characters between the quotes.
fn content(span: Span, opening: Opening) -> (u32, u32) {
    let len = |n: usize| u32::try_from(n).unwrap_or(0);
    let start = span.start + len(opening.len());
    (
        start,
        span.end.saturating_sub(len(opening.quotes())).max(start),
    )
}

/// The pieces of the source that make up the string: all between the quotes, or, where indentation is
/// stripped, what is left of each line with its line break.
fn segments(source: &str, span: Span, opening: Opening, flavor: Flavor) -> Vec<(u32, u32)> {
    let (start, end) = content(span, opening);
    let inner = source.get(start as usize..end as usize).unwrap_or_default();
    if flavor == Flavor::Cel || !opening.triple || !inner.contains('\n') {
        return vec![(start, end)];
    }
    let mut lines: Vec<&str> = inner.split_inclusive('\n').collect();
    if inner.ends_with('\n') {
        lines.push("");
    }
    let indent = common_indent(lines.get(1..).unwrap_or_default());
    let last = lines.len() - 1;
    let mut out = Vec::with_capacity(lines.len());
    let mut at = start;
    for (i, line) in lines.iter().enumerate() {
        let len = u32::try_from(line.len()).unwrap_or(0);
        let blank = line.trim_ascii().is_empty();
        let next = at + len;
        // A line break right after the opening quotes and right before the closing ones is no text.
        if !(blank && (i == 0 || i == last && !line.ends_with('\n'))) {
            let cut = if i == 0 { 0 } else { indent.min(len) };
            let body = if blank {
                line.len() - line_break(line)
            } else {
                cut as usize
            };
            out.push((at + u32::try_from(body).unwrap_or(0), next));
        }
        at = next;
    }
    if lines
        .last()
        .is_some_and(|l| l.trim_ascii().is_empty() && !l.ends_with('\n'))
        && let Some(piece) = out.last_mut()
    {
        let text = source
            .get(piece.0 as usize..piece.1 as usize)
            .unwrap_or_default();
        piece.1 -= u32::try_from(line_break(text)).unwrap_or(0);
    }
    out
}

/// Length of the line break that ends `line`.
fn line_break(line: &str) -> usize {
    if line.ends_with("\r\n") {
        2
    } else {
        usize::from(line.ends_with('\n'))
    }
}

/// Length of the white space that all lines with text start with.
fn common_indent(lines: &[&str]) -> u32 {
    let mut common: Option<&str> = None;
    for line in lines.iter().filter(|l| !l.trim_ascii().is_empty()) {
        let own = line.len() - line.trim_start_matches([' ', '\t']).len();
        let own = line.get(..own).unwrap_or_default();
        common = Some(common.map_or(own, |c| {
            let same = c
                .bytes()
                .zip(own.bytes())
                .take_while(|(a, b)| a == b)
                .count();
            c.get(..same).unwrap_or_default()
        }));
    }
    common.map_or(0, |c| u32::try_from(c.len()).unwrap_or(0))
}

struct Reader<'a> {
    source: &'a str,
    opening: Opening,
    flavor: Flavor,
    faults: &'a mut Vec<Diagnostic>,
    text: String,
    map: SpanMap,
}

impl Reader<'_> {
    fn plain(&mut self, at: usize, len: usize) {
        let text = self.source.get(at..at + len).unwrap_or_default();
        self.text.push_str(text);
        let place = Span::of(at, at + len);
        self.map.run(place.start, place.len());
    }

    fn segment(&mut self, start: u32, end: u32) {
        let mut at = start as usize;
        while let Some(rest) = self.source.get(at..end as usize).filter(|r| !r.is_empty()) {
            let stop = |c: char| c == '\r' || c == '\\' && !self.opening.raw;
            let plain = rest.find(stop).unwrap_or(rest.len());
            self.plain(at, plain);
            at += plain;
            let rest = rest.get(plain..).unwrap_or_default();
            if rest.starts_with("\r\n") && self.flavor != Flavor::Cel {
                at += 1;
            } else if rest.starts_with('\r') {
                self.plain(at, 1);
                at += 1;
            } else if rest.starts_with("\\{{") && self.flavor == Flavor::Template {
                self.plain(at, 3);
                at += 3;
            } else if !rest.is_empty() {
                at += self.escape(rest, at);
            }
        }
    }

    /// Adds what the escape at `at` spells; its length.
    fn escape(&mut self, rest: &str, at: usize) -> usize {
        match escape(rest, false) {
            Escape::Char(c, len) => {
                self.text.push(c);
                let place = Span::of(at, at + len);
                let bytes = u32::try_from(c.len_utf8()).unwrap_or(1);
                self.map.escape(place.start, place.len(), bytes);
                len
            }
            Escape::Byte(_, len) => len,
            Escape::Fault(len, why) => {
                let place = Span::of(at, at + len);
                self.faults
                    .push(fault(self.source, place, self.opening, why));
                self.plain(at, len);
                len
            }
        }
    }
}

/// An escape as read: what it spells and how long it is.
enum Escape {
    Char(char, usize),
    Byte(u8, usize),
    Fault(usize, Why),
}

#[derive(Clone, Copy)]
enum Why {
    Unknown,
    Digits(usize),
    NoCharacter,
    TextInBytes,
}

/// Reads the escape that starts `text` with a backslash.
fn escape(text: &str, in_bytes: bool) -> Escape {
    let Some(letter) = text.chars().nth(1) else {
        return Escape::Fault(1, Why::Unknown);
    };
    let simple = match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'v' => '\x0b',
        '\\' | '"' | '\'' | '`' | '?' => letter,
        'x' | 'X' => return coded(text, 2, 2, 16, in_bytes),
        'u' => return coded(text, 2, 4, 16, in_bytes),
        'U' => return coded(text, 2, 8, 16, in_bytes),
        '0'..='3' => return coded(text, 1, 3, 8, in_bytes),
        other => return Escape::Fault(1 + other.len_utf8(), Why::Unknown),
    };
    Escape::Char(simple, 2)
}

fn coded(text: &str, from: usize, count: usize, radix: u32, in_bytes: bool) -> Escape {
    let digits = text.get(from..).unwrap_or_default();
    let have = digits
        .chars()
        .take(count)
        .take_while(|c| c.is_digit(radix))
        .count();
    let len = from + have;
    if have < count {
        return Escape::Fault(len, Why::Digits(count));
    }
    let code =
        u32::from_str_radix(digits.get(..count).unwrap_or_default(), radix).unwrap_or(u32::MAX);
    if in_bytes && count > 3 {
        return Escape::Fault(len, Why::TextInBytes);
    }
    if in_bytes && let Ok(byte) = u8::try_from(code) {
        return Escape::Byte(byte, len);
    }
    char::from_u32(code).map_or(Escape::Fault(len, Why::NoCharacter), |c| {
        Escape::Char(c, len)
    })
}

fn fault(source: &str, place: Span, opening: Opening, why: Why) -> Diagnostic {
    let written = source.get(place.range()).unwrap_or_default();
    let (message, help) = match why {
        Why::Unknown => (
            format!("`{written}` is no escape"),
            "double the backslash to mean the backslash itself, or write a raw string: r\"...\"".to_owned(),
        ),
        Why::Digits(count) => (
            format!("`{written}` is cut short"),
            format!("this escape takes {count} digits"),
        ),
        Why::NoCharacter => (
            format!("`{written}` is no character"),
            "surrogates and numbers above 10FFFF stand for no character; write the character itself or its own number".to_owned(),
        ),
        Why::TextInBytes => (
            format!("`{written}` cannot stand in bytes"),
            "write the bytes one by one, as `\\xHH`, or the character itself".to_owned(),
        ),
    };
    let found = Diagnostic::new(&INVALID_ESCAPE, place, message).help(help);
    if opening.raw || !matches!(why, Why::Unknown) {
        return found;
    }
    found.replace(
        Applicability::Safe,
        "double the backslash",
        place,
        format!("\\{written}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, flavor: Flavor) -> (String, Scalar, Vec<Diagnostic>) {
        let mut faults = Vec::new();
        let scalar = string(text, Span::of(0, text.len()), flavor, &mut faults);
        (scalar.text.to_string(), scalar, faults)
    }

    #[test]
    fn escapes_of_cel() {
        let (text, _, faults) = read(
            r#"'\a\b\f\n\r\t\v\\\?\"\'\`\x41\X42\u00e9\U0001F62C\101'"#,
            Flavor::Cel,
        );
        assert_eq!(text, "\x07\x08\x0c\n\r\t\x0b\\?\"'`ABé😬A");
        assert!(faults.is_empty());
    }

    #[test]
    fn faulty_escapes_are_reported_at_their_characters() {
        for (text, span, message) in [
            (r#""é\d+""#, 3..5, "`\\d` is no escape"),
            (r#""\x4""#, 1..4, "`\\x4` is cut short"),
            (r#""\ud83d""#, 1..7, "`\\ud83d` is no character"),
            (r#""\U00110000""#, 1..11, "`\\U00110000` is no character"),
            (r#""\400""#, 1..3, "`\\4` is no escape"),
        ] {
            let (_, _, faults) = read(text, Flavor::Cel);
            assert_eq!(faults.len(), 1, "{text}");
            assert_eq!(faults[0].span.range(), span, "{text}");
            assert_eq!(faults[0].message, message);
        }
    }

    #[test]
    fn bytes_take_octets_and_text() {
        let mut faults = Vec::new();
        let text = r"b'\xff\377é\n'";
        let got = bytes(text, Span::of(0, text.len()), Flavor::Cel, &mut faults);
        assert_eq!(&*got, &[0xff, 0xff, 0xc3, 0xa9, b'\n']);
        assert!(faults.is_empty());
        let text = r"b'\u00e9'";
        let _ = bytes(text, Span::of(0, text.len()), Flavor::Cel, &mut faults);
        assert_eq!(faults.len(), 1);
    }

    #[test]
    fn triple_quotes_strip_common_indentation_in_the_text_form() {
        let text = "\"\"\"\n    a\n      b\n\n    c\n  \"\"\"";
        assert_eq!(read(text, Flavor::Template).0, "a\n  b\n\nc");
        assert_eq!(read(text, Flavor::Cel).0, "\n    a\n      b\n\n    c\n  ");
        assert_eq!(
            read("\"\"\"one\n  two\n  three\"\"\"", Flavor::Text).0,
            "one\ntwo\nthree"
        );
        assert_eq!(
            read("\"\"\"\r\n  a\r\n  b\r\n\"\"\"", Flavor::Text).0,
            "a\nb"
        );
        assert_eq!(read("\"\"\" one \"\"\"", Flavor::Text).0, " one ");
        assert_eq!(read("\"\"\"\n  a\n\n  \"\"\"", Flavor::Text).0, "a\n");
    }

    #[test]
    fn the_way_back_to_the_source() {
        let text = "\"\"\"\n  é\\n\n  {{ x }}\n\"\"\"";
        let (cooked, scalar, _) = read(text, Flavor::Template);
        assert_eq!(cooked, "é\n\n{{ x }}");
        let at = cooked.find('x').unwrap();
        assert_eq!(
            scalar.map.span(at, at + 1).range(),
            text.find('x').unwrap()..text.find('x').unwrap() + 1
        );
        assert_eq!(&text[scalar.map.span(2, 3).range()], "\\n");
    }

    #[test]
    fn a_template_keeps_its_own_escape() {
        assert_eq!(read(r#""\{{ x }}""#, Flavor::Template).0, r"\{{ x }}");
        assert_eq!(read(r#""\{{ x }}""#, Flavor::Text).2.len(), 1);
    }
}
