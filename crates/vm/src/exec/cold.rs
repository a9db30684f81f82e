//! The less frequent instructions, and those that call the kernels.

use wfc_program::isa::{ConstId, FuncId, Instr, Label, Slot, TextId, TypeId};
use wfc_value::ops::{self, BinaryOp, UnaryOp};
use wfc_value::{Fault, Key, List, Map, Value, funcs, ty};

use super::{Cost, Env, Next, Step, corrupt, iters, store};
use crate::frame::{Frame, Verdict, heap};
use crate::scope::ScopeKind;

/// Carries out an instruction.
pub(super) fn carry_out(
    env: &Env<'_>,
    f: &mut Frame,
    cost: &mut Cost,
    instr: Instr,
) -> Result<Next, Box<Fault>> {
    let going = |more: bool, end: Label| {
        if more {
            Next::On
        } else {
            Next::To(end.index())
        }
    };
    match instr {
        Instr::IterNext(s, end) => iters::next(env, f, s).map(|more| going(more, end)),
        Instr::IterNext2(s, end) => iters::next2(env, f, s).map(|more| going(more, end)),
        Instr::JumpVerdict(b, to) => {
            let hit = matches!(f.verdicts.last(), Some(Verdict::Bool(v)) if *v == b);
            Ok(going(!hit, to))
        }
        // The loop has done these where there is a `bool`.
        Instr::JumpIf(_) | Instr::JumpIfNot(_) | Instr::JumpIfKeep(_) | Instr::JumpIfNotKeep(_) => {
            match f.stack.last() {
                Some(other) => Err(no_bool(other)),
                None => Err(corrupt()),
            }
        }
        _ => match instr.operator() {
            Some(op) => binary(env, f, cost, op).map(|()| Next::On),
            None => match other(env, f, cost, instr) {
                Some(done) => done.map(|()| Next::On),
                None => Ok(Next::Control),
            },
        },
    }
}

/// The other instructions; nothing when it concerns more than the frame.
fn other(env: &Env<'_>, f: &mut Frame, cost: &mut Cost, instr: Instr) -> Option<Step> {
    Some(match instr {
        Instr::Store(s) => pop(f).and_then(|value| store(env, f, s.index(), value)),
        Instr::Load(s) => Err(unset(env, s)),
        Instr::Not() => unary(f, UnaryOp::Not),
        Instr::Select(k) => select(env, f, k),
        Instr::ListPush() => list_push(f, cost),
        Instr::Append(s) => append(env, f, cost, s),
        Instr::LoadOpt(s) => load_opt(f, s),
        Instr::Clear(s) => {
            f.clear(s.index());
            Ok(())
        }
        Instr::IsSet(s) => {
            let set = matches!(f.slots.get(s.index()), Some(Some(_)));
            push(f, Value::Bool(set))
        }
        Instr::Dup() => match f.stack.last().cloned() {
            Some(value) => push(f, value),
            None => Err(corrupt()),
        },
        Instr::Swap() => {
            let len = f.stack.len();
            if len < 2 {
                return Some(Err(corrupt()));
            }
            f.stack.swap(len - 1, len - 2);
            Ok(())
        }
        Instr::Neg() => unary(f, UnaryOp::Neg),
        Instr::IndexOpt() => pop2(f).and_then(|(a, b)| give(f, ops::opt_index(&a, &b))),
        Instr::SelectOpt(k) => with_field(env, f, k, ops::opt_select),
        Instr::Has(k) => with_field(env, f, k, |a, field| {
            ops::has_field(a, field).map(Value::Bool)
        }),
        Instr::Call(func, n) => call(env, f, cost, func, n),
        Instr::Template(n) => template(f, cost, n),
        Instr::Decode(t) => decode(env, f, cost, t),
        Instr::Hold(k) => hold(env, f, cost, k),
        Instr::Iter() => iters::begin(f),
        Instr::IterDrop() => {
            f.iters.pop();
            Ok(())
        }
        _ => return containers(env, f, cost, instr).or_else(|| verdicts(f, instr)),
    })
}

/// Instructions that make lists and maps.
fn containers(env: &Env<'_>, f: &mut Frame, cost: &mut Cost, instr: Instr) -> Option<Step> {
    Some(match instr {
        Instr::List(n) => list(f, cost, n),
        Instr::Map(n) => map(f, cost, n),
        Instr::ListNew() => push(f, Value::List(List::default())),
        Instr::ListPushOpt() => list_push_opt(f, cost),
        Instr::MapNew() => push(f, Value::Map(Map::default())),
        Instr::MapPut() => pop2(f).and_then(|(key, value)| map_put(f, cost, &key, value)),
        Instr::MapPutOpt() => pop2(f).and_then(|(key, value)| match value {
            Value::Optional(None) => Ok(()),
            Value::Optional(Some(inner)) => map_put(f, cost, &key, Value::clone(&inner)),
            other => Err(no_optional(&other)),
        }),
        Instr::Put(s) => put(env, f, cost, s),
        _ => return None,
    })
}

/// Instructions that absorb faults.
fn verdicts(f: &mut Frame, instr: Instr) -> Option<Step> {
    match instr {
        Instr::Guard(to) => f.enter(ScopeKind::Guard(to)),
        Instr::Unguard() => {
            f.scopes.pop();
            let verdict = match f.stack.pop() {
                Some(Value::Bool(b)) => Verdict::Bool(b),
                Some(other) => Verdict::Fault(no_bool(&other)),
                None => return Some(Err(corrupt())),
            };
            f.verdicts.push(verdict);
        }
        Instr::Verdict(b) => f.verdicts.push(Verdict::Bool(b)),
        Instr::And() => combine(f, false),
        Instr::Or() => combine(f, true),
        Instr::Settle() => match f.verdicts.pop() {
            Some(Verdict::Bool(b)) => f.stack.push(Value::Bool(b)),
            Some(Verdict::Fault(fault)) => return Some(Err(fault)),
            None => return Some(Err(corrupt())),
        },
        _ => return None,
    }
    Some(Ok(()))
}

/// Pops two verdicts and pushes one: `decisive` if either is that, else the first fault, else
/// the other truth value.
fn combine(f: &mut Frame, decisive: bool) {
    let (second, first) = (f.verdicts.pop(), f.verdicts.pop());
    let is_decisive = |v: &Option<Verdict>| matches!(v, Some(Verdict::Bool(b)) if *b == decisive);
    let verdict = if is_decisive(&first) || is_decisive(&second) {
        Verdict::Bool(decisive)
    } else {
        match (first, second) {
            (Some(fault @ Verdict::Fault(_)), _) | (_, Some(fault @ Verdict::Fault(_))) => fault,
            _ => Verdict::Bool(!decisive),
        }
    };
    f.verdicts.push(verdict);
}

fn push(f: &mut Frame, value: Value) -> Step {
    f.stack.push(value);
    Ok(())
}

/// Pushes what a kernel gave.
fn give(f: &mut Frame, result: Result<Value, Fault>) -> Step {
    match result {
        Ok(value) => push(f, value),
        Err(fault) => Err(Box::new(fault)),
    }
}

fn pop(f: &mut Frame) -> Result<Value, Box<Fault>> {
    f.stack.pop().ok_or_else(corrupt)
}

fn pop2(f: &mut Frame) -> Result<(Value, Value), Box<Fault>> {
    let second = pop(f)?;
    Ok((pop(f)?, second))
}

/// The top `n` values, first pushed first.
fn pop_many(f: &mut Frame, n: u32) -> Result<Vec<Value>, Box<Fault>> {
    match f.stack.len().checked_sub(n as usize) {
        Some(at) => Ok(f.stack.split_off(at)),
        None => Err(corrupt()),
    }
}

fn unary(f: &mut Frame, op: UnaryOp) -> Step {
    let a = pop(f)?;
    give(f, ops::unary(op, &a))
}

fn binary(env: &Env<'_>, f: &mut Frame, cost: &mut Cost, op: BinaryOp) -> Step {
    let (a, b) = pop2(f)?;
    cost.0 = ops::binary_cost(op, &a, &b);
    if cost.0 > super::CHURN {
        check_live(env, f)?;
    }
    give(f, ops::binary(op, &a, &b))
}

fn select(env: &Env<'_>, f: &mut Frame, k: TextId) -> Step {
    let Some(Value::String(field)) = env.parts.consts.get(k.index()) else {
        return Err(corrupt());
    };
    let Some(top) = f.stack.last_mut() else {
        return Err(corrupt());
    };
    let value = ops::select(top, field).map_err(Box::new)?;
    *top = value;
    Ok(())
}

fn with_field(
    env: &Env<'_>,
    f: &mut Frame,
    k: TextId,
    kernel: impl FnOnce(&Value, &str) -> Result<Value, Fault>,
) -> Step {
    let Some(Value::String(field)) = env.parts.consts.get(k.index()) else {
        return Err(corrupt());
    };
    let a = pop(f)?;
    give(f, kernel(&a, field))
}

fn load_opt(f: &mut Frame, s: Slot) -> Step {
    let value = match f.slots.get(s.index()) {
        Some(Some(value)) => Value::some(value.clone()),
        _ => Ok(Value::none()),
    };
    f.disown(s.index());
    give(f, value)
}

pub(super) fn call(env: &Env<'_>, f: &mut Frame, cost: &mut Cost, func: FuncId, n: u32) -> Step {
    let (Some(id), Some(at)) = (
        env.facts.functions.get(func.index()),
        f.stack.len().checked_sub(n as usize),
    ) else {
        return Err(corrupt());
    };
    let args = f.stack.get(at..).unwrap_or_default();
    env.ctx.meter.reset();
    let result = funcs::call(*id, args, env.ctx);
    cost.0 = env.ctx.meter.spent();
    f.stack.truncate(at);
    give(f, result)
}

fn template(f: &mut Frame, cost: &mut Cost, n: u32) -> Step {
    let pieces = pop_many(f, n)?;
    let result = funcs::join_text(&pieces);
    cost.0 = u64::from(n) + pieces.iter().map(Value::size).sum::<u64>() / 32;
    give(f, result)
}

fn decode(env: &Env<'_>, f: &mut Frame, cost: &mut Cost, t: TypeId) -> Step {
    let Some(wanted) = env.parts.types.get(t.index()) else {
        return Err(corrupt());
    };
    let value = pop(f)?;
    cost.0 = 1 + value.size() / 8;
    give(
        f,
        ty::decode(&value, wanted, &env.parts.type_table).map_err(Fault::from),
    )
}

fn hold(env: &Env<'_>, f: &mut Frame, cost: &mut Cost, k: ConstId) -> Step {
    let Some(schema) = env.parts.consts.get(k.index()) else {
        return Err(corrupt());
    };
    let value = f.stack.last().ok_or_else(corrupt)?;
    cost.0 = 1 + value.size() / 8 + schema.size() / 8;
    wfc_value::schema::hold(value, schema).map_err(Box::new)
}

fn list(f: &mut Frame, cost: &mut Cost, n: u32) -> Step {
    cost.0 = u64::from(n);
    let items = pop_many(f, n)?;
    give(f, Value::list(items))
}

fn map(f: &mut Frame, cost: &mut Cost, n: u32) -> Step {
    cost.0 = u64::from(n).saturating_mul(2);
    let flat = pop_many(f, n.saturating_mul(2))?;
    let mut entries = Vec::with_capacity(n as usize);
    let mut flat = flat.into_iter();
    while let (Some(key), Some(value)) = (flat.next(), flat.next()) {
        entries.push((key_of(&key)?, value));
    }
    give(f, Value::map(entries))
}

fn key_of(value: &Value) -> Result<Key, Box<Fault>> {
    Key::from_value(value).ok_or_else(|| {
        let found = value.type_name();
        let message = format!("unsupported key type: a map has no {found} keys");
        Box::new(Fault::expression(message))
    })
}

/// Adds to the list below the item on top. A list that nobody else holds grows in place.
fn list_push(f: &mut Frame, cost: &mut Cost) -> Step {
    let item = pop(f)?;
    match f.stack.last_mut() {
        Some(Value::List(list)) => {
            // It may be held elsewhere: a copy is paid for.
            cost.0 = list.len() as u64 / 8;
            list.push(item).map_err(Box::new)
        }
        Some(other) => Err(not_a("list", other)),
        None => Err(corrupt()),
    }
}

fn list_push_opt(f: &mut Frame, cost: &mut Cost) -> Step {
    match pop(f)? {
        Value::Optional(None) => Ok(()),
        Value::Optional(Some(inner)) => {
            f.stack.push(Value::clone(&inner));
            list_push(f, cost)
        }
        other => Err(no_optional(&other)),
    }
}

fn map_put(f: &mut Frame, cost: &mut Cost, key: &Value, value: Value) -> Step {
    match f.stack.last_mut() {
        Some(Value::Map(map)) => insert(map, cost, key, value, false),
        Some(other) => Err(not_a("map", other)),
        None => Err(corrupt()),
    }
}

fn insert(map: &mut Map, cost: &mut Cost, key: &Value, value: Value, owned: bool) -> Step {
    let key = key_of(key)?;
    if map.get(&key).is_some() {
        let message = format!("the map's key `{key}` is given twice");
        return Err(Box::new(Fault::expression(message)));
    }
    // The order of keys is kept by moving places; a map that others may hold is copied.
    cost.0 = map.len() as u64 / if owned { 256 } else { 8 };
    map.insert(key, value).map(|_| ()).map_err(Box::new)
}

/// Adds a value to the list in a slot.
fn append(env: &Env<'_>, f: &mut Frame, cost: &mut Cost, s: Slot) -> Step {
    let item = pop(f)?;
    let owned = f.owned.contains(&s.0);
    let old = match f.slots.get_mut(s.index()) {
        Some(Some(value @ Value::List(_))) => {
            let old = heap(value);
            if let Value::List(list) = value {
                cost.0 = if owned { 0 } else { list.len() as u64 / 8 };
                list.push(item).map_err(Box::new)?;
            }
            old
        }
        Some(Some(other)) => return Err(not_a("list", other)),
        _ => return Err(unset(env, s)),
    };
    grown(env, f, s, old)
}

/// Adds an entry to the map in a slot.
fn put(env: &Env<'_>, f: &mut Frame, cost: &mut Cost, s: Slot) -> Step {
    let (key, value) = pop2(f)?;
    let owned = f.owned.contains(&s.0);
    let old = match f.slots.get_mut(s.index()) {
        Some(Some(map @ Value::Map(_))) => {
            let old = heap(map);
            if let Value::Map(map) = map {
                insert(map, cost, &key, value, owned)?;
            }
            old
        }
        Some(Some(other)) => return Err(not_a("map", other)),
        _ => return Err(unset(env, s)),
    };
    grown(env, f, s, old)
}

/// Counts what a slot's value grew by; the slot alone holds it now.
fn grown(env: &Env<'_>, f: &mut Frame, s: Slot, old: i64) -> Step {
    f.own(s.0);
    f.count_grown(s.index(), old);
    if f.live > env.room {
        Err(too_much())
    } else {
        Ok(())
    }
}

fn not_a(what: &str, found: &Value) -> Box<Fault> {
    let found = found.type_name();
    Box::new(Fault::expression(format!(
        "a {what} is needed here, not a {found}"
    )))
}

fn no_optional(found: &Value) -> Box<Fault> {
    not_a("value that may be absent (an optional)", found)
}

#[cold]
fn no_bool(found: &Value) -> Box<Fault> {
    let found = found.type_name();
    Box::new(Fault::expression(format!(
        "no such overload: a bool is needed here, not a {found}"
    )))
}

#[cold]
fn unset(env: &Env<'_>, s: Slot) -> Box<Fault> {
    let debug = env.parts.debug.as_ref();
    let name = debug
        .and_then(|d| d.slots.get(s.index()))
        .filter(|name| !name.is_empty());
    Box::new(Fault::expression(match name {
        Some(name) => format!("`{name}` is not set here"),
        None => "a variable is not set here".to_owned(),
    }))
}

#[cold]
pub(super) fn too_much() -> Box<Fault> {
    Box::new(Fault::total(
        "the run holds more data at once than its limit allows",
    ))
}

/// Weighs the stack: what is on it is not counted as it comes and goes.
#[cold]
pub(super) fn check_live(env: &Env<'_>, f: &Frame) -> Step {
    let on_stack = f
        .stack
        .iter()
        .fold(0_i64, |sum, v| sum.saturating_add(heap(v)));
    if f.live.saturating_add(on_stack) > env.room {
        Err(too_much())
    } else {
        Ok(())
    }
}
