//! `sets.*`: lists as sets.

use super::{CallCtx, Outcome};
use crate::fault::Fault;
use crate::ops::equals;
use crate::{List, Value};

fn lists(args: &[Value]) -> Option<(&List, &List)> {
    match args {
        [Value::List(a), Value::List(b)] => Some((a, b)),
        _ => None,
    }
}

/// Every item of one is compared with every item of the other, at worst.
fn charge(a: &List, b: &List, ctx: &CallCtx) -> Result<(), Fault> {
    ctx.meter
        .charge(a.size().saturating_mul(b.len() as u64) / 4)
}

fn holds(a: &List, b: &List) -> bool {
    b.iter().all(|x| a.iter().any(|y| equals(x, y)))
}

pub(super) fn contains(args: &[Value], ctx: &CallCtx) -> Outcome {
    let Some((a, b)) = lists(args) else {
        return Ok(None);
    };
    charge(b, a, ctx)?;
    Ok(Some(Value::Bool(holds(a, b))))
}

pub(super) fn equivalent(args: &[Value], ctx: &CallCtx) -> Outcome {
    let Some((a, b)) = lists(args) else {
        return Ok(None);
    };
    charge(a, b, ctx)?;
    charge(b, a, ctx)?;
    Ok(Some(Value::Bool(holds(a, b) && holds(b, a))))
}

pub(super) fn intersects(args: &[Value], ctx: &CallCtx) -> Outcome {
    let Some((a, b)) = lists(args) else {
        return Ok(None);
    };
    charge(a, b, ctx)?;
    Ok(Some(Value::Bool(
        a.iter().any(|x| b.iter().any(|y| equals(x, y))),
    )))
}
