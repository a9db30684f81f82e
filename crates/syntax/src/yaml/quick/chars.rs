//! Which characters a text may have to be read quickly.

/// Whether a text has no character that YAML treats in a way of its own, line feeds and the signs of the syntax apart: no tabs, no
/// carriage returns, no control characters, no line separators of Unicode, no byte order marks.
pub(super) fn are_plain(text: &str) -> bool {
    let control = |b: &u8| (*b < b' ') & (*b != b'\n') | (*b == 0x7f);
    // Of the characters beyond ASCII, those that are not allowed start with one of these bytes.
    let lead = |b: &u8| (*b == 0xc2) | (*b == 0xe2) | (*b == 0xef);
    let suspect = |found: bool, b: &u8| found | control(b) | lead(b);
    if !text.as_bytes().iter().fold(false, suspect) {
        return true;
    }
    text.chars().all(|c| {
        !matches!(c, '\0'..='\t' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}')
    })
}

/// Where the first line feed stands.
pub(super) fn find_break(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| *b == b'\n')
}
