//! What a finding is recognised by after lines have moved: its code, the text of its line without regard to white
//! space, and which of several it is that agree in both.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;

/// The fingerprints of a file's findings, in their order: 16 hexadecimal digits each. The file's name is no part.
pub fn of(source: &Source, findings: &[Diagnostic]) -> Vec<String> {
    let mut seen: BTreeMap<(&str, String), u32> = BTreeMap::new();
    findings
        .iter()
        .map(|d| {
            let line = line(&source.text, d.span.start as usize);
            let mut hash = Sha256::new();
            hash.update(d.code.id);
            hash.update([0]);
            hash.update(&line);
            let ordinal = seen.entry((d.code.id, line)).or_insert(0);
            hash.update([0]);
            hash.update(ordinal.to_le_bytes());
            *ordinal += 1;
            let digest = hash.finalize();
            digest.iter().take(8).map(|b| format!("{b:02x}")).collect()
        })
        .collect()
}

/// The words of the line around a place, with one space between them.
fn line(text: &str, at: usize) -> String {
    let at = text.floor_char_boundary(at.min(text.len()));
    let (before, after) = text.split_at(at);
    let ends = ['\n', '\r'];
    let start = before.rfind(ends).map_or(0, |i| i + 1);
    let end = after.find(ends).map_or(text.len(), |i| at + i);
    let line = text.get(start..end).unwrap_or_default();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use wfc_syntax::span::Span;

    use super::*;

    fn prints(text: &str) -> Vec<String> {
        let code = wfc_syntax::codes()[0];
        let places = text
            .match_indices("bad")
            .map(|(at, word)| Span::of(at, at + word.len()));
        let found: Vec<_> = places.map(|s| Diagnostic::new(code, s, "x")).collect();
        of(&Source::new("a.wf", text), &found)
    }

    #[test]
    fn moving_and_indenting_a_line_changes_nothing_but_another_text_does() {
        let plain = prints("bad größe\n");
        assert_eq!(prints("x\r\n\r\n    bad\tgröße  \r\n"), plain);
        assert_eq!(prints("bad größe"), plain);
        assert_ne!(prints("bad grösse\n"), plain);
        assert_eq!(plain[0].len(), 16);
    }

    #[test]
    fn equal_lines_are_counted() {
        let two = prints("bad\nbad\n");
        assert_ne!(two[0], two[1]);
        assert_eq!(prints("bad\n")[0], two[0]);
    }
}
