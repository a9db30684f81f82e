//! Functions on lists.

use super::{CallCtx, Outcome};
use crate::fault::Fault;
use crate::{List, Value, limits};

pub(super) fn range(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::Int(n)] = args else {
        return Ok(None);
    };
    let len = usize::try_from(*n).unwrap_or(0);
    limits::check_len(len)?;
    ctx.meter.charge(len as u64 / 4)?;
    Value::list((0..*n).map(Value::Int).collect()).map(Some)
}

pub(super) fn flatten(args: &[Value], ctx: &CallCtx) -> Outcome {
    let (list, depth) = match args {
        [Value::List(list)] => (list, 1),
        [Value::List(list), Value::Int(depth)] => (list, *depth),
        _ => return Ok(None),
    };
    if depth < 0 {
        return Err(Fault::expression(format!(
            "level must be non-negative: `flatten({depth})`"
        )));
    }
    let mut out = Vec::new();
    flatten_into(list, depth, ctx, &mut out)?;
    Value::list(out).map(Some)
}

fn flatten_into(list: &List, depth: i64, ctx: &CallCtx, out: &mut Vec<Value>) -> Result<(), Fault> {
    ctx.meter.charge(list.len() as u64 / 4)?;
    for item in list {
        match item {
            Value::List(inner) if depth > 0 => flatten_into(inner, depth - 1, ctx, out)?,
            other => {
                limits::check_len(out.len() + 1)?;
                out.push(other.clone());
            }
        }
    }
    Ok(())
}

pub(super) fn slice(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::List(list), Value::Int(from), Value::Int(to)] = args else {
        return Ok(None);
    };
    let wrong = |what: &str| {
        Fault::expression(format!(
            "cannot slice({from}, {to}) a list of {}: {what}",
            list.len()
        ))
    };
    let (Ok(start), Ok(end)) = (usize::try_from(*from), usize::try_from(*to)) else {
        return Err(wrong("negative indexes are not supported"));
    };
    if start > end {
        return Err(wrong("the start is after the end"));
    }
    let Some(items) = list.as_slice().get(start..end) else {
        return Err(wrong("the end is after the last item"));
    };
    ctx.meter.charge(items.len() as u64 / 4)?;
    Value::list(items.to_vec()).map(Some)
}

/// Of a list its items, of a string its characters, back to front.
pub(super) fn reverse(args: &[Value], _: &CallCtx) -> Outcome {
    match args {
        [Value::List(list)] => Value::list(list.iter().rev().cloned().collect()).map(Some),
        [Value::String(s)] => Ok(Some(Value::string(s.chars().rev().collect::<String>()))),
        _ => Ok(None),
    }
}

pub(super) fn first(args: &[Value], _: &CallCtx) -> Outcome {
    let [Value::List(list)] = args else {
        return Ok(None);
    };
    optional(list.iter().next())
}

pub(super) fn last(args: &[Value], _: &CallCtx) -> Outcome {
    let [Value::List(list)] = args else {
        return Ok(None);
    };
    optional(list.iter().next_back())
}

fn optional(item: Option<&Value>) -> Outcome {
    Ok(Some(match item {
        Some(item) => Value::some(item.clone())?,
        None => Value::none(),
    }))
}
