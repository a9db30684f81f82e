//! `math.*`.

use std::cmp::Ordering;

use super::{CallCtx, Outcome};
use crate::Value;
use crate::fault::Fault;
use crate::ops::compare;

fn is_number(v: &Value) -> bool {
    matches!(v, Value::Int(_) | Value::Uint(_) | Value::Double(_))
}

/// The first number that is `wanted` compared with every other.
fn extreme(args: &[Value], name: &str, wanted: Ordering) -> Outcome {
    let numbers = match args {
        [Value::List(list)] => list.as_slice(),
        _ => args,
    };
    if !numbers.iter().all(is_number) {
        return Ok(None);
    }
    let mut numbers = numbers.iter();
    let Some(mut best) = numbers.next() else {
        return match args {
            [] => Ok(None),
            _ => Err(Fault::expression(format!("`{name}` of an empty list"))),
        };
    };
    for n in numbers {
        if compare(n, best).flatten() == Some(wanted) {
            best = n;
        }
    }
    Ok(Some(best.clone()))
}

pub(super) fn greatest(args: &[Value], _: &CallCtx) -> Outcome {
    extreme(args, "math.greatest", Ordering::Greater)
}

pub(super) fn least(args: &[Value], _: &CallCtx) -> Outcome {
    extreme(args, "math.least", Ordering::Less)
}

fn on_double(args: &[Value], f: fn(f64) -> f64) -> Outcome {
    Ok(match args {
        [Value::Double(d)] => Some(Value::Double(f(*d))),
        _ => None,
    })
}

fn test_double(args: &[Value], f: fn(f64) -> bool) -> Outcome {
    Ok(match args {
        [Value::Double(d)] => Some(Value::Bool(f(*d))),
        _ => None,
    })
}

pub(super) fn ceil(args: &[Value], _: &CallCtx) -> Outcome {
    on_double(args, f64::ceil)
}

pub(super) fn floor(args: &[Value], _: &CallCtx) -> Outcome {
    on_double(args, f64::floor)
}

pub(super) fn round(args: &[Value], _: &CallCtx) -> Outcome {
    on_double(args, f64::round)
}

pub(super) fn trunc(args: &[Value], _: &CallCtx) -> Outcome {
    on_double(args, f64::trunc)
}

pub(super) fn is_nan(args: &[Value], _: &CallCtx) -> Outcome {
    test_double(args, f64::is_nan)
}

pub(super) fn is_inf(args: &[Value], _: &CallCtx) -> Outcome {
    test_double(args, f64::is_infinite)
}

pub(super) fn is_finite(args: &[Value], _: &CallCtx) -> Outcome {
    test_double(args, f64::is_finite)
}

pub(super) fn sqrt(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(Some(Value::Double(match args {
        [Value::Double(d)] => d.sqrt(),
        [Value::Int(i)] => (*i as f64).sqrt(),
        [Value::Uint(u)] => (*u as f64).sqrt(),
        _ => return Ok(None),
    })))
}

pub(super) fn abs(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(Some(match args {
        [Value::Double(d)] => Value::Double(d.abs()),
        [Value::Uint(u)] => Value::Uint(*u),
        [Value::Int(i)] => Value::Int(
            i.checked_abs()
                .ok_or_else(|| Fault::expression(format!("integer overflow in `math.abs({i})`")))?,
        ),
        _ => return Ok(None),
    }))
}

pub(super) fn sign(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(Some(match args {
        [Value::Double(d)] if *d == 0.0 || d.is_nan() => Value::Double(*d),
        [Value::Double(d)] => Value::Double(d.signum()),
        [Value::Uint(u)] => Value::Uint(u64::from(*u > 0)),
        [Value::Int(i)] => Value::Int(i.signum()),
        _ => return Ok(None),
    }))
}

fn bits(args: &[Value], on_int: fn(i64, i64) -> i64, on_uint: fn(u64, u64) -> u64) -> Outcome {
    Ok(match args {
        [Value::Int(a), Value::Int(b)] => Some(Value::Int(on_int(*a, *b))),
        [Value::Uint(a), Value::Uint(b)] => Some(Value::Uint(on_uint(*a, *b))),
        _ => None,
    })
}

pub(super) fn bit_and(args: &[Value], _: &CallCtx) -> Outcome {
    bits(args, |a, b| a & b, |a, b| a & b)
}

pub(super) fn bit_or(args: &[Value], _: &CallCtx) -> Outcome {
    bits(args, |a, b| a | b, |a, b| a | b)
}

pub(super) fn bit_xor(args: &[Value], _: &CallCtx) -> Outcome {
    bits(args, |a, b| a ^ b, |a, b| a ^ b)
}

pub(super) fn bit_not(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(match args {
        [Value::Int(a)] => Some(Value::Int(!a)),
        [Value::Uint(a)] => Some(Value::Uint(!a)),
        _ => None,
    })
}

/// Shifts the bits, sign bit included; all of them are gone from 64 on.
fn shift(args: &[Value], f: fn(u64, u32) -> Option<u64>) -> Outcome {
    let (bits, by) = match args {
        [Value::Int(a), Value::Int(by)] => (a.cast_unsigned(), *by),
        [Value::Uint(a), Value::Int(by)] => (*a, *by),
        _ => return Ok(None),
    };
    let Ok(by) = u64::try_from(by) else {
        return Err(Fault::expression(format!(
            "a shift by a negative offset: `{by}`"
        )));
    };
    let shifted = f(bits, u32::try_from(by).unwrap_or(u32::MAX)).unwrap_or(0);
    Ok(Some(match args {
        [Value::Int(_), _] => Value::Int(shifted.cast_signed()),
        _ => Value::Uint(shifted),
    }))
}

pub(super) fn shift_left(args: &[Value], _: &CallCtx) -> Outcome {
    shift(args, u64::checked_shl)
}

pub(super) fn shift_right(args: &[Value], _: &CallCtx) -> Outcome {
    shift(args, u64::checked_shr)
}
