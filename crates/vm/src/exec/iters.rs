//! Iterators.

use wfc_program::isa::{Slot, SlotPair};
use wfc_value::{Fault, Value};

use super::{Env, Step, corrupt, store};
use crate::frame::{Frame, Iter};

/// Pops a list or a map and pushes an iterator over it.
pub(super) fn begin(f: &mut Frame) -> Step {
    match f.stack.pop() {
        Some(source @ (Value::List(_) | Value::Map(_))) => {
            f.iters.push(Iter { source, next: 0 });
            Ok(())
        }
        Some(other) => {
            let found = other.type_name();
            let message = format!("only a list or a map has items to go through, not a {found}");
            Err(Box::new(Fault::expression(message)))
        }
        None => Err(corrupt()),
    }
}

/// Sets `slot` to the next item or key; false at the end, with the iterator dropped.
#[inline]
pub(super) fn next(env: &Env<'_>, f: &mut Frame, slot: Slot) -> Result<bool, Box<Fault>> {
    let Some(iter) = f.iters.last_mut() else {
        return Err(corrupt());
    };
    let item = match &iter.source {
        Value::List(list) => list.get(iter.next).cloned(),
        Value::Map(map) => map.entries().get(iter.next).map(|(key, _)| key.to_value()),
        _ => None,
    };
    let Some(item) = item else {
        f.iters.pop();
        return Ok(false);
    };
    iter.next += 1;
    store(env, f, slot.index(), item).map(|()| true)
}

/// As [`next`], where the item is an `int` or a `bool` and its slot holds no data: nothing is to be
/// counted. False where it is otherwise, and nothing is done.
#[inline]
pub(super) fn next_scalar(f: &mut Frame, slot: Slot) -> bool {
    if let Some(Iter {
        source: Value::List(list),
        next,
    }) = f.iters.last_mut()
        && let Some(item @ (Value::Int(_) | Value::Bool(_))) = list.get(*next)
        && let Some(place @ (None | Some(Value::Int(_) | Value::Bool(_)))) =
            f.slots.get_mut(slot.index())
    {
        *next += 1;
        super::drop_scalar(place.replace(super::copy(item)));
        return true;
    }
    false
}

/// Sets two slots to the next index and item, or key and value.
pub(super) fn next2(env: &Env<'_>, f: &mut Frame, pair: SlotPair) -> Result<bool, Box<Fault>> {
    let Some(iter) = f.iters.last_mut() else {
        return Err(corrupt());
    };
    let at = i64::try_from(iter.next).unwrap_or(i64::MAX);
    let item = match &iter.source {
        Value::List(list) => list.get(iter.next).map(|v| (Value::Int(at), v.clone())),
        Value::Map(map) => map
            .entries()
            .get(iter.next)
            .map(|(key, v)| (key.to_value(), v.clone())),
        _ => None,
    };
    let Some((first, second)) = item else {
        f.iters.pop();
        return Ok(false);
    };
    iter.next += 1;
    let slot = Slot(pair.0).index();
    store(env, f, slot, first)?;
    store(env, f, slot.saturating_add(1), second).map(|()| true)
}
