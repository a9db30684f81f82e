//! Where an opening brace is missing: told from a field that stands outside of braces.

use super::codes::UNBALANCED_BRACKET;
use super::{Token, TokenKind};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Span;

/// Words before a name whose `:` is followed by its type.
const DECLARING: &[&str] = &["input", "var", "set", "env", "let", "case", "type"];

/// Inserts the `{` that is missing before fields, `missing` of them at most; how many were.
pub(super) fn supply(
    tokens: &mut Vec<Token>,
    text: &str,
    missing: usize,
    faults: &mut Vec<Diagnostic>,
) -> usize {
    let places = places(tokens, text, missing);
    if places.is_empty() {
        return 0;
    }
    let mut out = Vec::with_capacity(tokens.len() + places.len());
    let mut next = places.iter().copied().peekable();
    let mut last: Option<Token> = None;
    for (index, token) in tokens.iter().enumerate() {
        if next.next_if_eq(&index).is_some() {
            let opening = opening(last, *token);
            super::note(faults, finding(opening.span.end));
            out.push(opening);
        }
        out.push(*token);
        last = Some(*token);
    }
    *tokens = out;
    places.len()
}

/// A `{` that is supplied behind `before`.
pub(super) fn opening(before: Option<Token>, here: Token) -> Token {
    let before = before.unwrap_or(here);
    Token {
        kind: TokenKind::LBrace,
        span: Span::at(before.span.end),
        indent: before.indent,
        first: false,
    }
}

/// The finding that a `{` is missing at `at`.
pub(super) fn finding(at: u32) -> Diagnostic {
    let here = Span::at(at);
    Diagnostic::new(&UNBALANCED_BRACKET, here, "a `{` is missing here")
        .help("write `{`")
        .replace(Applicability::Suggested, "insert `{`", here, " {")
}

/// What is around a token.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    Block,
    Fields,
    Other,
}

fn places(tokens: &[Token], text: &str, missing: usize) -> Vec<usize> {
    let kind = |index: usize| tokens.get(index).map_or(TokenKind::End, |t| t.kind);
    let mut out = Vec::new();
    let mut around = vec![Around::Block];
    for (index, token) in tokens.iter().enumerate() {
        if out.len() >= missing {
            break;
        }
        if token.kind.closes() {
            if around.len() > 1 {
                around.pop();
            }
            continue;
        }
        let named = matches!(token.kind, TokenKind::Ident | TokenKind::Str)
            && kind(index + 1) == TokenKind::Colon;
        if named
            && let Some(before) = index.checked_sub(1).and_then(|i| tokens.get(i))
            && orphan(tokens, text, index, *before, around.last().copied())
        {
            out.push(index);
            around.push(Around::Fields);
        }
        if token.kind.opens() {
            let fields = token.kind == TokenKind::LBrace && kind(index + 2) == TokenKind::Colon;
            around.push(match token.kind {
                TokenKind::LBrace if fields => Around::Fields,
                TokenKind::LBrace => Around::Block,
                _ => Around::Other,
            });
        }
    }
    out
}

/// Whether the field at `index` stands where none can, behind `before`.
fn orphan(
    tokens: &[Token],
    text: &str,
    index: usize,
    before: Token,
    around: Option<Around>,
) -> bool {
    let Some(token) = tokens.get(index) else {
        return false;
    };
    let behind = tokens.get(index + 2);
    if around == Some(Around::Fields) {
        return before.kind == TokenKind::Colon;
    }
    let word = text.get(before.span.range()).unwrap_or_default();
    let opens_block = behind.is_none_or(|t| {
        let brace = t.kind == TokenKind::LBrace && before.kind == TokenKind::Ident;
        t.first || brace || t.kind == TokenKind::Assign
    });
    let further_in = if token.first {
        token.indent > before.indent
    } else {
        !opens_block
    };
    around == Some(Around::Block)
        && matches!(before.kind, TokenKind::Str | TokenKind::Ident)
        && !DECLARING.contains(&word)
        && further_in
}
