//! The plain kinds of steps: one statement each.

use super::codes::{EXPECTED_SYNTAX, FOREIGN_PUNCTUATION};
use super::fields::Table;
use super::{Mapping, Parsed, Parser, shorten};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::lexer::{Flavor, TokenKind};
use crate::parse_expr::Reported;
use crate::shape::{Kind, Shape};
use crate::span::Span;
use crate::tree::NodeId;

impl Parser<'_> {
    /// What follows the keyword `word` of a step of this kind.
    pub(super) fn kind_fields(
        &mut self,
        word: &'static str,
        kind: &'static Kind,
        map: &mut Mapping,
    ) -> Parsed<()> {
        match word {
            "agent" | "agent_message" | "bash" | "approval" => self.main_string(word, kind, map),
            "tool" => self.reference(map, "tool", "arguments"),
            "call" => self.reference(map, "workflow", "inputs"),
            "wait" => self.wait(map),
            "set" => self.set(map),
            "if" => self.conditional(map, kind),
            "switch" => self.switch(map, kind),
            "for" => self.for_loop(map, kind),
            "while" => self.while_loop(map, kind),
            "repeat" => self.repeat(map, kind),
            "parallel" => self.parallel(map, kind),
            "try" => self.try_step(map, kind),
            "return" => {
                self.return_value(map);
                Ok(())
            }
            "fail" => {
                self.fail(map);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// `bash "..." { fields }`
    fn main_string(&mut self, word: &str, kind: &'static Kind, map: &mut Mapping) -> Parsed<()> {
        let span = self.token().span;
        let main = kind.main.unwrap_or_default();
        let value = match self.kind() {
            TokenKind::Str if !self.continues(self.pos + 1) => self.string(Flavor::Template),
            TokenKind::Str => {
                self.joined_text(word);
                self.expr_or_skip()
            }
            TokenKind::Error => {
                self.pos += 1;
                self.error(span)
            }
            // `agent { goal: "..." }`: the field may stand among the others.
            TokenKind::LBrace => {
                self.fields(map, Table::Step(kind));
                return Ok(());
            }
            _ => return self.no_string(word),
        };
        self.put(map, main, span, value);
        if self.kind() == TokenKind::LBrace {
            self.fields(map, Table::Step(kind));
        }
        Ok(())
    }

    /// `bash "a" + x`: the text is a template, not a sum.
    fn joined_text(&mut self, word: &str) {
        let token = self.tokens.get(self.pos + 1);
        let sign = self.slice(token.span);
        self.note(
            Diagnostic::new(
                &EXPECTED_SYNTAX,
                token.span,
                format!("`{word}` takes one text, found `{sign}`"),
            )
            .help(format!(
                "put the values into the text: `{word} \"a {{{{ x }}}} b\"`"
            )),
        );
    }

    fn no_string(&mut self, word: &str) -> Parsed<()> {
        let start = self.token();
        if start.kind == TokenKind::Ident && !start.first && !self.silent() {
            let known = self.faults.len();
            let good = self.expr().is_ok();
            self.faults.truncate(known);
            let span = start.span.to(self.before().span);
            let shown = shorten(self.slice(span)).to_owned();
            let message = format!("`{word}` takes a text in quotes, found `{shown}`");
            let mut found = Diagnostic::new(&EXPECTED_SYNTAX, span, message).help(format!(
                "write `{word} \"{{{{ {shown} }}}}\"` for the value of `{shown}`"
            ));
            if good && !shown.contains(['"', '\n', '\\']) {
                let right = format!("\"{{{{ {shown} }}}}\"");
                let title = format!("write {right}");
                found = found.replace(Applicability::Suggested, title, span, right);
            }
            self.note(found);
            return Err(Reported);
        }
        self.expected("a text in quotes", &format!("write `{word} \"...\"`"))
    }

    /// `tool a.b { x: 1 }`, `call w { x: 1 }`
    fn reference(&mut self, map: &mut Mapping, field: &str, values: &str) -> Parsed<()> {
        let span = self.token().span;
        let value = match self.kind() {
            TokenKind::Str => self.string(Flavor::Text),
            TokenKind::Error => {
                self.pos += 1;
                self.error(span)
            }
            TokenKind::Ident if !self.token().first => self.path_with_signs(),
            _ => {
                return self.expected(
                    "a name",
                    if field == "tool" {
                        "write `tool server.name { ... }`"
                    } else {
                        "write `call workflow_slug { ... }`"
                    },
                );
            }
        };
        self.put(map, field, span, value);
        if self.kind() == TokenKind::LParen {
            return self.call_parentheses(field);
        }
        if self.kind() == TokenKind::LBrace {
            let open = self.token().span;
            let object = self.object();
            self.put(map, values, open, object);
        }
        Ok(())
    }

    /// `a.b.c`; with `-` in it, it should stand in quotes.
    fn path_with_signs(&mut self) -> NodeId {
        let start = self.token().span;
        let mut signs = false;
        loop {
            let key = self.key();
            signs |= key.signs;
            let more = self.kind() == TokenKind::Dot && self.kind_at(1) == TokenKind::Ident;
            if !more {
                break;
            }
            self.pos += 1;
        }
        let span = start.to(self.before().span);
        if signs {
            let key = super::keys::Key {
                text: self.slice(span).into(),
                span,
                signs,
            };
            self.signs(&key, true);
        }
        self.plain(span)
    }

    /// `tool a.b(x)`
    fn call_parentheses(&mut self, field: &str) -> Parsed<()> {
        let open = self.token().span;
        let word = if field == "tool" {
            "tool a.b"
        } else {
            "call w"
        };
        let mut found = Diagnostic::new(
            &FOREIGN_PUNCTUATION,
            open,
            "arguments do not stand in parentheses",
        )
        .help(format!("write `{word} {{ name: value }}`"));
        let named = self.kind_at(1) == TokenKind::Ident && self.kind_at(2) == TokenKind::Colon;
        let close = self.tokens.get(self.tokens.partner(self.pos)).span;
        if self.kind_at(1) == TokenKind::RParen || named && self.slice(close) == ")" {
            let edits = [(open, " { "), (close, " }")].map(|(span, text)| Edit {
                span,
                text: text.to_owned(),
            });
            found = found.fix(Fix {
                title: "write braces".to_owned(),
                applicability: Applicability::Suggested,
                edits: edits.into(),
            });
        }
        self.note(found);
        self.pass();
        Ok(())
    }

    /// `wait for 10m`, `wait until t`, `wait event "x" key k`
    fn wait(&mut self, map: &mut Mapping) -> Parsed<()> {
        let span = self.token().span;
        match self.word() {
            "for" => {
                self.pos += 1;
                let value = self.duration();
                self.put(map, "for", span, value);
            }
            "until" => {
                self.pos += 1;
                let value = self.value();
                self.put(map, "until", span, value);
            }
            "event" => {
                self.pos += 1;
                if !matches!(
                    self.kind(),
                    TokenKind::Str | TokenKind::Ident | TokenKind::Error
                ) {
                    return self.expected("the event's name", "write `wait event \"name\"`");
                }
                let value = self.text_value();
                self.put(map, "event", span, value);
                if self.word() == "key" && self.kind_at(1) != TokenKind::Assign {
                    let key = self.token().span;
                    self.pos += 1;
                    let value = self.head_expr();
                    self.put(map, "key", key, value);
                }
            }
            // `sleep 10m` was reported at its word.
            _ if self.slice(self.before().span) != "wait" => {
                let value = self.duration();
                self.put(map, "for", span, value);
            }
            _ if matches!(self.kind(), TokenKind::Duration) => {
                let here = Span::at(span.start);
                self.note(
                    Diagnostic::new(&EXPECTED_SYNTAX, span, "expected `for`, `until` or `event`")
                        .help(format!("write `wait for {}`", self.slice(span)))
                        .replace(Applicability::Safe, "insert `for`", here, "for "),
                );
                let value = self.duration();
                self.put(map, "for", span, value);
            }
            _ => {
                return self.expected(
                    "`for`, `until` or `event`",
                    "write `wait for 10m`, `wait until t` or `wait event \"name\" key k`",
                );
            }
        }
        Ok(())
    }

    /// `set x = value`, `set x: T = value`, `set { x: value }`
    pub(super) fn set(&mut self, map: &mut Mapping) -> Parsed<()> {
        let start = self.token().span;
        if self.kind() == TokenKind::LBrace {
            let object = self.object();
            self.put(map, "values", start, object);
            return Ok(());
        }
        let (key, span) = self.typed_name("write `set x = value`")?;
        if matches!(
            self.kind(),
            TokenKind::Plus | TokenKind::Minus | TokenKind::Star | TokenKind::Slash
        ) && self.kind_at(1) == TokenKind::Assign
            && self.tokens.adjacent(self.pos)
        {
            return self.compound(&key);
        }
        self.assign(&format!("write `set {key} = value`"))?;
        let value = self.value();
        let mut values = Mapping::default();
        self.put(&mut values, &key, span, value);
        let span = start.to(self.before().span);
        let values = self.map_node(values, span);
        self.put(map, "values", start, values);
        Ok(())
    }

    /// `set x += 1`
    fn compound(&mut self, name: &str) -> Parsed<()> {
        let sign = self.token().span.to(self.tokens.get(self.pos + 1).span);
        let shown = self.slice(sign);
        let op = shown.trim_end_matches('=');
        let right = format!("= {name} {op}");
        self.note(
            Diagnostic::new(
                &FOREIGN_PUNCTUATION,
                sign,
                format!("`{shown}` is no assignment"),
            )
            .help(format!("write `set {name} {right} ...`"))
            .replace(Applicability::Safe, format!("write `{right}`"), sign, right),
        );
        self.pos += 2;
        let known = self.faults.len();
        let _ = self.value();
        self.faults.truncate(known);
        Err(Reported)
    }

    /// `x` or `x: T`: the key that YAML would have, with its place.
    pub(super) fn typed_name(&mut self, help: &str) -> Parsed<(String, Span)> {
        if self.kind() != TokenKind::Ident {
            return self.expected("a name", help);
        }
        let name = self.name("a name", false)?;
        if self.kind() != TokenKind::Colon || self.kind_at(1) == TokenKind::Assign {
            return Ok((name.text.into(), name.span));
        }
        self.pos += 1;
        let known = self.faults.len();
        if self.ty().is_err() {
            while !self.ends() && self.kind() != TokenKind::Assign && !self.token().first {
                self.pass();
            }
        }
        if self.faults.len() > known || name.signs {
            // The type is at fault: without it nothing is reported again.
            return Ok((name.text.into(), name.span));
        }
        let span = name.span.to(self.before().span);
        Ok((self.slice(span).to_owned(), span))
    }

    /// `return`, with a value that starts on its line.
    fn return_value(&mut self, map: &mut Mapping) {
        let token = self.token();
        let clause = match self.word() {
            "with" => self.kind_at(1) == TokenKind::LBrace,
            "when" | "on_error" | "compensate" => {
                !self.continues(self.pos + 1) && {
                    let next = self.tokens.get(self.pos + 1);
                    !next.first && !next.kind.closes() && next.kind != TokenKind::End
                }
            }
            _ => false,
        };
        if token.first || self.ends() || clause || self.kind() == TokenKind::Semi {
            return;
        }
        let value = self.value();
        self.put(map, "value", token.span, value);
    }

    /// `fail`, `fail "message"`, `fail code "message"`
    fn fail(&mut self, map: &mut Mapping) {
        let word = self.token();
        let clause = matches!(self.word(), "with" | "when" | "on_error" | "compensate");
        if word.kind == TokenKind::Ident && !word.first && !clause {
            let code = self.path_with_signs();
            self.put(map, "code", word.span, code);
        }
        let text = self.token();
        if text.first {
            return;
        }
        match text.kind {
            TokenKind::Str if !self.continues(self.pos + 1) => {
                let value = self.field_value(Shape::Value);
                self.put(map, "message", text.span, value);
            }
            TokenKind::Str => {
                self.joined_text("fail");
                let value = self.expr_or_skip();
                self.put(map, "message", text.span, value);
            }
            TokenKind::Error => {
                self.pos += 1;
                let value = self.error(text.span);
                self.put(map, "message", text.span, value);
            }
            _ => {}
        }
    }
}
