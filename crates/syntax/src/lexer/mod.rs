//! One token stream for the text form and for CEL.
//!
//! `raw` has the regular tokens, `scan` adds numbers, strings and comments, `brackets` balances what it
//! gives, `cook` reads what a string's characters spell.

mod brackets;
pub mod codes;
mod cook;
mod in_template;
mod number;
mod openings;
pub(crate) mod quotes;
mod raw;
mod scan;
mod token;

#[cfg(test)]
mod tests;

pub use cook::{Flavor, bytes, string};
pub use number::duration_nanos;
pub use token::{Stray, Token, TokenKind, Tokens};

use crate::diagnostic::Diagnostic;
use crate::limits::MAX_DIAGNOSTICS;
use crate::span::Span;

/// Adds a finding, unless there are as many as one file may have.
pub(crate) fn note(faults: &mut Vec<Diagnostic>, found: Diagnostic) {
    if faults.len() < MAX_DIAGNOSTICS {
        faults.push(found);
    }
}

/// Splits `text` into tokens. With `layout` line starts and indentation tell where a bracket is missing (the
/// text form); without, they mean nothing (an expression in a string). Stray closing brackets are only
/// reported in the result's `strays`.
#[must_use]
pub fn lex(text: &str, layout: bool) -> (Tokens, Vec<Diagnostic>) {
    let scanned = scan::scan(text, layout);
    let mut faults = scanned.faults;
    let mut swallowed: Vec<Span> = faults
        .iter()
        .filter(|f| f.code == &codes::UNTERMINATED_STRING)
        .map(|f| f.span)
        .collect();
    swallowed.sort_unstable();
    let manner = brackets::Manner {
        layout,
        swallowed: &swallowed,
        silent: scanned.swallowed || faults.iter().any(|f| f.code == &codes::NESTED_TOO_DEEP),
    };
    let paired = brackets::pair(scanned.tokens, text, manner);
    faults.extend(paired.faults);
    let tokens = Tokens {
        list: paired.tokens,
        partners: paired.partners,
        comments: scanned.comments,
        strays: paired.strays,
        gaps: paired.gaps,
        end: Span::of(0, text.len()).end,
    };
    (tokens, faults)
}

/// Whether `name` is a name of the language: `[A-Za-z_][A-Za-z0-9_]*`.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let mut chars = name.bytes();
    chars
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && chars.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
