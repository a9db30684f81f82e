//! Evaluating nodes: as any value, or as the one type that is asked for, which then stays in a register.

use std::cmp::Ordering;

use wfc_value::ops::{self, BinaryOp, UnaryOp};
use wfc_value::{Value, funcs, ty};

use super::node::{If, Node};
use super::{Env, text};
use crate::exec::on_ints;

/// Whether an order is what a comparison asks for.
#[inline]
fn holds(op: BinaryOp, order: Ordering) -> bool {
    match op {
        BinaryOp::Eq => order.is_eq(),
        BinaryOp::Ne => order.is_ne(),
        BinaryOp::Lt => order.is_lt(),
        BinaryOp::Le => order.is_le(),
        BinaryOp::Gt => order.is_gt(),
        _ => order.is_ge(),
    }
}

impl Node {
    /// What is at a place.
    #[inline]
    pub(super) fn place<'e>(&'e self, env: Env<'e>) -> Option<&'e Value> {
        match self {
            Node::Slot(slot) => env.slot(*slot),
            Node::Local(out) => env.local(*out),
            Node::Const(value) => Some(value),
            _ => self.inner_place(env),
        }
    }

    #[inline(never)]
    fn inner_place<'e>(&'e self, env: Env<'e>) -> Option<&'e Value> {
        match self {
            Node::Field(of, name) => match of.place(env)? {
                Value::Map(map) => map.get_str(name),
                _ => None,
            },
            Node::Item(of, at) => match of.place(env)? {
                Value::List(list) => list.get(usize::try_from(*at).ok()?),
                Value::Map(map) => map.get_value(&Value::Int(*at)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Looks at the value.
    #[inline]
    pub(super) fn look<'e, T>(
        &'e self,
        env: Env<'e>,
        at: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        if self.is_place() {
            at(self.place(env)?)
        } else {
            at(&self.value(env)?)
        }
    }

    /// Looks at two values.
    #[inline]
    pub(super) fn look_both<'e, T>(
        &'e self,
        other: &'e Node,
        env: Env<'e>,
        at: impl FnOnce(&Value, &Value) -> Option<T>,
    ) -> Option<T> {
        self.look(env, |a| other.look(env, |b| at(a, b)))
    }

    /// The value.
    pub(super) fn value<'e>(&'e self, env: Env<'e>) -> Option<Value> {
        match self {
            Node::Const(_) | Node::Slot(_) | Node::Local(_) | Node::Field(..) | Node::Item(..) => {
                match self.place(env)? {
                    Value::Int(n) => Some(Value::Int(*n)),
                    Value::String(s) => Some(Value::String(s.clone())),
                    other => Some(other.clone()),
                }
            }
            Node::Ints(..) | Node::Size(_) => self.int(env).map(Value::Int),
            Node::Doubles(..) | Node::ToDouble(_) => self.double(env).map(Value::Double),
            Node::CompareInts(..)
            | Node::CompareDoubles(..)
            | Node::CompareInt(..)
            | Node::IsText(..)
            | Node::Not(_)
            | Node::Has(..)
            | Node::IsSet(_)
            | Node::Text(..)
            | Node::And(..)
            | Node::Or(..)
            | Node::Quantifier(_) => self.bool(env).map(Value::Bool),
            Node::Neg(a) => a.look(env, |a| ops::unary(UnaryOp::Neg, a).ok()),
            Node::Binary(op, a, b) => a.look_both(b, env, |a, b| binary(env, *op, a, b)),
            Node::Select(of, name) => of.look(env, |of| ops::select(of, name).ok()),
            Node::If(way) => {
                let (node, fuel) = way.taken(env)?;
                env.charge(*fuel)?;
                node.value(env)
            }
            _ => self.made(env),
        }
    }

    /// What is called, or made.
    #[inline(never)]
    fn made<'e>(&'e self, env: Env<'e>) -> Option<Value> {
        match self {
            Node::Call(id, args) => call(env, *id, args),
            Node::ToText(a) => a.look(env, |a| text::to_text(env, a)),
            Node::Concat(pieces) => text::concat(env, pieces),
            Node::Join(pieces) => text::join(env, pieces),
            Node::Decode(a, t) => {
                let wanted = env.ground.program.types.get(t.index())?;
                let value = a.value(env)?;
                env.charge_for(1 + value.size() / 8)?;
                ty::decode(&value, wanted, &env.ground.program.type_table).ok()
            }
            Node::Let(value, body) => {
                let value = value.value(env)?;
                super::loops::light(&value)?;
                let scope = super::Scope {
                    value: &value,
                    outer: env.scope,
                };
                body.value(env.within(&scope))
            }
            Node::List(items) => super::make::list(env, items),
            Node::Map(entries) => super::make::map(env, entries),
            Node::Record(fields) => super::make::record(env, fields),
            Node::Make(make) => make.run(env),
            _ => None,
        }
    }

    /// The value, where it is an `int`.
    pub(super) fn int<'e>(&'e self, env: Env<'e>) -> Option<i64> {
        match self {
            Node::Slot(slot) => env.slot(*slot)?.as_int(),
            Node::Const(value) => value.as_int(),
            Node::Local(out) => env.local(*out)?.as_int(),
            // Only two `int`s give an `int`; what else gives none here is no arithmetic.
            Node::Ints(op, a, b) | Node::Binary(op, a, b) if *op != BinaryOp::Index => {
                let (a, b) = (a.leaf_int(env)?, b.leaf_int(env)?);
                match op {
                    BinaryOp::Add => a.checked_add(b),
                    BinaryOp::Sub => a.checked_sub(b),
                    BinaryOp::Mul => a.checked_mul(b),
                    BinaryOp::Div => a.checked_div(b),
                    BinaryOp::Mod => a.checked_rem(b),
                    _ => None,
                }
            }
            Node::Size(a) => a.look(env, |a| size(env, a)),
            Node::If(way) => {
                let (node, fuel) = way.taken(env)?;
                env.charge(*fuel)?;
                node.int(env)
            }
            _ => self.look(env, |value| value.as_int()),
        }
    }

    /// The same, with no call where it is a variable or a constant.
    #[inline(always)]
    fn leaf_int<'e>(&'e self, env: Env<'e>) -> Option<i64> {
        match self {
            Node::Slot(slot) => env.slot(*slot)?.as_int(),
            Node::Const(value) => value.as_int(),
            Node::Local(out) => env.local(*out)?.as_int(),
            _ => self.int(env),
        }
    }

    /// The value, where it is a `double`.
    pub(super) fn double<'e>(&'e self, env: Env<'e>) -> Option<f64> {
        match self {
            Node::Doubles(op, a, b) => {
                let (a, b) = (a.double(env)?, b.double(env)?);
                Some(match op {
                    BinaryOp::Add => a + b,
                    BinaryOp::Sub => a - b,
                    BinaryOp::Mul => a * b,
                    BinaryOp::Div => a / b,
                    _ => return None,
                })
            }
            Node::ToDouble(a) => a.look(env, |a| match a {
                Value::Int(n) => Some(*n as f64),
                Value::Double(d) => Some(*d),
                Value::Uint(n) => Some(*n as f64),
                _ => None,
            }),
            _ => self.look(env, |value| match value {
                Value::Double(d) => Some(*d),
                _ => None,
            }),
        }
    }

    /// The value, where it is a `bool`.
    pub(super) fn bool<'e>(&'e self, env: Env<'e>) -> Option<bool> {
        match self {
            Node::CompareInt(op, a, n) => {
                let a = a.place(env)?;
                if let Value::Int(a) = a {
                    return Some(holds(*op, a.cmp(n)));
                }
                compare(env, *op, a, &Value::Int(*n))
            }
            Node::CompareInts(op, a, b) => {
                let (a, b) = (a.leaf_int(env)?, b.leaf_int(env)?);
                Some(holds(*op, a.cmp(&b)))
            }
            Node::CompareDoubles(op, a, b) => {
                let (a, b) = (a.double(env)?, b.double(env)?);
                Some(match a.partial_cmp(&b) {
                    Some(order) => holds(*op, order),
                    None => *op == BinaryOp::Ne,
                })
            }
            Node::IsText(wanted, a, s) => match a.place(env)? {
                Value::String(a) => Some((a == s) == *wanted),
                Value::Secret(_) => None,
                _ => Some(!wanted),
            },
            Node::Not(a) => Some(!a.bool(env)?),
            Node::And(a, b, fuel) => {
                if !a.bool(env)? {
                    return Some(false);
                }
                env.charge(*fuel)?;
                b.bool(env)
            }
            Node::Or(a, b, fuel) => {
                if a.bool(env)? {
                    return Some(true);
                }
                env.charge(*fuel)?;
                b.bool(env)
            }
            Node::Text(test, a, b) => a.look_both(b, env, |a, b| text::test(env, *test, a, b)),
            Node::Has(of, name) => of.look(env, |of| match of {
                Value::Map(map) => Some(map.get_str(name).is_some()),
                other => ops::has_field(other, name).ok(),
            }),
            Node::IsSet(slot) => Some(env.slot(*slot).is_some()),
            Node::Quantifier(quantifier) => quantifier.run(env),
            Node::Binary(op, a, b) => a.look_both(b, env, |a, b| compare(env, *op, a, b)),
            Node::If(way) => {
                let (node, fuel) = way.taken(env)?;
                env.charge(*fuel)?;
                node.bool(env)
            }
            _ => self.look(env, |value| value.as_bool()),
        }
    }
}

impl If {
    #[inline]
    fn taken<'e>(&'e self, env: Env<'e>) -> Option<&'e (Node, u64)> {
        Some(if self.cond.bool(env)? {
            &self.then
        } else {
            &self.other
        })
    }
}

/// An operator on any two values.
#[inline]
fn binary(env: Env<'_>, op: BinaryOp, a: &Value, b: &Value) -> Option<Value> {
    if let (Value::Int(a), Value::Int(b)) = (a, b)
        && let Some(value) = on_ints(op, *a, *b)
    {
        return Some(value);
    }
    on_any(env, op, a, b)
}

#[inline(never)]
fn on_any(env: Env<'_>, op: BinaryOp, a: &Value, b: &Value) -> Option<Value> {
    env.charge_for(ops::binary_cost(op, a, b))?;
    ops::binary(op, a, b).ok()
}

/// An operator that gives a `bool`.
#[inline]
fn compare(env: Env<'_>, op: BinaryOp, a: &Value, b: &Value) -> Option<bool> {
    if let (BinaryOp::In, Value::Int(n), Value::List(list)) = (op, a, b) {
        env.charge_for(ops::in_cost(1, list.len()))?;
        for item in list {
            match item {
                Value::Int(item) if item == n => return Some(true),
                Value::Int(_) => {}
                // Numbers of other types may be equal, and secrets tell nothing.
                _ => return ops::contains(a, b).ok(),
            }
        }
        return Some(false);
    }
    binary(env, op, a, b)?.as_bool()
}

fn size(env: Env<'_>, of: &Value) -> Option<i64> {
    let n = match of {
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::String(s) => {
            env.charge_for(s.len() as u64 / 64)?;
            s.chars().count()
        }
        _ => return None,
    };
    i64::try_from(n).ok()
}

/// Calls a function by the kernels' table.
fn call(env: Env<'_>, id: wfc_value::FnId, args: &[Node]) -> Option<Value> {
    let ctx = env.ground.ctx;
    let carried = |args: &[Value]| {
        ctx.meter.reset();
        let value = funcs::call(id, args, ctx).ok()?;
        env.charge_for(ctx.meter.spent())?;
        Some(value)
    };
    match args {
        [] => carried(&[]),
        [a] => a.look(env, |a| carried(std::slice::from_ref(a))),
        [a, b] => carried(&[a.value(env)?, b.value(env)?]),
        [a, b, c] => carried(&[a.value(env)?, b.value(env)?, c.value(env)?]),
        more => {
            let args: Option<Vec<Value>> = more.iter().map(|arg| arg.value(env)).collect();
            carried(&args?)
        }
    }
}
