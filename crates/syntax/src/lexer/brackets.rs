//! Pairs the brackets. Where they do not balance, indentation tells which one is missing or stray: the
//! parser is given a balanced stream and never meets the fault again.

use super::codes::{NESTED_TOO_DEEP, UNBALANCED_BRACKET};
use super::{Stray, Token, TokenKind, openings};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::limits::{MAX_DEPTH, MAX_DIAGNOSTICS};
use crate::span::Span;

/// How the brackets are judged.
#[derive(Clone, Copy)]
pub(super) struct Manner<'a> {
    /// Whether line starts and indentation mean something (the text form).
    pub layout: bool,
    /// Places of faults that may have swallowed brackets, in order: what is missing near them is not reported.
    pub swallowed: &'a [Span],
    /// Whether the rest of the text is such a fault.
    pub silent: bool,
}

/// Balanced tokens.
#[derive(Default)]
pub(super) struct Paired {
    pub tokens: Vec<Token>,
    pub partners: Vec<u32>,
    pub strays: Vec<Stray>,
    pub faults: Vec<Diagnostic>,
    /// What `(` and `[` that are never closed may have swallowed.
    pub gaps: Vec<Span>,
}

/// Pairs the brackets of `tokens`.
pub(super) fn pair(mut tokens: Vec<Token>, text: &str, manner: Manner<'_>) -> Paired {
    if let Some(partners) = strict(&tokens) {
        return Paired {
            tokens,
            partners,
            ..Paired::default()
        };
    }
    let count = |kind| tokens.iter().filter(|t| t.kind == kind).count();
    let (closing, opening) = (count(TokenKind::RBrace), count(TokenKind::LBrace));
    let mut excess = if manner.layout {
        closing.saturating_sub(opening)
    } else {
        0
    };
    let mut faults = Vec::new();
    if excess > 0 && !manner.silent {
        excess -= openings::supply(&mut tokens, text, excess, &mut faults);
    }
    let mut repair = Repair {
        manner,
        pairs: vec![None; tokens.len()],
        stray: vec![false; tokens.len()],
        unclosed: Vec::new(),
        deep: false,
        strays: Vec::new(),
        faults,
        excess,
        openings: Vec::new(),
        gaps: Vec::new(),
        lines: lines(&tokens),
    };
    repair.pair(&mut tokens);
    let places = repair.places(&tokens);
    repair.report(&tokens, &places);
    let mut out = Paired {
        tokens: rebuilt(&tokens, &repair.stray, &places, &repair.openings),
        partners: Vec::new(),
        strays: repair.strays,
        faults: repair.faults,
        gaps: repair.gaps,
    };
    out.partners = strict(&out.tokens).unwrap_or_else(|| unpaired(&mut out.tokens));
    out
}

/// Partners of all brackets, when they balance.
fn strict(tokens: &[Token]) -> Option<Vec<u32>> {
    let mut partners: Vec<u32> = Vec::with_capacity(tokens.len());
    let mut stack: Vec<(u32, TokenKind)> = Vec::new();
    for (index, token) in (0_u32..).zip(tokens) {
        partners.push(index);
        if token.kind.opens() {
            stack.push((index, token.kind));
        } else if token.kind.closes() {
            let (open, kind) = stack.pop()?;
            if kind.partner() != token.kind {
                return None;
            }
            *partners.get_mut(open as usize)? = index;
            *partners.last_mut()? = open;
        }
    }
    stack.is_empty().then_some(partners)
}

/// The last resort: brackets become faults, so that no parser trusts them.
fn unpaired(tokens: &mut [Token]) -> Vec<u32> {
    for token in tokens.iter_mut() {
        if token.kind.opens() || token.kind.closes() {
            token.kind = TokenKind::Error;
        }
    }
    (0_u32..).zip(tokens).map(|(i, _)| i).collect()
}

/// How many tokens are looked at for the line that a missing `{` belongs to.
const FAR: usize = 5000;

struct Repair<'a> {
    manner: Manner<'a>,
    pairs: Vec<Option<usize>>,
    stray: Vec<bool>,
    /// Opening brackets without a partner.
    unclosed: Vec<usize>,
    deep: bool,
    strays: Vec<Stray>,
    faults: Vec<Diagnostic>,
    /// How many more `}` there are than `{`.
    excess: usize,
    /// Indexes of tokens before which a `{` was missing.
    openings: Vec<usize>,
    gaps: Vec<Span>,
    /// Which line each token is on.
    lines: Vec<u32>,
}

/// Which line each token is on, counted over lines that have tokens.
fn lines(tokens: &[Token]) -> Vec<u32> {
    let mut line = 0;
    tokens
        .iter()
        .map(|t| {
            line += u32::from(t.first);
            line
        })
        .collect()
}

fn at(tokens: &[Token], index: usize) -> Option<&Token> {
    tokens.get(index)
}

impl Repair<'_> {
    fn pair(&mut self, tokens: &mut [Token]) {
        let mut stack: Vec<usize> = Vec::new();
        for index in 0..tokens.len() {
            let Some(token) = at(tokens, index).copied() else {
                break;
            };
            if token.kind.opens() {
                if stack.len() >= MAX_DEPTH {
                    self.too_deep(tokens, index);
                } else {
                    stack.push(index);
                }
            } else if token.kind.closes() {
                let found = if token.kind == TokenKind::RBrace {
                    self.brace(tokens, &stack, index)
                } else {
                    self.other(tokens, &stack, index)
                };
                if let Some(place) = found {
                    self.unclosed.extend(stack.drain(place + 1..));
                    self.join(stack.pop(), index);
                } else if self.swapped(tokens, &mut stack, index) || self.missing(tokens, index) {
                    continue;
                } else {
                    self.drop_stray(token, index);
                }
            }
        }
        self.unclosed.extend(stack);
        self.unclosed.sort_unstable();
    }

    fn note(&mut self, found: Diagnostic) {
        super::note(&mut self.faults, found);
    }

    fn join(&mut self, open: Option<usize>, close: usize) {
        if let Some(open) = open {
            if let Some(slot) = self.pairs.get_mut(open) {
                *slot = Some(close);
            }
            if let Some(slot) = self.pairs.get_mut(close) {
                *slot = Some(open);
            }
        }
    }

    fn too_deep(&mut self, tokens: &mut [Token], index: usize) {
        if let Some(token) = tokens.get_mut(index) {
            token.kind = TokenKind::Error;
            let token = *token;
            if !self.deep && !self.manner.silent {
                let message = format!("brackets are nested deeper than {MAX_DEPTH} levels");
                self.note(
                    Diagnostic::new(&NESTED_TOO_DEEP, token.span, message)
                        .help("close the brackets that are open, or move inner parts to a workflow of their own"),
                );
            }
            self.deep = true;
        }
    }

    /// Place in the stack of the `{` that the `}` at `index` closes; none when it closes one that is missing.
    fn brace(&self, tokens: &[Token], stack: &[usize], index: usize) -> Option<usize> {
        let token = at(tokens, index)?;
        let is_brace =
            |index: &usize| at(tokens, *index).is_some_and(|t| t.kind == TokenKind::LBrace);
        let top = stack.iter().rposition(is_brace)?;
        let open = stack.get(top).copied()?;
        if !self.manner.layout {
            return Some(top);
        }
        if !token.first {
            // A `}` behind something on its line has its `{` there too.
            let elsewhere = self.lines.get(open) != self.lines.get(index);
            return (self.excess == 0 || !elsewhere).then_some(top);
        }
        let same = stack
            .iter()
            .rposition(|i| is_brace(i) && at(tokens, *i).is_some_and(|t| t.indent == token.indent));
        let further_in = at(tokens, open).is_some_and(|t| token.indent > t.indent);
        if same.is_none() && self.excess > 0 && further_in {
            return None;
        }
        same.or(Some(top))
    }

    /// Whether the `}` at `index` tells where its `{` is missing: behind the last line that starts where it
    /// stands. Reports that.
    fn missing(&mut self, tokens: &[Token], index: usize) -> bool {
        if self.excess == 0 || self.manner.silent {
            return false;
        }
        let Some(place) = self.opening_place(tokens, index) else {
            return false;
        };
        let Some(before) = place.checked_sub(1).and_then(|i| at(tokens, i)) else {
            return false;
        };
        // A line that ends in a block of its own misses none.
        if before.first && before.kind.closes() {
            return false;
        }
        self.excess -= 1;
        self.openings.push(place);
        if let Some(slot) = self.pairs.get_mut(index) {
            // The exact partner matters not: it only counts as one that is closed.
            *slot = Some(place.saturating_sub(1));
        }
        let at = before.span.end;
        self.note(openings::finding(at));
        true
    }

    fn opening_place(&self, tokens: &[Token], close: usize) -> Option<usize> {
        let closing = at(tokens, close).filter(|t| t.first && t.kind == TokenKind::RBrace)?;
        let mut index = close;
        let mut start = None;
        for _ in 0..FAR {
            index = index.checked_sub(1)?;
            let token = at(tokens, index)?;
            if token.kind.closes() {
                index = self.pairs.get(index).copied().flatten()?;
            }
            let token = at(tokens, index)?;
            if token.first && token.indent <= closing.indent {
                let word = token.kind == TokenKind::Ident && token.indent == closing.indent;
                start = word.then_some(index);
                break;
            }
            if token.kind.opens() && self.pairs.get(index).copied().flatten().is_none() {
                return None;
            }
        }
        let mut index = start? + 1;
        while index < close {
            let token = at(tokens, index)?;
            if token.first {
                return (token.indent > closing.indent).then_some(index);
            }
            let behind = self.pairs.get(index).copied().flatten();
            index = behind.filter(|pair| *pair > index).unwrap_or(index) + 1;
        }
        None
    }

    /// Place in the stack of the bracket that the `)` or `]` at `index` closes: not beyond a `{` of another
    /// line.
    fn other(&self, tokens: &[Token], stack: &[usize], index: usize) -> Option<usize> {
        let wanted = at(tokens, index)?.kind.partner();
        for (place, open) in stack.iter().enumerate().rev() {
            let kind = at(tokens, *open)?.kind;
            if kind == wanted {
                return Some(place);
            }
            let same_line = self.lines.get(*open) == self.lines.get(index);
            if kind == TokenKind::LBrace && self.manner.layout && !same_line {
                return None;
            }
        }
        None
    }

    /// Whether the bracket at `index` is taken for the one that should close the top of the stack.
    fn swapped(&mut self, tokens: &mut [Token], stack: &mut Vec<usize>, index: usize) -> bool {
        let Some(&top) = stack.last() else {
            return false;
        };
        let (Some(open), Some(token)) = (at(tokens, top).copied(), at(tokens, index).copied())
        else {
            return false;
        };
        let right = open.kind.partner();
        let next = at(tokens, index + 1).is_some_and(|t| t.kind == right);
        if open.kind == TokenKind::LBrace || token.kind == TokenKind::RBrace || next {
            return false;
        }
        stack.pop();
        self.join(Some(top), index);
        if let Some(token) = tokens.get_mut(index) {
            token.kind = right;
        }
        if !self.manner.silent {
            let (sign, wrong) = (right.sign(), token.kind.sign());
            self.note(
                Diagnostic::new(
                    &UNBALANCED_BRACKET,
                    token.span,
                    format!("`{}` is closed by `{wrong}`", open.kind.sign()),
                )
                .label(open.span, "opened here")
                .help(format!("write `{sign}`"))
                .replace(
                    Applicability::Safe,
                    format!("write `{sign}`"),
                    token.span,
                    sign,
                ),
            );
        }
        true
    }

    fn drop_stray(&mut self, token: Token, index: usize) {
        if let Some(slot) = self.stray.get_mut(index) {
            *slot = true;
        }
        self.excess = self
            .excess
            .saturating_sub(usize::from(token.kind == TokenKind::RBrace));
        if self.deep || self.manner.silent || self.strays.len() >= MAX_DIAGNOSTICS {
            return;
        }
        let sign = token.kind.sign();
        let finding = Diagnostic::new(
            &UNBALANCED_BRACKET,
            token.span,
            format!("this `{sign}` closes nothing"),
        )
        .help("leave it out, or write the bracket that it closes")
        .replace(
            Applicability::Suggested,
            format!("remove `{sign}`"),
            token.span,
            "",
        );
        self.strays.push(Stray {
            span: token.span,
            indent: token.indent,
            finding,
        });
    }

    /// For each unclosed bracket, innermost first, the index of the token before which it is closed.
    fn places(&self, tokens: &[Token]) -> Vec<(usize, usize)> {
        let mut jumps: Vec<Option<usize>> = self
            .pairs
            .iter()
            .enumerate()
            .map(|(open, pair)| pair.filter(|close| *close > open).map(|close| close + 1))
            .collect();
        let mut out = Vec::with_capacity(self.unclosed.len());
        for &open in self.unclosed.iter().rev() {
            let place = self.place(tokens, &jumps, open);
            if let Some(slot) = jumps.get_mut(open) {
                *slot = Some(place);
            }
            out.push((open, place));
        }
        out
    }

    fn place(&self, tokens: &[Token], jumps: &[Option<usize>], open: usize) -> usize {
        let Some(bracket) = at(tokens, open) else {
            return open;
        };
        let inside = |t: &Token| !t.first || t.indent > bracket.indent;
        let flat = at(tokens, open + 1).is_some_and(|t| !inside(t));
        let by_line =
            bracket.kind != TokenKind::LBrace && at(tokens, open + 1).is_some_and(|t| !t.first);
        let mut index = open + 1;
        while let Some(token) = at(tokens, index) {
            let outer = token.kind.closes() && self.pairs.get(index).copied().flatten().is_some();
            if outer {
                break;
            }
            if self.manner.layout {
                let line_end = by_line
                    && (token.first
                        || token.kind == TokenKind::LBrace
                            && at(tokens, index + 1).is_some_and(|t| t.first));
                let flat = flat && bracket.kind == TokenKind::LBrace;
                if line_end || !flat && !inside(token) {
                    break;
                }
            }
            index = jumps.get(index).copied().flatten().unwrap_or(index + 1);
        }
        index
    }

    fn report(&mut self, tokens: &[Token], places: &[(usize, usize)]) {
        if self.deep || self.manner.silent {
            return;
        }
        let mut at_end = Vec::new();
        for &(open, place) in places {
            let Some(bracket) = at(tokens, open) else {
                continue;
            };
            let before = place
                .checked_sub(1)
                .and_then(|i| at(tokens, i))
                .map_or(0, |t| t.span.end);
            let near = Span::new(bracket.span.start, before);
            let next = self
                .manner
                .swallowed
                .partition_point(|s| s.start < near.start);
            if self
                .manner
                .swallowed
                .get(next)
                .is_some_and(|s| near.contains(*s))
            {
                continue;
            }
            if bracket.kind != TokenKind::LBrace {
                self.gaps.push(near);
            }
            if place >= tokens.len() {
                at_end.push(*bracket);
                continue;
            }
            let sign = bracket.kind.partner().sign();
            let text = closing(*bracket, before, self.manner.layout, tokens, open);
            self.note(
                Diagnostic::new(
                    &UNBALANCED_BRACKET,
                    Span::at(before),
                    format!("a `{sign}` is missing here"),
                )
                .label(bracket.span, "this is never closed")
                .help(format!("write `{sign}`"))
                .replace(
                    Applicability::Suggested,
                    format!("insert `{sign}`"),
                    Span::at(before),
                    text,
                ),
            );
        }
        self.report_end(tokens, &at_end);
    }

    /// All that is open at the end is one finding.
    fn report_end(&mut self, tokens: &[Token], open: &[Token]) {
        let (Some(first), Some(last)) = (open.first(), tokens.last()) else {
            return;
        };
        let end = Span::at(last.span.end);
        let message = if open.len() == 1 {
            format!("`{}` is never closed", first.kind.sign())
        } else {
            format!("the end comes while {} brackets are open", open.len())
        };
        let signs: String = open.iter().map(|t| t.kind.partner().sign()).collect();
        let mut text = String::new();
        for bracket in open {
            let index = tokens
                .iter()
                .position(|t| t.span == bracket.span)
                .unwrap_or(0);
            text.push_str(&closing(
                *bracket,
                end.start,
                self.manner.layout,
                tokens,
                index,
            ));
        }
        let mut found = Diagnostic::new(&UNBALANCED_BRACKET, end, message);
        for bracket in open.iter().take(4) {
            found = found.label(bracket.span, "this is never closed");
        }
        self.note(found.help(format!("write `{signs}` at the end")).fix(Fix {
            title: format!("insert `{signs}`"),
            applicability: Applicability::Suggested,
            edits: vec![Edit { span: end, text }],
        }));
    }
}

/// Text that closes `bracket`, on a line of its own when what it holds starts on one.
fn closing(bracket: Token, before: u32, layout: bool, tokens: &[Token], open: usize) -> String {
    let sign = bracket.kind.partner().sign();
    let own_line = layout
        && bracket.kind == TokenKind::LBrace
        && at(tokens, open + 1).is_some_and(|t| t.first && t.span.start < before);
    if own_line {
        let indent = " ".repeat(bracket.indent as usize);
        format!("\n{indent}{sign}")
    } else if bracket.kind == TokenKind::LBrace {
        format!(" {sign}")
    } else {
        sign.to_owned()
    }
}

/// The tokens without the stray ones and with those that were missing.
fn rebuilt(
    tokens: &[Token],
    stray: &[bool],
    places: &[(usize, usize)],
    openings: &[usize],
) -> Vec<Token> {
    let mut supplied: Vec<(usize, Token)> = places
        .iter()
        .filter_map(|&(open, place)| {
            let bracket = at(tokens, open)?;
            let before = place.checked_sub(1).and_then(|i| at(tokens, i))?;
            let token = Token {
                kind: bracket.kind.partner(),
                span: Span::at(before.span.end),
                indent: before.indent,
                first: false,
            };
            Some((place, token))
        })
        .collect();
    supplied.extend(openings.iter().filter_map(|&place| {
        let before = place.checked_sub(1).and_then(|i| at(tokens, i));
        Some((
            place,
            openings::opening(before.copied(), *at(tokens, place)?),
        ))
    }));
    supplied.sort_by_key(|(place, _)| *place);
    let mut supplied = supplied.into_iter().peekable();
    let mut out = Vec::with_capacity(tokens.len());
    for (index, token) in tokens.iter().enumerate() {
        while let Some((_, extra)) = supplied.next_if(|(place, _)| *place <= index) {
            out.push(extra);
        }
        if !stray.get(index).copied().unwrap_or(false) {
            out.push(*token);
        }
    }
    out.extend(supplied.map(|(_, extra)| extra));
    out
}
