//! Going on after a fault, and blocks whose braces are missing.

use super::Parser;
use super::codes::{
    AFTER_WORKFLOW, EXPECTED_SYNTAX, FOREIGN_KEYWORD, FOREIGN_PUNCTUATION, MISPLACED_KEYWORD,
    MISSING_BLOCK,
};
use super::steps::is_step_word;
use crate::code::Code;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::lexer::TokenKind;
use crate::lexer::codes::{FOREIGN_COMMENT, UNBALANCED_BRACKET, UNTERMINATED_STRING};
use crate::parse_expr::codes::{EXPECTED_EXPRESSION, UNEXPECTED_IN_EXPRESSION};
use crate::span::Span;
use crate::tree::{NodeId, NodeKind};
use crate::type_parse::codes::EXPECTED_TYPE;
use crate::yaml::keys::DUPLICATE_KEY;

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
        if self.silent() || before.kind == TokenKind::Error || before.span.is_empty() {
            return self.error(here);
        }
        if self.semicolon() {
            self.skip_head();
            let block = self.kind() == TokenKind::LBrace;
            return if block {
                self.block()
            } else {
                self.error(here)
            };
        }
        let (sign, word) = (self.token(), self.word());
        let foreign = sign.kind == TokenKind::Colon || matches!(word, "then" | "do");
        self.pos += usize::from(foreign);
        if foreign && self.kind() == TokenKind::LBrace {
            self.foreign_opening(sign.span);
            return self.block();
        }
        let start = self.token();
        let mut steps = Vec::new();
        if start.first && start.indent > before.indent {
            steps = self.steps(Some(before.indent), false);
        } else if !start.first && is_step_word(self.word()) {
            steps.push(self.step_or_skip());
        }
        let closed = self.forgive_stray(before.indent);
        let end = if steps.is_empty() {
            here
        } else {
            self.before().span
        };
        let closing = (!closed).then(|| {
            let own_line = start.first && !steps.is_empty();
            let indent = " ".repeat(before.indent.into());
            let text = if own_line {
                format!("\n{indent}}}")
            } else {
                " }".to_owned()
            };
            Edit {
                span: Span::at(end.end),
                text,
            }
        });
        self.block_is_missing(before.span, foreign.then_some(sign.span), closing);
        if steps.is_empty() {
            return self.error(here);
        }
        let span = start.span.to(end);
        self.tree.push(NodeKind::Seq(steps), span)
    }

    /// Reports a block without its `{` after a token; `foreign` is the sign or word that stands in its place.
    fn block_is_missing(&mut self, after: Span, foreign: Option<Span>, closing: Option<Edit>) {
        let here = Span::at(after.end);
        let (place, message) = match foreign {
            Some(sign) => {
                let shown = self.slice(sign);
                (sign, format!("`{shown}` does not open a block"))
            }
            None => {
                let shown = self.slice(after);
                (here, format!("a `{{` is missing after `{shown}`"))
            }
        };
        let opening = Edit {
            span: foreign.map_or(here, |sign| Span::new(here.start, sign.end)),
            text: " {".to_owned(),
        };
        self.note(
            Diagnostic::new(&MISSING_BLOCK, place, message)
                .help("steps stand in braces: `{ bash \"ls\" }`")
                .fix(Fix {
                    title: "write the braces".to_owned(),
                    applicability: Applicability::Suggested,
                    edits: [opening].into_iter().chain(closing).collect(),
                }),
        );
    }

    /// `compensate: [ ... ]`: steps in the brackets of a list, up to the token `close`.
    pub(super) fn steps_in_brackets(&mut self, close: usize) {
        let open = self.token().span;
        let close = self.tokens.get(close).span;
        if self.silent() || close.is_empty() {
            return;
        }
        let edits = [(open, "{"), (close, "}")].map(|(span, text)| Edit {
            span,
            text: text.to_owned(),
        });
        self.note(
            Diagnostic::new(&MISSING_BLOCK, open, "steps do not stand in `[ ]`")
                .help("write braces, without commas between the steps: `{ bash \"ls\" }`")
                .fix(Fix {
                    title: "write braces".to_owned(),
                    applicability: Applicability::Suggested,
                    edits: edits.into(),
                }),
        );
    }

    /// `if a then {`: the word is too many.
    fn foreign_opening(&mut self, sign: Span) {
        let shown = self.slice(sign);
        self.note(
            Diagnostic::new(
                &FOREIGN_KEYWORD,
                sign,
                format!("`{shown}` does not open a block"),
            )
            .help("leave it out")
            .replace(Applicability::Safe, format!("remove `{shown}`"), sign, ""),
        );
    }

    /// The `}` of a block whose `{` is missing closes nothing for the same reason; whether there is one.
    fn forgive_stray(&mut self, indent: u16) -> bool {
        let end = self.before().span.end;
        let index = self
            .tokens
            .strays
            .iter()
            .position(|s| s.span.start >= end && s.indent == indent);
        if let Some(index) = index {
            self.tokens.strays.remove(index);
        }
        index.is_some()
    }
}

/// What says no more than that something else was expected: on a line whose brackets do not balance that most
/// likely follows from the bracket.
const GENERIC: &[&Code] = &[
    &EXPECTED_SYNTAX,
    &EXPECTED_EXPRESSION,
    &EXPECTED_TYPE,
    &UNEXPECTED_IN_EXPRESSION,
    &FOREIGN_PUNCTUATION,
    &MISPLACED_KEYWORD,
    &MISSING_BLOCK,
    &DUPLICATE_KEY,
];

/// Leaves out what follows from another finding on its line: all beside quotes that do not pair up or a `#` that
/// makes a comment of the rest, and what is generic beside brackets that do not balance.
pub(super) fn one_a_line(source: &str, faults: &mut Vec<Diagnostic>) {
    let swallowing: &[&Code] = &[&UNTERMINATED_STRING, &FOREIGN_COMMENT];
    let quotes = Lines::of(source, faults, swallowing);
    let brackets = Lines::of(source, faults, &[&UNBALANCED_BRACKET, &AFTER_WORKFLOW]);
    faults.retain(|f| {
        if quotes.hold(f.span) {
            return swallowing.contains(&f.code);
        }
        !(GENERIC.contains(&f.code) && brackets.hold(f.span))
    });
}

/// Lines with certain findings, in order.
struct Lines(Vec<Span>);

impl Lines {
    fn of(source: &str, faults: &[Diagnostic], codes: &[&Code]) -> Self {
        let line_of = |span: Span| {
            let at = span.start as usize;
            let before = source.get(..at).unwrap_or_default();
            let start = before.rfind('\n').map_or(0, |i| i + 1);
            let rest = source.get(at..).unwrap_or_default();
            Span::of(start, at + rest.find('\n').unwrap_or(rest.len()))
        };
        let mut lines: Vec<Span> = faults
            .iter()
            .filter(|f| codes.contains(&f.code))
            .map(|f| line_of(f.span))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        Self(lines)
    }

    fn hold(&self, span: Span) -> bool {
        let next = self.0.partition_point(|line| line.end < span.start);
        self.0
            .get(next)
            .is_some_and(|line| line.start <= span.start)
    }
}
