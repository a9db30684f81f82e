//! Optionals.

use super::{CallCtx, Outcome};
use crate::Value;
use crate::fault::Fault;
use crate::time::{Duration, Timestamp};

pub(super) fn of(args: &[Value], _: &CallCtx) -> Outcome {
    match args {
        [value] => Value::some(value.clone()).map(Some),
        _ => Ok(None),
    }
}

pub(super) fn none(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(args.is_empty().then(Value::none))
}

pub(super) fn of_non_zero(args: &[Value], _: &CallCtx) -> Outcome {
    match args {
        [value] if is_zero(value) => Ok(Some(Value::none())),
        [value] => Value::some(value.clone()).map(Some),
        _ => Ok(None),
    }
}

/// Whether a value is what its type begins with: null, false, zero or empty.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(b) => !b,
        Value::Int(i) => *i == 0,
        Value::Uint(u) => *u == 0,
        Value::Double(d) => *d == 0.0,
        Value::String(s) => s.is_empty(),
        Value::Bytes(b) => b.is_empty(),
        Value::Timestamp(t) => *t == Timestamp::EPOCH,
        Value::Duration(d) => *d == Duration::ZERO,
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Optional(inner) => inner.is_none(),
        Value::Type(_) | Value::Secret(_) => false,
    }
}

pub(super) fn has_value(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(match args {
        [Value::Optional(inner)] => Some(Value::Bool(inner.is_some())),
        _ => None,
    })
}

pub(super) fn value(args: &[Value], _: &CallCtx) -> Outcome {
    match args {
        [Value::Optional(Some(inner))] => Ok(Some(Value::clone(inner))),
        [Value::Optional(None)] => Err(Fault::expression(
            "optional.none() dereference: the optional is empty",
        )),
        _ => Ok(None),
    }
}

pub(super) fn or(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(match args {
        [first @ Value::Optional(Some(_)), Value::Optional(_)] => Some(first.clone()),
        [Value::Optional(None), other @ Value::Optional(_)] => Some(other.clone()),
        _ => None,
    })
}

pub(super) fn or_value(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(match args {
        [Value::Optional(Some(inner)), _] => Some(Value::clone(inner)),
        [Value::Optional(None), other] => Some(other.clone()),
        _ => None,
    })
}

/// The values of the optionals of a list that are not empty.
pub(super) fn unwrap(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::List(list)] = args else {
        return Ok(None);
    };
    ctx.meter.charge(list.len() as u64 / 4)?;
    let mut out = Vec::new();
    for item in list {
        match item {
            Value::Optional(Some(inner)) => out.push(Value::clone(inner)),
            Value::Optional(None) => {}
            _ => return Ok(None),
        }
    }
    Value::list(out).map(Some)
}
