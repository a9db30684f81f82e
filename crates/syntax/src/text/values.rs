//! Values: strings with templates, objects, lists, and expressions.

use super::codes::EXPECTED_SYNTAX;
use super::{Mapping, Parser, shorten};
use crate::diagnostic::Diagnostic;
use crate::lexer::{Flavor, TokenKind};
use crate::parse_expr::Reported;
use crate::tree::{NodeId, NodeKind};

impl Parser<'_> {
    /// A value; after a fault an error, and reading goes on behind it.
    pub(super) fn value(&mut self) -> NodeId {
        match self.kind() {
            TokenKind::Str if !self.continues(self.pos + 1) => self.string(Flavor::Template),
            TokenKind::LBrace if self.is_object() => self.object(),
            TokenKind::LBracket if self.is_list() => self.list(),
            _ => self.expr_or_skip(),
        }
    }

    pub(super) fn expr_or_skip(&mut self) -> NodeId {
        let start = self.token().span;
        match self.expr_node() {
            Ok(node) => node,
            Err(Reported) => {
                self.skip_value();
                self.error(start)
            }
        }
    }

    /// Whether the token at `index` goes on with the expression before it.
    pub(super) fn continues(&self, index: usize) -> bool {
        let token = self.tokens.get(index);
        match token.kind {
            TokenKind::Dot
            | TokenKind::LBracket
            | TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Star
            | TokenKind::Slash
            | TokenKind::Percent
            | TokenKind::Eq
            | TokenKind::Ne
            | TokenKind::Lt
            | TokenKind::Le
            | TokenKind::Gt
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::Amp
            | TokenKind::Pipe
            | TokenKind::Question => true,
            TokenKind::Ident => {
                matches!(self.slice(token.span), "in" | "and" | "or")
                    && self.tokens.kind(index + 1) != TokenKind::Colon
            }
            _ => false,
        }
    }

    /// Whether the `{` here opens an object of the language rather than a map within an expression.
    pub(super) fn is_object(&self) -> bool {
        let close = self.tokens.partner(self.pos);
        let named = matches!(
            self.kind_at(1),
            TokenKind::Ident | TokenKind::Str | TokenKind::RBrace | TokenKind::Error
        );
        named && !self.continues(close + 1) && !self.has_optional(close)
    }

    /// Whether the `[` here opens a list of values rather than one within an expression.
    pub(super) fn is_list(&self) -> bool {
        let close = self.tokens.partner(self.pos);
        !self.continues(close + 1) && !self.has_optional(close)
    }

    /// Whether the bracket here has an element that starts with `?`. Each token is looked at for the bracket
    /// right around it only.
    fn has_optional(&self, close: usize) -> bool {
        let mut index = self.pos + 1;
        let mut start = true;
        while index < close {
            let kind = self.tokens.kind(index);
            if start && kind == TokenKind::Question {
                return true;
            }
            start = kind == TokenKind::Comma;
            index = if kind.opens() {
                self.tokens.partner(index) + 1
            } else {
                index + 1
            };
        }
        false
    }

    /// `{ name: value }`
    pub(super) fn object(&mut self) -> NodeId {
        let open = self.token().span;
        let close = self.tokens.partner(self.pos);
        self.pos += 1;
        let mut map = Mapping::default();
        while self.pos < close {
            let at = self.pos;
            if self.object_field(&mut map).is_err() {
                self.skip_field(at, close);
            }
            self.separator(close);
        }
        self.pos = close + 1;
        let span = open.to(self.tokens.get(close).span);
        self.map_node(map, span)
    }

    fn object_field(&mut self, map: &mut Mapping) -> Result<(), Reported> {
        if !matches!(self.kind(), TokenKind::Ident | TokenKind::Str) {
            return self.expected("a name", "fields are `name: value`");
        }
        let key = self.key();
        if key.signs && !key.text.starts_with("x-") {
            self.signs(&key, true);
        }
        self.colon(&key)?;
        let value = self.value();
        self.put(map, &key.text, key.span, value);
        Ok(())
    }

    /// Takes the comma between fields, which may be left out; what is neither a comma nor the next field is
    /// reported.
    pub(super) fn separator(&mut self, close: usize) {
        if self.pos >= close || self.take(TokenKind::Comma) {
            return;
        }
        if self.kind() == TokenKind::Semi {
            let sign = self.token().span;
            if !self.told(sign) {
                self.foreign_sign(sign, "fields do not end with `;`", ",");
            }
            self.pos += 1;
            return;
        }
        if self.at_key() || self.token().first && self.kind() == TokenKind::Ident {
            return;
        }
        if !self.silent() {
            let token = self.token();
            let shown = shorten(self.slice(token.span));
            let message = format!("expected the next field or `}}`, found `{shown}`");
            self.note(
                Diagnostic::new(&EXPECTED_SYNTAX, token.span, message)
                    .help("fields are `name: value`, with commas or line breaks between them"),
            );
        }
        let at = self.pos;
        self.skip_field(at, close);
        self.take(TokenKind::Comma);
    }

    /// `[value, value]`
    pub(super) fn list(&mut self) -> NodeId {
        let open = self.token().span;
        let close = self.tokens.partner(self.pos);
        self.pos += 1;
        let mut items = Vec::new();
        while self.pos < close {
            items.push(self.value());
            self.comma(close);
        }
        self.pos = close + 1;
        let span = open.to(self.tokens.get(close).span);
        self.tree.push(NodeKind::Seq(items), span)
    }

    /// Takes the comma between the elements of a list; something else is reported and skipped.
    pub(super) fn comma(&mut self, close: usize) {
        if self.pos >= close || self.take(TokenKind::Comma) {
            return;
        }
        if !self.silent() {
            let token = self.token();
            let shown = shorten(self.slice(token.span));
            self.note(
                Diagnostic::new(
                    &EXPECTED_SYNTAX,
                    token.span,
                    format!("expected `,` or `]`, found `{shown}`"),
                )
                .help("the elements of a list have commas between them"),
            );
        }
        while self.pos < close && !self.take(TokenKind::Comma) {
            self.pass();
        }
    }
}
