//! Conditions whose outcome is known as they are written.

use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Exprs, UnaryOp};
use wfc_value::ty::{Literal, Type};
use wfc_value::{Value, ops};

use crate::analysis::constant::constant;
use crate::analysis::{BindingKind, Ref};
use crate::rules::RuleContext;

/// What the condition always is, if that can be seen: constants, values that their types or the conditions around leave
/// one choice, and what `&&`, `||`, `!` and comparisons make of them. Nesting is capped by the parsers.
pub(crate) fn truth(cx: &RuleContext<'_>, id: ExprId) -> Option<bool> {
    known(cx, id).map(|(holds, _)| holds)
}

/// The same, with the expression whose type tells it and the value that it always has, when a type does.
pub(crate) fn known(cx: &RuleContext<'_>, id: ExprId) -> Option<(bool, Option<Told>)> {
    let exprs = &cx.ast.exprs;
    if let Some(holds) = truth_of(exprs, id) {
        return Some((holds, None));
    }
    match exprs.kind(id) {
        ExprKind::Unary {
            op: UnaryOp::Not,
            arg,
        } => known(cx, *arg).map(|(holds, why)| (!holds, why)),
        ExprKind::Binary {
            op: op @ (BinaryOp::And | BinaryOp::Or),
            left,
            right,
            ..
        } => {
            let decides = *op == BinaryOp::Or;
            match (known(cx, *left), known(cx, *right)) {
                (Some((l, why)), _) if l == decides => Some((l, why)),
                (_, Some((r, why))) if r == decides => Some((r, why)),
                (Some((l, why)), Some((_, other))) => Some((l, why.or(other))),
                _ => None,
            }
        }
        ExprKind::Binary {
            op: op @ (BinaryOp::Eq | BinaryOp::Ne),
            left,
            right,
            ..
        } => {
            let equal = equal(cx, *left, *right).or_else(|| equal(cx, *right, *left))?;
            Some((equal == (*op == BinaryOp::Eq), Some((*left, equal))))
        }
        ExprKind::Ident { .. } | ExprKind::Select { .. } if !is_assigned(cx, id) => {
            match cx.analysis.types.get(id.index()) {
                Some(Type::Literal(Literal::Bool(b))) => Some((*b, Some((id, true)))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// An expression that a type tells of, and whether it is what it is compared with.
pub(crate) type Told = (ExprId, bool);

/// Whether a value is always, or never, the constant that it is compared with, as its type says at this place. What
/// never equals anything it could be is a finding of its own.
fn equal(cx: &RuleContext<'_>, one: ExprId, other: ExprId) -> Option<bool> {
    let exprs = &cx.ast.exprs;
    let named = matches!(
        exprs.kind(one),
        ExprKind::Ident { .. } | ExprKind::Select { .. }
    );
    if !named || is_assigned(cx, one) {
        return None;
    }
    let ty = cx.analysis.types.get(one.index())?;
    match (constant(exprs, other)?, ty) {
        (Value::Null, Type::Null) => Some(true),
        (value, Type::Literal(literal)) if Literal::of(&value).as_ref() == Some(literal) => {
            Some(true)
        }
        _ => None,
    }
}

/// Whether a value comes from a variable. What was assigned to one may be there to be changed, as a switch for whoever
/// edits the file: that it is known is no fault.
fn is_assigned(cx: &RuleContext<'_>, mut id: ExprId) -> bool {
    while let ExprKind::Select { of, .. } = cx.ast.exprs.kind(id) {
        if cx.analysis.refs.contains_key(&id) {
            break;
        }
        id = *of;
    }
    let Some(Ref::Binding(b)) = cx.analysis.refs.get(&id) else {
        return false;
    };
    let binding = cx.analysis.bindings.get(b.0 as usize);
    binding.is_none_or(|b| {
        !b.writes.is_empty() || matches!(b.kind, BindingKind::Variable(_) | BindingKind::Set(_))
    })
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
