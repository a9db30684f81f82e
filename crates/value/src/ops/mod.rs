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
        _ => {
            refuse_secrets(op.symbol(), &[a])?;
            Err(Fault::no_overload(format_args!(
                "{}{}",
                op.symbol(),
                a.type_name()
            )))
        }
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
            None => Err(no_overload(op, a, b)),
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

/// No values of these types go with the operator.
fn no_overload(op: BinaryOp, a: &Value, b: &Value) -> Fault {
    if let Err(fault) = refuse_secrets(op.symbol(), &[a, b]) {
        return fault;
    }
    let (a, b) = (a.type_name(), b.type_name());
    match op {
        BinaryOp::Index => Fault::no_overload(format_args!("{a}[{b}]")),
        _ => Fault::no_overload(format_args!("{a} {} {b}", op.symbol())),
    }
}

/// A secret's text is not known here, so nothing can be made of it but a longer sealed text.
fn refuse_secrets(what: &str, values: &[&Value]) -> Result<(), Fault> {
    if values.iter().any(|v| matches!(v, Value::Secret(_))) {
        return Err(Fault::expression(format!(
            "`{what}` cannot be used on a secret: its text is not known here"
        )));
    }
    Ok(())
}

/// Units of data that are copied or compared for the price of one operation.
const PER_COST: u64 = 64;

/// The cost of `a + b` on texts of so many bytes.
#[must_use]
pub fn concat_cost(a: usize, b: usize) -> u64 {
    1 + (a as u64 + b as u64 + 2) / PER_COST
}

/// The cost of an operator on these operands, in the units of [`crate::funcs::Meter`]: one, and
/// more where the work grows with the operands.
#[must_use]
pub fn binary_cost(op: BinaryOp, a: &Value, b: &Value) -> u64 {
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
            Value::List(list) => return in_cost(a.size(), list.len()),
            _ => 0,
        },
        _ => 0,
    }
}

/// The cost of looking for a value of this size in a list.
#[must_use]
pub fn in_cost(size: u64, list: usize) -> u64 {
    let each = 1 + size / PER_COST;
    1 + (list as u64).saturating_mul(each) / 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use crate::{FaultClass, Timestamp};

    fn run(op: BinaryOp, a: impl Into<Value>, b: impl Into<Value>) -> Result<Value, Fault> {
        binary(op, &a.into(), &b.into())
    }

    fn message(result: Result<Value, Fault>) -> String {
        result.unwrap_err().message
    }

    #[test]
    fn faults_say_what_was_tried() {
        assert_eq!(
            message(run(BinaryOp::Lt, "a", 1_i64)),
            "no such overload: `string < int`"
        );
        assert_eq!(
            message(run(BinaryOp::Add, 1_i64, 1_u64)),
            "no such overload: `int + uint`"
        );
        assert_eq!(message(run(BinaryOp::Div, 1_i64, 0_i64)), "divide by zero");
        assert_eq!(message(run(BinaryOp::Mod, 1_u64, 0_u64)), "modulus by zero");
        assert_eq!(
            message(run(BinaryOp::Sub, 0_u64, 1_u64)),
            "integer overflow in `0u - 1u`"
        );
        assert_eq!(
            message(unary(UnaryOp::Neg, &Value::Int(i64::MIN))),
            "integer overflow in `-(-9223372036854775808)`"
        );
        assert_eq!(
            message(unary(UnaryOp::Not, &Value::Int(1))),
            "no such overload: `!int`"
        );
        let map = parse(r#"{"a":1}"#).unwrap();
        assert_eq!(message(select(&map, "b")), "no such key: `b`");
        assert_eq!(
            message(select(&Value::Int(1), "b")),
            "no such field: `b` cannot be read from an int"
        );
        assert_eq!(
            message(run(BinaryOp::Index, map, "x")),
            "no such key: `\"x\"`"
        );
        let list = parse("[1]").unwrap();
        assert_eq!(
            message(run(BinaryOp::Index, list.clone(), -1_i64)),
            "index out of bounds: `-1` in a list of 1 item"
        );
        assert_eq!(run(BinaryOp::Index, list, 0_u64), Ok(Value::Int(1)));
    }

    #[test]
    fn nan_equals_and_orders_with_nothing() {
        for op in [BinaryOp::Eq, BinaryOp::Lt, BinaryOp::Ge] {
            assert_eq!(run(op, f64::NAN, f64::NAN), Ok(Value::Bool(false)));
            assert_eq!(run(op, 1_i64, f64::NAN), Ok(Value::Bool(false)));
        }
        assert_eq!(run(BinaryOp::Ne, f64::NAN, f64::NAN), Ok(Value::Bool(true)));
        let list = Value::list(vec![f64::NAN.into()]).unwrap();
        assert_eq!(
            run(BinaryOp::Eq, list.clone(), list),
            Ok(Value::Bool(false))
        );
    }

    #[test]
    fn secrets_grow_but_tell_nothing() {
        let key = Value::secret("key");
        let Ok(Value::Secret(sealed)) = run(BinaryOp::Add, "Bearer ", key.clone()) else {
            panic!("not sealed")
        };
        assert_eq!(sealed.resolve(|_| Some("k".into())).unwrap(), "Bearer k");
        for op in [BinaryOp::Eq, BinaryOp::Ne, BinaryOp::Lt, BinaryOp::Sub] {
            assert!(
                message(run(op, key.clone(), "k")).contains("secret"),
                "{op:?}"
            );
        }
        let list = Value::list(vec![key]).unwrap();
        assert!(run(BinaryOp::In, "k", list).is_err());
    }

    #[test]
    fn times_add_up_and_keep_to_their_range() {
        let t = Timestamp::parse("2024-02-28T00:00:00Z").unwrap();
        let day = crate::Duration::from_secs(86_400);
        let sum = run(BinaryOp::Add, day, t).unwrap();
        assert_eq!(run(BinaryOp::Sub, sum, t), Ok(Value::Duration(day)));
        assert!(message(run(BinaryOp::Add, Timestamp::MAX, day)).contains("out of range"));
        let longest = crate::Duration::from_nanos(i64::MAX);
        assert!(run(BinaryOp::Add, longest, day).is_err());
        assert!(run(BinaryOp::Mul, day, 2_i64).is_err());
    }

    #[test]
    fn results_that_are_too_large_are_limits() {
        let long = Value::from("a".repeat(10 << 20));
        let fault = binary(BinaryOp::Add, &long, &long).unwrap_err();
        assert_eq!(fault.class, FaultClass::Limit);
    }
}
