//! Texts that a regular expression matches.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// The longest text that is made, in bytes.
const MAX_TEXT: usize = 10_000;

/// Characters that texts are made of where the pattern leaves the choice.
const USUAL: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_. ";

/// A text that `pattern` matches: of what may come several times as few as it takes and `more`, of alternatives and
/// characters the one at `turn`. Nothing for patterns that are not known here.
pub(super) fn text(pattern: &str, more: u32, turn: usize) -> Option<String> {
    let pattern = pattern.replace("\\/", "/");
    // The classes of Unicode are not built in: patterns that name them are read by bytes.
    let parsed = [true, false].into_iter().find_map(|unicode| {
        let mut parser = ParserBuilder::new().unicode(unicode).utf8(false).build();
        parser.parse(&pattern).ok()
    })?;
    let mut out = Vec::new();
    write(&parsed, more, turn, &mut out);
    String::from_utf8(out).ok()
}

/// The parser bounds how deep patterns nest.
fn write(hir: &Hir, more: u32, turn: usize, out: &mut Vec<u8>) {
    if out.len() > MAX_TEXT {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(class) => character(class, turn, out),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            let times = repetition.min.saturating_add(more).min(most);
            for _ in 0..times {
                if out.len() > MAX_TEXT {
                    return;
                }
                write(&repetition.sub, more, turn, out);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, turn, out),
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, more, turn, out);
            }
        }
        HirKind::Alternation(ways) => {
            if let Some(way) = ways.get(turn % ways.len().max(1)) {
                write(way, more, turn, out);
            }
        }
    }
}

fn character(class: &Class, turn: usize, out: &mut Vec<u8>) {
    let holds = |byte: u8| match class {
        Class::Unicode(class) => {
            let wanted = char::from(byte);
            let mut ranges = class.ranges().iter();
            ranges.any(|r| (r.start()..=r.end()).contains(&wanted))
        }
        Class::Bytes(class) => {
            let mut ranges = class.ranges().iter();
            ranges.any(|r| (r.start()..=r.end()).contains(&byte))
        }
    };
    let usual: Vec<u8> = USUAL.iter().copied().filter(|b| holds(*b)).collect();
    if let Some(byte) = usual.get(turn % usual.len().max(1)) {
        return out.push(*byte);
    }
    match class {
        Class::Unicode(class) => {
            if let Some(range) = class.ranges().first() {
                let mut buffer = [0; 4];
                out.extend_from_slice(range.start().encode_utf8(&mut buffer).as_bytes());
            }
        }
        Class::Bytes(class) => out.extend(class.ranges().first().map(|range| range.start())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_matches() {
        for pattern in [
            "^[A-Z]{3}-\\d{4}$",
            "^(low|high)$",
            "^\\w+@\\w+\\.(com|org)$",
            "^a\\/b$",
            "[^a-z0-9]",
            "^v?\\d+(\\.\\d+){2}$",
            "^\\S+$",
            "^.{5,}$",
            "^ü+$",
            "^(?:x|y)*z$",
        ] {
            for (more, turn) in [(0, 0), (1, 1), (3, 7)] {
                let text = text(pattern, more, turn).unwrap();
                let regex = regex_lite::Regex::new(&pattern.replace("\\/", "/")).unwrap();
                assert!(regex.is_match(&text), "{pattern} {text:?}");
            }
        }
        assert_eq!(text("^[A-Z]{3}-\\d{4}$", 0, 0).unwrap(), "AAA-0000");
        assert_eq!(text("(?=a)", 0, 0), None);
    }

    #[test]
    fn texts_are_bounded() {
        assert!(text("^(((a{1000}){1000}){1000})$", 0, 0).is_none_or(|t| t.len() < 20_000));
    }
}
