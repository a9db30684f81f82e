//! Operators of other languages: reported with what to write, and read on as what they mean.

use super::codes::FOREIGN_OPERATOR;
use super::operators::Operator;
use super::{ExprParser, Node, Parsed, Reported};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::expr::{BinaryOp, ExprKind, UnaryOp};
use crate::lexer::TokenKind;
use crate::span::Span;

/// Bytes of a filtered value that help shows.
const MAX_SHOWN: usize = 200;

impl ExprParser<'_> {
    /// The sign made of the next `tokens` tokens.
    fn sign(&self, tokens: usize) -> Span {
        self.token()
            .span
            .to(self.tokens.get(self.pos + tokens - 1).span)
    }

    fn instead(&mut self, tokens: usize, op: BinaryOp, applicability: Applicability) -> Operator {
        let span = self.sign(tokens);
        let (wrong, right) = (self.text(span), op.sign());
        self.note(
            Diagnostic::new(&FOREIGN_OPERATOR, span, format!("`{wrong}` is no operator"))
                .help(format!("write `{right}`"))
                .replace(applicability, format!("write `{right}`"), span, right),
        );
        Operator { op, span, tokens }
    }

    /// What another language would mean by the next tokens after the operand `left`.
    pub(super) fn foreign_operator(&mut self, left: Node) -> Result<Option<Operator>, Reported> {
        use Applicability::{Safe, Suggested};
        let adjacent = self.tokens.adjacent(self.pos);
        let next = self.kind_at(1);
        Ok(Some(match self.kind() {
            TokenKind::Error => return Err(Reported),
            TokenKind::Eq => self.instead(2, BinaryOp::Eq, Safe),
            TokenKind::Ne => self.instead(2, BinaryOp::Ne, Safe),
            TokenKind::Lt => self.instead(2, BinaryOp::Ne, Safe),
            TokenKind::Amp => self.instead(1, BinaryOp::And, Suggested),
            TokenKind::Pipe => self.instead(1, BinaryOp::Or, Suggested),
            TokenKind::Star => {
                let span = self.sign(2);
                return self.fault(
                    Diagnostic::new(&FOREIGN_OPERATOR, span, "`**` is no operator")
                        .help("multiply with `*`; there is no power"),
                );
            }
            TokenKind::Assign if adjacent && next == TokenKind::Gt => return self.arrow(left),
            TokenKind::Assign => self.instead(1, BinaryOp::Eq, Suggested),
            TokenKind::Ident if next != TokenKind::Colon => return self.foreign_word(),
            _ => return Ok(None),
        }))
    }

    fn foreign_word(&mut self) -> Result<Option<Operator>, Reported> {
        let same_line = !self.token().first;
        let second = if self.kind_at(1) == TokenKind::Ident {
            self.text_at(1)
        } else {
            ""
        };
        Ok(Some(match self.text_at(0) {
            "and" | "AND" => self.instead(1, BinaryOp::And, Applicability::Safe),
            "or" | "OR" => self.instead(1, BinaryOp::Or, Applicability::Safe),
            "is" if same_line && second == "not" => {
                self.instead(2, BinaryOp::Ne, Applicability::Safe)
            }
            "is" if same_line => self.instead(1, BinaryOp::Eq, Applicability::Safe),
            "not" if second == "in" => {
                let span = self.sign(2);
                return self.fault(
                    Diagnostic::new(&FOREIGN_OPERATOR, span, "`not in` is no operator")
                        .help("write `!(a in b)`"),
                );
            }
            _ => return Ok(None),
        }))
    }

    /// Whether the next token is a `not` that stands for `!`.
    pub(super) fn foreign_not(&self) -> bool {
        let operand = matches!(
            self.kind_at(1),
            TokenKind::Ident | TokenKind::LParen | TokenKind::Not | TokenKind::LBracket
        );
        self.kind() == TokenKind::Ident
            && self.text_at(0) == "not"
            && operand
            && self.text_at(1) != "in"
            && !(self.outermost_text() && self.tokens.get(self.pos + 1).first)
    }

    /// `not a`, reported: it stands for `!a`, and in front of a comparison for `!(a == b)`.
    pub(super) fn not(&mut self, word: Span, right: Node) -> Node {
        let gap = Span::new(word.start, right.span.start);
        let found = Diagnostic::new(&FOREIGN_OPERATOR, word, "`not` is no operator");
        let found = if matches!(self.exprs.kind(right.id), ExprKind::Binary { .. }) {
            let edit = |span, text: &str| Edit {
                span,
                text: text.to_owned(),
            };
            found
                .help(format!("write `!({})`", self.text(right.span)))
                .fix(Fix {
                    title: "write `!(...)`".to_owned(),
                    applicability: Applicability::Safe,
                    edits: vec![edit(gap, "!("), edit(Span::at(right.span.end), ")")],
                })
        } else {
            found
                .help("write `!`")
                .replace(Applicability::Safe, "write `!`", gap, "!")
        };
        self.note(found);
        let kind = ExprKind::Unary {
            op: UnaryOp::Not,
            arg: right.id,
        };
        self.add(kind, word.to(right.span), right.height)
    }

    /// Whether a template's filter follows: `| upper`, `| join(", ")`.
    fn is_filter(&self) -> bool {
        self.kind() == TokenKind::Pipe
            && self.kind_at(1) == TokenKind::Ident
            && (self.kind_at(2) == TokenKind::LParen || filtered(self.text_at(1), "", "").is_some())
    }

    /// `a | trim | join(", ")`: an operand with the filters of template languages behind it, told at once.
    pub(super) fn filters(&mut self, left: Node) -> Node {
        if !self.is_filter() {
            return left;
        }
        let start = self.token().span;
        let mut good = Some(self.text(left.span).to_owned());
        while self.is_filter() {
            let name = self.text_at(1);
            self.pos += 2;
            let mut args = "";
            if self.kind() == TokenKind::LParen {
                let (open, close) = (self.pos, self.tokens.partner(self.pos));
                let inner = Span::new(
                    self.tokens.get(open).span.end,
                    self.tokens.get(close).span.start,
                );
                args = self.text(inner).trim();
                self.pos = close + 1;
            }
            // Each step writes the value anew: what nobody would read is not written.
            good = good
                .filter(|value| value.len() <= MAX_SHOWN)
                .and_then(|value| filtered(name, &value, args));
        }
        let whole = left.span.to(self.before());
        let found = Diagnostic::new(&FOREIGN_OPERATOR, start.to(whole), "there are no filters");
        self.note(match good {
            Some(good) => found
                .help(format!("call a function instead: `{good}`"))
                .replace(
                    Applicability::Suggested,
                    "call a function instead",
                    whole,
                    good,
                ),
            None => {
                found.help("call a function instead, such as `text.trim()` or `a.?b.orValue(c)`")
            }
        });
        self.error(whole)
    }

    /// `x => f(x)`
    fn arrow<T>(&mut self, left: Node) -> Result<T, Reported> {
        let span = self.sign(2);
        self.fault(
            Diagnostic::new(
                &FOREIGN_OPERATOR,
                span,
                "there are no functions of the author's own",
            )
            .help("a macro takes the name, a comma and the expression: `xs.filter(x, x.ok)`")
            .replace(
                Applicability::Suggested,
                "write `,`",
                Span::new(left.span.end, span.end),
                ",",
            ),
        )
    }

    /// Whether the `?` at the next token is the first of `??`.
    pub(super) fn is_coalescing(&self) -> bool {
        self.kind_at(1) == TokenKind::Question && self.tokens.adjacent(self.pos)
    }

    /// `a.b ?? c`
    pub(super) fn coalescing(&mut self, left: Node) -> Parsed {
        let sign = self.sign(2);
        self.pos += 2;
        let right = self.expr()?;
        let found = Diagnostic::new(&FOREIGN_OPERATOR, sign, "`??` is no operator");
        let mark = match self.exprs.kind(left.id) {
            ExprKind::Select {
                field,
                optional: false,
                ..
            } => Some(field.span.start),
            ExprKind::Index {
                index,
                optional: false,
                ..
            } => Some(self.exprs.span(*index).start),
            _ => None,
        };
        let Some(mark) = mark else {
            self.note(found.help("write `a.?b.orValue(c)` for a field that may be absent, `a != null ? a : c` for null"));
            return Ok(self.error(left.span.to(right.span)));
        };
        let cut = |a: u32, b: u32| self.text(Span::new(a, b));
        let good = format!(
            "{}?{}.orValue({})",
            cut(left.span.start, mark),
            cut(mark, left.span.end),
            cut(right.span.start, right.span.end)
        );
        let edit = |span, text: &str| Edit {
            span,
            text: text.to_owned(),
        };
        let fix = Fix {
            title: "write `orValue`".to_owned(),
            applicability: Applicability::Suggested,
            edits: vec![
                edit(Span::at(mark), "?"),
                edit(Span::new(left.span.end, right.span.start), ".orValue("),
                edit(Span::at(right.span.end), ")"),
            ],
        };
        self.note(found.help(format!("write `{good}`")).fix(fix));
        Ok(self.error(left.span.to(right.span)))
    }

    /// `a?.b` and `a?[i]`, once it is clear that the `?` at the token `question` starts no ternary.
    pub(super) fn foreign_optional(&self, question: usize) -> Option<Diagnostic> {
        let close =
            question > 0 && self.tokens.adjacent(question - 1) && self.tokens.adjacent(question);
        let next = self.tokens.get(question + 1);
        let right = match next.kind {
            TokenKind::Dot => ".?",
            TokenKind::LBracket => "[?",
            TokenKind::Float if self.text(next.span).starts_with('.') => "[?",
            _ => return None,
        };
        let start = self.tokens.get(question).span.start;
        let sign = Span::new(start, start + 2);
        close.then(|| {
            let wrong = self.text(sign);
            Diagnostic::new(&FOREIGN_OPERATOR, sign, format!("`{wrong}` is no operator"))
                .help(format!(
                    "write `{right}`, and `.orValue(c)` at the end for what an absent one is"
                ))
                .replace(Applicability::Safe, format!("write `{right}`"), sign, right)
        })
    }
}

/// What a filter of template languages is here, of a value that is spelled `a`.
fn filtered(filter: &str, a: &str, args: &str) -> Option<String> {
    let plain = a
        .chars()
        .all(|c| c.is_alphanumeric() || "._[]()\"'".contains(c));
    let value = if plain {
        a.to_owned()
    } else {
        format!("({a})")
    };
    let call = |function: &str| format!("{value}.{function}({args})");
    Some(match filter {
        "default" | "d" => match value.rsplit_once('.') {
            Some((of, field)) => format!("{of}.?{field}.orValue({args})"),
            None => format!("{value} != null ? {value} : {args}"),
        },
        "upper" | "upcase" => call("upperAscii"),
        "lower" | "downcase" => call("lowerAscii"),
        "trim" | "strip" => call("trim"),
        "length" | "count" | "size" => call("size"),
        "unique" | "uniq" => call("distinct"),
        "join" | "replace" | "split" | "sort" | "reverse" | "first" | "last" => call(filter),
        "int" | "string" => format!("{filter}({a})"),
        "float" => format!("double({a})"),
        "abs" | "round" => format!("math.{filter}({a})"),
        "tojson" | "to_json" | "json" => format!("json.format({a})"),
        _ => return None,
    })
}
