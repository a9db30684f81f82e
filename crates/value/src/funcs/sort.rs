//! Sorting and what items are equal.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::{CallCtx, Outcome};
use crate::fault::Fault;
use crate::ops::{compare, double_as_integer, equals};
use crate::{Key, List, Value};

fn is_ordered(v: &Value) -> bool {
    matches!(
        v,
        Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Double(_)
            | Value::String(_)
            | Value::Bytes(_)
            | Value::Timestamp(_)
            | Value::Duration(_)
    )
}

/// A total order, as sorting needs it: what is not a number comes last.
fn order(a: &Value, b: &Value) -> Ordering {
    let nan = |v: &Value| matches!(v, Value::Double(d) if d.is_nan());
    compare(a, b)
        .flatten()
        .unwrap_or_else(|| nan(a).cmp(&nan(b)))
}

/// The places of `keys` in sorted order; equal ones stay as they were.
fn sorted_places(keys: &List, ctx: &CallCtx) -> Result<Vec<usize>, Fault> {
    if let Some(first) = keys.iter().next() {
        if !is_ordered(first) {
            let found = first.a_type_name();
            return Err(Fault::expression(format!(
                "{found} has no order to sort by"
            )));
        }
        if let Some(other) = keys.iter().find(|k| k.type_name() != first.type_name()) {
            return Err(Fault::expression(format!(
                "values of one type can be sorted, not {} and {}",
                first.a_type_name(),
                other.a_type_name()
            )));
        }
    }
    let rounds = u64::from(usize::BITS - keys.len().leading_zeros());
    ctx.meter
        .charge((keys.len() as u64).saturating_mul(rounds) / 4)?;
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_by(|a, b| match (keys.get(*a), keys.get(*b)) {
        (Some(a), Some(b)) => order(a, b),
        _ => Ordering::Equal,
    });
    Ok(places)
}

pub(super) fn sort(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::List(list)] = args else {
        return Ok(None);
    };
    by_keys(list, list, ctx)
}

/// What `sortBy` becomes: the items in the order of their keys.
pub(super) fn sort_by_keys(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::List(list), Value::List(keys)] = args else {
        return Ok(None);
    };
    if list.len() != keys.len() {
        return Err(Fault::expression("sorting takes one key for each item"));
    }
    by_keys(list, keys, ctx)
}

fn by_keys(list: &List, keys: &List, ctx: &CallCtx) -> Outcome {
    let places = sorted_places(keys, ctx)?;
    Value::list(
        places
            .into_iter()
            .filter_map(|p| list.get(p).cloned())
            .collect(),
    )
    .map(Some)
}

/// The items without those that equal an earlier one.
pub(super) fn distinct(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::List(list)] = args else {
        return Ok(None);
    };
    let mut keys: BTreeSet<Key> = BTreeSet::new();
    let mut others: Vec<&Value> = Vec::new();
    let mut out = Vec::new();
    for item in list {
        let new = match scalar_key(item) {
            Some(key) => keys.insert(key),
            None => {
                // Each comparison reads at most all of the item.
                let work = (others.len() as u64).saturating_mul(1 + item.size() / 32);
                ctx.meter.charge(work)?;
                let new = !others.iter().any(|other| equals(other, item));
                if new {
                    others.push(item);
                }
                new
            }
        };
        if new {
            out.push(item.clone());
        }
    }
    Value::list(out).map(Some)
}

/// A key that is equal where values are, for most scalars.
fn scalar_key(value: &Value) -> Option<Key> {
    match value {
        Value::Double(d) => {
            let whole = double_as_integer(*d)?;
            i64::try_from(whole)
                .map(Key::Int)
                .or_else(|_| u64::try_from(whole).map(Key::Uint))
                .ok()
        }
        other => Key::from_value(other),
    }
}
