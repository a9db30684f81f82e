//! The loop that runs instructions which concern one fiber alone.

mod cold;
mod iters;

use wfc_program::isa::Instr;
use wfc_program::{Facts, Parts};
use wfc_value::{CallCtx, Fault, Value};

use crate::frame::{Frame, Verdict};
use crate::scope::ScopeKind;

/// What instructions may look at besides their frame.
pub(crate) struct Env<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) facts: &'a Facts,
    pub(crate) ctx: &'a CallCtx,
    /// How far the frame's data may grow, in bytes.
    pub(crate) room: i64,
}

/// Why the loop stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The fuel is used up.
    Fuel,
    /// An instruction that concerns more than the frame; `pc` is past it.
    Control(Instr),
    /// A fault that no innermost guard takes; `pc` is past the instruction.
    Fault(Box<Fault>),
}

/// What one of the less frequent instructions gives back.
type Step = Result<(), Box<Fault>>;

/// The fault of a program that was not verified: verified ones cannot get there.
#[cold]
fn corrupt() -> Box<Fault> {
    Box::new(Fault::total("the program is not sound"))
}

/// Fuel that is charged for the work of one instruction beyond its own.
#[derive(Default)]
struct Cost(u64);

/// Runs instructions until one concerns more than the frame, faults, or the fuel is used up.
///
/// Instructions on `int`s and `bool`s, loads, stores and jumps are carried out right here;
/// everything else calls out, so that the loop stays small.
pub(crate) fn exec(env: &Env<'_>, f: &mut Frame, fuel: &mut u64) -> Stop {
    loop {
        let stop = run(env, f, fuel);
        let Stop::Fault(fault) = stop else {
            return stop;
        };
        if let Err(fault) = absorb(f, fault) {
            return Stop::Fault(fault);
        }
    }
}

/// Gives a value fault to the guard, if that is the innermost scope.
fn absorb(f: &mut Frame, fault: Box<Fault>) -> Step {
    match f.scopes.last().map(|s| &s.kind) {
        Some(ScopeKind::Guard(to)) if fault.class == wfc_value::FaultClass::Value => {
            let to = to.index();
            if let Some(scope) = f.scopes.pop() {
                f.cut(&scope);
            }
            f.verdicts.push(Verdict::Fault(fault));
            f.pc = to;
            Ok(())
        }
        _ => Err(fault),
    }
}

/// On two `int`s: does what `$fast` says where that has an answer, else calls the kernel.
macro_rules! on_ints {
    ($f:ident, $env:ident, $cost:ident, $op:ident, |$a:ident, $b:ident| $fast:expr) => {{
        if let [.., x, y] = $f.stack.as_mut_slice()
            && let (Value::Int($a), Value::Int($b)) = (&*x, &*y)
            && let Some(v) = $fast
        {
            *x = v;
            $f.stack.pop();
            Ok(())
        } else {
            cold::binary($env, $f, &mut $cost, wfc_value::ops::BinaryOp::$op)
        }
    }};
}

/// The `bool` on top of the stack.
fn top_bool(f: &Frame) -> Result<bool, Box<Fault>> {
    match f.stack.last() {
        Some(Value::Bool(b)) => Ok(*b),
        Some(other) => Err(cold::no_bool(other)),
        None => Err(corrupt()),
    }
}

fn pop_bool(f: &mut Frame) -> Result<bool, Box<Fault>> {
    let b = top_bool(f)?;
    f.stack.pop();
    Ok(b)
}

#[allow(clippy::too_many_lines, reason = "a flat table of instructions")]
fn run(env: &Env<'_>, f: &mut Frame, fuel: &mut u64) -> Stop {
    let code = env.parts.code.as_slice();
    let mut left = *fuel;
    let mut pc = f.pc;
    let stop = loop {
        if left == 0 {
            break Stop::Fuel;
        }
        let Some(instr) = code.get(pc) else {
            break Stop::Fault(corrupt());
        };
        left -= 1;
        pc += 1;
        let mut cost = Cost::default();
        let jump = |when: bool, to: wfc_program::isa::Label, pc: &mut usize| {
            if when {
                *pc = to.index();
            }
        };
        let done: Step = match *instr {
            Instr::Const(k) => match env.parts.consts.get(k.index()) {
                Some(value) => {
                    f.stack.push(value.clone());
                    Ok(())
                }
                None => Err(corrupt()),
            },
            Instr::Int(n) => {
                f.stack.push(Value::Int(i64::from(n)));
                Ok(())
            }
            Instr::Bool(b) => {
                f.stack.push(Value::Bool(b));
                Ok(())
            }
            Instr::Null() => {
                f.stack.push(Value::Null);
                Ok(())
            }
            Instr::Load(s) => match f.slots.get(s.index()) {
                Some(Some(value)) => {
                    f.stack.push(value.clone());
                    Ok(())
                }
                _ => Err(cold::unset(env, s)),
            },
            Instr::Store(s) => match f.stack.pop() {
                Some(value) => store(env, f, s.index(), value),
                None => Err(corrupt()),
            },
            Instr::Pop() => {
                f.stack.pop();
                Ok(())
            }
            Instr::Not() => match f.stack.last_mut() {
                Some(Value::Bool(b)) => {
                    *b = !*b;
                    Ok(())
                }
                _ => cold::unary(f, wfc_value::ops::UnaryOp::Not),
            },
            Instr::Add() => {
                on_ints!(f, env, cost, Add, |a, b| a.checked_add(*b).map(Value::Int))
            }
            Instr::Sub() => {
                on_ints!(f, env, cost, Sub, |a, b| a.checked_sub(*b).map(Value::Int))
            }
            Instr::Mul() => {
                on_ints!(f, env, cost, Mul, |a, b| a.checked_mul(*b).map(Value::Int))
            }
            Instr::Div() => {
                on_ints!(f, env, cost, Div, |a, b| a.checked_div(*b).map(Value::Int))
            }
            Instr::Mod() => {
                on_ints!(f, env, cost, Mod, |a, b| a.checked_rem(*b).map(Value::Int))
            }
            Instr::Eq() => on_ints!(f, env, cost, Eq, |a, b| Some(Value::Bool(a == b))),
            Instr::Ne() => on_ints!(f, env, cost, Ne, |a, b| Some(Value::Bool(a != b))),
            Instr::Lt() => on_ints!(f, env, cost, Lt, |a, b| Some(Value::Bool(a < b))),
            Instr::Le() => on_ints!(f, env, cost, Le, |a, b| Some(Value::Bool(a <= b))),
            Instr::Gt() => on_ints!(f, env, cost, Gt, |a, b| Some(Value::Bool(a > b))),
            Instr::Ge() => on_ints!(f, env, cost, Ge, |a, b| Some(Value::Bool(a >= b))),
            Instr::Select(k) => cold::select(env, f, k),
            Instr::Jump(to) => {
                pc = to.index();
                Ok(())
            }
            Instr::JumpIf(to) => pop_bool(f).map(|b| jump(b, to, &mut pc)),
            Instr::JumpIfNot(to) => pop_bool(f).map(|b| jump(!b, to, &mut pc)),
            Instr::JumpIfKeep(to) => top_bool(f).map(|b| jump(b, to, &mut pc)),
            Instr::JumpIfNotKeep(to) => top_bool(f).map(|b| jump(!b, to, &mut pc)),
            Instr::IterNext(s, end) => iters::next(env, f, s).map(|more| jump(!more, end, &mut pc)),
            Instr::IterNext2(s, end) => {
                iters::next2(env, f, s).map(|more| jump(!more, end, &mut pc))
            }
            Instr::JumpVerdict(b, to) => {
                let hit = matches!(f.verdicts.last(), Some(Verdict::Bool(v)) if *v == b);
                jump(hit, to, &mut pc);
                Ok(())
            }
            Instr::ListPush() => cold::list_push(f, &mut cost),
            Instr::Append(s) => cold::append(env, f, &mut cost, s),
            other => match cold::other(env, f, &mut cost, other) {
                Some(done) => done,
                None => break Stop::Control(other),
            },
        };
        left = left.saturating_sub(cost.0);
        if let Err(fault) = done {
            break Stop::Fault(fault);
        }
        if cost.0 > CHURN
            && let Err(fault) = cold::check_live(env, f)
        {
            break Stop::Fault(fault);
        }
    };
    f.pc = pc;
    *fuel = left;
    stop
}

/// An instruction that costs more than this may have made much data: the stack is weighed.
const CHURN: u64 = 1024;

/// Sets a slot, within the limit on live data.
#[inline]
fn store(env: &Env<'_>, f: &mut Frame, slot: usize, value: Value) -> Step {
    if !f.set(slot, value) {
        return Err(corrupt());
    }
    if f.live > env.room {
        Err(cold::too_much())
    } else {
        Ok(())
    }
}
