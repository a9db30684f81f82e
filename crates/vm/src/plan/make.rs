//! Making lists and maps.

use wfc_value::{Key, Value};

use super::loops::{each, light};
use super::node::{Make, Node};
use super::{Env, HEAVY};
use crate::frame::heap;

pub(super) fn list<'e>(env: Env<'e>, items: &'e [Node]) -> Option<Value> {
    let mut made = Vec::with_capacity(items.len());
    for item in items {
        made.push(item.value(env)?);
    }
    Value::list(made).ok()
}

pub(super) fn map<'e>(env: Env<'e>, entries: &'e [(Node, Node)]) -> Option<Value> {
    let mut made = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let key = key.look(env, Key::from_value)?;
        made.push((key, value.value(env)?));
    }
    Value::map(made).ok()
}

/// The most items that room is made for before there is one.
const EXPECTED: usize = 1024;

impl Make {
    pub(super) fn run<'e>(&'e self, env: Env<'e>) -> Option<Value> {
        self.range.look(env, |range| {
            let expected = match range {
                Value::List(list) => list.len(),
                Value::Map(map) => map.len(),
                _ => return None,
            };
            let (first, rest, end) = self.fuel;
            let mut made = Vec::with_capacity(expected.min(EXPECTED));
            let mut weight = 0_i64;
            each(env, range, self.pairs, |env| {
                env.charge(first)?;
                if let Some(filter) = &self.filter
                    && !filter.bool(env)?
                {
                    return Some(true);
                }
                env.charge(rest)?;
                let item = self.item.value(env)?;
                if !matches!(item, Value::Int(_) | Value::Bool(_)) {
                    light(&item)?;
                    weight = weight.saturating_add(heap(&item));
                    if weight > HEAVY {
                        return None;
                    }
                }
                made.push(item);
                Some(true)
            })?;
            env.charge(end)?;
            let made = Value::list(made).ok()?;
            light(&made)?;
            Some(made)
        })
    }
}
