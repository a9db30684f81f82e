//! `+ - * / %`.

use super::{BinaryOp, no_overload};
use crate::fault::Fault;
use crate::secret::{Secret, Segment};
use crate::{List, Str, Value, limits};

fn overflow(a: impl std::fmt::Display, op: &str, b: impl std::fmt::Display) -> Fault {
    Fault::expression(format!("integer overflow in `{a} {op} {b}`"))
}

fn overflow_uint(a: u64, op: &str, b: u64) -> Fault {
    Fault::expression(format!("integer overflow in `{a}u {op} {b}u`"))
}

fn time_range(op: &str) -> Fault {
    Fault::expression(format!(
        "the result of `{op}` is out of range: timestamps are of the years 1 to 9999, durations \
         span at most 292 years"
    ))
}

pub(super) fn add(a: &Value, b: &Value) -> Result<Value, Fault> {
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => x
            .checked_add(*y)
            .map(Value::Int)
            .ok_or_else(|| overflow(x, "+", y)),
        (Value::Uint(x), Value::Uint(y)) => x
            .checked_add(*y)
            .map(Value::Uint)
            .ok_or_else(|| overflow_uint(*x, "+", *y)),
        (Value::Double(x), Value::Double(y)) => Ok(Value::Double(x + y)),
        (Value::String(x), Value::String(y)) => concat_text(x, y),
        (Value::Bytes(x), Value::Bytes(y)) => {
            limits::check_text(x.len() + y.len())?;
            Ok(Value::bytes([x.as_ref(), y.as_ref()].concat()))
        }
        (Value::List(x), Value::List(y)) => concat_lists(x, y),
        (Value::Timestamp(t), Value::Duration(d)) | (Value::Duration(d), Value::Timestamp(t)) => t
            .checked_add(*d)
            .map(Value::Timestamp)
            .ok_or_else(|| time_range("+")),
        (Value::Duration(x), Value::Duration(y)) => x
            .checked_add(*y)
            .map(Value::Duration)
            .ok_or_else(|| time_range("+")),
        (Value::Secret(_), Value::Secret(_) | Value::String(_))
        | (Value::String(_), Value::Secret(_)) => concat_sealed(a, b),
        _ => Err(no_overload(BinaryOp::Add, a, b)),
    }
}

fn concat_text(x: &Str, y: &Str) -> Result<Value, Fault> {
    if x.is_empty() {
        return Ok(Value::String(y.clone()));
    }
    if y.is_empty() {
        return Ok(Value::String(x.clone()));
    }
    limits::check_text(x.len() + y.len())?;
    Ok(Value::string([x.as_str(), y.as_str()].concat()))
}

fn concat_lists(x: &List, y: &List) -> Result<Value, Fault> {
    if y.is_empty() {
        return Ok(Value::List(x.clone()));
    }
    if x.is_empty() {
        return Ok(Value::List(y.clone()));
    }
    limits::check_len(x.len() + y.len())?;
    limits::check_size(x.size().saturating_add(y.size()))?;
    Value::list([x.as_slice(), y.as_slice()].concat())
}

fn concat_sealed(a: &Value, b: &Value) -> Result<Value, Fault> {
    let pieces = |v: &Value| match v {
        Value::Secret(s) => s.segments().to_vec(),
        Value::String(s) => vec![Segment::Text(s.clone())],
        _ => Vec::new(),
    };
    Secret::from_segments(pieces(a).into_iter().chain(pieces(b))).map(Value::Secret)
}

pub(super) fn sub(a: &Value, b: &Value) -> Result<Value, Fault> {
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => x
            .checked_sub(*y)
            .map(Value::Int)
            .ok_or_else(|| overflow(x, "-", y)),
        (Value::Uint(x), Value::Uint(y)) => x
            .checked_sub(*y)
            .map(Value::Uint)
            .ok_or_else(|| overflow_uint(*x, "-", *y)),
        (Value::Double(x), Value::Double(y)) => Ok(Value::Double(x - y)),
        (Value::Timestamp(x), Value::Timestamp(y)) => x
            .checked_since(*y)
            .map(Value::Duration)
            .ok_or_else(|| time_range("-")),
        (Value::Timestamp(t), Value::Duration(d)) => t
            .checked_sub(*d)
            .map(Value::Timestamp)
            .ok_or_else(|| time_range("-")),
        (Value::Duration(x), Value::Duration(y)) => x
            .checked_sub(*y)
            .map(Value::Duration)
            .ok_or_else(|| time_range("-")),
        _ => Err(no_overload(BinaryOp::Sub, a, b)),
    }
}

pub(super) fn mul(a: &Value, b: &Value) -> Result<Value, Fault> {
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => x
            .checked_mul(*y)
            .map(Value::Int)
            .ok_or_else(|| overflow(x, "*", y)),
        (Value::Uint(x), Value::Uint(y)) => x
            .checked_mul(*y)
            .map(Value::Uint)
            .ok_or_else(|| overflow_uint(*x, "*", *y)),
        (Value::Double(x), Value::Double(y)) => Ok(Value::Double(x * y)),
        _ => Err(no_overload(BinaryOp::Mul, a, b)),
    }
}

pub(super) fn div(a: &Value, b: &Value) -> Result<Value, Fault> {
    match (a, b) {
        (Value::Int(_), Value::Int(0)) | (Value::Uint(_), Value::Uint(0)) => {
            Err(Fault::expression("divide by zero"))
        }
        (Value::Int(x), Value::Int(y)) => x
            .checked_div(*y)
            .map(Value::Int)
            .ok_or_else(|| overflow(x, "/", y)),
        (Value::Uint(x), Value::Uint(y)) => x
            .checked_div(*y)
            .map(Value::Uint)
            .ok_or_else(|| overflow_uint(*x, "/", *y)),
        (Value::Double(x), Value::Double(y)) => Ok(Value::Double(x / y)),
        _ => Err(no_overload(BinaryOp::Div, a, b)),
    }
}

pub(super) fn rem(a: &Value, b: &Value) -> Result<Value, Fault> {
    match (a, b) {
        (Value::Int(_), Value::Int(0)) | (Value::Uint(_), Value::Uint(0)) => {
            Err(Fault::expression("modulus by zero"))
        }
        (Value::Int(x), Value::Int(y)) => x
            .checked_rem(*y)
            .map(Value::Int)
            .ok_or_else(|| overflow(x, "%", y)),
        (Value::Uint(x), Value::Uint(y)) => x
            .checked_rem(*y)
            .map(Value::Uint)
            .ok_or_else(|| overflow_uint(*x, "%", *y)),
        _ => Err(no_overload(BinaryOp::Mod, a, b)),
    }
}
