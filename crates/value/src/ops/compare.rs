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

/// Orders two numbers of any types by what they are exactly worth.
pub(super) fn compare_numbers(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    let whole = |v: &Value| match v {
        Value::Int(i) => Some(i128::from(*i)),
        Value::Uint(u) => Some(i128::from(*u)),
        _ => None,
    };
    match (a, b) {
        (Value::Double(a), Value::Double(b)) => Some(a.partial_cmp(b)),
        (Value::Double(d), other) => {
            Some(compare_with_double(whole(other)?, *d).map(Ordering::reverse))
        }
        (other, Value::Double(d)) => Some(compare_with_double(whole(other)?, *d)),
        _ => Some(Some(whole(a)?.cmp(&whole(b)?))),
    }
}

/// Orders a whole number of at most 65 bits and a double, without rounding either.
fn compare_with_double(n: i128, d: f64) -> Option<Ordering> {
    if d.is_nan() {
        return None;
    }
    // 2^70: beyond every whole number here, infinities included.
    const FAR: f64 = 1_180_591_620_717_411_303_424.0;
    if d >= FAR {
        return Some(Ordering::Less);
    }
    if d <= -FAR {
        return Some(Ordering::Greater);
    }
    let floor = d.floor();
    // Exact: below 2^70 every floor fits.
    Some(n.cmp(&(floor as i128)).then(if d > floor {
        Ordering::Less
    } else {
        Ordering::Equal
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_exactly_across_types() {
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
        // 2^63 as a double is one more than the greatest int.
        assert_eq!(
            cmp(Value::Int(i64::MAX), Value::Double(9.223372036854775807e18)),
            Some(Ordering::Less)
        );
        assert_eq!(
            cmp(Value::Uint(u64::MAX), Value::Double(f64::INFINITY)),
            Some(Ordering::Less)
        );
        assert_eq!(cmp(Value::Double(f64::NAN), Value::Int(1)), None);
        assert_eq!(compare(&Value::Int(1), &Value::from("a")), None);
    }
}
