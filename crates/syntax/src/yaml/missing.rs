//! A comma that is missing between two entries in brackets.

use super::codes::SYNTAX;
use super::diagnose::{Diagnosis, Scene};
use super::events::Fault;
use super::lines;
use super::quirk::shorten;
use super::repairs::Repair;
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
