//! Where strings end, and how one goes on after a quote that is missing.

/// What opens a string: its prefix and quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// Backslashes mean themselves.
    pub raw: bool,
    /// Bytes instead of text.
    pub bytes: bool,
    /// Length of the prefix letters.
    pub prefix: usize,
    /// `'` or `"`
    pub quote: u8,
    /// Three quotes.
    pub triple: bool,
}

impl Opening {
    /// Reads the opening at the start of `text`, which must be one.
    pub(crate) fn read(text: &str) -> Self {
        let bytes = text.as_bytes();
        let prefix = bytes
            .iter()
            .take_while(|b| matches!(b, b'r' | b'R' | b'b' | b'B'))
            .count();
        let letters = bytes.get(..prefix).unwrap_or_default();
        let quote = bytes.get(prefix).copied().unwrap_or(b'"');
        Self {
            raw: letters.iter().any(|b| matches!(b, b'r' | b'R')),
            bytes: letters.iter().any(|b| matches!(b, b'b' | b'B')),
            prefix,
            quote,
            triple: bytes
                .get(prefix..prefix + 3)
                .is_some_and(|q| q.iter().all(|b| *b == quote)),
        }
    }

    /// Length of the prefix and the quotes.
    pub(crate) fn len(self) -> usize {
        self.prefix + self.quotes()
    }

    /// Length of the quotes.
    pub(crate) fn quotes(self) -> usize {
        if self.triple { 3 } else { 1 }
    }
}

/// Offset in `bytes`, from `from` on, of the quotes that close a string; none when its line or the text
/// ends before.
pub(crate) fn close(bytes: &[u8], from: usize, opening: Opening) -> Option<usize> {
    let mut at = from;
    loop {
        let byte = *bytes.get(at)?;
        match byte {
            b'\\' if !opening.raw => at += 1,
            b'\n' if !opening.triple => return None,
            _ if byte == opening.quote => {
                let rest = bytes.get(at..).unwrap_or_default();
                if !opening.triple || rest.starts_with(&[byte; 3]) {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// How many lines a string may go on that should have had triple quotes.
pub(super) const LINES_AHEAD: usize = 20;

/// Offset of the quote that closes a `"` string several lines further down: the first line below that
/// holds an odd number of quotes.
pub(super) fn close_below(text: &str, from: usize) -> Option<usize> {
    let mut line_start = from + text.get(from..)?.find('\n')? + 1;
    for line in text
        .get(line_start..)?
        .split_inclusive('\n')
        .take(LINES_AHEAD)
    {
        let mut first = None;
        let mut count = 0;
        let mut escaped = false;
        for (i, byte) in line.bytes().enumerate() {
            if byte == b'"' && !escaped {
                first = first.or(Some(line_start + i));
                count += 1;
            }
            escaped = byte == b'\\' && !escaped;
        }
        if let Some(first) = first {
            return (count % 2 == 1).then_some(first);
        }
        line_start += line.len();
    }
    None
}

/// Where a string without its closing quote was to end, for the line's rest `line`: before the brackets,
/// commas and spaces at its end that are not paired within it.
pub(super) fn cut(line: &str) -> usize {
    // A comment behind the brackets that close is one: it was not to be part of the text.
    let before = line.split(" //").next().unwrap_or_default();
    let line = if before.trim_end().ends_with([')', ']', '}']) {
        before
    } else {
        line
    };
    let tail = line
        .trim_end_matches(|c: char| c.is_ascii_whitespace() || "()[]{},;".contains(c))
        .len();
    let mut open = 0_usize;
    for (i, byte) in line.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' if i >= tail && !closed_after(line, i) => return i,
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' if open > 0 => open -= 1,
            b')' | b']' | b'}' if i >= tail => return i,
            _ => {}
        }
    }
    line.trim_end_matches([' ', '\t', '\r', ',', ';']).len()
}

fn closed_after(line: &str, open: usize) -> bool {
    line.get(open + 1..)
        .is_some_and(|rest| rest.contains([')', ']', '}']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closing(text: &str) -> Option<usize> {
        let opening = Opening::read(text);
        close(text.as_bytes(), opening.len(), opening)
    }

    #[test]
    fn strings_end_at_their_quotes() {
        assert_eq!(closing(r#""ab" c"#), Some(3));
        assert_eq!(closing(r#""a\"b""#), Some(5));
        assert_eq!(closing(r#"r"a\""#), Some(4));
        assert_eq!(closing("\"a\nb\""), None);
        assert_eq!(closing("'''a\n'b''' "), Some(7));
        assert_eq!(closing("\"\""), Some(1));
        assert_eq!(closing("\"\\"), None);
    }

    #[test]
    fn a_missing_quote_stood_before_the_brackets_at_the_end() {
        for (line, want) in [
            ("ls }", "ls "),
            ("b) {", "b"),
            ("{{ x }} }", "{{ x }} "),
            ("{{ x }}", "{{ x }}"),
            ("text", "text"),
            ("a, ", "a"),
            ("f(x) y", "f(x) y"),
        ] {
            assert_eq!(&line[..cut(line)], want, "{line}");
        }
    }

    #[test]
    fn a_string_over_lines_ends_at_the_odd_quote() {
        let text = "\"one\n two\n three\" }\n";
        assert_eq!(close_below(text, 1), Some(16));
        assert_eq!(close_below("\"one\n bash \"x\"\n", 1), None);
        assert_eq!(close_below("\"one", 1), None);
    }
}
