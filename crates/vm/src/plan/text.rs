//! Texts.

use wfc_value::{Value, funcs, limits, ops};

use super::node::{Node, TextTest};
use super::{DEAR, Env};

/// What reading so many units of data costs a function.
const PER_COST: u64 = 32;

#[inline]
pub(super) fn test(env: Env<'_>, test: TextTest, a: &Value, b: &Value) -> Option<bool> {
    let (Value::String(a), Value::String(b)) = (a, b) else {
        return None;
    };
    Some(match test {
        TextTest::StartsWith => a.as_bytes().starts_with(b.as_bytes()),
        TextTest::EndsWith => a.as_bytes().ends_with(b.as_bytes()),
        TextTest::Contains => {
            env.charge_for((a.len() as u64 + b.len() as u64 + 2) / PER_COST)?;
            a.contains(b.as_str())
        }
    })
}

/// `string(a)`
pub(super) fn to_text(env: Env<'_>, a: &Value) -> Option<Value> {
    match a {
        Value::Secret(_) => None,
        _ => {
            env.charge_for(a.size() / PER_COST)?;
            funcs::text_of(a).ok()?.map(Value::String)
        }
    }
}

/// `a + b + c` on texts: all are joined at once, for what it takes one after the other.
pub(super) fn concat<'e>(env: Env<'e>, pieces: &'e [Node]) -> Option<Value> {
    let mut text = env.ground.text.take();
    text.clear();
    let joined = join_in(env, pieces, &mut text);
    let value = joined.map(|()| Value::from(text.as_str()));
    if text.capacity() <= KEPT {
        env.ground.text.set(text);
    }
    value
}

/// A longer text's memory is not kept for the next one.
const KEPT: usize = 4096;

fn join_in<'e>(env: Env<'e>, pieces: &'e [Node], text: &mut String) -> Option<()> {
    for (at, piece) in pieces.iter().enumerate() {
        let before = text.len();
        append(env, piece, text)?;
        if at > 0 {
            let added = text.len() - before;
            limits::check_text(text.len()).ok()?;
            env.charge_for(ops::concat_cost(before, added))?;
        }
    }
    Some(())
}

/// Adds a piece to a text.
fn append<'e>(env: Env<'e>, piece: &'e Node, to: &mut String) -> Option<()> {
    if let Node::ToText(a) = piece {
        return a.look(env, |a| {
            if let Value::Int(n) = a {
                funcs::push_int(*n, to);
                return Some(());
            }
            add(&to_text(env, a)?, to)
        });
    }
    piece.look(env, |piece| add(piece, to))
}

fn add(piece: &Value, to: &mut String) -> Option<()> {
    let Value::String(s) = piece else { return None };
    // More costs too much in one go.
    if s.len() as u64 > DEAR * 64 {
        return None;
    }
    to.push_str(s);
    Some(())
}

/// A template.
pub(super) fn join<'e>(env: Env<'e>, pieces: &'e [Node]) -> Option<Value> {
    let mut values = Vec::with_capacity(pieces.len());
    for piece in pieces {
        values.push(piece.value(env)?);
    }
    let size = values.iter().map(Value::size).sum::<u64>();
    env.charge_for(pieces.len() as u64 + size / PER_COST)?;
    funcs::join_text(&values).ok()
}
