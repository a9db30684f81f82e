//! The parser of expressions: CEL, by precedence climbing.
//!
//! It recurses at brackets only, whose nesting the lexer limits; chains of operators, signs and ternaries
//! are loops, and the height of what they build is limited here. A fault is reported once and leaves an
//! [`ExprKind::Error`]; inside brackets reading goes on behind it.
//!
//! The grammar is that of <https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax>, with the
//! optional syntax of its proposal 246, without messages.

pub mod codes;
mod embedded;
mod foreign;
mod literals;
mod operators;
mod primary;
mod template_end;

#[cfg(test)]
mod tests;

pub use embedded::parse_embedded;
pub(crate) use embedded::remap;
pub use template_end::template_end;

use crate::diagnostic::Diagnostic;
use crate::expr::{ExprId, ExprKind, Exprs};
use crate::lexer::codes::NESTED_TOO_DEEP;
use crate::lexer::{Flavor, Token, TokenKind, Tokens, note};
use crate::limits::MAX_DEPTH;
use crate::span::Span;

/// Words that CEL reserves; as fields and methods they are names.
pub const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// A fault that was reported, or that follows from one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reported;

/// An expression under way: `span` has the parentheses around it too.
#[derive(Clone, Copy)]
struct Node {
    id: ExprId,
    height: u16,
    span: Span,
}

type Parsed = Result<Node, Reported>;

/// Reads expressions from tokens.
pub struct ExprParser<'a> {
    source: &'a str,
    tokens: &'a Tokens,
    /// Index of the next token.
    pos: usize,
    exprs: &'a mut Exprs,
    faults: &'a mut Vec<Diagnostic>,
    flavor: Flavor,
    /// How many brackets are open within the expression.
    depth: usize,
    too_high: bool,
}

impl<'a> ExprParser<'a> {
    /// A parser that starts at the token `pos`.
    pub fn new(
        source: &'a str,
        tokens: &'a Tokens,
        pos: usize,
        flavor: Flavor,
        exprs: &'a mut Exprs,
        faults: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            source,
            tokens,
            pos,
            exprs,
            faults,
            flavor,
            depth: 0,
            too_high: false,
        }
    }

    /// Reads one expression as far as it goes, and tells the index of the token behind it.
    ///
    /// # Errors
    ///
    /// When no expression could be read and that was reported; the index is that of the token at fault.
    pub fn parse(&mut self) -> (Result<ExprId, Reported>, usize) {
        let parsed = self.expr().map(|node| node.id);
        (parsed, self.pos)
    }

    /// Reads one literal, a negative number included, and nothing behind it.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub fn parse_literal(&mut self) -> (Result<ExprId, Reported>, usize) {
        let negative = self.kind() == TokenKind::Minus
            && matches!(self.kind_at(1), TokenKind::Int | TokenKind::Float);
        let parsed = match self.kind() {
            _ if negative => self.literal(true),
            TokenKind::Ident => self.word(),
            TokenKind::Int
            | TokenKind::Uint
            | TokenKind::Float
            | TokenKind::Str
            | TokenKind::Bytes => self.literal(false),
            _ => self.no_operand(),
        };
        (parsed.map(|node| node.id), self.pos)
    }

    fn token(&self) -> Token {
        self.tokens.get(self.pos)
    }

    fn kind(&self) -> TokenKind {
        self.tokens.kind(self.pos)
    }

    fn kind_at(&self, ahead: usize) -> TokenKind {
        self.tokens.kind(self.pos + ahead)
    }

    fn text(&self, span: Span) -> &'a str {
        self.source.get(span.range()).unwrap_or_default()
    }

    /// The text of the token `ahead` of the next one.
    fn text_at(&self, ahead: usize) -> &'a str {
        self.text(self.tokens.get(self.pos + ahead).span)
    }

    /// The span of the token before the next one.
    fn before(&self) -> Span {
        match self.pos.checked_sub(1) {
            Some(i) => self.tokens.get(i).span,
            None => Span::at(self.token().span.start),
        }
    }

    /// Whether a `{` here starts a block of the text form rather than part of the expression.
    fn outermost_text(&self) -> bool {
        self.flavor != Flavor::Cel && self.depth == 0
    }

    fn note(&mut self, found: Diagnostic) {
        note(self.faults, found);
    }

    fn fault<T>(&mut self, found: Diagnostic) -> Result<T, Reported> {
        self.note(found);
        Err(Reported)
    }

    fn error(&mut self, span: Span) -> Node {
        let id = self.exprs.push(ExprKind::Error, span);
        Node {
            id,
            height: 1,
            span,
        }
    }

    /// Adds an expression that stands one level above `below`.
    fn add(&mut self, kind: ExprKind, span: Span, below: u16) -> Node {
        let height = below.saturating_add(1);
        if usize::from(height) <= MAX_DEPTH {
            let id = self.exprs.push(kind, span);
            return Node { id, height, span };
        }
        if !self.too_high {
            self.too_high = true;
            let message = format!("operators are nested deeper than {MAX_DEPTH} levels");
            self.note(
                Diagnostic::new(&NESTED_TOO_DEEP, span, message)
                    .help("give parts of the expression names with `let`, or write a list and a macro over it"),
            );
        }
        self.error(span)
    }
}
