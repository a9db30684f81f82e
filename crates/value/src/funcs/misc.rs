//! `size`, base64 and JSON.

use super::template::json_text;
use super::{CallCtx, Outcome};
use crate::Value;
use crate::fault::Fault;

pub(super) fn size(args: &[Value], ctx: &CallCtx) -> Outcome {
    let n = match args {
        [Value::String(s)] => {
            ctx.meter.charge(s.len() as u64 / 64)?;
            s.chars().count()
        }
        [Value::Bytes(b)] => b.len(),
        [Value::List(list)] => list.len(),
        [Value::Map(map)] => map.len(),
        _ => return Ok(None),
    };
    Ok(Some(Value::Int(i64::try_from(n).unwrap_or(i64::MAX))))
}

/// A fault in the place of a value: what compiles to nothing else, such as a function that is not there.
pub(super) fn fault(args: &[Value], _: &CallCtx) -> Outcome {
    match args {
        [Value::String(message)] => Err(Fault::expression(message.as_str())),
        _ => Ok(None),
    }
}

pub(super) fn base64_encode(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(match args {
        [Value::Bytes(b)] => Some(Value::string(crate::json::to_base64(b))),
        _ => None,
    })
}

pub(super) fn base64_decode(args: &[Value], _: &CallCtx) -> Outcome {
    let [Value::String(s)] = args else {
        return Ok(None);
    };
    match crate::json::from_base64(s) {
        Some(bytes) => Ok(Some(Value::bytes(bytes))),
        None => Err(Fault::expression("the string is not base64")),
    }
}

pub(super) fn json_parse(args: &[Value], _: &CallCtx) -> Outcome {
    let [Value::String(s)] = args else {
        return Ok(None);
    };
    match crate::json::parse(s) {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(Fault::parse(format!("the text is not JSON: {error}"))),
    }
}

pub(super) fn json_format(args: &[Value], _: &CallCtx) -> Outcome {
    match args {
        [value] => json_text(value).map(Some),
        _ => Ok(None),
    }
}
