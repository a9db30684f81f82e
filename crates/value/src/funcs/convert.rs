//! Conversions between types, and values as text.

use super::{CallCtx, Outcome};
use crate::fault::Fault;
use crate::text::shortened;
use crate::time::{Duration, Timestamp};
use crate::{Str, Value};

/// 2^63 and 2^64, the first doubles beyond `int` and `uint`.
const INT_END: f64 = 9_223_372_036_854_775_808.0;
const UINT_END: f64 = 18_446_744_073_709_551_616.0;

fn range(value: &Value, to: &str) -> Fault {
    Fault::expression(format!(
        "range error: `{}` does not fit into {to}",
        crate::json::format(value)
    ))
}

fn unreadable(text: &str, to: &str) -> Fault {
    Fault::expression(format!(
        "type conversion error: the string {} is no {to}",
        crate::json::quoted(&shortened(text, 60))
    ))
}

pub(super) fn to_bool(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(Some(match args {
        [Value::Bool(b)] => Value::Bool(*b),
        [Value::String(s)] => Value::Bool(match s.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => true,
            "0" | "f" | "F" | "false" | "FALSE" | "False" => false,
            _ => return Err(unreadable(s, "bool")),
        }),
        _ => return Ok(None),
    }))
}

pub(super) fn to_int(args: &[Value], _: &CallCtx) -> Outcome {
    let [value] = args else { return Ok(None) };
    Ok(Some(match value {
        Value::Int(i) => Value::Int(*i),
        Value::Uint(u) => Value::Int(i64::try_from(*u).map_err(|_| range(value, "int"))?),
        // The standard leaves out -2^63 itself, since a rounded double may stand for less.
        Value::Double(d) if *d > -INT_END && *d < INT_END => Value::Int(*d as i64),
        Value::Double(_) => return Err(range(value, "int")),
        Value::String(s) => Value::Int(s.parse().map_err(|_| unreadable(s, "int"))?),
        Value::Timestamp(t) => Value::Int(t.secs()),
        _ => return Ok(None),
    }))
}

pub(super) fn to_uint(args: &[Value], _: &CallCtx) -> Outcome {
    let [value] = args else { return Ok(None) };
    Ok(Some(match value {
        Value::Uint(u) => Value::Uint(*u),
        Value::Int(i) => Value::Uint(u64::try_from(*i).map_err(|_| range(value, "uint"))?),
        Value::Double(d) if *d >= 0.0 && *d < UINT_END => Value::Uint(*d as u64),
        Value::Double(_) => return Err(range(value, "uint")),
        Value::String(s) if !s.starts_with('+') => {
            Value::Uint(s.parse().map_err(|_| unreadable(s, "uint"))?)
        }
        Value::String(s) => return Err(unreadable(s, "uint")),
        _ => return Ok(None),
    }))
}

pub(super) fn to_double(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(Some(match args {
        [Value::Double(d)] => Value::Double(*d),
        [Value::Int(i)] => Value::Double(*i as f64),
        [Value::Uint(u)] => Value::Double(*u as f64),
        [value @ Value::String(s)] => {
            let d: f64 = s.parse().map_err(|_| unreadable(s, "double"))?;
            if d.is_infinite() && s.bytes().any(|b| b.is_ascii_digit()) {
                return Err(range(value, "double"));
            }
            Value::Double(d)
        }
        _ => return Ok(None),
    }))
}

pub(super) fn to_string(args: &[Value], _: &CallCtx) -> Outcome {
    match args {
        [secret @ Value::Secret(_)] => Ok(Some(secret.clone())),
        [value] => Ok(text_of(value)?.map(Value::String)),
        _ => Ok(None),
    }
}

/// The text that `string(x)` gives; nothing for values that it does not take.
///
/// # Errors
/// `expression_error` for bytes that are not UTF-8.
pub fn text_of(value: &Value) -> Result<Option<Str>, Fault> {
    Ok(Some(match value {
        Value::String(s) => s.clone(),
        Value::Bool(b) => Str::from(if *b { "true" } else { "false" }),
        Value::Int(i) => Str::from(itoa::Buffer::new().format(*i)),
        Value::Uint(u) => Str::from(itoa::Buffer::new().format(*u)),
        Value::Double(d) => Str::from(double_text(*d)),
        Value::Bytes(b) => Str::from(
            std::str::from_utf8(b)
                .map_err(|_| Fault::expression("invalid UTF-8 in bytes, so they are no string"))?,
        ),
        Value::Timestamp(t) => Str::from(t.to_string()),
        Value::Duration(d) => Str::from(d.to_string()),
        _ => return Ok(None),
    }))
}

/// Adds an `int` as text.
pub fn push_int(n: i64, to: &mut String) {
    to.push_str(itoa::Buffer::new().format(n));
}

/// A double as text: the shortest digits that read back, whole numbers without a point, an
/// exponent from 1e21 and below 1e-6. The form is ECMAScript's `Number::toString`.
#[must_use]
pub fn double_text(d: f64) -> String {
    if d.is_nan() {
        return "NaN".to_owned();
    }
    if d.is_infinite() {
        return if d > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let abs = d.abs();
    if d == 0.0 || (1e-6..1e21).contains(&abs) {
        return format!("{d}");
    }
    let text = format!("{d:e}");
    // The standard library leaves out the plus of a positive exponent.
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

pub(super) fn to_bytes(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(Some(match args {
        [Value::Bytes(b)] => Value::Bytes(b.clone()),
        [Value::String(s)] => Value::bytes(s.as_bytes()),
        _ => return Ok(None),
    }))
}

pub(super) fn to_timestamp(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(Some(match args {
        [Value::Timestamp(t)] => Value::Timestamp(*t),
        [value @ Value::Int(i)] => {
            Value::Timestamp(Timestamp::new(*i, 0).ok_or_else(|| range(value, "timestamp"))?)
        }
        [Value::String(s)] => {
            Value::Timestamp(Timestamp::parse(s).map_err(|e| Fault::expression(e.message))?)
        }
        _ => return Ok(None),
    }))
}

pub(super) fn to_duration(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(Some(match args {
        [Value::Duration(d)] => Value::Duration(*d),
        [Value::String(s)] => {
            Value::Duration(Duration::parse(s).map_err(|e| Fault::expression(e.message))?)
        }
        _ => return Ok(None),
    }))
}

pub(super) fn to_dyn(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(match args {
        [value] => Some(value.clone()),
        _ => None,
    })
}

pub(super) fn type_of(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(match args {
        [Value::Type(_)] => Some(Value::Type(crate::TypeValue::new("type"))),
        [value] => Some(Value::Type(value.type_value())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_as_text() {
        for (d, text) in [
            (1.0, "1"),
            (-0.0, "-0"),
            (123.456, "123.456"),
            (1_234_567.5, "1234567.5"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (6.02214e23, "6.02214e+23"),
            (1.38e-23, "1.38e-23"),
            (0.000001, "0.000001"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(double_text(d), text);
        }
    }

    #[test]
    fn numbers_read_from_text() {
        let ctx = CallCtx::default();
        let double = |s: &str| to_double(&[s.into()], &ctx);
        assert_eq!(double("Infinity"), Ok(Some(Value::Double(f64::INFINITY))));
        assert!(double("1e400").is_err() && double("").is_err() && double(" 1").is_err());
        assert_eq!(to_int(&["-7".into()], &ctx), Ok(Some(Value::Int(-7))));
        assert!(to_int(&["0x10".into()], &ctx).is_err());
        assert!(to_uint(&["-1".into()], &ctx).is_err() && to_uint(&["+1".into()], &ctx).is_err());
        assert!(to_uint(&[Value::Double(f64::NAN)], &ctx).is_err());
    }
}
