//! Conditions whose outcome is known as they are written.

use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Exprs, UnaryOp};
use wfc_value::{Value, ops};

use crate::analysis::constant::constant;
use crate::rules::RuleContext;

/// What the condition always is, if that can be seen: constants, and what `&&`, `||`, `!` and comparisons make of them.
/// Nesting is capped by the parsers.
pub(crate) fn truth(cx: &RuleContext<'_>, id: ExprId) -> Option<bool> {
    truth_of(&cx.ast.exprs, id)
}

/// The same of an expression by itself.
pub(crate) fn truth_of(exprs: &Exprs, id: ExprId) -> Option<bool> {
    match exprs.kind(id) {
        ExprKind::Bool(b) => Some(*b),
        ExprKind::Unary {
            op: UnaryOp::Not,
            arg,
        } => truth_of(exprs, *arg).map(|b| !b),
        ExprKind::Binary {
            op: BinaryOp::And,
            left,
            right,
            ..
        } => match (truth_of(exprs, *left), truth_of(exprs, *right)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        ExprKind::Binary {
            op: BinaryOp::Or,
            left,
            right,
            ..
        } => match (truth_of(exprs, *left), truth_of(exprs, *right)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        ExprKind::Binary {
            op, left, right, ..
        } => {
            let op = kernel(*op)?;
            let (left, right) = (constant(exprs, *left)?, constant(exprs, *right)?);
            match ops::binary(op, &left, &right) {
                Ok(Value::Bool(b)) => Some(b),
                _ => None,
            }
        }
        _ => None,
    }
}

fn kernel(op: BinaryOp) -> Option<ops::BinaryOp> {
    Some(match op {
        BinaryOp::Eq => ops::BinaryOp::Eq,
        BinaryOp::Ne => ops::BinaryOp::Ne,
        BinaryOp::Lt => ops::BinaryOp::Lt,
        BinaryOp::Le => ops::BinaryOp::Le,
        BinaryOp::Gt => ops::BinaryOp::Gt,
        BinaryOp::Ge => ops::BinaryOp::Ge,
        BinaryOp::In => ops::BinaryOp::In,
        _ => return None,
    })
}
