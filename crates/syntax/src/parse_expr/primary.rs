//! Operands: names, calls, brackets, and what is hung on them with `.` and `[`.

use super::codes::{
    EXPECTED_EXPRESSION, FOREIGN_INTERPOLATION, FOREIGN_OPERATOR, MESSAGE_CONSTRUCTION,
    RESERVED_WORD, UNEXPECTED_IN_EXPRESSION,
};
use super::{ExprParser, Node, Parsed, RESERVED, Reported};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::expr::{Entry, ExprId, ExprKind, Item, Name};
use crate::lexer::TokenKind;
use crate::span::Span;
use crate::template::BRACES_IN_EXPRESSION;

impl ExprParser<'_> {
    /// An operand with its selections, calls and indexes; with `negative`, a number behind a sign.
    pub(super) fn member(&mut self, negative: bool) -> Parsed {
        let mut node = if negative {
            self.literal(true)?
        } else {
            self.primary()?
        };
        loop {
            node = match self.kind() {
                TokenKind::Dot => self.select(node)?,
                TokenKind::LBracket => self.index(node)?,
                TokenKind::LBrace if !self.outermost_text() && self.is_path(node.id) => {
                    self.message(node)
                }
                TokenKind::LParen if !self.outermost_text() => return self.not_callable(node),
                _ => return Ok(node),
            };
        }
    }

    fn primary(&mut self) -> Parsed {
        match self.kind() {
            TokenKind::Ident => self.name(false),
            TokenKind::Dot if self.kind_at(1) == TokenKind::Ident => {
                self.pos += 1;
                self.name(true)
            }
            TokenKind::Int
            | TokenKind::Uint
            | TokenKind::Float
            | TokenKind::Str
            | TokenKind::Bytes
            | TokenKind::Duration => self.literal(false),
            TokenKind::LParen => self.parenthesised(),
            TokenKind::LBracket => self.list(),
            TokenKind::LBrace if !self.opens_block() => self.map(),
            TokenKind::Dollar if self.kind_at(1) == TokenKind::LBrace => {
                self.pos += 1;
                let dollar = self.before();
                self.interpolation(dollar)
            }
            _ => self.no_operand(),
        }
    }

    /// Whether the `{` here opens a block of the text form: steps stand in it, not keys.
    fn opens_block(&self) -> bool {
        let words = matches!(
            self.kind_at(2),
            TokenKind::Str | TokenKind::Ident | TokenKind::LBrace
        );
        self.outermost_text()
            && self.kind_at(1) == TokenKind::Ident
            && words
            && self.text_at(2) != "in"
    }

    /// Whether a fault at the next token follows from one that was reported.
    pub(super) fn silent(&self) -> bool {
        let token = self.token();
        token.kind == TokenKind::Error || token.kind.is_bracket() && token.span.is_empty()
    }

    /// Reports that there is no operand.
    pub(super) fn no_operand<T>(&mut self) -> Result<T, Reported> {
        if self.silent() {
            return Err(Reported);
        }
        let token = self.token();
        let before = self.before();
        let ends = token.first || token.kind == TokenKind::End || token.kind.closes();
        if ends && !before.is_empty() && self.pos > 0 {
            let text = self.text(before);
            let message = format!("an expression is missing after `{text}`");
            return self.fault(
                Diagnostic::new(&EXPECTED_EXPRESSION, before, message)
                    .help("write a name, a constant, a call, or an expression in parentheses"),
            );
        }
        let text = self.text(token.span);
        let found = Diagnostic::new(
            &EXPECTED_EXPRESSION,
            token.span,
            format!("expected an expression, found `{text}`"),
        );
        let help = match token.kind {
            TokenKind::Quoted => {
                "backticks are for fields: `a.`b-c``; a text stands between quotes"
            }
            TokenKind::Assign | TokenKind::Eq => {
                "a comparison has an expression on both sides: `a == b`"
            }
            _ => "write a name, a constant, a call, or an expression in parentheses",
        };
        self.fault(found.help(help))
    }

    /// A name, a constant word, or a call of a function.
    fn name(&mut self, rooted: bool) -> Parsed {
        let token = self.token();
        let text = self.text(token.span);
        let span = if rooted {
            self.before().to(token.span)
        } else {
            token.span
        };
        if !rooted && matches!(text, "true" | "false" | "null") {
            return self.word();
        }
        if text == "in" || self.starts_next(text) {
            return self.no_operand();
        }
        self.pos += 1;
        if RESERVED.contains(&text) {
            return self.reserved(text, span);
        }
        if self.kind() == TokenKind::LParen {
            let name = Name::new(
                if rooted {
                    format!(".{text}")
                } else {
                    text.to_owned()
                },
                span,
            );
            return Ok(self.call(None, name, span));
        }
        if self.kind() == TokenKind::Str && self.tokens.adjacent(self.pos - 1) {
            return self.string_prefix(text, span);
        }
        Ok(self.add(
            ExprKind::Ident {
                name: text.into(),
                rooted,
            },
            span,
            0,
        ))
    }

    /// `true`, `false` or `null`.
    pub(super) fn word(&mut self) -> Parsed {
        let span = self.token().span;
        let kind = match self.text(span) {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            _ => return self.no_operand(),
        };
        self.pos += 1;
        Ok(self.add(kind, span, 0))
    }

    /// Whether the name at the next token is rather the keyword of the text form's next line.
    fn starts_next(&self, text: &str) -> bool {
        let keyword = match self.kind_at(1) {
            TokenKind::Str => true,
            TokenKind::Ident => crate::shape::step_kind(text).is_some() || text == "call",
            _ => RESERVED.contains(&text),
        };
        self.outermost_text() && self.token().first && keyword
    }

    fn reserved(&mut self, text: &str, span: Span) -> Parsed {
        let found = Diagnostic::new(
            &RESERVED_WORD,
            span,
            format!("`{text}` is a reserved word in expressions"),
        );
        let found = match text {
            "if" | "else" => found.help("write `condition ? a : b`"),
            "for" | "while" | "loop" => {
                found.help("write a macro over the list: `xs.map(x, x.name)`, `xs.filter(x, x.ok)`")
            }
            "function" | "let" | "var" | "const" | "import" | "return" | "void" => found
                .help("an expression has no statements; give values names in steps of their own"),
            _ => found
                .help(format!("an input of that name is `inputs.{text}`"))
                .replace(
                    Applicability::Suggested,
                    format!("write `inputs.{text}`"),
                    span,
                    format!("inputs.{text}"),
                ),
        };
        self.fault(found)
    }

    fn string_prefix(&mut self, text: &str, span: Span) -> Parsed {
        let found = Diagnostic::new(
            &UNEXPECTED_IN_EXPRESSION,
            span,
            format!("strings have no prefix `{text}`"),
        )
        .help("values take text with `{{ x }}` in it; inside an expression join with `+`");
        self.fault(found)
    }

    /// The arguments of a call; the next token is its `(`.
    fn call(&mut self, target: Option<Node>, name: Name, start: Span) -> Node {
        let (args, below) = self.arguments();
        let below = target.map_or(below, |t| t.height.max(below));
        let kind = ExprKind::Call {
            target: target.map(|t| t.id),
            name,
            args,
        };
        self.add(kind, start.to(self.before()), below)
    }

    fn arguments(&mut self) -> (Vec<ExprId>, u16) {
        let mut args = Vec::new();
        let mut below = 0;
        self.elements(|p| {
            let node = p.expr_or_error();
            args.push(node.id);
            below = below.max(node.height);
        });
        (args, below)
    }

    /// An expression inside brackets; after a fault it is an error as far as the next comma.
    fn expr_or_error(&mut self) -> Node {
        let start = self.token().span;
        match self.expr() {
            Ok(node) => node,
            Err(Reported) => {
                self.skip();
                let end = if self.pos > 0 { self.before() } else { start };
                self.error(start.to(end))
            }
        }
    }

    /// Skips to the next comma or closing bracket of the bracket that is open.
    fn skip(&mut self) {
        loop {
            match self.kind() {
                TokenKind::Comma | TokenKind::End => return,
                kind if kind.closes() => return,
                kind if kind.opens() => self.pos = self.tokens.partner(self.pos) + 1,
                _ => self.pos += 1,
            }
        }
    }

    /// The elements between commas in the bracket at the next token; `element` reads one.
    fn elements(&mut self, mut element: impl FnMut(&mut Self)) {
        let close = self.tokens.partner(self.pos);
        self.depth += 1;
        self.pos += 1;
        while self.pos < close {
            let before = self.pos;
            element(self);
            if self.pos < close && self.kind() != TokenKind::Comma {
                self.unexpected("`,`", close);
                self.skip();
            }
            // An element that took nothing stands at the bracket's end or at a comma.
            if self.kind() == TokenKind::Comma || self.pos == before {
                self.pos += 1;
            }
        }
        self.depth -= 1;
        self.pos = close + 1;
    }

    /// Reports what stands where the bracket that ends at `close` should go on or end.
    fn unexpected(&mut self, separator: &str, close: usize) {
        if self.silent() {
            return;
        }
        let token = self.token();
        let (text, sign) = (self.text(token.span), self.tokens.kind(close).sign());
        let found = Diagnostic::new(
            &UNEXPECTED_IN_EXPRESSION,
            token.span,
            format!("expected {separator} or `{sign}`, found `{text}`"),
        );
        let found = self.hint(found);
        self.note(found);
    }

    /// Adds what to write instead of something that does not continue an expression.
    pub(super) fn hint(&self, found: Diagnostic) -> Diagnostic {
        let word = self.text_at(0);
        match (self.kind(), word) {
            (TokenKind::Ident, "if" | "else") => found.help("write `condition ? a : b`"),
            (TokenKind::Ident, "contains" | "startsWith" | "endsWith" | "matches") => {
                found.help(format!("call it on the left side: `a.{word}(b)`"))
            }
            (TokenKind::Ident, "for") => {
                found.help("write a macro over the list: `xs.map(x, x.name)`, `xs.filter(x, x.ok)`")
            }
            (TokenKind::Float, _) if word.starts_with('.') => {
                let index = word.trim_start_matches('.');
                found.help(format!("an element of a list is `xs[{index}]`"))
            }
            (TokenKind::Semi, _) => found.help("leave out the `;`"),
            _ => found.help("after an operand comes an operator, a `.`, a bracket, or the end"),
        }
    }

    fn parenthesised(&mut self) -> Parsed {
        let open = self.pos;
        let close = self.tokens.partner(open);
        let span = self.token().span.to(self.tokens.get(close).span);
        self.depth += 1;
        self.pos += 1;
        let node = self.expr_or_error();
        if self.pos < close && self.kind() == TokenKind::Comma {
            let comma = self.token().span;
            self.note(
                Diagnostic::new(&UNEXPECTED_IN_EXPRESSION, comma, "expected `)`, found `,`")
                    .help("a list stands in square brackets: `[a, b]`"),
            );
        } else if self.pos < close {
            self.unexpected("an operator", close);
        }
        self.depth -= 1;
        self.pos = close + 1;
        Ok(Node { span, ..node })
    }

    /// `[a, ?b]`
    fn list(&mut self) -> Parsed {
        let start = self.token().span;
        let mut items = Vec::new();
        let mut below = 0;
        self.elements(|p| {
            let optional = p.optional_sign();
            let node = p.expr_or_error();
            items.push(Item {
                value: node.id,
                optional,
            });
            below = below.max(node.height);
        });
        Ok(self.add(ExprKind::List(items), start.to(self.before()), below))
    }

    fn optional_sign(&mut self) -> bool {
        let optional = self.kind() == TokenKind::Question;
        self.pos += usize::from(optional);
        optional
    }

    /// `{k: v, ?k: v}`
    fn map(&mut self) -> Parsed {
        let start = self.token().span;
        if self.is_double_brace() {
            return self.braces();
        }
        let mut entries = Vec::new();
        let mut below = 0;
        self.elements(|p| {
            let optional = p.optional_sign();
            let key = p.expr_or_error();
            if p.kind() != TokenKind::Colon {
                p.no_value(key);
                p.skip();
                return;
            }
            p.pos += 1;
            let value = p.expr_or_error();
            entries.push(Entry {
                key: key.id,
                value: value.id,
                optional,
            });
            below = below.max(key.height).max(value.height);
        });
        Ok(self.add(ExprKind::Map(entries), start.to(self.before()), below))
    }

    fn no_value(&mut self, key: Node) {
        if self.silent() || *self.exprs.kind(key.id) == ExprKind::Error {
            return;
        }
        let found = if self.kind() == TokenKind::Assign {
            let sign = self.token().span;
            Diagnostic::new(
                &FOREIGN_OPERATOR,
                sign,
                "a key and its value stand around `:`",
            )
            .help("write `:`")
            .replace(Applicability::Safe, "write `:`", sign, ":")
        } else {
            Diagnostic::new(&EXPECTED_EXPRESSION, key.span, "this key has no value")
                .help("write `key: value`")
        };
        self.note(found);
    }

    /// Whether the `{` at the next token starts `{{ ... }}`.
    fn is_double_brace(&self) -> bool {
        self.kind_at(1) == TokenKind::LBrace
            && self.tokens.adjacent(self.pos)
            && self.tokens.partner(self.pos + 1) + 1 == self.tokens.partner(self.pos)
            && self.tokens.adjacent(self.tokens.partner(self.pos + 1))
    }

    /// `{{ x }}` is taken for `x`.
    fn braces(&mut self) -> Parsed {
        let close = self.tokens.partner(self.pos);
        let open = self.token().span.to(self.tokens.get(self.pos + 1).span);
        let end = self
            .tokens
            .get(close - 1)
            .span
            .to(self.tokens.get(close).span);
        self.note(
            Diagnostic::new(
                &BRACES_IN_EXPRESSION,
                open,
                "an expression stands here without `{{ }}`",
            )
            .help("leave the braces out")
            .fix(unwrap(self.source, open, end)),
        );
        self.within(self.pos + 1)
    }

    /// `${x}` and `${{ x }}` are taken for `x`.
    fn interpolation(&mut self, dollar: Span) -> Parsed {
        let close = self.tokens.partner(self.pos);
        let double = self.is_double_brace();
        let inner = self.pos + usize::from(double);
        let open = dollar.to(self.tokens.get(inner).span);
        let end = self
            .tokens
            .get(self.tokens.partner(inner))
            .span
            .to(self.tokens.get(close).span);
        let text = self.text(open);
        self.note(
            Diagnostic::new(
                &FOREIGN_INTERPOLATION,
                open,
                format!("`{text}` does not start an expression"),
            )
            .help("write the expression itself; within text `{{ x }}`")
            .fix(unwrap(self.source, open, end)),
        );
        self.within(inner)
    }

    /// The expression inside the bracket `open`; goes on behind the bracket where the next token is.
    fn within(&mut self, open: usize) -> Parsed {
        let (outer, inner) = (self.tokens.partner(self.pos), self.tokens.partner(open));
        self.depth += 1;
        self.pos = open + 1;
        let node = self.expr_or_error();
        if self.pos < inner {
            self.unexpected("an operator", inner);
        }
        self.depth -= 1;
        self.pos = outer + 1;
        Ok(node)
    }

    /// `.name`, `.?name`, `.name(...)`
    fn select(&mut self, of: Node) -> Parsed {
        let point = self.token().span;
        self.pos += 1;
        let optional = self.optional_sign();
        let token = self.token();
        let written = self.text(token.span);
        let text = match token.kind {
            TokenKind::Ident => written,
            TokenKind::Quoted => written.trim_matches('`'),
            _ => return self.no_field(point, token.kind),
        };
        if self.outermost_text() && token.first && !point_starts_line(self.tokens, self.pos) {
            return self.no_field(point, token.kind);
        }
        self.pos += 1;
        let name = Name::new(text, token.span);
        if self.kind() == TokenKind::LParen && token.kind == TokenKind::Ident {
            if !optional {
                return Ok(self.call(Some(of), name, of.span));
            }
            let sign = point.to(token.span);
            self.note(
                Diagnostic::new(&UNEXPECTED_IN_EXPRESSION, sign, "a call cannot be optional")
                    .help(format!("write `.{text}(...)`; `.?` is for fields"))
                    .replace(
                        Applicability::Suggested,
                        format!("write `.{text}`"),
                        sign,
                        format!(".{text}"),
                    ),
            );
            let call = self.call(Some(of), name, of.span);
            return Ok(self.error(call.span));
        }
        let kind = ExprKind::Select {
            of: of.id,
            field: name,
            optional,
        };
        Ok(self.add(kind, of.span.to(token.span), of.height))
    }

    fn no_field(&mut self, point: Span, kind: TokenKind) -> Parsed {
        if self.silent() {
            return Err(Reported);
        }
        let found = Diagnostic::new(
            &EXPECTED_EXPRESSION,
            point,
            "a field's name is missing after `.`",
        );
        let found = match kind {
            TokenKind::Int => found.help("an element of a list is `xs[0]`"),
            TokenKind::Str => found.help("a field with other characters is `a[\"b-c\"]`"),
            _ => found.help("write `a.b`, or `a[\"b-c\"]` for a field with other characters"),
        };
        self.fault(found)
    }

    /// `[i]`, `[?i]`
    fn index(&mut self, of: Node) -> Parsed {
        let close = self.tokens.partner(self.pos);
        let bracket = self.token().span;
        self.depth += 1;
        self.pos += 1;
        let optional = self.optional_sign();
        let index = self.expr_or_error();
        if self.pos < close && self.kind() == TokenKind::Colon {
            let colon = self.token().span;
            self.note(
                Diagnostic::new(&UNEXPECTED_IN_EXPRESSION, colon, "expected `]`, found `:`")
                    .help("a part of a text is `s.substring(a, b)`, of a list `xs.slice(a, b)`"),
            );
        } else if self.pos < close {
            self.unexpected("an operator", close);
        }
        self.depth -= 1;
        self.pos = close + 1;
        let span = of.span.to(bracket).to(self.before());
        let kind = ExprKind::Index {
            of: of.id,
            index: index.id,
            optional,
        };
        Ok(self.add(kind, span, of.height.max(index.height)))
    }

    fn is_path(&self, id: ExprId) -> bool {
        let mut id = id;
        loop {
            match self.exprs.kind(id) {
                ExprKind::Ident { .. } => return true,
                ExprKind::Select {
                    of,
                    optional: false,
                    ..
                } => id = *of,
                _ => return false,
            }
        }
    }

    /// `Type{...}`
    fn message(&mut self, name: Node) -> Node {
        let close = self.tokens.partner(self.pos);
        let span = name.span.to(self.tokens.get(close).span);
        let text = self.text(name.span);
        self.pos = close + 1;
        self.note(
            Diagnostic::new(
                &MESSAGE_CONSTRUCTION,
                name.span,
                format!("`{text}{{...}}` constructs a message"),
            )
            .help("messages are not part of the language; write a mapping: `{\"field\": value}`"),
        );
        self.error(span)
    }

    fn not_callable(&mut self, node: Node) -> Parsed {
        let token = self.token().span;
        let found = Diagnostic::new(
            &UNEXPECTED_IN_EXPRESSION,
            token,
            "only a name can be called",
        )
        .help("write `f(x)` or `a.f(x)`");
        self.note(found);
        self.pos = self.tokens.partner(self.pos) + 1;
        Ok(self.error(node.span.to(self.before())))
    }
}

/// Whether the `.` before the token `name` is on the same line as it.
fn point_starts_line(tokens: &crate::lexer::Tokens, name: usize) -> bool {
    name.checked_sub(1)
        .is_some_and(|point| tokens.get(point).first)
}

/// Removes the brackets `open` and `end` with the spaces inside them.
fn unwrap(source: &str, open: Span, end: Span) -> Fix {
    let inner = source
        .get(open.end as usize..end.start as usize)
        .unwrap_or_default();
    let lead = inner.len() - inner.trim_start().len();
    let trail = inner.trim().len() + lead;
    let at = |n: usize| open.end + u32::try_from(n).unwrap_or(0);
    Fix {
        title: "remove the braces".to_owned(),
        applicability: Applicability::Safe,
        edits: vec![
            Edit {
                span: Span::new(open.start, at(lead)),
                text: String::new(),
            },
            Edit {
                span: Span::new(at(trail), end.end),
                text: String::new(),
            },
        ],
    }
}
