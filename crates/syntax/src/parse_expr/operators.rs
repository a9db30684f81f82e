//! Operators: binary ones, signs, and `a ? b : c`.

use super::codes::EXPECTED_EXPRESSION;
use super::{ExprParser, Node, Parsed};
use crate::diagnostic::Diagnostic;
use crate::expr::{BinaryOp, ExprKind, UnaryOp};
use crate::lexer::TokenKind;
use crate::span::Span;

/// A binary operator with its place and the number of its tokens.
#[derive(Clone, Copy)]
pub(super) struct Operator {
    pub op: BinaryOp,
    pub span: Span,
    pub tokens: usize,
}

/// An operator that waits for its right operand.
enum Pending {
    Binary(Operator),
    /// The word `not`, which other languages apply to a whole comparison.
    Not(Span),
}

impl Pending {
    const fn precedence(&self) -> u8 {
        match self {
            Self::Binary(operator) => operator.op.precedence(),
            Self::Not(_) => BinaryOp::And.precedence(),
        }
    }
}

impl ExprParser<'_> {
    /// An expression with its ternaries: a chain of them is one loop.
    pub(super) fn expr(&mut self) -> Parsed {
        let mut node = self.binary()?;
        if self.kind() != TokenKind::Question {
            return Ok(node);
        }
        let mut arms: Vec<(Node, Node)> = Vec::new();
        while self.kind() == TokenKind::Question {
            if self.is_coalescing() {
                node = self.coalescing(node)?;
                continue;
            }
            let question = self.pos;
            self.pos += 1;
            let then = self.binary()?;
            if self.kind() != TokenKind::Colon {
                return self.no_colon(question, then);
            }
            self.pos += 1;
            arms.push((node, then));
            node = self.binary()?;
        }
        for (cond, then) in arms.into_iter().rev() {
            let kind = ExprKind::Ternary {
                cond: cond.id,
                then: then.id,
                other: node.id,
            };
            let below = cond.height.max(then.height).max(node.height);
            node = self.add(kind, cond.span.to(node.span), below);
        }
        Ok(node)
    }

    /// Operands and binary operators, by two stacks.
    fn binary(&mut self) -> Parsed {
        let mut operands = Vec::new();
        let mut pending: Vec<Pending> = Vec::new();
        loop {
            while self.foreign_not() {
                pending.push(Pending::Not(self.token().span));
                self.pos += 1;
            }
            let operand = self.unary()?;
            let operand = self.filters(operand);
            let operator = self.operator(operand)?;
            if operator.is_none() && operands.is_empty() && pending.is_empty() {
                return Ok(operand);
            }
            operands.push(operand);
            let Some(operator) = operator else { break };
            self.pos += operator.tokens;
            self.reduce(&mut operands, &mut pending, operator.op.precedence());
            pending.push(Pending::Binary(operator));
        }
        self.reduce(&mut operands, &mut pending, 0);
        operands.pop().ok_or(super::Reported)
    }

    /// Applies the operators that bind at least as strong as `precedence`.
    fn reduce(&mut self, operands: &mut Vec<Node>, pending: &mut Vec<Pending>, precedence: u8) {
        while let Some(operator) = pending.pop_if(|o| o.precedence() >= precedence) {
            let Some(right) = operands.pop() else { return };
            let node = match operator {
                Pending::Not(word) => self.not(word, right),
                Pending::Binary(operator) => {
                    let Some(left) = operands.pop() else { return };
                    let kind = ExprKind::Binary {
                        op: operator.op,
                        op_span: operator.span,
                        left: left.id,
                        right: right.id,
                    };
                    let below = left.height.max(right.height);
                    self.add(kind, left.span.to(right.span), below)
                }
            };
            operands.push(node);
        }
    }

    /// The binary operator that follows the operand `left`, if one does; operators of other languages are
    /// reported and taken for what they mean.
    fn operator(&mut self, left: Node) -> Result<Option<Operator>, super::Reported> {
        let adjacent = |kind| self.tokens.adjacent(self.pos) && self.kind_at(1) == kind;
        let (op, tokens) = match self.kind() {
            TokenKind::Or => (BinaryOp::Or, 1),
            TokenKind::And => (BinaryOp::And, 1),
            TokenKind::Le => (BinaryOp::Le, 1),
            TokenKind::Plus => (BinaryOp::Add, 1),
            TokenKind::Minus => (BinaryOp::Sub, 1),
            TokenKind::Slash => (BinaryOp::Div, 1),
            TokenKind::Percent => (BinaryOp::Mod, 1),
            TokenKind::Eq if !adjacent(TokenKind::Assign) => (BinaryOp::Eq, 1),
            TokenKind::Ne if !adjacent(TokenKind::Assign) => (BinaryOp::Ne, 1),
            TokenKind::Lt if !adjacent(TokenKind::Gt) => (BinaryOp::Lt, 1),
            TokenKind::Star if !adjacent(TokenKind::Star) => (BinaryOp::Mul, 1),
            TokenKind::Gt if adjacent(TokenKind::Assign) => (BinaryOp::Ge, 2),
            TokenKind::Gt => (BinaryOp::Gt, 1),
            TokenKind::Ident if self.text_at(0) == "in" => (BinaryOp::In, 1),
            _ => return self.foreign_operator(left),
        };
        let last = self.tokens.get(self.pos + tokens - 1).span;
        Ok(Some(Operator {
            op,
            span: self.token().span.to(last),
            tokens,
        }))
    }

    /// An operand with its signs.
    fn unary(&mut self) -> Parsed {
        let start = self.pos;
        loop {
            if !matches!(self.kind(), TokenKind::Not | TokenKind::Minus) {
                break;
            }
            self.pos += 1;
        }
        let mut end = self.pos;
        let folds = end > start
            && self.tokens.kind(end - 1) == TokenKind::Minus
            && matches!(self.kind(), TokenKind::Int | TokenKind::Float);
        if folds {
            end -= 1;
            self.pos = end;
        }
        let mut node = self.member(folds)?;
        for index in (start..end).rev() {
            let sign = self.tokens.get(index);
            let op = if sign.kind == TokenKind::Minus {
                UnaryOp::Neg
            } else {
                UnaryOp::Not
            };
            let kind = ExprKind::Unary { op, arg: node.id };
            node = self.add(kind, sign.span.to(node.span), node.height);
        }
        Ok(node)
    }

    fn no_colon(&mut self, question: usize, then: Node) -> Parsed {
        let mark = self.tokens.get(question).span;
        if self.silent() {
            return Err(super::Reported);
        }
        if let Some(found) = self.foreign_optional(question) {
            self.note(found);
            return Ok(self.error(then.span));
        }
        let found = Diagnostic::new(&EXPECTED_EXPRESSION, mark, "this `?` has no `:`");
        let help = if self.kind() == TokenKind::Question {
            "put parentheses around the inner `a ? b : c`"
        } else {
            "write `condition ? a : b`"
        };
        self.fault(
            found
                .label(Span::at(then.span.end), "a `:` is expected here")
                .help(help),
        )
    }
}
