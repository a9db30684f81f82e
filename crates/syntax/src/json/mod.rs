//! JSON to the tree. `serde_json` says whether a text is JSON; a scanner of our own builds the tree, and puts up
//! with what is not JSON, each time with a finding, so that one run finds all of it.

mod codes;
mod scan;
mod string;
mod trivia;
mod word;

#[cfg(test)]
mod tests;

pub use codes::{JSON_EXTENSION, JSON_SYNTAX};

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::MAX_DIAGNOSTICS;
use crate::span::Span;
use crate::tree::Tree;

/// The codes that only reading JSON reports; it shares others with [`crate::yaml`].
pub static CODES: &[&Code] = &[&JSON_SYNTAX, &JSON_EXTENSION];

/// Parses a JSON text. Whatever it is, there is a tree; what could not be read is an error node in it, and has been
/// reported. A text of nothing but white space has no root and no finding: that is said of its file.
#[must_use]
pub fn parse(text: &str) -> (Tree, Vec<Diagnostic>) {
    let (tree, mut diagnostics) = scan::Scanner::new(text).run();
    if diagnostics.is_empty()
        && tree.root.is_some()
        && let Some(refusal) = gate(text)
    {
        diagnostics.push(refusal);
    }
    diagnostics.sort_by(|a, b| (a.span, a.code.id).cmp(&(b.span, b.code.id)));
    diagnostics.truncate(MAX_DIAGNOSTICS);
    (tree, diagnostics)
}

/// What `serde_json` has against the text, at its place.
fn gate(text: &str) -> Option<Diagnostic> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let error = serde_json::from_str::<serde::de::IgnoredAny>(body).err()?;
    // Its lines end with a line feed, and its columns count bytes from 1.
    let line = error.line().checked_sub(1)?;
    let start: usize = body.split_inclusive('\n').take(line).map(str::len).sum();
    let at = text.len() - body.len() + start + error.column().saturating_sub(1);
    let at = text.floor_char_boundary(at.min(text.len()));
    Some(Diagnostic::new(
        &JSON_SYNTAX,
        Span::of(at, at),
        "JSON cannot be read from here on",
    ))
}
