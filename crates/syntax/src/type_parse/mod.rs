//! The parser of types. It recurses at brackets only; those of `<...>` are counted here, the others are
//! limited by the lexer.

mod atoms;
pub mod codes;
mod embedded;
mod foreign;

#[cfg(test)]
mod tests;

pub use embedded::parse_embedded_type;

use crate::diagnostic::{Applicability, Diagnostic};
use crate::expr::Exprs;
use crate::lexer::codes::NESTED_TOO_DEEP;
use crate::lexer::{Flavor, Token, TokenKind, Tokens, note};
use crate::limits::MAX_DEPTH;
use crate::parse_expr::Reported;
use crate::span::Span;
use crate::type_expr::{TypeExprKind, TypeExprs, TypeId};

type Parsed = Result<TypeId, Reported>;

/// What a type parser reads from and writes to.
pub struct TypeContext<'a> {
    /// The text.
    pub source: &'a str,
    /// Its tokens.
    pub tokens: &'a Tokens,
    /// Takes the types.
    pub types: &'a mut TypeExprs,
    /// Takes the literals in types.
    pub exprs: &'a mut Exprs,
    /// Takes the findings.
    pub faults: &'a mut Vec<Diagnostic>,
    /// How strings are read.
    pub flavor: Flavor,
    /// Whether the file declares a type of this name: such a name is no foreign one.
    pub declared: &'a dyn Fn(&str) -> bool,
}

/// Reads types from tokens.
pub struct TypeParser<'a> {
    cx: TypeContext<'a>,
    pos: usize,
    depth: usize,
}

impl<'a> TypeParser<'a> {
    /// A parser that starts at the token `pos`.
    #[must_use]
    pub fn new(cx: TypeContext<'a>, pos: usize) -> Self {
        Self { cx, pos, depth: 0 }
    }

    /// Reads one type as far as it goes, and tells the index of the token behind it.
    ///
    /// # Errors
    ///
    /// When no type could be read and that was reported; the index is that of the token at fault.
    pub fn parse(&mut self) -> (Parsed, usize) {
        let parsed = self.ty();
        (parsed, self.pos)
    }

    fn token(&self) -> Token {
        self.cx.tokens.get(self.pos)
    }

    fn kind(&self) -> TokenKind {
        self.cx.tokens.kind(self.pos)
    }

    fn kind_at(&self, ahead: usize) -> TokenKind {
        self.cx.tokens.kind(self.pos + ahead)
    }

    fn text(&self, span: Span) -> &'a str {
        self.cx.source.get(span.range()).unwrap_or_default()
    }

    fn before(&self) -> Span {
        match self.pos.checked_sub(1) {
            Some(i) => self.cx.tokens.get(i).span,
            None => Span::at(self.token().span.start),
        }
    }

    fn note(&mut self, found: Diagnostic) {
        note(self.cx.faults, found);
    }

    fn push(&mut self, kind: TypeExprKind, span: Span) -> TypeId {
        self.cx.types.push(kind, span)
    }

    fn error(&mut self, span: Span) -> TypeId {
        self.push(TypeExprKind::Error, span)
    }

    fn span(&self, id: TypeId) -> Span {
        self.cx.types.get(id).span
    }

    /// Whether a fault at the next token follows from one that was reported.
    fn silent(&self) -> bool {
        let token = self.token();
        token.kind == TokenKind::Error || token.kind.is_bracket() && token.span.is_empty()
    }

    /// A type with its alternatives.
    fn ty(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let span = self.token().span;
            let message = format!("types are nested deeper than {MAX_DEPTH} levels");
            self.note(
                Diagnostic::new(&NESTED_TOO_DEEP, span, message)
                    .help("give inner types names with `type`"),
            );
            self.depth -= 1;
            return Err(Reported);
        }
        let parsed = self.union();
        self.depth -= 1;
        parsed
    }

    fn union(&mut self) -> Parsed {
        // A leading `|` is how other languages line alternatives up.
        if self.kind() == TokenKind::Pipe && self.kind_at(1) != TokenKind::Pipe {
            self.pos += 1;
        }
        let start = self.token().span;
        let first = self.alternative()?;
        let mut all = vec![first];
        loop {
            match self.kind() {
                TokenKind::Pipe => self.pos += 1,
                TokenKind::Or | TokenKind::Amp | TokenKind::And => self.foreign_union(),
                _ => break,
            }
            all.push(self.alternative()?);
        }
        if all.len() == 1 {
            return Ok(first);
        }
        let span = start.to(self.before());
        Ok(self.push(TypeExprKind::Union(all), span))
    }

    fn foreign_union(&mut self) {
        let sign = self.token().span;
        let text = self.text(sign);
        let found = Diagnostic::new(
            &codes::FOREIGN_TYPE,
            sign,
            format!("`{text}` does not stand between types"),
        );
        self.pos += 1;
        self.note(if text == "||" {
            found
                .help("write `|`")
                .replace(Applicability::Safe, "write `|`", sign, "|")
        } else {
            found.help(
                "alternatives have `|` between them; a record with all the fields is written out",
            )
        });
    }

    /// One alternative with the signs behind it.
    fn alternative(&mut self) -> Parsed {
        let start = self.token().span;
        let mut id = if self.kind() == TokenKind::Question {
            self.nullable_before()?
        } else {
            self.atom()?
        };
        loop {
            match self.kind() {
                TokenKind::Question => {
                    self.pos += 1;
                    let span = start.to(self.before());
                    id = self.push(TypeExprKind::Nullable(id), span);
                }
                TokenKind::LBracket if self.kind_at(1) == TokenKind::RBracket => {
                    id = self.foreign_array(id, start);
                }
                _ => return Ok(id),
            }
        }
    }

    fn no_type<T>(&mut self) -> Result<T, Reported> {
        if self.silent() {
            return Err(Reported);
        }
        let token = self.token();
        let before = self.before();
        let ends = token.first || token.kind == TokenKind::End || token.kind.closes();
        let found = if ends && self.pos > 0 {
            let text = self.text(before);
            Diagnostic::new(
                &codes::EXPECTED_TYPE,
                before,
                format!("a type is missing after `{text}`"),
            )
        } else {
            let text = self.text(token.span);
            Diagnostic::new(
                &codes::EXPECTED_TYPE,
                token.span,
                format!("expected a type, found `{text}`"),
            )
        };
        self.note(found.help("write `string`, `int`, `list<T>`, `{ a: T }`, `\"a\" | \"b\"`, ..."));
        Err(Reported)
    }
}
