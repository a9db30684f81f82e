//! Declarations: types, inputs, secrets, environment, variables, triggers.

use std::collections::BTreeSet;

use super::codes::{EXPECTED_SYNTAX, FOREIGN_KEYWORD};
use super::fields::Table;
use super::root::Root;
use super::{Mapping, Parsed, Parser};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::lexer::{Flavor, TokenKind, Tokens};
use crate::near;
use crate::parse_expr::Reported;
use crate::shape::{self, Kind, Shape, TRIGGER_COMMON, TRIGGER_KINDS, trigger_kind};
use crate::span::Span;
use crate::tree::NodeKind;

/// Names that the file declares types of: `type Name =`.
pub(super) fn declared<'a>(source: &'a str, tokens: &Tokens) -> BTreeSet<&'a str> {
    let slice = |index: usize| {
        source
            .get(tokens.get(index).span.range())
            .unwrap_or_default()
    };
    (0..tokens.len())
        .filter(|i| {
            tokens.kind(i + 2) == TokenKind::Assign
                && tokens.kind(i + 1) == TokenKind::Ident
                && tokens.kind(*i) == TokenKind::Ident
                && slice(*i) == "type"
        })
        .map(|i| slice(i + 1))
        .collect()
}

impl Parser<'_> {
    /// A declaration by the root's keyword `word`, which is the next token.
    pub(super) fn declaration(&mut self, root: &mut Root, word: &str) -> Parsed<()> {
        let head = self.token().span;
        self.pos += 1;
        match word {
            "type" => self.type_declaration(root, head),
            "input" => self.input(root, head),
            "secret" => self.secret(root, head),
            "env" => self.env(root, head),
            _ => self.var(root, head),
        }
    }

    /// `type Name = T`
    fn type_declaration(&mut self, root: &mut Root, head: Span) -> Parsed<()> {
        let name = self.name("the type's name", false)?;
        if self.kind() == TokenKind::LBrace {
            let here = Span::at(name.span.end);
            self.note(
                Diagnostic::new(&EXPECTED_SYNTAX, here, "a `=` is missing here")
                    .help(format!("write `type {} = {{ ... }}`", name.text))
                    .replace(Applicability::Safe, "insert `=`", here, " ="),
            );
        } else {
            self.assign(&format!("write `type {} = {{ ... }}`", name.text))?;
        }
        let node = self.type_node();
        self.add_entry(root, "types", head, (&name.text, name.span), node);
        Ok(())
    }

    /// `input name: T = value with { ... }`
    fn input(&mut self, root: &mut Root, head: Span) -> Parsed<()> {
        let faulty = self.token();
        if faulty.kind == TokenKind::Error && !faulty.first {
            // Behind a name at fault the type is read all the same.
            self.pos += 1;
            if self.take(TokenKind::Colon) {
                self.type_node();
            }
            self.default_value(&mut Mapping::default());
            self.with(&mut Mapping::default(), Table::Two(shape::INPUT, &[]));
            return Ok(());
        }
        let name = self.name("the input's name", false)?;
        let mut map = Mapping::default();
        let mut ty = None;
        self.question(&name.text);
        if self.take(TokenKind::Colon) {
            let start = self.token().span;
            let node = self.type_node();
            ty = Some((start, node));
        } else if self.kind() != TokenKind::Assign {
            let _: Parsed<()> = self.expected(
                "the input's type",
                &format!("write `input {}: string`", name.text),
            );
            let node = self.error(name.span);
            self.add_entry(root, "inputs", head, (&name.text, name.span), node);
            return if self.token().first || self.ends() {
                Ok(())
            } else {
                Err(Reported)
            };
        }
        if let Some((start, node)) = ty {
            self.put(&mut map, "type", start, node);
        }
        self.default_value(&mut map);
        self.with(&mut map, Table::Two(shape::INPUT, &[]));
        let node = match (ty, map.entries.len()) {
            (Some((_, node)), 1) => node,
            _ => {
                let span = name.span.to(self.before().span);
                self.map_node(map, span)
            }
        };
        self.add_entry(root, "inputs", head, (&name.text, name.span), node);
        Ok(())
    }

    /// `input name?: T`
    fn question(&mut self, name: &str) {
        if self.kind() == TokenKind::Question {
            let sign = self.token().span;
            self.note(
                Diagnostic::new(&EXPECTED_SYNTAX, sign, "an input's name has no `?`").help(
                    format!("write `input {name}: T?` for one that may be left out"),
                ),
            );
            self.pos += 1;
        }
    }

    /// `= value`
    fn default_value(&mut self, map: &mut Mapping) {
        let sign = self.token().span;
        if self.take(TokenKind::Assign) {
            let value = self.value();
            self.put(map, "default", sign, value);
        }
    }

    /// `secret a, b`
    fn secret(&mut self, root: &mut Root, head: Span) -> Parsed<()> {
        loop {
            let name = self.name("the secret's name", false)?;
            let node = self.plain_as(&name.text, name.span);
            self.add_item(root, "secrets", head, node);
            if !self.take(TokenKind::Comma) {
                return Ok(());
            }
        }
    }

    /// `env NAME: T = value`
    fn env(&mut self, root: &mut Root, head: Span) -> Parsed<()> {
        let name = self.name("the variable's name", false)?;
        let mut map = Mapping::default();
        if self.take(TokenKind::Colon) {
            let start = self.token().span;
            let node = self.type_node();
            self.put(&mut map, "type", start, node);
        }
        self.default_value(&mut map);
        self.with(&mut map, Table::Two(shape::ENV, &[]));
        let span = name.span.to(self.before().span);
        let node = match map.entries.as_slice() {
            [] => self.plain_as("string", name.span),
            [only] if &*only.key == "type" => only.value,
            _ => self.map_node(map, span),
        };
        self.add_entry(root, "env", head, (&name.text, name.span), node);
        Ok(())
    }

    /// `var name: T = value`
    fn var(&mut self, root: &mut Root, head: Span) -> Parsed<()> {
        let (key, span) = self.typed_name("write `var x = value`")?;
        self.assign(&format!("write `var {key} = value`"))?;
        let value = self.value();
        self.add_entry(root, "variables", head, (&key, span), value);
        Ok(())
    }

    /// `on trigger ...`, `on failure { ... }`, `on finally { ... }`
    pub(super) fn on(&mut self, root: &mut Root) -> Parsed<()> {
        let head = self.token().span;
        self.pos += 1;
        self.passed_sign();
        let word = self.word();
        let key = match word {
            "failure" | "error" | "on_failure" => "on_failure",
            "finally" | "always" | "exit" => "finally",
            _ => return self.trigger(root, head),
        };
        let right = if key == "on_failure" { "failure" } else { key };
        let span = self.token().span;
        if word != right {
            self.note(
                Diagnostic::new(
                    &FOREIGN_KEYWORD,
                    span,
                    format!("`{word}` is no keyword here"),
                )
                .help(format!("write `on {right}`"))
                .replace(
                    Applicability::Safe,
                    format!("write `{right}`"),
                    span,
                    right,
                ),
            );
        }
        self.pos += 1;
        let block = self.block();
        self.put(&mut root.map, key, head.to(span), block);
        Ok(())
    }

    fn trigger(&mut self, root: &mut Root, head: Span) -> Parsed<()> {
        let span = self.token().span;
        let kind = self.trigger_word()?;
        let mut map = Mapping::default();
        let name = self.plain_as(kind.name, span);
        self.put(&mut map, "type", span, name);
        self.pos += 1;
        if let Some(main) = kind.main {
            self.trigger_main(&mut map, kind, main)?;
        }
        let table = Table::Two(kind.fields, TRIGGER_COMMON);
        loop {
            let at = self.token().span;
            let words: &[&str] = match kind.name {
                "schedule" => &["in", "when", "with"],
                "webhook" => &["verify", "secret", "when", "with"],
                _ => &["when", "with"],
            };
            match self.clause_word(words).unwrap_or_default() {
                "in" => {
                    self.pos += 1;
                    self.text_clause(&mut map, "timezone", at, "write `in \"Europe/Berlin\"`")?;
                }
                "verify" => {
                    self.pos += 1;
                    let value = self.field_value(Shape::Word(&[]));
                    self.put(&mut map, "verify", at, value);
                }
                "secret" if !self.token().first => {
                    self.pos += 1;
                    let name = self.name("the secret's name", false)?;
                    let value = self.plain_as(&name.text, name.span);
                    self.put(&mut map, "secret", at, value);
                }
                "when" => {
                    self.pos += 1;
                    let value = self.head_expr();
                    self.put(&mut map, "when", at, value);
                }
                "with" => {
                    self.pos += 1;
                    self.braced_fields(&mut map, table)?;
                }
                _ => break,
            }
        }
        if self.kind() == TokenKind::LBrace {
            let open = self.token().span;
            let inputs = self.object();
            self.put(&mut map, "inputs", open, inputs);
        }
        let node = {
            let whole = head.to(self.before().span);
            self.tree.push(NodeKind::Map(map.entries), whole)
        };
        self.add_item(root, "triggers", head, node);
        Ok(())
    }

    /// The kind of trigger that the next token names; foreign and misspelt ones are reported.
    fn trigger_word(&mut self) -> Parsed<&'static Kind> {
        let (word, span) = (self.word(), self.token().span);
        if let Some(kind) = trigger_kind(word) {
            return Ok(kind);
        }
        let foreign = TRIGGER_KINDS.iter().find(|k| k.foreign.contains(&word));
        let near = near::nearest(word, TRIGGER_KINDS.iter().map(|k| k.name));
        let Some(kind) = foreign.or_else(|| trigger_kind(near.first()?)) else {
            return self.expected(
                "a trigger",
                "write `on manual`, `on schedule \"0 9 * * *\"`, `on webhook \"/path\"`, `on event \"name\"`, `on failure { }` or `on finally { }`",
            );
        };
        if foreign.is_some() {
            self.note(
                Diagnostic::new(
                    &FOREIGN_KEYWORD,
                    span,
                    format!("there is no trigger `{word}`"),
                )
                .help(format!("write `on {}`", kind.name))
                .replace(
                    Applicability::Safe,
                    format!("write `{}`", kind.name),
                    span,
                    kind.name,
                ),
            );
        } else {
            self.report_misspelt(word, kind.name, true);
        }
        Ok(kind)
    }

    fn trigger_main(&mut self, map: &mut Mapping, kind: &Kind, main: &str) -> Parsed<()> {
        let span = self.token().span;
        let help = match kind.name {
            "schedule" => "write `on schedule \"0 9 * * MON-FRI\"`",
            "webhook" => "write `on webhook \"/path\"`",
            _ => "write `on event \"name\"`",
        };
        self.text_clause(map, main, span, help)
    }

    fn text_clause(&mut self, map: &mut Mapping, key: &str, span: Span, help: &str) -> Parsed<()> {
        let token = self.token().span;
        let value = match self.kind() {
            TokenKind::Str => self.string(Flavor::Text),
            TokenKind::Error => {
                self.pos += 1;
                self.error(token)
            }
            _ => return self.expected("a text in quotes", help),
        };
        self.put(map, key, span, value);
        Ok(())
    }
}
