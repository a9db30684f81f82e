//! Names, literals, records, and JSON Schemas in types.

use std::collections::BTreeSet;

use super::codes::{DUPLICATE_FIELD_TYPE, EXPECTED_TYPE, TYPE_ARGUMENTS};
use super::{Parsed, TypeParser};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::expr::{Entry, ExprId, ExprKind, Item, Name};
use crate::lexer::{self, TokenKind};
use crate::parse_expr::{ExprParser, Reported};
use crate::span::Span;
use crate::type_expr::{FieldType, TypeExprKind, TypeId};

impl TypeParser<'_> {
    pub(super) fn atom(&mut self) -> Parsed {
        let token = self.token();
        match token.kind {
            TokenKind::Ident => match self.text(token.span) {
                "true" | "false" | "null" => self.literal(),
                "schema" if self.kind_at(1) == TokenKind::LBrace => self.schema(),
                _ => self.named(),
            },
            TokenKind::Str | TokenKind::Int | TokenKind::Uint | TokenKind::Float => self.literal(),
            TokenKind::Minus if matches!(self.kind_at(1), TokenKind::Int | TokenKind::Float) => {
                self.literal()
            }
            TokenKind::LParen => self.parenthesised(),
            TokenKind::LBrace => Ok(self.record()),
            TokenKind::LBracket => self.foreign_list(),
            _ => self.no_type(),
        }
    }

    fn expression(&mut self) -> Result<ExprId, Reported> {
        let cx = &mut self.cx;
        let mut parser = ExprParser::new(
            cx.source, cx.tokens, self.pos, cx.flavor, cx.exprs, cx.faults,
        );
        let (parsed, end) = parser.parse();
        self.pos = end;
        parsed
    }

    /// A literal type; what follows it is no part of the expression.
    fn literal(&mut self) -> Parsed {
        let start = self.token().span;
        let cx = &mut self.cx;
        let mut parser = ExprParser::new(
            cx.source, cx.tokens, self.pos, cx.flavor, cx.exprs, cx.faults,
        );
        let (parsed, end) = parser.parse_literal();
        self.pos = end;
        let id = parsed?;
        let span = start.to(self.before());
        Ok(self.push(TypeExprKind::Literal(id), span))
    }

    fn named(&mut self) -> Parsed {
        let token = self.token();
        let name = self.text(token.span);
        self.pos += 1;
        if let Some(foreign) = self.foreign_name(name, token.span) {
            return foreign;
        }
        if self.kind() != TokenKind::Lt {
            return Ok(self.push(TypeExprKind::Name(name.into()), token.span));
        }
        let args = self.arguments()?;
        self.generic(name, token.span, &args)
    }

    /// `<T, U>`; the next token is the `<`.
    pub(super) fn arguments(&mut self) -> Result<Vec<TypeId>, Reported> {
        let open = self.token().span;
        self.pos += 1;
        let mut args = Vec::new();
        loop {
            args.push(self.ty()?);
            match self.kind() {
                TokenKind::Comma => self.pos += 1,
                TokenKind::Gt => {
                    self.pos += 1;
                    return Ok(args);
                }
                _ if self.silent() => return Err(Reported),
                _ => {
                    let end = Span::at(self.before().end);
                    self.note(
                        Diagnostic::new(&EXPECTED_TYPE, end, "a `>` is missing here")
                            .label(open, "this is never closed")
                            .help("write `>`")
                            .replace(Applicability::Suggested, "insert `>`", end, ">"),
                    );
                    return Err(Reported);
                }
            }
        }
    }

    /// The type called `name` with arguments.
    pub(super) fn generic(&mut self, name: &str, at: Span, args: &[TypeId]) -> Parsed {
        let span = at.to(self.before());
        match (name, args) {
            ("list", [item]) => Ok(self.push(TypeExprKind::List(*item), span)),
            ("map", [key, value]) => Ok(self.push(TypeExprKind::Map(*key, *value), span)),
            ("map", [value]) => {
                let place = Span::at(self.span(*value).start);
                self.note(
                    Diagnostic::new(
                        &TYPE_ARGUMENTS,
                        span,
                        "`map` takes two types, of keys and values",
                    )
                    .help("write `map<string, T>`")
                    .replace(
                        Applicability::Suggested,
                        "insert `string, `",
                        place,
                        "string, ",
                    ),
                );
                Ok(self.error(span))
            }
            _ => {
                let (takes, help) = match name {
                    "list" => ("takes one type", "write `list<T>`"),
                    "map" => (
                        "takes two types, of keys and values",
                        "write `map<string, T>`",
                    ),
                    _ => ("takes no types", "only `list` and `map` do"),
                };
                let message = format!("`{name}` {takes}");
                self.note(Diagnostic::new(&TYPE_ARGUMENTS, span, message).help(help));
                Ok(self.error(span))
            }
        }
    }

    fn parenthesised(&mut self) -> Parsed {
        let close = self.cx.tokens.partner(self.pos);
        let open = self.token().span;
        self.pos += 1;
        let parsed = self.ty();
        if parsed.is_ok() && self.pos < close {
            self.unexpected("`|` or `)`");
        }
        self.pos = close + 1;
        Ok(parsed.unwrap_or_else(|Reported| {
            let span = open.to(self.before());
            self.error(span)
        }))
    }

    fn unexpected(&mut self, expected: &str) {
        if self.silent() {
            return;
        }
        let span = self.token().span;
        let text = self.text(span);
        self.note(
            Diagnostic::new(
                &EXPECTED_TYPE,
                span,
                format!("expected {expected}, found `{text}`"),
            )
            .help("types are `T | U`, `T?`, `list<T>`, `map<string, T>`, `{ a: T, b?: T }`"),
        );
    }

    /// `{ a: T, b?: T }`
    fn record(&mut self) -> TypeId {
        let close = self.cx.tokens.partner(self.pos);
        let start = self.token().span;
        self.pos += 1;
        let mut fields: Vec<FieldType> = Vec::new();
        let mut names: BTreeSet<Box<str>> = BTreeSet::new();
        while self.pos < close {
            let Ok(field) = self.field() else {
                self.skip_field(close);
                continue;
            };
            if names.insert(field.name.text.clone()) {
                fields.push(field);
            } else {
                let name = &field.name;
                self.note(
                    Diagnostic::new(
                        &DUPLICATE_FIELD_TYPE,
                        name.span,
                        format!("the field `{}` is there already", name.text),
                    )
                    .help("leave one of the two out"),
                );
            }
            if matches!(self.kind(), TokenKind::Comma | TokenKind::Semi) {
                self.pos += 1;
            }
        }
        self.pos = close + 1;
        let span = start.to(self.before());
        self.push(TypeExprKind::Record(fields), span)
    }

    fn field(&mut self) -> Result<FieldType, Reported> {
        let name = self.field_name()?;
        let optional = self.kind() == TokenKind::Question;
        self.pos += usize::from(optional);
        if self.kind() != TokenKind::Colon {
            if self.silent() {
                return Err(Reported);
            }
            self.note(
                Diagnostic::new(
                    &EXPECTED_TYPE,
                    name.span,
                    format!("the field `{}` has no type", name.text),
                )
                .help(format!("write `{}: T`", name.text)),
            );
            return Err(Reported);
        }
        self.pos += 1;
        let ty = self.ty()?;
        Ok(FieldType { name, optional, ty })
    }

    fn field_name(&mut self) -> Result<Name, Reported> {
        let token = self.token();
        match token.kind {
            TokenKind::Ident => {
                self.pos += 1;
                Ok(Name::new(self.text(token.span), token.span))
            }
            TokenKind::Str => {
                self.pos += 1;
                let text =
                    lexer::string(self.cx.source, token.span, self.cx.flavor, self.cx.faults);
                Ok(Name::new(text.text, token.span))
            }
            TokenKind::LBracket => {
                self.note(
                    Diagnostic::new(
                        &EXPECTED_TYPE,
                        token.span,
                        "expected a field's name, found `[`",
                    )
                    .help("a mapping with any keys is `map<string, T>`"),
                );
                Err(Reported)
            }
            _ => {
                self.unexpected("a field's name");
                Err(Reported)
            }
        }
    }

    /// Skips to the next field of the record that ends at `close`: behind a comma, or at a name with a colon.
    fn skip_field(&mut self, close: usize) {
        let start = self.pos;
        while self.pos < close {
            let kind = self.kind();
            let named = matches!(kind, TokenKind::Ident | TokenKind::Str)
                && matches!(self.kind_at(1), TokenKind::Colon | TokenKind::Question);
            if named && self.pos > start {
                return;
            }
            if kind.opens() {
                self.pos = self.cx.tokens.partner(self.pos);
            }
            self.pos += 1;
            if matches!(kind, TokenKind::Comma | TokenKind::Semi) {
                return;
            }
        }
    }

    /// `schema { ... }`: a JSON Schema, as a constant mapping.
    fn schema(&mut self) -> Parsed {
        let start = self.token().span;
        self.pos += 1;
        let id = self.constant()?;
        let span = start.to(self.before());
        Ok(self.push(TypeExprKind::Schema(id), span))
    }

    fn constant(&mut self) -> Result<ExprId, Reported> {
        match self.kind() {
            TokenKind::LBrace => Ok(self.constant_map()),
            TokenKind::LBracket => Ok(self.constant_list()),
            _ => self.expression(),
        }
    }

    fn constant_map(&mut self) -> ExprId {
        let close = self.cx.tokens.partner(self.pos);
        let start = self.token().span;
        self.pos += 1;
        let mut entries = Vec::new();
        while self.pos < close {
            let Ok(entry) = self.constant_entry() else {
                self.skip_field(close);
                continue;
            };
            entries.push(entry);
            self.pos += usize::from(self.kind() == TokenKind::Comma);
        }
        self.pos = close + 1;
        let span = start.to(self.before());
        self.cx.exprs.push(ExprKind::Map(entries), span)
    }

    fn constant_entry(&mut self) -> Result<Entry, Reported> {
        let name = self.field_name()?;
        if self.kind() != TokenKind::Colon {
            self.unexpected("`:`");
            return Err(Reported);
        }
        self.pos += 1;
        let value = self.constant()?;
        let key = self.cx.exprs.push(ExprKind::String(name.text), name.span);
        Ok(Entry {
            key,
            value,
            optional: false,
        })
    }

    fn constant_list(&mut self) -> ExprId {
        let close = self.cx.tokens.partner(self.pos);
        let start = self.token().span;
        self.pos += 1;
        let mut items = Vec::new();
        while self.pos < close {
            let Ok(value) = self.constant() else { break };
            items.push(Item {
                value,
                optional: false,
            });
            if self.pos < close && self.kind() != TokenKind::Comma {
                self.unexpected("`,` or `]`");
                break;
            }
            self.pos += usize::from(self.pos < close);
        }
        self.pos = close + 1;
        let span = start.to(self.before());
        self.cx.exprs.push(ExprKind::List(items), span)
    }
}
