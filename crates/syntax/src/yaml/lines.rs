//! Lines, indentation, and how far a block or a value reaches, read off the bare text: what is known about YAML
//! that a parser has given up on.

/// Offset of the first byte of the line of `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before
        .iter()
        .rposition(|b| is_break(*b))
        .map_or(0, |i| i + 1)
}

/// Offset of the line break that ends the line of `at`, or the text's end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + rest.iter().position(|b| is_break(*b)).unwrap_or(rest.len())
}

/// Start of the line after the one of `at`, if there is one.
pub(super) fn next_line(text: &str, at: usize) -> Option<usize> {
    let end = line_end(text, at);
    let bytes = text.as_bytes();
    let next = match (bytes.get(end), bytes.get(end + 1)) {
        (Some(b'\r'), Some(b'\n')) => end + 2,
        _ => end + 1,
    };
    (next < text.len()).then_some(next)
}

/// Offset of the first byte at or after `at` that is no space or tab.
pub(super) fn skip_blanks(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + rest
        .iter()
        .position(|b| !is_blank(*b))
        .unwrap_or(rest.len())
}

/// Where the content of the line of `at` starts, past the dashes of list items.
pub(super) fn entry_start(text: &str, at: usize) -> usize {
    let mut start = skip_blanks(text, line_start(text, at));
    while start < at && is_dash(text, start) {
        start = skip_blanks(text, start + 1);
    }
    start
}

/// Offset of the next token, when it is this sign; blanks, line breaks and comments are skipped.
pub(super) fn find_sign(text: &str, from: usize, sign: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        match *bytes.get(at)? {
            b'#' => at = line_end(text, at),
            b if b.is_ascii_whitespace() => at += 1,
            b => return (b == sign).then_some(at),
        }
    }
}

/// Bytes between the start of its line and `at`.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// Where the block ends that starts at `from` and belongs to an entry at column `parent` (none: to the document):
/// after the last line that is indented deeper. Lines of nothing but closing brackets go with it.
pub(super) fn block_end(text: &str, from: usize, parent: Option<usize>) -> usize {
    let mut end = trimmed_end(text, from, line_end(text, from));
    let mut at = from;
    while let Some(next) = next_line(text, at) {
        let content = skip_blanks(text, next);
        let line = text
            .get(content..line_end(text, next))
            .unwrap_or("")
            .trim_end();
        let closes = !line.is_empty() && line.bytes().all(|b| b"]}), \t".contains(&b));
        let deeper = parent.is_none_or(|p| content - next > p);
        let marker = content == next && (line.starts_with("---") || line.starts_with("..."));
        if line.is_empty() || (line.starts_with('#') && !deeper) {
            // Goes with the block when more of it follows.
        } else if marker || !(deeper || closes) {
            break;
        } else {
            end = content + line.len();
        }
        at = next;
    }
    end
}

/// `end` without the blanks before it, not before `start`.
pub(super) fn trimmed_end(text: &str, start: usize, end: usize) -> usize {
    start + text.get(start..end).unwrap_or("").trim_end().len()
}

/// Where the value ends that starts at `from`, as a person reads the line: quotes and brackets are honoured, a
/// comment ends it, in a flow collection a comma or a closing bracket too. None when brackets stay open in a flow
/// collection: then it cannot be told.
pub(super) fn value_end(text: &str, from: usize, flow: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let stop = line_end(text, from);
    let mut open: Vec<u8> = Vec::new();
    let mut at = from;
    while at < stop {
        let byte = bytes.get(at).copied().unwrap_or(b'\n');
        let before = if at > from {
            bytes.get(at - 1).copied()
        } else {
            None
        };
        match byte {
            b'"' | b'\'' if !before.is_some_and(is_word) => {
                at = closing_quote(text, at, stop).unwrap_or(at);
            }
            b'(' => open.push(b')'),
            b'[' => open.push(b']'),
            b'{' => open.push(b'}'),
            b'<' if generic(text, from, at) => open.push(b'>'),
            b')' | b']' | b'}' | b'>' if open.last() == Some(&byte) => {
                open.pop();
            }
            b']' | b'}' if flow && !open.contains(&byte) => break,
            b',' if flow && open.is_empty() => break,
            b'#' if before.is_some_and(is_blank) => {
                let rest = text.get(at..stop).unwrap_or("");
                if !open
                    .last()
                    .is_some_and(|closer| rest.as_bytes().contains(closer))
                {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    if flow && !open.is_empty() {
        return None;
    }
    Some(trimmed_end(text, from, at.min(stop)))
}

/// Offset of the quote that closes the one at `at`, before `stop`.
pub(crate) fn closing_quote(text: &str, at: usize, stop: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(at)?;
    let mut i = at + 1;
    while i < stop {
        match *bytes.get(i)? {
            b'\\' if quote == b'"' => i += 1,
            b'\'' if quote == b'\'' && bytes.get(i + 1) == Some(&b'\'') => i += 1,
            b if b == quote => return Some(i),
            _ => {}
        }
        i += 1;
    }
    None
}

/// Names that take type arguments, here or in other languages.
const GENERIC: &[&str] = &[
    "list", "map", "array", "dict", "record", "set", "optional", "option", "seq", "vec", "sequence",
];

/// Whether the `<` at `at` follows a name that takes type arguments.
pub(super) fn generic(text: &str, from: usize, at: usize) -> bool {
    let before = text.get(from..at).unwrap_or("");
    let name = before
        .rsplit(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or("");
    GENERIC.iter().any(|g| g.eq_ignore_ascii_case(name))
}

/// The key that a line's content starts with, when it looks like one: its offsets, without the colon.
pub(super) fn key_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let stop = line_end(text, at);
    let bytes = text.as_bytes();
    let end = match bytes.get(at)? {
        b'"' | b'\'' => closing_quote(text, at, stop)? + 1,
        _ => {
            let line = text.get(at..stop)?;
            at + line
                .find(|c: char| !(c.is_alphanumeric() || "_-.$/".contains(c)))
                .unwrap_or(line.len())
        }
    };
    let colon = skip_blanks(text, end);
    let after = bytes.get(colon + 1).copied().unwrap_or(b'\n');
    let found = end > at && bytes.get(colon) == Some(&b':') && (is_blank(after) || is_break(after));
    found.then_some((at, end))
}

/// Whether a line's content is an item of a block sequence.
pub(super) fn is_dash(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    bytes.get(at) == Some(&b'-')
        && bytes
            .get(at + 1)
            .is_none_or(|b| is_blank(*b) || is_break(*b))
}

pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

pub(super) const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
