//! Going on after a fault, and blocks whose braces are missing.

use super::Parser;
use super::codes::{FOREIGN_KEYWORD, MISSING_BLOCK};
use super::steps::is_step_word;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::lexer::TokenKind;
use crate::span::Span;
use crate::tree::{NodeId, NodeKind};

impl Parser<'_> {
    /// Passes one token, or a bracket with all that it holds; never a closing bracket.
    pub(super) fn pass(&mut self) {
        let kind = self.kind();
        if kind.opens() {
            self.pos = self.tokens.partner(self.pos) + 1;
        } else if !kind.closes() && kind != TokenKind::End {
            self.pos += 1;
        }
    }

    /// Skips what is left of a value at fault: to a comma, a closing bracket, the next field or line.
    pub(super) fn skip_value(&mut self) {
        while !self.ends() && !matches!(self.kind(), TokenKind::Comma | TokenKind::Semi) {
            if self.token().first || self.at_key() || self.opens_block() {
                return;
            }
            self.pass();
        }
    }

    /// Skips to the next field of the braces that end at `close`, for a fault in the one that starts at `at`.
    pub(super) fn skip_field(&mut self, at: usize, close: usize) {
        if self.pos == at {
            self.pass();
        }
        while self.pos < close && self.kind() != TokenKind::Comma && !self.at_key() {
            self.pass();
        }
    }

    /// Whether the `{` here opens a block rather than a map: no key stands behind it.
    fn opens_block(&self) -> bool {
        let next = self.tokens.get(self.pos + 1);
        let key = self.kind_at(2) == TokenKind::Colon && !next.first;
        self.kind() == TokenKind::LBrace && !key
    }

    /// Skips what is left of a construct's head at fault: to its block, or to the next line.
    pub(super) fn skip_head(&mut self) {
        while !self.ends() && !self.token().first && !self.opens_block() {
            self.pass();
        }
    }

    /// Skips to where the next step may start: a line that is not further in than the one with the fault.
    pub(super) fn skip_step(&mut self, indent: u16) {
        while !self.ends() {
            let token = self.token();
            if token.first && (token.indent <= indent || is_step_word(self.word())) {
                return;
            }
            self.pass();
        }
    }

    /// A block where its `{` is missing: reported once, and the steps that are further in are its steps.
    pub(super) fn missing_block(&mut self) -> NodeId {
        let before = self.before();
        let here = Span::at(before.span.end);
        if self.silent() || before.kind == TokenKind::Error {
            return self.error(here);
        }
        let sign = self.token();
        let word = self.word();
        if sign.kind == TokenKind::Colon || matches!(word, "then" | "do") {
            self.foreign_opening(sign.span);
        } else {
            let shown = self.slice(before.span).to_owned();
            self.note(
                Diagnostic::new(
                    &MISSING_BLOCK,
                    here,
                    format!("a `{{` is missing after `{shown}`"),
                )
                .help("steps stand in braces: `{ bash \"ls\" }`")
                .replace(Applicability::Suggested, "insert `{`", here, " {"),
            );
        }
        if self.kind() == TokenKind::LBrace {
            return self.block();
        }
        let start = self.token();
        let mut steps = Vec::new();
        if start.first && start.indent > before.indent {
            steps = self.steps(Some(before.indent), false);
            self.forgive_stray(before.indent);
        } else if !start.first && is_step_word(self.word()) {
            steps.push(self.step_or_skip());
        }
        if steps.is_empty() {
            return self.error(here);
        }
        let span = start.span.to(self.before().span);
        self.tree.push(NodeKind::Seq(steps), span)
    }

    /// `if a:`, `if a then`: the sign is passed.
    fn foreign_opening(&mut self, sign: Span) {
        self.pos += 1;
        let shown = self.slice(sign);
        let braced = self.kind() == TokenKind::LBrace;
        let right = if braced { "" } else { "{" };
        let help = if braced {
            "leave it out".to_owned()
        } else {
            "write `{`, and `}` at the end".to_owned()
        };
        let title = if braced {
            format!("remove `{shown}`")
        } else {
            "write `{`".to_owned()
        };
        let code = if braced {
            &FOREIGN_KEYWORD
        } else {
            &MISSING_BLOCK
        };
        self.note(
            Diagnostic::new(code, sign, format!("`{shown}` does not open a block"))
                .help(help)
                .replace(Applicability::Suggested, title, sign, right),
        );
    }

    /// The `}` of a block whose `{` is missing closes nothing for the same reason.
    fn forgive_stray(&mut self, indent: u16) {
        let end = self.before().span.end;
        let index = self
            .tokens
            .strays
            .iter()
            .position(|s| s.span.start >= end && s.indent == indent);
        if let Some(index) = index {
            self.tokens.strays.remove(index);
        }
    }
}
