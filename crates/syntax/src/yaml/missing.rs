//! A comma or colon that is missing between what stands in brackets.

use super::codes::SYNTAX;
use super::events::Fault;
use super::lines;
use super::quirk::shorten;
use super::repairs::{LostKey, Repair};
use super::scene::{Diagnosis, Scene};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Span;

/// The finding that a comma is missing, when that is evident.
pub(super) fn comma(scene: &Scene<'_>) -> Option<Diagnosis> {
    if !matches!(
        scene.stop.fault,
        Fault::Comma | Fault::AfterQuote | Fault::Colon
    ) {
        return None;
    }
    let source = scene.source();
    let value = scene.value?;
    let next = next_entry(scene, value)?;
    let end = lines::trimmed_end(source, value, next);
    // A comma is put where a blank stands; without one there is no room for it.
    let room = (end..next).rev().find(|i| {
        source
            .as_bytes()
            .get(*i)
            .is_some_and(|b| lines::is_blank(*b))
    })?;
    let line_end = lines::line_end(source, next);
    let name = match lines::key_at(source, next) {
        Some((start, end)) => scene.place.text(start, end),
        None => scene.place.text(
            next,
            lines::value_end(source, next, true).unwrap_or(line_end),
        ),
    };
    let diagnostic = Diagnostic::new(
        &SYNTAX,
        Span::of(end, end),
        format!("a comma is missing before `{}`", shorten(name)),
    )
    .help("separate entries in brackets by commas")
    .replace(
        Applicability::Suggested,
        "insert a comma",
        Span::of(end, end),
        ",",
    );
    let extent = Span::of(end, next);
    Some(Diagnosis {
        diagnostic,
        repairs: vec![Repair::Comma(Span::of(room, room).start)],
        extent,
    })
}

/// Where the entry starts that should have been separated from the one of `value`.
fn next_entry(scene: &Scene<'_>, value: usize) -> Option<usize> {
    let source = scene.source();
    let bytes = source.as_bytes();
    let at = scene.stop.at;
    let first = *bytes.get(at)?;
    if first == b':' {
        // The colon of a key that was read as the end of a plain value: `{ a: 1 b: 2 }`.
        let text = source.get(value..at)?;
        if text.contains(" ? ") {
            return None;
        }
        let start = match text.as_bytes().last()? {
            quote @ (b'"' | b'\'') => text.get(..text.len() - 1)?.rfind(char::from(*quote))?,
            _ => text.rfind(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)))? + 1,
        };
        let key = value + start;
        let separate = key > value && bytes.get(key - 1).is_some_and(u8::is_ascii_whitespace);
        return (separate && key < at).then_some(key);
    }
    let separate = at > value && bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace);
    let starts = if scene.in_map {
        lines::key_at(source, at).is_some()
    } else {
        matches!(first, b'"' | b'\'' | b'[' | b'{')
    };
    (separate && starts).then_some(at)
}

/// The finding that `{ key "text" }` has no colon, when the parser stopped in that or on its account.
pub(super) fn colon(scene: &Scene<'_>) -> Option<Diagnosis> {
    let source = scene.source();
    let bytes = source.as_bytes();
    let start = scene.outer_flow?;
    let stop = scene.stop.at.min(lines::line_end(source, start));
    // The mappings and lists that are open, with whether a key comes next.
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut at = start;
    while at < stop {
        match bytes.get(at)? {
            b'{' if bytes.get(at + 1) == Some(&b'{') => at += 1,
            b'{' => open.push((at, true)),
            b'[' => open.push((at, false)),
            b']' | b'}' => {
                open.pop();
            }
            b'"' | b'\'' => at = lines::closing_quote(source, at, stop)?,
            _ => {}
        }
        let (map, is_map) = *open.last()?;
        let separates = matches!(bytes.get(at)?, b'{' | b',');
        at += 1;
        if is_map && separates {
            let key = lines::skip_blanks(source, at);
            let word = scene.place.text(key, stop);
            let len = word.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)))?;
            let value = lines::skip_blanks(source, key + len);
            if len > 0 && value > key + len && matches!(bytes.get(value), Some(b'"' | b'\'')) {
                return no_colon(scene, map, (key, key + len), value);
            }
        }
    }
    None
}

fn no_colon(scene: &Scene<'_>, map: usize, key: (usize, usize), value: usize) -> Option<Diagnosis> {
    let source = scene.source();
    let end = lines::closing_quote(source, value, lines::line_end(source, value))? + 1;
    let name = scene.place.text(key.0, key.1);
    let gap = Span::of(key.1, key.1);
    let diagnostic = Diagnostic::new(&SYNTAX, gap, format!("a colon is missing after `{name}`"))
        .help(format!(
            "write `{name}: {}`",
            shorten(scene.place.text(value, end))
        ))
        .replace(Applicability::Suggested, "insert a colon", gap, ":");
    let extent = Span::of(key.0, end);
    let lost = LostKey {
        map: Span::of(map, map).start,
        key: Span::of(key.0, key.1),
        value: Some(Span::of(value, end)),
    };
    let repairs = vec![Repair::Error(extent), Repair::LostKey(lost)];
    Some(Diagnosis {
        diagnostic,
        repairs,
        extent,
    })
}
