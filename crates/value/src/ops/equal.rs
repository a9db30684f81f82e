//! CEL's equality.

use std::cmp::Ordering;

use super::compare::compare_numbers;
use crate::fault::Fault;
use crate::{Map, Value};

/// The whole number that a double is, exactly; nothing when it has decimals, is not finite or
/// is far beyond 64 bits.
#[must_use]
pub fn double_as_integer(d: f64) -> Option<i128> {
    // 2^100 is far outside of 64 bits and well inside of 128.
    if d.is_finite() && d.trunc() == d && d.abs() < 1.2e30 {
        Some(d as i128)
    } else {
        None
    }
}

/// The language's `==`: numbers by what they are worth, other values of different types are
/// different, NaN differs from itself, containers by their items. Secrets equal nothing.
#[must_use]
pub fn equals(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Timestamp(a), Value::Timestamp(b)) => a == b,
        (Value::Duration(a), Value::Duration(b)) => a == b,
        (Value::Type(a), Value::Type(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(x, y)| equals(x, y))
        }
        (Value::Map(a), Value::Map(b)) => maps_equal(a, b),
        (Value::Optional(None), Value::Optional(None)) => true,
        (Value::Optional(Some(a)), Value::Optional(Some(b))) => equals(a, b),
        _ => compare_numbers(a, b) == Some(Some(Ordering::Equal)),
    }
}

fn maps_equal(a: &Map, b: &Map) -> bool {
    a.len() == b.len()
        && a.iter()
            .all(|(key, value)| b.get(key).is_some_and(|other| equals(value, other)))
}

/// `==` as an operator: comparing with a secret is a fault, so that no answer tells of its text.
pub(super) fn eq(a: &Value, b: &Value) -> Result<bool, Fault> {
    if matches!(a, Value::Secret(_)) || matches!(b, Value::Secret(_)) {
        return Err(Fault::expression(
            "a secret cannot be compared: its text is not known here",
        ));
    }
    Ok(equals(a, b))
}
