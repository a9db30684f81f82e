//! The loop that runs instructions which concern one fiber alone.

mod cold;
mod fused;
mod iters;

use wfc_program::isa::Instr;
use wfc_program::{Facts, Op, Parts};
use wfc_value::{CallCtx, Fault, Value};

use crate::frame::{Frame, Verdict};
use crate::scope::ScopeKind;
use fused::Fused;
pub(crate) use fused::on_ints;

/// What instructions may look at besides their frame.
pub(crate) struct Env<'a> {
    pub(crate) parts: &'a Parts,
    /// What is carried out at each instruction of the parts.
    pub(crate) ops: &'a [Op],
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

/// Where code goes on after an instruction that the loop does not carry out itself.
enum Next {
    /// At the next instruction.
    On,
    /// At this one.
    To(usize),
    /// With the machine: the instruction concerns more than the frame.
    Control,
}

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

/// A copy of a value; scalars without going through every kind of value.
#[inline]
fn copy(value: &Value) -> Value {
    match value {
        Value::Int(n) => Value::Int(*n),
        Value::Bool(b) => Value::Bool(*b),
        other => other.clone(),
    }
}

/// Drops a value that is known to be an `int` or a `bool`: there is nothing to let go of, and
/// the loop is shorter without the look.
#[inline]
fn drop_scalar(value: Option<Value>) {
    std::mem::forget(value);
}

/// On two `int`s: puts what `$fast` says in the place of the first, where that has an answer,
/// and goes on with the next instruction.
macro_rules! on_ints {
    ($f:ident, |$a:ident, $b:ident| $fast:expr) => {{
        if let [.., x, y] = $f.stack.as_mut_slice()
            && let (Value::Int($a), Value::Int($b)) = (&*x, &*y)
            && let Some(v) = $fast
        {
            drop_scalar(Some(std::mem::replace(x, v)));
            drop_scalar($f.stack.pop());
            continue;
        }
    }};
}

/// On a `bool` on top of the stack: goes to `$to` when it is `$when`, and on. `$keep` says
/// whether the `bool` stays.
macro_rules! on_bool {
    ($f:ident, $pc:ident, $to:ident, $when:expr, $keep:expr) => {{
        if let Some(Value::Bool(b)) = $f.stack.last() {
            if *b == $when {
                $pc = $to.index();
            }
            if !$keep {
                drop_scalar($f.stack.pop());
            }
            continue;
        }
    }};
}

/// On two truth values among the verdicts: puts one in the place of the first, and goes on.
macro_rules! on_verdicts {
    ($f:ident, |$a:ident, $b:ident| $both:expr) => {{
        if let [.., Verdict::Bool(x), Verdict::Bool(y)] = $f.verdicts.as_mut_slice() {
            let ($a, $b) = (*x, *y);
            *x = $both;
            $f.verdicts.pop();
            continue;
        }
    }};
}

/// The arms carry out what is frequent and cheap, and `continue`; what they do not finish is
/// left to [`slow`], where it begins anew. An arm that does not finish must have changed nothing.
#[allow(clippy::too_many_lines, reason = "a flat table of instructions")]
fn run(env: &Env<'_>, f: &mut Frame, fuel: &mut u64) -> Stop {
    let ops = env.ops;
    let consts = env.parts.consts.as_slice();
    let mut left = *fuel;
    let mut pc = f.pc;
    let stop = loop {
        let Some(less) = left.checked_sub(1) else {
            break Stop::Fuel;
        };
        let Some(op) = ops.get(pc) else {
            break Stop::Fault(corrupt());
        };
        left = less;
        pc += 1;
        let instr = match *op {
            Op::One(instr) => instr,
            several => match fused::run(env, f, several, &mut left) {
                Fused::Done(more) => {
                    pc += more;
                    continue;
                }
                Fused::Fault(more, fault) => {
                    pc += more;
                    break Stop::Fault(fault);
                }
                Fused::Singly => match env.parts.code.get(pc.wrapping_sub(1)) {
                    Some(instr) => *instr,
                    None => break Stop::Fault(corrupt()),
                },
            },
        };
        match instr {
            Instr::Const(k) => {
                if let Some(value) = consts.get(k.index()) {
                    f.stack.push(copy(value));
                    continue;
                }
            }
            Instr::Int(n) => {
                f.stack.push(Value::Int(i64::from(n)));
                continue;
            }
            Instr::Bool(b) => {
                f.stack.push(Value::Bool(b));
                continue;
            }
            Instr::Null() => {
                f.stack.push(Value::Null);
                continue;
            }
            Instr::Load(s) => {
                if let Some(Some(value)) = f.slots.get(s.index()) {
                    f.stack.push(copy(value));
                    f.disown(s.index());
                    continue;
                }
            }
            Instr::Store(s) => {
                // Where neither value holds data nothing is to be counted.
                if let Some(Value::Int(_) | Value::Bool(_)) = f.stack.last()
                    && let Some(place @ (None | Some(Value::Int(_) | Value::Bool(_)))) =
                        f.slots.get_mut(s.index())
                {
                    drop_scalar(std::mem::replace(place, f.stack.pop()));
                    continue;
                }
            }
            Instr::Pop() => {
                f.stack.pop();
                continue;
            }
            Instr::Not() => {
                if let Some(Value::Bool(b)) = f.stack.last_mut() {
                    *b = !*b;
                    continue;
                }
            }
            Instr::Add() => on_ints!(f, |a, b| a.checked_add(*b).map(Value::Int)),
            Instr::Sub() => on_ints!(f, |a, b| a.checked_sub(*b).map(Value::Int)),
            Instr::Mul() => on_ints!(f, |a, b| a.checked_mul(*b).map(Value::Int)),
            Instr::Div() => on_ints!(f, |a, b| a.checked_div(*b).map(Value::Int)),
            Instr::Mod() => on_ints!(f, |a, b| a.checked_rem(*b).map(Value::Int)),
            Instr::Eq() => on_ints!(f, |a, b| Some(Value::Bool(a == b))),
            Instr::Ne() => on_ints!(f, |a, b| Some(Value::Bool(a != b))),
            Instr::Lt() => on_ints!(f, |a, b| Some(Value::Bool(a < b))),
            Instr::Le() => on_ints!(f, |a, b| Some(Value::Bool(a <= b))),
            Instr::Gt() => on_ints!(f, |a, b| Some(Value::Bool(a > b))),
            Instr::Ge() => on_ints!(f, |a, b| Some(Value::Bool(a >= b))),
            Instr::Jump(to) => {
                pc = to.index();
                continue;
            }
            Instr::IterNext(s, _) if iters::next_scalar(f, s) => {
                f.disown(s.index());
                continue;
            }
            Instr::Return() => break Stop::Control(instr),
            Instr::Guard(to) => {
                f.enter(ScopeKind::Guard(to));
                continue;
            }
            Instr::Unguard() => {
                if let Some(Value::Bool(b)) = f.stack.last() {
                    f.verdicts.push(Verdict::Bool(*b));
                    drop_scalar(f.stack.pop());
                    f.scopes.pop();
                    continue;
                }
            }
            Instr::Verdict(b) => {
                f.verdicts.push(Verdict::Bool(b));
                continue;
            }
            Instr::And() => on_verdicts!(f, |a, b| a && b),
            Instr::Or() => on_verdicts!(f, |a, b| a || b),
            Instr::JumpVerdict(b, to) => {
                if matches!(f.verdicts.last(), Some(Verdict::Bool(v)) if *v == b) {
                    pc = to.index();
                }
                continue;
            }
            Instr::Settle() => {
                if let Some(Verdict::Bool(b)) = f.verdicts.last() {
                    f.stack.push(Value::Bool(*b));
                    f.verdicts.pop();
                    continue;
                }
            }
            Instr::JumpIf(to) => on_bool!(f, pc, to, true, false),
            Instr::JumpIfNot(to) => on_bool!(f, pc, to, false, false),
            Instr::JumpIfKeep(to) => on_bool!(f, pc, to, true, true),
            Instr::JumpIfNotKeep(to) => on_bool!(f, pc, to, false, true),
            _ => {}
        }
        let (cost, next) = slow(env, f, instr);
        left = left.saturating_sub(cost);
        match next {
            Ok(Next::On) => {}
            Ok(Next::To(to)) => pc = to,
            Ok(Next::Control) => break Stop::Control(instr),
            Err(fault) => break Stop::Fault(fault),
        }
    };
    f.pc = pc;
    *fuel = left;
    stop
}

/// Carries out an instruction of any kind, for the loop; also says what more it costs.
#[inline(never)]
fn slow(env: &Env<'_>, f: &mut Frame, instr: Instr) -> (u64, Result<Next, Box<Fault>>) {
    let mut cost = Cost::default();
    let next = cold::carry_out(env, f, &mut cost, instr);
    if cost.0 > CHURN
        && next.is_ok()
        && let Err(fault) = cold::check_live(env, f)
    {
        return (cost.0, Err(fault));
    }
    (cost.0, next)
}

/// An instruction that costs more than this may have made much data: the stack is weighed.
pub(crate) const CHURN: u64 = 1024;

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
