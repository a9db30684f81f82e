//! Making lists and maps.

use wfc_value::{Key, Str, Value};

use super::loops::{each, light};
use super::node::{Kind, Make, Node};
use super::{Env, HEAVY};
use crate::frame::heap;

pub(super) fn list<'e>(env: Env<'e>, items: &'e [Node]) -> Option<Value> {
    let mut made = Vec::with_capacity(items.len());
    for item in items {
        add(env, item, item.kind(), &mut made)?;
    }
    Value::list(made).ok()
}

/// Adds an item's value, of a kind that is known, and gives the bytes of its data, where it has any.
///
#[inline]
fn add<'e>(env: Env<'e>, item: &'e Node, kind: Kind, to: &mut Vec<Value>) -> Option<Option<i64>> {
    match kind {
        Kind::Int => push_int(to, item.int(env)?),
        Kind::Bool => to.push(Value::Bool(item.bool(env)?)),
        Kind::Double => to.push(Value::Double(item.double(env)?)),
        _ if item.is_place() => match item.place(env)? {
            Value::Int(n) => push_int(to, *n),
            other => {
                light(other)?;
                to.push(other.clone());
                return Some(Some(heap(other)));
            }
        },
        _ => {
            let item = item.value(env)?;
            light(&item)?;
            let data = heap(&item);
            to.push(item);
            return Some(Some(data));
        }
    }
    Some(None)
}

pub(super) fn map<'e>(env: Env<'e>, entries: &'e [(Node, Node)]) -> Option<Value> {
    let mut made = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let key = key.look(env, Key::from_value)?;
        made.push((key, value.value(env)?));
    }
    Value::map(made).ok()
}

pub(super) fn record<'e>(env: Env<'e>, fields: &'e [(Key, Node)]) -> Option<Value> {
    let mut made = Vec::with_capacity(fields.len());
    for (key, value) in fields {
        match value.kind() {
            Kind::Int => put_int(&mut made, key, value.int(env)?),
            _ if value.is_place() => match value.place(env)? {
                Value::Int(n) => put_int(&mut made, key, *n),
                Value::String(s) => put_text(&mut made, key, s),
                other => made.push((key.clone(), other.clone())),
            },
            _ => made.push((key.clone(), value.value(env)?)),
        }
    }
    Value::map(made).ok()
}

/// As [`push_int`].
#[inline(never)]
fn put_int(to: &mut Vec<(Key, Value)>, key: &Key, n: i64) {
    to.push((key.clone(), Value::Int(n)));
}

/// As [`push_int`].
#[inline(never)]
fn put_text(to: &mut Vec<(Key, Value)>, key: &Key, s: &Str) {
    match key {
        Key::String(key) => to.push((Key::String(key.clone()), Value::String(s.clone()))),
        key => to.push((key.clone(), Value::String(s.clone()))),
    }
}

/// Adds an `int`. By itself, so that it is written where it stays: a value that is put together in one place in parts and
/// moved to another as a whole makes the processor wait for the parts to leave its store buffer, for longer than most
/// operations take.
#[inline(never)]
fn push_int(to: &mut Vec<Value>, n: i64) {
    to.push(Value::Int(n));
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
                if let Some(data) = add(env, &self.item, self.kind, &mut made)? {
                    weight = weight.saturating_add(data);
                    if weight > HEAVY {
                        return None;
                    }
                }
                Some(true)
            })?;
            env.charge(end)?;
            let made = Value::list(made).ok()?;
            light(&made)?;
            Some(made)
        })
    }
}
