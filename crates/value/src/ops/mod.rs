//! What operators do: CEL's exact semantics, called by folding and by the machine alike.

mod arith;
mod compare;
mod equal;
mod select;

pub use compare::compare;
pub use equal::{double_as_integer, equals};
pub use select::{contains, has_field, index, opt_index, opt_select, select};

use crate::Value;
use crate::fault::Fault;

/// An operator of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `!a`
    Not,
    /// `-a`
    Neg,
}

/// An operator of two operands that always evaluates both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// `a % b`
    Mod,
    /// `a == b`
    Eq,
    /// `a != b`
    Ne,
    /// `a < b`
    Lt,
    /// `a <= b`
    Le,
    /// `a > b`
    Gt,
    /// `a >= b`
    Ge,
    /// `a in b`
    In,
    /// `a[b]`
    Index,
}

impl UnaryOp {
    /// Every operator, in a stable order that codecs number by.
    pub const ALL: &'static [UnaryOp] = &[UnaryOp::Not, UnaryOp::Neg];

    /// How it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            UnaryOp::Not => "!",
            UnaryOp::Neg => "-",
        }
    }

    /// CEL's name of the operator's function.
    #[must_use]
    pub fn function(self) -> &'static str {
        match self {
            UnaryOp::Not => "!_",
            UnaryOp::Neg => "-_",
        }
    }
}

impl BinaryOp {
    /// Every operator, in a stable order that codecs number by.
    pub const ALL: &'static [BinaryOp] = &[
        BinaryOp::Add,
        BinaryOp::Sub,
        BinaryOp::Mul,
        BinaryOp::Div,
        BinaryOp::Mod,
        BinaryOp::Eq,
        BinaryOp::Ne,
        BinaryOp::Lt,
        BinaryOp::Le,
        BinaryOp::Gt,
        BinaryOp::Ge,
        BinaryOp::In,
        BinaryOp::Index,
    ];

    /// How it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::In => "in",
            BinaryOp::Index => "[]",
        }
    }

    /// CEL's name of the operator's function.
    #[must_use]
    pub fn function(self) -> &'static str {
        match self {
            BinaryOp::Add => "_+_",
            BinaryOp::Sub => "_-_",
            BinaryOp::Mul => "_*_",
            BinaryOp::Div => "_/_",
            BinaryOp::Mod => "_%_",
            BinaryOp::Eq => "_==_",
            BinaryOp::Ne => "_!=_",
            BinaryOp::Lt => "_<_",
            BinaryOp::Le => "_<=_",
            BinaryOp::Gt => "_>_",
            BinaryOp::Ge => "_>=_",
            BinaryOp::In => "@in",
            BinaryOp::Index => "_[_]",
        }
    }
}

/// Applies an operator of one operand.
///
/// # Errors
/// `expression_error` when the operand's type has no such operator, or on overflow.
pub fn unary(op: UnaryOp, a: &Value) -> Result<Value, Fault> {
    match (op, a) {
        (UnaryOp::Not, Value::Bool(b)) => Ok(Value::Bool(!b)),
        (UnaryOp::Neg, Value::Int(i)) => i
            .checked_neg()
            .map(Value::Int)
            .ok_or_else(|| Fault::expression(format!("integer overflow in `-({i})`"))),
        (UnaryOp::Neg, Value::Double(d)) => Ok(Value::Double(-d)),
        // Not part of CEL's standard library, but harmless and asked for: `-duration`.
        _ => Err(Fault::no_overload(op.function(), &[a])),
    }
}

/// Applies an operator of two operands.
///
/// # Errors
/// `expression_error` when the operands' types have no such operator, on overflow, division by
/// zero, a key that is not there or an index out of range; `limit_exceeded` when the result
/// would be too large.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, Fault> {
    use std::cmp::Ordering;
    let ordered = |test: fn(Ordering) -> bool| -> Result<Value, Fault> {
        match compare(a, b) {
            // Unordered: one of them is NaN.
            Some(None) => Ok(Value::Bool(false)),
            Some(Some(ordering)) => Ok(Value::Bool(test(ordering))),
            None => Err(Fault::no_overload(op.function(), &[a, b])),
        }
    };
    match op {
        BinaryOp::Add => arith::add(a, b),
        BinaryOp::Sub => arith::sub(a, b),
        BinaryOp::Mul => arith::mul(a, b),
        BinaryOp::Div => arith::div(a, b),
        BinaryOp::Mod => arith::rem(a, b),
        BinaryOp::Eq => equal::eq(a, b).map(Value::Bool),
        BinaryOp::Ne => equal::eq(a, b).map(|e| Value::Bool(!e)),
        BinaryOp::Lt => ordered(Ordering::is_lt),
        BinaryOp::Le => ordered(Ordering::is_le),
        BinaryOp::Gt => ordered(Ordering::is_gt),
        BinaryOp::Ge => ordered(Ordering::is_ge),
        BinaryOp::In => contains(a, b).map(Value::Bool),
        BinaryOp::Index => index(a, b),
    }
}

/// The cost of an operator on these operands, in the units of [`crate::funcs::Meter`]: one, and
/// more where the work grows with the operands.
#[must_use]
pub fn binary_cost(op: BinaryOp, a: &Value, b: &Value) -> u64 {
    /// Units of data that are copied or compared for the price of one operation.
    const PER_COST: u64 = 64;
    1 + match op {
        BinaryOp::Add => match (a, b) {
            (Value::List(x), Value::List(y)) => (x.len() as u64 + y.len() as u64) / 8,
            (
                Value::Null | Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_),
                _,
            ) => 0,
            _ => (a.size() + b.size()) / PER_COST,
        },
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
            a.size().min(b.size()) / PER_COST
        }
        BinaryOp::In => match b {
            Value::List(list) => {
                let each = 1 + a.size() / PER_COST;
                (list.len() as u64).saturating_mul(each) / 4
            }
            _ => 0,
        },
        _ => 0,
    }
}
