//! CEL's ordering.

use std::cmp::Ordering;

use crate::Value;

/// Orders two values. `None`: their types have no order. `Some(None)`: one of them is NaN.
#[must_use]
pub fn compare(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    Some(Some(match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        _ => return compare_numbers(a, b),
    }))
}

/// Orders two numbers of any types. Whole numbers compare exactly; with a double they compare as
/// doubles, as the standard's tests have it (the greatest `int` equals 2^63 so).
pub(super) fn compare_numbers(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    let whole = |v: &Value| match v {
        Value::Int(i) => Some(i128::from(*i)),
        Value::Uint(u) => Some(i128::from(*u)),
        _ => None,
    };
    match (a, b) {
        (Value::Double(x), Value::Double(y)) => Some(x.partial_cmp(y)),
        (Value::Double(x), y) => Some(x.partial_cmp(&(whole(y)? as f64))),
        (x, Value::Double(y)) => Some((whole(x)? as f64).partial_cmp(y)),
        _ => Some(Some(whole(a)?.cmp(&whole(b)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_across_types() {
        let cmp = |a: Value, b: Value| compare(&a, &b).flatten();
        assert_eq!(cmp(Value::Int(1), Value::Uint(1)), Some(Ordering::Equal));
        assert_eq!(
            cmp(Value::Int(-1), Value::Uint(u64::MAX)),
            Some(Ordering::Less)
        );
        assert_eq!(cmp(Value::Int(1), Value::Double(1.5)), Some(Ordering::Less));
        assert_eq!(
            cmp(Value::Int(-1), Value::Double(-1.5)),
            Some(Ordering::Greater)
        );
        // 2^53 + 1 is no double; against an uint it is exact.
        assert_eq!(
            cmp(Value::Int((1 << 53) + 1), Value::Uint(1 << 53)),
            Some(Ordering::Greater)
        );
        assert_eq!(
            cmp(
                Value::Int(i64::MAX),
                Value::Double(9_223_372_036_854_775_808.0)
            ),
            Some(Ordering::Equal)
        );
        assert_eq!(
            cmp(Value::Uint(u64::MAX), Value::Double(f64::INFINITY)),
            Some(Ordering::Less)
        );
        assert_eq!(cmp(Value::Double(f64::NAN), Value::Int(1)), None);
        assert_eq!(compare(&Value::Int(1), &Value::from("a")), None);
    }
}
