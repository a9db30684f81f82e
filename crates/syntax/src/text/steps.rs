//! Steps: `let`, kinds, clauses, blocks.

use super::codes::FOREIGN_KEYWORD;
use super::fields::Table;
use super::{Mapping, Parsed, Parser};
use crate::diagnostic::Diagnostic;
use crate::lexer::TokenKind;
use crate::lexer::codes::NESTED_TOO_DEEP;
use crate::limits::MAX_DEPTH;
use crate::near;
use crate::parse_expr::Reported;
use crate::shape::{Kind, step_kind};
use crate::span::Span;
use crate::tree::{NodeId, NodeKind};

/// Words that start a step, with the kind each stands for.
pub const STEP_WORDS: &[(&str, &str)] = &[
    ("agent", "agent"),
    ("agent_message", "agent_message"),
    ("bash", "bash"),
    ("approval", "approval"),
    ("tool", "tool"),
    ("call", "subworkflow"),
    ("wait", "wait"),
    ("set", "set"),
    ("if", "conditional"),
    ("switch", "switch"),
    ("for", "loop"),
    ("while", "loop"),
    ("repeat", "loop"),
    ("parallel", "parallel"),
    ("try", "try"),
    ("return", "return"),
    ("fail", "fail"),
    ("break", "break"),
    ("continue", "continue"),
];

/// How a step starts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    /// With this keyword, or with a word that was reported and stands for it.
    Word(&'static str),
    /// With a name and `=`, which was reported.
    Assignment,
}

/// Whether `word` starts a step.
pub(super) fn is_step_word(word: &str) -> bool {
    word == "let" || STEP_WORDS.iter().any(|(w, _)| *w == word)
}

/// The kind that the keyword `word` stands for.
pub(super) fn kind_of(word: &str) -> Option<&'static Kind> {
    let (_, name) = STEP_WORDS.iter().find(|(w, _)| *w == word)?;
    step_kind(name)
}

impl Parser<'_> {
    /// `{ step ... }`, or what stands for it where the braces are missing.
    pub(super) fn block(&mut self) -> NodeId {
        if !matches!(self.kind(), TokenKind::LBrace | TokenKind::LBracket) {
            return self.missing_block();
        }
        let close = self.tokens.partner(self.pos);
        if self.kind() == TokenKind::LBracket {
            self.steps_in_brackets(close);
        }
        let span = self.token().span.to(self.tokens.get(close).span);
        self.pos += 1;
        // The mapping of a step and the sequence that it is in.
        let node = if self.deeper(2, span) {
            let steps = self.steps(None, false);
            self.tree.push(NodeKind::Seq(steps), span)
        } else {
            self.error(span)
        };
        self.depth -= 2;
        self.pos = close + 1;
        node
    }

    /// Goes `levels` down; false, and reported once, when that is too deep. The caller goes up again.
    pub(super) fn deeper(&mut self, levels: usize, span: Span) -> bool {
        self.depth += levels;
        if self.depth <= MAX_DEPTH {
            return true;
        }
        if !self.too_deep {
            self.too_deep = true;
            let place = Span::new(span.start, span.start + 1);
            self.note(
                Diagnostic::new(&NESTED_TOO_DEEP, place, "blocks are nested too deep")
                    .help("move inner blocks to a workflow of their own and `call` it"),
            );
        }
        false
    }

    /// Steps up to a closing brace, with `floor` up to a line that is not further in, with `collect` up to
    /// that word.
    pub(super) fn steps(&mut self, floor: Option<u16>, collect: bool) -> Vec<NodeId> {
        let mut out = Vec::new();
        while !self.ends() {
            let token = self.token();
            if floor.is_some_and(|floor| token.first && token.indent <= floor) {
                break;
            }
            if collect && self.word() == "collect" && self.kind_at(1) != TokenKind::Assign {
                break;
            }
            if self.semicolon() {
                continue;
            }
            out.push(self.step_or_skip());
        }
        out
    }

    /// `;` is reported and passed.
    pub(super) fn semicolon(&mut self) -> bool {
        if !matches!(self.kind(), TokenKind::Semi | TokenKind::Comma) {
            return false;
        }
        let sign = self.token().span;
        if !self.told(sign) {
            let message = format!("steps do not end with `{}`", self.slice(sign));
            self.foreign_sign(sign, &message, "");
        }
        self.pos += 1;
        while !self.ends() && !self.token().first && !is_step_word(self.word()) {
            self.pass();
        }
        true
    }

    /// The next word, when it is one of `words`: or nearly, which is reported. It is not passed.
    pub(super) fn clause_word(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let word = self.word();
        if let Some(known) = words.iter().find(|w| **w == word) {
            return Some(known);
        }
        let sign = matches!(self.kind_at(1), TokenKind::Colon | TokenKind::Assign);
        if word.is_empty() || self.token().first || sign || is_step_word(word) {
            return None;
        }
        let right = near::nearest(word, words.iter().copied())
            .first()
            .copied()?;
        self.report_misspelt(word, right, true);
        Some(right)
    }

    /// A step; after a fault an error, and reading goes on at the next one.
    pub(super) fn step_or_skip(&mut self) -> NodeId {
        let start = self.token();
        let at = self.pos;
        match self.step() {
            Ok(node) => node,
            Err(Reported) => {
                if self.pos == at {
                    self.pass();
                }
                self.skip_step(start.indent);
                self.error(start.span)
            }
        }
    }

    fn step(&mut self) -> Parsed {
        let start = self.token().span;
        let mut map = Mapping::default();
        match self.step_head()? {
            Head::Word("let") => self.let_step(&mut map)?,
            Head::Word(word) => self.kind_step(word, &mut map)?,
            Head::Assignment => self.bare_set(&mut map)?,
        }
        let span = start.to(self.before().span);
        Ok(self.map_node(map, span))
    }

    /// `let name = kind ...`, `let name = value`; the `let` is the next token, or was a word for it.
    fn let_step(&mut self, map: &mut Mapping) -> Parsed<()> {
        let head = self.token().span;
        self.pos += 1;
        self.named(map, head)
    }

    /// What follows `let`.
    fn named(&mut self, map: &mut Mapping, head: Span) -> Parsed<()> {
        let name = self.name("a name", true)?;
        if self.kind() == TokenKind::Colon && self.kind_at(1) != TokenKind::Assign {
            self.typed_let(&name.text);
        }
        self.assign(&format!(
            "write `let {} = agent \"...\"`, or a value",
            name.text
        ))?;
        let starts = self.starts_kind();
        if starts || self.likely_kind() {
            let id = self.plain_as(&name.text, name.span);
            let id_key = name.span;
            let Head::Word(word) = self.step_head()? else {
                return Err(Reported);
            };
            self.kind_step(word, map)?;
            self.put(map, "id", id_key, id);
            return Ok(());
        }
        let kind = self.plain_as("set", head);
        self.put(map, "type", head, kind);
        let mut values = Mapping::default();
        let value = self.value();
        let span = name.span.to(self.before().span);
        self.put(&mut values, &name.text, name.span, value);
        let values = self.map_node(values, span);
        self.put(map, "values", span, values);
        let marker = self.plain_as("true", head);
        self.put(map, "let", head, marker);
        if let Some(kind) = step_kind("set") {
            self.clauses(map, kind);
        }
        Ok(())
    }

    /// `x = value`, which was reported.
    fn bare_set(&mut self, map: &mut Mapping) -> Parsed<()> {
        let head = self.token().span;
        if self.kind_at(1) == TokenKind::Assign && self.kind_follows(2) {
            return self.named(map, head);
        }
        let kind = self.plain_as("set", head);
        self.put(map, "type", head, kind);
        if matches!(self.kind_at(1), TokenKind::Assign | TokenKind::Colon) {
            return self.set(map);
        }
        // `x += 1`: the name and the two signs.
        self.pos += 3;
        self.value();
        Err(Reported)
    }

    /// `let x: T = ...`: the type is reported and passed.
    fn typed_let(&mut self, name: &str) {
        let start = self.token().span;
        self.pos += 1;
        let known = self.faults.len();
        let parsed = self.ty();
        self.faults.truncate(known);
        if parsed.is_err() {
            while !self.ends() && self.kind() != TokenKind::Assign && !self.token().first {
                self.pass();
            }
        }
        let span = start.to(self.before().span);
        self.note(
            Diagnostic::new(&FOREIGN_KEYWORD, span, "`let` takes no type")
                .help(format!("leave it out, or write `set {name}: T = value`")),
        );
    }

    /// Whether a step's kind starts `ahead` of the next token.
    fn kind_follows(&mut self, ahead: usize) -> bool {
        self.pos += ahead;
        let starts = self.starts_kind() || self.likely_kind();
        self.pos -= ahead;
        starts
    }

    /// Whether the words after `let x =` start a step rather than a value.
    fn starts_kind(&self) -> bool {
        let (word, next) = (self.word(), self.tokens.get(self.pos + 1));
        let after = self.word_at(1);
        match word {
            // Before a brace stands no value either: the text is missing.
            "agent" | "agent_message" | "bash" | "approval" => {
                let brace = next.kind == TokenKind::LBrace && !next.first;
                brace || matches!(next.kind, TokenKind::Str | TokenKind::Error)
            }
            "fail" => matches!(next.kind, TokenKind::Str | TokenKind::Error),
            "tool" | "call" => {
                matches!(next.kind, TokenKind::Ident | TokenKind::Str) && !next.first
            }
            "wait" => matches!(after, "for" | "until" | "event"),
            "set" => next.kind == TokenKind::Ident && !next.first,
            "if" | "for" | "while" | "return" | "break" | "continue" => true,
            "repeat" => matches!(after, "max" | "with") || next.kind == TokenKind::LBrace,
            "parallel" => {
                after == "with" || next.kind == TokenKind::LBrace || next.kind == TokenKind::Int
            }
            "try" => after == "with" || next.kind == TokenKind::LBrace,
            "switch" => match next.kind {
                TokenKind::LParen => {
                    self.tokens.kind(self.tokens.partner(self.pos + 1) + 1) == TokenKind::LBrace
                }
                TokenKind::Ident | TokenKind::Str => !next.first,
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a word and a string stand here, which no value does: a misspelt or foreign kind.
    fn likely_kind(&self) -> bool {
        let next = self.tokens.get(self.pos + 1);
        self.kind() == TokenKind::Ident
            && next.kind == TokenKind::Str
            && !next.first
            && !self.tokens.adjacent(self.pos)
    }

    /// A step of the kind that the keyword at the next token stands for, with its clauses.
    fn kind_step(&mut self, word: &'static str, map: &mut Mapping) -> Parsed<()> {
        let head = self.token().span;
        let Some(kind) = kind_of(word) else {
            return self.expected(
                "a step",
                "write `bash \"...\"`, `agent \"...\"`, `if x { ... }`, ...",
            );
        };
        self.pos += 1;
        let name = self.plain_as(kind.name, head);
        self.put(map, "type", head, name);
        self.kind_fields(word, kind, map)?;
        self.clauses(map, kind);
        Ok(())
    }

    /// `with { ... }`, `when expr`, `on_error { ... }`, `compensate { ... }`, in any order.
    pub(super) fn clauses(&mut self, map: &mut Mapping, kind: &'static Kind) {
        loop {
            let next = self.kind_at(1);
            let span = self.token().span;
            match self.word() {
                "with" => self.with(map, Table::Step(kind)),
                "when" if next != TokenKind::Assign => {
                    self.pos += 1;
                    let value = self.head_expr();
                    self.put(map, "when", span, value);
                }
                "on_error" => {
                    self.pos += 1;
                    let word = matches!(self.word(), "fail" | "continue") && !self.token().first;
                    let value = if word {
                        self.field_value(crate::shape::Shape::OnError)
                    } else {
                        self.block()
                    };
                    self.put(map, "on_error", span, value);
                }
                "compensate" => {
                    self.pos += 1;
                    let value = self.block();
                    self.put(map, "compensate", span, value);
                }
                _ => return,
            }
        }
    }

    /// `with { ... }`, when it stands here.
    pub(super) fn with(&mut self, map: &mut Mapping, table: Table) {
        if self.word() == "with" && self.kind_at(1) != TokenKind::Assign {
            self.pos += 1;
            if self.braced_fields(map, table).is_err() {
                self.skip_head();
            }
        }
    }

    /// An expression in a construct's head; after a fault an error, and reading goes on at the block.
    pub(super) fn head_expr(&mut self) -> NodeId {
        let start = self.token().span;
        match self.expr_node() {
            Ok(node) => node,
            Err(Reported) => {
                self.skip_head();
                self.error(start)
            }
        }
    }
}
