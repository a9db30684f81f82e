//! Names and keys.

use super::codes::NAME_WITH_SIGNS;
use super::steps::is_step_word;
use super::unknown::ROOT_WORDS;
use super::{Parsed, Parser};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::lexer::{self, Flavor, TokenKind};
use crate::span::Span;

/// A name or key as read.
pub(super) struct Key {
    pub text: Box<str>,
    pub span: Span,
    /// Made of several tokens, such as `deploy-step`.
    pub signs: bool,
}

impl Parser<'_> {
    /// Whether a key and its `:` (or the `=` of another language) stand here.
    pub(super) fn at_key(&self) -> bool {
        match self.kind() {
            TokenKind::Str => self.kind_at(1) == TokenKind::Colon,
            TokenKind::Ident => {
                let end = self.key_end();
                matches!(self.tokens.kind(end), TokenKind::Colon)
                    || self.tokens.kind(end) == TokenKind::Assign
            }
            _ => false,
        }
    }

    /// Index behind the tokens that make the key here: `x-owner` is three.
    pub(super) fn key_end(&self) -> usize {
        let mut end = self.pos + 1;
        while self.tokens.kind(end) == TokenKind::Minus
            && self.tokens.adjacent(end - 1)
            && self.tokens.adjacent(end)
            && matches!(
                self.tokens.kind(end + 1),
                TokenKind::Ident | TokenKind::Int | TokenKind::Duration
            )
        {
            end += 2;
        }
        end
    }

    /// A key; the caller has seen that a name or a string stands here.
    pub(super) fn key(&mut self) -> Key {
        let token = self.token();
        if token.kind == TokenKind::Str {
            self.pos += 1;
            let scalar = lexer::string(self.source, token.span, Flavor::Text, &mut self.faults);
            return Key {
                text: scalar.text,
                span: token.span,
                signs: false,
            };
        }
        let end = self.key_end();
        let signs = end > self.pos + 1;
        self.pos = end;
        let span = token.span.to(self.before().span);
        Key {
            text: self.slice(span).into(),
            span,
            signs,
        }
    }

    /// A name, where one is needed: an identifier, or with `quoted` a string.
    pub(super) fn name(&mut self, what: &str, quoted: bool) -> Parsed<Key> {
        let fits = self.kind() == TokenKind::Ident || quoted && self.kind() == TokenKind::Str;
        let word = self.word();
        let next_line = self.token().first && (is_step_word(word) || ROOT_WORDS.contains(&word));
        if !fits || next_line {
            return self.expected(what, &format!("write {what}: letters, digits and `_`"));
        }
        let key = self.key();
        if key.signs {
            self.signs(&key, quoted);
        }
        Ok(key)
    }

    /// Reports a name with `-` in it.
    pub(super) fn signs(&mut self, key: &Key, quoted: bool) {
        let text = &key.text;
        let found = Diagnostic::new(
            &NAME_WITH_SIGNS,
            key.span,
            format!("`{text}` is no name: it has `-` in it"),
        );
        let right = if quoted {
            format!("\"{text}\"")
        } else {
            text.replace('-', "_")
        };
        let (help, applicability) = if quoted {
            (format!("put it in quotes: {right}"), Applicability::Safe)
        } else {
            (format!("write `{right}`"), Applicability::Suggested)
        };
        let title = help.clone();
        self.note(
            found
                .help(help)
                .replace(applicability, title, key.span, right),
        );
    }

    /// `:` behind a key; `=` is reported and taken for it.
    pub(super) fn colon(&mut self, key: &Key) -> Parsed<()> {
        if self.take(TokenKind::Colon) {
            return Ok(());
        }
        if self.kind() == TokenKind::Assign {
            let sign = self.token().span;
            self.foreign_sign(sign, "a field and its value stand around `:`", ":");
            self.pos += 1;
            return Ok(());
        }
        self.expected("`:`", &format!("write `{}: value`", key.text))
    }

    /// `=` behind a name; `:` is reported and taken for it.
    pub(super) fn assign(&mut self, help: &str) -> Parsed<()> {
        if self.take(TokenKind::Assign) {
            return Ok(());
        }
        if self.kind() == TokenKind::Colon {
            let sign = self.token().span;
            let adjacent = self.kind_at(1) == TokenKind::Assign;
            let end = self.tokens.get(self.pos + usize::from(adjacent)).span;
            self.foreign_sign(sign.to(end), "a name and its value stand around `=`", "=");
            self.pos += 1 + usize::from(adjacent);
            return Ok(());
        }
        self.expected("`=`", help)
    }
}
