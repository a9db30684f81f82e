//! Several instructions in a row, carried out at once: operands are read where they are, not copied to the stack first.
//!
//! What happens is what the single instructions would do, fuel and faults included. Where that is
//! not plain (too little fuel, an unset slot, much data) nothing is done here and the single ones
//! are carried out.

use wfc_program::Op;
use wfc_program::isa::{ConstId, FuncId, Slot, TextId};
use wfc_value::ops::{self, BinaryOp};
use wfc_value::{Fault, Value, funcs};

use super::{CHURN, Env, cold};
use crate::frame::Frame;

/// What came of it.
pub(super) enum Fused {
    /// Done; so many instructions more than the first.
    Done(usize),
    /// The last of them, so many after the first, faults.
    Fault(usize, Box<Fault>),
    /// Nothing is done: the first is to be carried out.
    Singly,
}

/// What a kernel gives, and what it costs beyond its instruction; nothing where that is so much
/// that the stack is to be weighed.
type Answer = Option<(u64, Result<Value, Fault>)>;

/// Carries out `op`, the first of whose instructions is paid for.
#[inline]
pub(super) fn run(env: &Env<'_>, f: &mut Frame, op: Op, left: &mut u64) -> Fused {
    match op {
        Op::SlotInt(op, s, n) => {
            if *left >= 2
                && let Some(Some(Value::Int(a))) = f.slots.get(s.index())
                && let Some(value) = on_ints(op, *a, i64::from(n))
            {
                *left -= 2;
                f.disown(s.index());
                f.stack.push(value);
                return Fused::Done(2);
            }
            slot_with(f, op, s, &Value::Int(i64::from(n)), left)
        }
        Op::TopInt(op, n) => {
            if *left >= 1
                && let Some(top) = f.stack.last_mut()
                && let Value::Int(a) = top
                && let Some(value) = on_ints(op, *a, i64::from(n))
            {
                *left -= 1;
                super::drop_scalar(Some(std::mem::replace(top, value)));
                return Fused::Done(1);
            }
            top_with(f, op, &Value::Int(i64::from(n)), left)
        }
        Op::SlotSlot(op, a, b) => slots(f, op, a, b, left),
        Op::SlotConst(op, s, k) => match env.parts.consts.get(k.index()) {
            Some(k) => slot_with(f, op, s, k, left),
            None => Fused::Singly,
        },
        Op::TopSlot(op, s) => top_slot(f, op, s, left),
        Op::TopConst(op, k) => top_const(env, f, op, k, left),
        Op::SlotSelect(s, k) => field(env, f, s, k, left, ops::select),
        Op::SlotHas(s, k) => field(env, f, s, k, left, |a, field| {
            ops::has_field(a, field).map(Value::Bool)
        }),
        Op::SlotCall(s, func) => call(env, f, s, func, left),
        Op::Take(s) => match f.slots.get(s.index()) {
            Some(Some(_)) if *left >= 1 => {
                *left -= 1;
                if let Some(value) = f.take(s.index()) {
                    f.stack.push(value);
                }
                Fused::Done(1)
            }
            _ => Fused::Singly,
        },
        Op::One(_) => Fused::Singly,
    }
}

/// An operator on two `int`s, where the answer is simple.
#[inline]
pub(crate) fn on_ints(op: BinaryOp, a: i64, b: i64) -> Option<Value> {
    Some(match op {
        BinaryOp::Add => Value::Int(a.checked_add(b)?),
        BinaryOp::Sub => Value::Int(a.checked_sub(b)?),
        BinaryOp::Mul => Value::Int(a.checked_mul(b)?),
        BinaryOp::Div => Value::Int(a.checked_div(b)?),
        BinaryOp::Mod => Value::Int(a.checked_rem(b)?),
        BinaryOp::Eq => Value::Bool(a == b),
        BinaryOp::Ne => Value::Bool(a != b),
        BinaryOp::Lt => Value::Bool(a < b),
        BinaryOp::Le => Value::Bool(a <= b),
        BinaryOp::Gt => Value::Bool(a > b),
        BinaryOp::Ge => Value::Bool(a >= b),
        BinaryOp::In | BinaryOp::Index => return None,
    })
}

/// An operator on any two values.
fn binary(op: BinaryOp, a: &Value, b: &Value) -> Answer {
    if let (Value::Int(a), Value::Int(b)) = (a, b)
        && let Some(value) = on_ints(op, *a, *b)
    {
        return Some((0, Ok(value)));
    }
    let cost = ops::binary_cost(op, a, b);
    (cost <= CHURN).then(|| (cost, ops::binary(op, a, b)))
}

/// The answer for a slot's value, where it has one.
#[inline]
fn on_slot(f: &Frame, s: Slot, kernel: impl FnOnce(&Value) -> Answer) -> Answer {
    match f.slots.get(s.index()) {
        Some(Some(value)) => kernel(value),
        _ => None,
    }
}

/// Pushes an answer about a slot, `more` instructions after the first.
#[inline]
fn give(f: &mut Frame, s: Slot, answer: Answer, left: &mut u64, more: u8) -> Fused {
    let Some((cost, result)) = answer else {
        return Fused::Singly;
    };
    let Some(less) = left.checked_sub(u64::from(more)) else {
        return Fused::Singly;
    };
    *left = less.saturating_sub(cost);
    f.disown(s.index());
    match result {
        Ok(value) => {
            f.stack.push(value);
            Fused::Done(usize::from(more))
        }
        Err(fault) => Fused::Fault(usize::from(more), Box::new(fault)),
    }
}

#[inline(never)]
fn slot_with(f: &mut Frame, op: BinaryOp, s: Slot, b: &Value, left: &mut u64) -> Fused {
    if *left < 2 {
        return Fused::Singly;
    }
    let answer = on_slot(f, s, |a| binary(op, a, b));
    give(f, s, answer, left, 2)
}

#[inline(never)]
fn slots(f: &mut Frame, op: BinaryOp, a: Slot, b: Slot, left: &mut u64) -> Fused {
    if *left < 2 {
        return Fused::Singly;
    }
    let answer = on_slot(f, a, |a| on_slot(f, b, |b| binary(op, a, b)));
    if answer.is_some() {
        f.disown(b.index());
    }
    give(f, a, answer, left, 2)
}

/// Puts an operator's answer in the place of its first operand.
#[inline]
fn on_top(f: &mut Frame, answer: Answer, left: &mut u64) -> Fused {
    let (Some((cost, result)), Some(less)) = (answer, left.checked_sub(1)) else {
        return Fused::Singly;
    };
    *left = less.saturating_sub(cost);
    match (result, f.stack.last_mut()) {
        (Ok(value), Some(top)) => {
            *top = value;
            Fused::Done(1)
        }
        (Ok(_), None) => Fused::Fault(1, super::corrupt()),
        (Err(fault), _) => {
            f.stack.pop();
            Fused::Fault(1, Box::new(fault))
        }
    }
}

#[inline(never)]
fn top_with(f: &mut Frame, op: BinaryOp, b: &Value, left: &mut u64) -> Fused {
    if *left < 1 {
        return Fused::Singly;
    }
    let answer = f.stack.last().and_then(|a| binary(op, a, b));
    on_top(f, answer, left)
}

#[inline(never)]
fn top_slot(f: &mut Frame, op: BinaryOp, s: Slot, left: &mut u64) -> Fused {
    if *left < 1 {
        return Fused::Singly;
    }
    let answer = (f.stack.last()).and_then(|a| on_slot(f, s, |b| binary(op, a, b)));
    if answer.is_some() {
        f.disown(s.index());
    }
    on_top(f, answer, left)
}

fn top_const(env: &Env<'_>, f: &mut Frame, op: BinaryOp, k: ConstId, left: &mut u64) -> Fused {
    match env.parts.consts.get(k.index()) {
        Some(k) => top_with(f, op, k, left),
        None => Fused::Singly,
    }
}

/// Calls a function with a slot's value.
fn call(env: &Env<'_>, f: &mut Frame, s: Slot, func: FuncId, left: &mut u64) -> Fused {
    let Some(id) = env.facts.functions.get(func.index()) else {
        return Fused::Singly;
    };
    if *left < 1 {
        return Fused::Singly;
    }
    let answer = on_slot(f, s, |a| {
        env.ctx.meter.reset();
        let result = funcs::call(*id, std::slice::from_ref(a), env.ctx);
        Some((env.ctx.meter.spent(), result))
    });
    let much = answer.as_ref().is_some_and(|(cost, _)| *cost > CHURN);
    let done = give(f, s, answer, left, 1);
    match done {
        Fused::Done(more) if much => match cold::check_live(env, f) {
            Ok(()) => done,
            Err(fault) => Fused::Fault(more, fault),
        },
        _ => done,
    }
}

/// Reads a field of a slot's value.
#[inline]
fn field(
    env: &Env<'_>,
    f: &mut Frame,
    s: Slot,
    k: TextId,
    left: &mut u64,
    kernel: impl FnOnce(&Value, &str) -> Result<Value, Fault>,
) -> Fused {
    let Some(Value::String(name)) = env.parts.consts.get(k.index()) else {
        return Fused::Singly;
    };
    let answer = on_slot(f, s, |a| Some((0, kernel(a, name))));
    give(f, s, answer, left, 1)
}
