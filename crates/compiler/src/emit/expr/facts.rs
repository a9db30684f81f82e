//! What is known of expressions before they run: constants, and whether they can fault.

use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Part, UnaryOp};
use wfc_value::fault::{FaultClass, FaultCode};
use wfc_value::funcs::CallCtx;
use wfc_value::ops::{self, BinaryOp as Kernel, UnaryOp as UnaryKernel};
use wfc_value::{Duration, Fault, Key, Type, Value};

use super::super::Emitter;
use crate::analysis::{Callee, Ref};

/// The cost that folding one call may run up.
const FOLD_COST: u64 = 10_000;
/// The logical size that a folded value may have: programs stay small.
const FOLD_SIZE: u64 = 4_096;

/// What is known of each expression, by `ExprId`.
pub(in crate::emit) struct Facts {
    known: Vec<Option<Fact>>,
}

/// What is known of one expression.
struct Fact {
    /// The value, of a constant.
    value: Option<Value>,
    /// Whether evaluating it can raise a value fault.
    faults: bool,
}

impl Facts {
    pub(in crate::emit) fn new(len: usize) -> Self {
        Self {
            known: std::iter::repeat_with(|| None).take(len).collect(),
        }
    }

    fn get(&self, id: ExprId) -> Option<&Fact> {
        self.known.get(id.index())?.as_ref()
    }
}

impl Emitter<'_> {
    /// Finds out about an expression and all its parts, each once.
    pub(in crate::emit) fn look_at(&mut self, root: ExprId) {
        let mut work = vec![(root, false)];
        while let Some((id, parts_known)) = work.pop() {
            if self.facts.get(id).is_some() {
                continue;
            }
            if !parts_known {
                work.push((id, true));
                self.exprs.children(id, |child| work.push((child, false)));
                continue;
            }
            let value = self.fold(id).and_then(|v| self.as_declared(id, v));
            let faults = value.is_none() && (self.declared_for(id).is_some() || self.may_fault(id));
            if let Some(cell) = self.facts.known.get_mut(id.index()) {
                *cell = Some(Fact { value, faults });
            }
        }
    }

    /// The value of a constant.
    pub(in crate::emit) fn folded(&self, id: ExprId) -> Option<&Value> {
        self.facts.get(id)?.value.as_ref()
    }

    /// The value fault that an expression of constants always raises.
    pub(in crate::emit) fn failure(&self, id: ExprId) -> Option<Fault> {
        if self.folded(id).is_some() || *self.type_of(id) == Type::Error {
            return None;
        }
        let fault = self.fold_operation(id)?.err()?;
        // What costs too much to fold may well be computed by a run.
        let by_value = matches!(
            fault.code,
            FaultCode::ExpressionError | FaultCode::ParseError
        );
        (fault.class == FaultClass::Value && by_value).then_some(fault)
    }

    /// Whether evaluating the expression can raise a value fault.
    pub(super) fn faults(&self, id: ExprId) -> bool {
        self.facts.get(id).is_none_or(|f| f.faults)
    }

    pub(super) fn type_of(&self, id: ExprId) -> &Type {
        self.analysis.types.get(id.index()).unwrap_or(&Type::Dyn)
    }

    /// Whether the value surely is a `bool`.
    pub(super) fn is_bool(&self, id: ExprId) -> bool {
        self.type_of(id).widened() == Type::Bool
    }

    fn fold(&self, id: ExprId) -> Option<Value> {
        let value = match self.exprs.kind(id) {
            ExprKind::Null => Value::Null,
            ExprKind::Bool(b) => Value::Bool(*b),
            ExprKind::Int(i) => Value::Int(*i),
            ExprKind::Uint(u) => Value::Uint(*u),
            ExprKind::Double(d) => Value::Double(*d),
            ExprKind::String(s) => return Some(Value::string(&**s)),
            ExprKind::Bytes(b) => return Some(Value::bytes(&**b)),
            ExprKind::Duration(nanos) => Value::Duration(Duration::from_nanos(*nanos)),
            ExprKind::Ident { .. } => return self.fold_name(id),
            _ if self.analysis.refs.contains_key(&id) => return self.fold_name(id),
            // A fault is left to the run: `catch` may want it, and a branch may never be taken.
            _ => self.fold_operation(id)?.ok()?,
        };
        (value.size() <= FOLD_SIZE).then_some(value)
    }

    /// The constant, read as the type that is declared for it.
    fn as_declared(&self, id: ExprId, value: Value) -> Option<Value> {
        match self.declared_for(id) {
            Some(ty) => wfc_value::ty::decode(&value, ty, &self.analysis.type_table).ok(),
            None => Some(value),
        }
    }

    fn fold_name(&self, id: ExprId) -> Option<Value> {
        match self.analysis.refs.get(&id)? {
            Ref::TypeName(ty) => Some(super::refs::type_value(ty)),
            _ => None,
        }
    }

    fn fold_operation(&self, id: ExprId) -> Option<Result<Value, Fault>> {
        let of = |id: ExprId| self.folded(id);
        Some(match self.exprs.kind(id) {
            ExprKind::Unary { op, arg } => {
                let op = match op {
                    UnaryOp::Not => UnaryKernel::Not,
                    UnaryOp::Neg => UnaryKernel::Neg,
                };
                ops::unary(op, of(*arg)?)
            }
            ExprKind::Binary {
                op, left, right, ..
            } => return self.fold_binary(*op, *left, *right),
            ExprKind::Ternary { cond, then, other } => match of(*cond)? {
                Value::Bool(true) => Ok(of(*then)?.clone()),
                Value::Bool(false) => Ok(of(*other)?.clone()),
                _ => return None,
            },
            ExprKind::Select {
                of: operand,
                field,
                optional,
            } => {
                let operand = of(*operand)?;
                if *optional {
                    ops::opt_select(operand, &field.text)
                } else {
                    ops::select(operand, &field.text)
                }
            }
            ExprKind::Index {
                of: operand,
                index,
                optional,
            } => {
                let (operand, index) = (of(*operand)?, of(*index)?);
                if *optional {
                    ops::opt_index(operand, index)
                } else {
                    ops::index(operand, index)
                }
            }
            ExprKind::List(items) => {
                let values = items
                    .iter()
                    .map(|i| of(i.value).filter(|_| !i.optional).cloned());
                Value::list(values.collect::<Option<Vec<_>>>()?)
            }
            ExprKind::Map(entries) => {
                let pairs = entries.iter().map(|e| {
                    let key = Key::from_value(of(e.key)?)?;
                    Some((key, of(e.value).filter(|_| !e.optional)?.clone()))
                });
                Value::map(pairs.collect::<Option<Vec<_>>>()?)
            }
            ExprKind::Template(parts) => {
                let pieces = parts.iter().map(|part| match part {
                    Part::Text(text, _) => Some(Value::string(&**text)),
                    Part::Expr(e) => of(*e).cloned(),
                });
                wfc_value::funcs::join_text(&pieces.collect::<Option<Vec<_>>>()?)
            }
            ExprKind::Call { target, args, .. } => return self.fold_call(id, *target, args),
            _ => return None,
        })
    }

    fn fold_binary(
        &self,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    ) -> Option<Result<Value, Fault>> {
        let (a, b) = (self.folded(left), self.folded(right));
        let kernel = match op {
            BinaryOp::And | BinaryOp::Or => {
                let absorbing = Value::Bool(op == BinaryOp::Or);
                // One operand may decide alone, whatever the other does.
                if a == Some(&absorbing) || b == Some(&absorbing) {
                    return Some(Ok(absorbing));
                }
                let both = matches!((a, b), (Some(Value::Bool(_)), Some(Value::Bool(_))));
                return both.then(|| Ok(Value::Bool(op == BinaryOp::And)));
            }
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
            BinaryOp::Mod => Kernel::Mod,
        };
        Some(ops::binary(kernel, a?, b?))
    }

    fn fold_call(
        &self,
        id: ExprId,
        target: Option<ExprId>,
        args: &[ExprId],
    ) -> Option<Result<Value, Fault>> {
        let Some(Callee::Function {
            id: function,
            receiver,
        }) = self.analysis.callees.get(&id)
        else {
            return None;
        };
        if !wfc_value::funcs::get(*function)?.foldable {
            return None;
        }
        let receiver = target.filter(|_| *receiver);
        let values = receiver
            .iter()
            .chain(args)
            .map(|e| self.folded(*e).cloned());
        let values = values.collect::<Option<Vec<_>>>()?;
        let mut ctx = CallCtx::default();
        ctx.meter = wfc_value::funcs::Meter::new(FOLD_COST);
        Some(wfc_value::funcs::call(*function, &values, &ctx))
    }
}
