//! Comprehensions that give a truth value, and variables.

use wfc_value::Value;

use super::node::Quantifier;
use super::{Env, HEAVY, Scope};
use crate::frame::heap;

/// Nothing for a value whose data weighs so much that it is to be counted.
#[inline]
pub(super) fn light(value: &Value) -> Option<()> {
    if let Value::Int(_) | Value::Bool(_) = value {
        return Some(());
    }
    (heap(value) <= HEAVY).then_some(())
}

impl Quantifier {
    pub(super) fn run<'e>(&'e self, env: Env<'e>) -> Option<bool> {
        self.range.look(env, |range| {
            let (on, decided, end) = self.fuel;
            let found = each(env, range, self.pairs, |env| {
                let decides = self.test.bool(env)? == self.decides;
                env.charge(if decides { decided } else { on })?;
                Some(!decides)
            })?;
            if found {
                return Some(self.decides);
            }
            env.charge(end)?;
            Some(!self.decides)
        })
    }
}

/// Goes through a list or a map, until `body` says to stop; says whether it did.
#[inline]
pub(super) fn each<'e>(
    env: Env<'e>,
    range: &'e Value,
    pairs: bool,
    mut body: impl FnMut(Env<'_>) -> Option<bool>,
) -> Option<bool> {
    match range {
        Value::List(list) if !pairs => {
            for item in list {
                light(item)?;
                let scope = Scope {
                    value: item,
                    outer: env.scope,
                };
                if !body(env.within(&scope))? {
                    return Some(true);
                }
            }
            Some(false)
        }
        Value::List(_) | Value::Map(_) => each_else(env, range, pairs, &mut body),
        _ => None,
    }
}

/// The same for maps, and for pairs of place and item.
#[inline(never)]
fn each_else<'e>(
    env: Env<'e>,
    range: &'e Value,
    pairs: bool,
    body: &mut dyn FnMut(Env<'_>) -> Option<bool>,
) -> Option<bool> {
    let mut visit = |key: Value, value: &Value| {
        light(&key)?;
        light(value)?;
        let first = Scope {
            value: &key,
            outer: env.scope,
        };
        let second = Scope {
            value,
            outer: Some(&first),
        };
        body(env.within(if pairs { &second } else { &first }))
    };
    match range {
        Value::List(list) => {
            for (at, item) in list.iter().enumerate() {
                if !visit(Value::Int(i64::try_from(at).ok()?), item)? {
                    return Some(true);
                }
            }
        }
        Value::Map(map) => {
            for (key, value) in map.iter() {
                // Without the second variable it is not looked at.
                let value = if pairs { value } else { &Value::Null };
                if !visit(key.to_value(), value)? {
                    return Some(true);
                }
            }
        }
        _ => return None,
    }
    Some(false)
}
