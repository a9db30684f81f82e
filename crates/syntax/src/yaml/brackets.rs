//! Brackets that do not match each other.

use super::codes::UNCLOSED;
use super::lines;
use super::scene::{Diagnosis, Scene};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Span;

impl Scene<'_> {
    /// Brackets that do not match each other, in the outermost brackets that are open.
    pub(super) fn brackets(&self) -> Option<Diagnosis> {
        let source = self.source();
        let start = self.outer_flow?;
        let end = self.block_end(start);
        match unbalanced(source, start, end)? {
            Unbalanced::Open { at, content } => {
                let open = source.get(at..at + 1)?;
                let close = if open == "[" { "]" } else { "}" };
                let diagnostic = Diagnostic::new(
                    &UNCLOSED,
                    Span::of(at, at + 1),
                    format!("`{open}` is never closed"),
                )
                .label(
                    Span::of(content, content),
                    format!("`{close}` is expected here at the latest"),
                )
                .help(format!("write `{close}` where the collection ends"))
                .replace(
                    Applicability::Suggested,
                    format!("close it with `{close}` here"),
                    Span::of(content, content),
                    close,
                );
                Some(Diagnosis::error(diagnostic, start, end))
            }
            Unbalanced::Wrong { open, close } => {
                let (o, c) = (source.get(open..open + 1)?, source.get(close..close + 1)?);
                let right = if o == "[" { "]" } else { "}" };
                let at = Span::of(close, close + 1);
                let diagnostic =
                    Diagnostic::new(&UNCLOSED, at, format!("`{o}` is closed by `{c}`"))
                        .label(Span::of(open, open + 1), format!("this `{o}` is open"))
                        .help(format!(
                            "write `{right}` here, or close the inner collection first"
                        ))
                        .replace(
                            Applicability::Suggested,
                            format!("write `{right}`"),
                            at,
                            right,
                        );
                Some(Diagnosis::error(diagnostic, start, end))
            }
        }
    }
}

/// Whether a blank or line break stands before `at`.
fn before_blank(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|i| bytes.get(i))
        .is_none_or(u8::is_ascii_whitespace)
}

enum Unbalanced {
    /// A bracket that nothing closes, and the end of what it may hold.
    Open { at: usize, content: usize },
    /// A closing bracket of the other kind.
    Wrong { open: usize, close: usize },
}

/// What does not match among the brackets of `start..end`; quotes and comments are skipped.
fn unbalanced(source: &str, start: usize, end: usize) -> Option<Unbalanced> {
    let bytes = source.as_bytes();
    let mut open: Vec<usize> = Vec::new();
    let mut content = start;
    let mut at = start;
    while at < end {
        let before = if at > start {
            bytes.get(at - 1).copied()
        } else {
            None
        };
        match bytes.get(at)? {
            b'"' | b'\'' if !before.is_some_and(lines::is_word) => {
                at = lines::closing_quote(source, at, end).unwrap_or(at);
            }
            b'#' if before.is_some_and(|b| b.is_ascii_whitespace()) => {
                at = lines::line_end(source, at);
            }
            b'[' | b'{' => open.push(at),
            close @ (b']' | b'}') => {
                let last = open.pop()?;
                let fits = matches!((bytes.get(last)?, close), (b'[', b']') | (b'{', b'}'));
                if !fits {
                    return Some(Unbalanced::Wrong {
                        open: last,
                        close: at,
                    });
                }
            }
            _ => {}
        }
        at += 1;
        if !before_blank(bytes, at) {
            content = at;
        }
    }
    open.pop().map(|at| Unbalanced::Open { at, content })
}
