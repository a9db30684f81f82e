//! Expressions: a walk of the tree, over the operators and functions that the machine uses too.

use wfc_compiler::analysis::Callee;
use wfc_compiler::ir::{Ex, ExId, Op};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Part, UnaryOp};
use wfc_value::funcs::{self, CallCtx};
use wfc_value::ops::{self, BinaryOp as Kernel, UnaryOp as UnaryKernel};
use wfc_value::{Duration, Fault, Key, List, Map, Type, Value};

use super::Run;
use super::state::{Exit, Extent, FiberId};

/// What an expression sees.
pub(super) struct Env<'e> {
    pub(super) vars: &'e [Option<Value>],
    /// The variables of comprehensions.
    pub(super) locals: Vec<Option<Value>>,
    pub(super) ctx: CallCtx,
}

type Given = Result<Value, Fault>;

impl Run<'_> {
    /// The value of an expression of the core.
    pub(super) fn value(&self, f: FiberId, id: ExId) -> Result<Value, Exit> {
        let (vars, now) = {
            let state = self.state();
            (state.fibers[f].vars.clone(), state.now)
        };
        let mut env = Env {
            vars: &vars,
            locals: vec![None; self.analysis.locals.len()],
            ctx: CallCtx::new(now),
        };
        let value = self.core_value(f, &mut env, id);
        value.map_err(|fault| self.fault(f, fault))
    }

    fn core_value(&self, f: FiberId, env: &mut Env<'_>, id: ExId) -> Given {
        match self.core.expr(id) {
            Ex::Source(e) => self.expr(env, *e),
            Ex::Const(value) => Ok(value.clone()),
            Ex::Slot(slot) => self.variable(env, slot.0 as usize),
            Ex::IsSet(slot) => Ok(Value::Bool(env.vars[slot.0 as usize].is_some())),
            Ex::Decode(of, ty) => {
                let value = self.core_value(f, env, *of)?;
                self.decoded(&value, ty)
            }
            Ex::Text(of) => funcs::join_text(&[self.core_value(f, env, *of)?]),
            Ex::Field(of, name) => ops::select(&self.core_value(f, env, *of)?, name),
            Ex::Record(fields) => {
                let mut entries = Vec::new();
                for (name, value) in fields {
                    entries.push((Key::from(&**name), self.core_value(f, env, *value)?));
                }
                Value::map(entries)
            }
            Ex::Items(of) => match self.core_value(f, env, *of)? {
                Value::Map(map) => Value::list(map.keys().map(Key::to_value).collect()),
                list @ Value::List(_) => Ok(list),
                other => Err(super::macros::no_items(&other)),
            },
            Ex::Op(op, args) => self.operation(f, env, *op, args),
            Ex::WayOut => Ok(Value::from(self.way_out(f))),
            Ex::Random => Ok(Value::Double(self.random())),
        }
    }

    fn way_out(&self, f: FiberId) -> &'static str {
        let state = self.state();
        let mut extents = state.fibers[f].extents.iter().rev();
        extents
            .find_map(|e| match e {
                Extent::Cleanup { how, .. } => Some(*how),
                _ => None,
            })
            .unwrap_or("done")
    }

    fn operation(&self, f: FiberId, env: &mut Env<'_>, op: Op, args: &[ExId]) -> Given {
        if let Op::And | Op::Or = op {
            // What lowering combines cannot fault.
            let decisive = Value::Bool(op == Op::Or);
            for arg in args {
                if self.core_value(f, env, *arg)? == decisive {
                    return Ok(decisive);
                }
            }
            return Ok(Value::Bool(op == Op::And));
        }
        let mut values = Vec::new();
        for arg in args {
            values.push(self.core_value(f, env, *arg)?);
        }
        let kernel = match op {
            Op::Eq => Kernel::Eq,
            Op::Lt => Kernel::Lt,
            Op::Ge => Kernel::Ge,
            Op::Add => Kernel::Add,
            Op::In => Kernel::In,
            Op::Index => Kernel::Index,
            Op::Not => return ops::unary(UnaryKernel::Not, &values[0]),
            Op::Now => return Ok(Value::Timestamp(env.ctx.now)),
            Op::Size => return call(env, "size", &values),
            Op::Slice => return call(env, "slice", &values),
            Op::Backoff => return call(env, "@backoff", &values),
            Op::And | Op::Or => return Ok(Value::Null),
        };
        ops::binary(kernel, &values[0], &values[1])
    }

    pub(super) fn variable(&self, env: &Env<'_>, slot: usize) -> Given {
        env.vars[slot].clone().ok_or_else(|| {
            let name = &self.core.slots[slot].name;
            Fault::expression(format!("`{name}` is not set here"))
        })
    }

    pub(super) fn decoded(&self, value: &Value, ty: &Type) -> Given {
        let table = &self.analysis.type_table;
        wfc_value::ty::decode(value, ty, table).map_err(Fault::from)
    }

    /// An expression of the file, read by the type that its field declares.
    pub(super) fn expr(&self, env: &mut Env<'_>, id: ExprId) -> Given {
        let value = match self.analysis.refs.get(&id) {
            Some(found) => self.reference(env, id, found)?,
            None => self.operator(env, id)?,
        };
        match self.analysis.expected.get(&id) {
            Some(ty) => self.decoded(&value, ty),
            None => Ok(value),
        }
    }

    fn operator(&self, env: &mut Env<'_>, id: ExprId) -> Given {
        Ok(match self.ast.exprs.kind(id) {
            ExprKind::Null | ExprKind::Error => Value::Null,
            ExprKind::Bool(b) => Value::Bool(*b),
            ExprKind::Int(n) => Value::Int(*n),
            ExprKind::Uint(n) => Value::Uint(*n),
            ExprKind::Double(n) => Value::Double(*n),
            ExprKind::String(s) => Value::string(&**s),
            ExprKind::Bytes(b) => Value::bytes(&**b),
            ExprKind::Duration(nanos) => Value::Duration(Duration::from_nanos(*nanos)),
            ExprKind::Ident { name, .. } => {
                return Err(Fault::expression(format!(
                    "undeclared reference to `{name}`"
                )));
            }
            ExprKind::Select {
                of,
                field,
                optional,
            } => {
                let of = self.expr(env, *of)?;
                return if *optional {
                    ops::opt_select(&of, &field.text)
                } else {
                    ops::select(&of, &field.text)
                };
            }
            ExprKind::Index {
                of,
                index,
                optional,
            } => {
                let (of, index) = (self.expr(env, *of)?, self.expr(env, *index)?);
                return if *optional {
                    ops::opt_index(&of, &index)
                } else {
                    ops::index(&of, &index)
                };
            }
            ExprKind::Unary { op, arg } => {
                let op = match op {
                    UnaryOp::Not => UnaryKernel::Not,
                    UnaryOp::Neg => UnaryKernel::Neg,
                };
                return ops::unary(op, &self.expr(env, *arg)?);
            }
            ExprKind::Binary {
                op, left, right, ..
            } => {
                return self.binary(env, *op, *left, *right);
            }
            ExprKind::Ternary { cond, then, other } => match self.expr(env, *cond)? {
                Value::Bool(true) => self.expr(env, *then)?,
                Value::Bool(false) => self.expr(env, *other)?,
                other => return Err(no_bool(&other)),
            },
            ExprKind::Template(parts) => {
                let mut pieces = Vec::new();
                for part in parts {
                    pieces.push(match part {
                        Part::Text(text, _) => Value::string(&**text),
                        Part::Expr(e) => self.expr(env, *e)?,
                    });
                }
                return funcs::join_text(&pieces);
            }
            ExprKind::List(_) | ExprKind::Map(_) => return self.container(env, id),
            ExprKind::Call { target, args, .. } => match self.analysis.callees.get(&id) {
                Some(Callee::Macro(found)) => return self.expand(env, found, *target, args),
                Some(Callee::Function { id, receiver }) => {
                    let mut values = Vec::new();
                    for e in target.iter().filter(|_| *receiver).chain(args) {
                        values.push(self.expr(env, *e)?);
                    }
                    return funcs::call(*id, &values, &env.ctx);
                }
                None => return Err(Fault::expression("unbound function")),
            },
        })
    }

    fn container(&self, env: &mut Env<'_>, id: ExprId) -> Given {
        match self.ast.exprs.kind(id) {
            ExprKind::List(items) => {
                let mut list = List::default();
                for item in items {
                    let value = self.expr(env, item.value)?;
                    if let Some(value) = present(value, item.optional)? {
                        list.push(value)?;
                    }
                }
                Ok(Value::List(list))
            }
            ExprKind::Map(entries) => {
                let mut map = Map::default();
                for entry in entries {
                    let key = self.expr(env, entry.key)?;
                    let value = self.expr(env, entry.value)?;
                    if let Some(value) = present(value, entry.optional)? {
                        put(&mut map, &key, value)?;
                    }
                }
                Ok(Value::Map(map))
            }
            _ => Ok(Value::Null),
        }
    }

    /// `&&` and `||` absorb the fault of one side when the other decides.
    fn binary(&self, env: &mut Env<'_>, op: BinaryOp, left: ExprId, right: ExprId) -> Given {
        if let BinaryOp::And | BinaryOp::Or = op {
            let decisive = op == BinaryOp::Or;
            let left = self.expr(env, left).and_then(|v| truth(&v));
            if left == Ok(decisive) {
                return Ok(Value::Bool(decisive));
            }
            let absorbable = |fault: &Fault| fault.class == wfc_value::FaultClass::Value;
            if let Err(fault) = &left
                && !absorbable(fault)
            {
                return Err(fault.clone());
            }
            let right = self.expr(env, right).and_then(|v| truth(&v));
            return match (left, right) {
                (_, Ok(b)) if b == decisive => Ok(Value::Bool(decisive)),
                (_, Err(fault)) if !absorbable(&fault) => Err(fault),
                (Err(fault), _) | (_, Err(fault)) => Err(fault),
                _ => Ok(Value::Bool(!decisive)),
            };
        }
        let kernel = match op {
            BinaryOp::Eq => Kernel::Eq,
            BinaryOp::Ne => Kernel::Ne,
            BinaryOp::Lt => Kernel::Lt,
            BinaryOp::Le => Kernel::Le,
            BinaryOp::Gt => Kernel::Gt,
            BinaryOp::Ge => Kernel::Ge,
            BinaryOp::In => Kernel::In,
            BinaryOp::Add => Kernel::Add,
            BinaryOp::Sub => Kernel::Sub,
            BinaryOp::Mul => Kernel::Mul,
            BinaryOp::Div => Kernel::Div,
            BinaryOp::Mod | BinaryOp::And | BinaryOp::Or => Kernel::Mod,
        };
        let (left, right) = (self.expr(env, left)?, self.expr(env, right)?);
        ops::binary(kernel, &left, &right)
    }

    /// The next number of the run's own sequence: `SplitMix64` from the execution's id by FNV-1a.
    fn random(&self) -> f64 {
        let seed = self
            .meta
            .execution
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
                (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        let mut state = self.state();
        state.randoms += 1;
        let mut z = seed.wrapping_add(state.randoms.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Calls a function by its name.
pub(super) fn call(env: &Env<'_>, name: &str, args: &[Value]) -> Given {
    match funcs::find(name) {
        Some((id, _)) => funcs::call(id, args, &env.ctx),
        None => Err(Fault::expression("unbound function")),
    }
}

pub(super) fn truth(value: &Value) -> Result<bool, Fault> {
    match value {
        Value::Bool(b) => Ok(*b),
        other => Err(no_bool(other)),
    }
}

pub(super) fn no_bool(found: &Value) -> Fault {
    let found = found.type_name();
    Fault::expression(format!(
        "no such overload: a bool is needed here, not a {found}"
    ))
}

/// What an optional holds, where one is written.
fn present(value: Value, optional: bool) -> Result<Option<Value>, Fault> {
    match value {
        value if !optional => Ok(Some(value)),
        Value::Optional(inner) => Ok(inner.map(|v| Value::clone(&v))),
        other => Err(Fault::expression(format!(
            "a value that may be absent (an optional) is needed here, not a {}",
            other.type_name()
        ))),
    }
}

/// Adds an entry that must not be there.
pub(super) fn put(map: &mut Map, key: &Value, value: Value) -> Result<(), Fault> {
    let Some(key) = Key::from_value(key) else {
        let found = key.type_name();
        let message = format!("unsupported key type: a map has no {found} keys");
        return Err(Fault::expression(message));
    };
    if map.get(&key).is_some() {
        return Err(Fault::expression(format!(
            "the map's key `{key}` is given twice"
        )));
    }
    map.insert(key, value).map(|_| ())
}
