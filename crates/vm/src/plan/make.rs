//! Making lists and maps.

use wfc_value::{Key, List, Str, Value};

use super::loops::{each, light};
use super::node::{Kind, Make, Node};
use super::{Env, HEAVY};
use crate::frame::heap;

pub(super) fn list<'e>(env: Env<'e>, items: &'e [Node]) -> Option<Value> {
    let mut made = Items::new(env, items.len());
    for item in items {
        made.add(env, item, item.kind())?;
    }
    made.done(env)
}

/// The items of a list that is made. As long as all are `int`s they are kept as such, in memory that is used again, and become
/// values at once in the end: a value that is put together in parts in one place and moved to another as a whole makes the
/// processor wait for the parts to leave its store buffer, for longer than most operations take.
struct Items {
    ints: Vec<i64>,
    /// All items, once there is another one than an `int`.
    mixed: Option<Vec<Value>>,
    expected: usize,
    /// The bytes of their data.
    weight: i64,
}

impl Items {
    fn new(env: Env<'_>, expected: usize) -> Self {
        let mut ints = env.ground.ints.take();
        ints.clear();
        Self {
            ints,
            mixed: None,
            expected: expected.min(EXPECTED),
            weight: 0,
        }
    }

    /// Adds an item's value, of a kind that is known.
    #[inline]
    fn add<'e>(&mut self, env: Env<'e>, item: &'e Node, kind: Kind) -> Option<()> {
        match kind {
            Kind::Int => {
                let n = item.int(env)?;
                self.int(n);
                Some(())
            }
            _ if item.is_place() => match item.place(env)? {
                Value::Int(n) => {
                    self.int(*n);
                    Some(())
                }
                other => self.any(other.clone()),
            },
            _ => self.any(item.value(env)?),
        }
    }

    #[inline]
    fn int(&mut self, n: i64) {
        match &mut self.mixed {
            None => self.ints.push(n),
            Some(all) => all.push(Value::Int(n)),
        }
    }

    #[inline(never)]
    fn any(&mut self, item: Value) -> Option<()> {
        if let Value::Int(n) = item {
            self.int(n);
            return Some(());
        }
        self.weight = self.weight.saturating_add(heap(&item));
        let (ints, expected) = (&mut self.ints, self.expected);
        let all = self.mixed.get_or_insert_with(|| {
            let mut all = Vec::with_capacity(expected);
            all.extend(ints.drain(..).map(Value::Int));
            all
        });
        all.push(item);
        (self.weight <= HEAVY).then_some(())
    }

    fn done(self, env: Env<'_>) -> Option<Value> {
        let made = match self.mixed {
            None => List::of_ints(&self.ints),
            Some(all) => List::new(all),
        };
        if self.ints.capacity() <= EXPECTED {
            env.ground.ints.set(self.ints);
        }
        made.ok().map(Value::List)
    }
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

/// By itself, so that it is written where it stays.
#[inline(never)]
fn put_int(to: &mut Vec<(Key, Value)>, key: &Key, n: i64) {
    to.push((key.clone(), Value::Null));
    if let Some((_, last)) = to.last_mut() {
        *last = Value::Int(n);
    }
}

/// By itself, so that it is written where it stays.
#[inline(never)]
fn put_text(to: &mut Vec<(Key, Value)>, key: &Key, s: &Str) {
    to.push((key.clone(), Value::Null));
    if let Some((_, last)) = to.last_mut() {
        *last = Value::String(s.clone());
    }
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
            let mut made = Items::new(env, expected);
            each(env, range, self.pairs, |env| {
                env.charge(first)?;
                if let Some(filter) = &self.filter
                    && !filter.bool(env)?
                {
                    return Some(true);
                }
                env.charge(rest)?;
                made.add(env, &self.item, self.kind)?;
                Some(true)
            })?;
            env.charge(end)?;
            let made = made.done(env)?;
            light(&made)?;
            Some(made)
        })
    }
}
