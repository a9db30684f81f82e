//! Operators: which types they take, and what they give.

use wfc_syntax::expr::{BinaryOp, ExprId};
use wfc_syntax::span::Span;
use wfc_value::ty::{Literal, Type, union};

use crate::analysis::checker::Checker;
use crate::analysis::joining::join;
use crate::analysis::tables::Ref;
use crate::rules::types::{maybe_null, never_equal, no_operator};

/// More pairs of union members than an operator is tried on one by one.
const MAX_PAIRS: usize = 256;

/// Overloads of the arithmetic operators on scalars: left, right, result.
fn arithmetic(op: BinaryOp) -> &'static [(Type, Type, Type)] {
    use Type::{Bytes, Double, Duration, Int, String, Timestamp, Uint};
    const ADD: &[(Type, Type, Type)] = &[
        (Int, Int, Int),
        (Uint, Uint, Uint),
        (Double, Double, Double),
        (String, String, String),
        (Bytes, Bytes, Bytes),
        (Timestamp, Duration, Timestamp),
        (Duration, Timestamp, Timestamp),
        (Duration, Duration, Duration),
    ];
    const SUB: &[(Type, Type, Type)] = &[
        (Int, Int, Int),
        (Uint, Uint, Uint),
        (Double, Double, Double),
        (Timestamp, Timestamp, Duration),
        (Timestamp, Duration, Timestamp),
        (Duration, Duration, Duration),
    ];
    const MUL: &[(Type, Type, Type)] = &[
        (Int, Int, Int),
        (Uint, Uint, Uint),
        (Double, Double, Double),
    ];
    const MOD: &[(Type, Type, Type)] = &[(Int, Int, Int), (Uint, Uint, Uint)];
    match op {
        BinaryOp::Add => ADD,
        BinaryOp::Sub => SUB,
        BinaryOp::Mul | BinaryOp::Div => MUL,
        BinaryOp::Mod => MOD,
        _ => &[],
    }
}

const NUMBERS: &[Type] = &[Type::Int, Type::Uint, Type::Double];

/// What `<` and its like compare with their own kind.
const ORDERED: &[Type] = &[
    Type::Bool,
    Type::String,
    Type::Bytes,
    Type::Timestamp,
    Type::Duration,
];

impl Checker<'_> {
    pub(super) fn negate(&mut self, id: ExprId, arg: ExprId, ty: &Type) -> Type {
        match ty {
            Type::Error => return Type::Error,
            Type::Literal(Literal::Int(i)) => {
                return i
                    .checked_neg()
                    .map_or(Type::Int, |i| Type::Literal(Literal::Int(i)));
            }
            Type::Literal(Literal::Double(bits)) => {
                return Type::Literal(Literal::Double((-f64::from_bits(*bits)).to_bits()));
            }
            _ => {}
        }
        let wide = ty.widened();
        if self
            .members(&wide)
            .iter()
            .all(|t| t.is_unknown() || matches!(t, Type::Int | Type::Double))
        {
            return wide;
        }
        let report = no_operator::unary(self.exprs, id, arg, ty);
        self.report(report);
        Type::Error
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        (left, l): (ExprId, &Type),
        (right, r): (ExprId, &Type),
    ) -> Type {
        if *l == Type::Error || *r == Type::Error {
            // The result of a comparison is known whatever is compared.
            return Type::Error;
        }
        match op {
            BinaryOp::Eq | BinaryOp::Ne => {
                self.equality(op, op_span, (left, l), (right, r));
                return Type::Bool;
            }
            BinaryOp::In => return self.contains(op_span, (left, l), (right, r)),
            _ => {}
        }
        let (wide_l, wide_r) = (l.widened(), r.widened());
        let (ls, rs) = (self.members(&wide_l), self.members(&wide_r));
        if ls.len() * rs.len() > MAX_PAIRS {
            return Type::Any;
        }
        let mut results = Vec::new();
        for a in &*ls {
            for b in &*rs {
                if let Some(ty) = self.operate(op, a, b) {
                    results.push(ty);
                    continue;
                }
                let null = |m: &[Type]| m.len() > 1 && m.contains(&Type::Null);
                let report = if *a == Type::Null && null(&ls) {
                    maybe_null::operand(self.exprs, left, l, op)
                } else if *b == Type::Null && null(&rs) {
                    maybe_null::operand(self.exprs, right, r, op)
                } else {
                    no_operator::binary(self.exprs, op, op_span, (left, l), (right, r))
                };
                self.report(report);
                return Type::Error;
            }
        }
        union(results)
    }

    /// What an operator gives for operands of two plain types; nothing when it does not take them.
    fn operate(&self, op: BinaryOp, a: &Type, b: &Type) -> Option<Type> {
        if *a == Type::Never || *b == Type::Never {
            return Some(Type::Never);
        }
        if matches!(
            op,
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
        ) {
            return self.ordered(a, b).then_some(Type::Bool);
        }
        if op == BinaryOp::Add
            && let Some(ty) = self.concatenated(a, b)
        {
            return Some(ty);
        }
        let fits = |t: &Type, wanted: &Type| t.is_unknown() || t == wanted;
        let mut results = arithmetic(op)
            .iter()
            .filter(|(x, y, _)| fits(a, x) && fits(b, y))
            .map(|(_, _, result)| result.clone());
        let first = results.next()?;
        Some(if results.all(|r| r == first) {
            first
        } else {
            Type::Any
        })
    }

    fn concatenated(&self, a: &Type, b: &Type) -> Option<Type> {
        match (a, b) {
            (Type::List(x), Type::List(y)) => Some(Type::list(join(x, y))),
            (Type::List(_), t) | (t, Type::List(_)) if t.is_unknown() => {
                Some(Type::list(Type::Any))
            }
            _ => None,
        }
    }

    fn ordered(&self, a: &Type, b: &Type) -> bool {
        let comparable = |t: &Type| NUMBERS.contains(t) || ORDERED.contains(t);
        match (a.is_unknown(), b.is_unknown()) {
            (true, true) => true,
            (true, false) => comparable(b),
            (false, true) => comparable(a),
            (false, false) => {
                (NUMBERS.contains(a) && NUMBERS.contains(b)) || (a == b && ORDERED.contains(a))
            }
        }
    }

    /// Whether some value is of both types, as `==` compares.
    pub(crate) fn overlap(&self, a: &Type, b: &Type) -> bool {
        self.overlap_within(a, b, 0)
    }

    fn overlap_within(&self, a: &Type, b: &Type, depth: u32) -> bool {
        /// Values nested deeper are taken to be comparable.
        const MAX_COMPARED: u32 = 8;
        if depth > MAX_COMPARED {
            return true;
        }
        let (xs, ys) = (self.members(a), self.members(b));
        if xs.len() * ys.len() > MAX_PAIRS {
            return true;
        }
        xs.iter()
            .any(|x| ys.iter().any(|y| self.pair_overlaps(x, y, depth)))
    }

    fn pair_overlaps(&self, x: &Type, y: &Type, depth: u32) -> bool {
        if x.is_unknown() || y.is_unknown() || *x == Type::Never || *y == Type::Never {
            return true;
        }
        match (x, y) {
            (Type::Literal(a), Type::Literal(b)) => {
                wfc_value::ops::equals(&a.to_value(), &b.to_value())
            }
            (Type::List(a), Type::List(b)) => {
                **a == Type::Never || **b == Type::Never || self.overlap_within(a, b, depth + 1)
            }
            (Type::Optional(a), Type::Optional(b)) => {
                **a == Type::Never || **b == Type::Never || self.overlap_within(a, b, depth + 1)
            }
            (Type::Map(..) | Type::Record(_), Type::Map(..) | Type::Record(_)) => true,
            (Type::TypeOf(_), Type::TypeOf(_)) => true,
            _ => {
                let (x, y) = (x.widened(), y.widened());
                x == y || (NUMBERS.contains(&x) && NUMBERS.contains(&y))
            }
        }
    }

    fn is_constant(&self, id: ExprId) -> bool {
        crate::analysis::constant::constant(self.exprs, id).is_some()
    }

    /// Whether an expression is a variable that can be assigned.
    fn is_variable(&self, id: ExprId) -> bool {
        match self.tables.refs.get(&id) {
            Some(Ref::Binding(b)) => self.names.slot(*b).is_some_and(|slot| slot.assignable),
            _ => false,
        }
    }

    fn equality(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        (left, l): (ExprId, &Type),
        (right, r): (ExprId, &Type),
    ) {
        if self.overlap(l, r) {
            return;
        }
        // Two constants compared, or a variable that is known to hold one value, are a matter of flow.
        let lone = |t: &Type| matches!(t, Type::Literal(_) | Type::Null);
        let settled = |id| self.is_constant(id) || self.is_variable(id);
        if lone(l) && lone(r) && l.widened() == r.widened() && settled(left) && settled(right) {
            return;
        }
        // A named union has its words under its name.
        let (l, r) = (self.resolve(l), self.resolve(r));
        let report = never_equal::report(self.exprs, op, op_span, (left, &l), (right, &r));
        self.report(report);
    }

    fn contains(
        &mut self,
        op_span: Span,
        (left, l): (ExprId, &Type),
        (right, r): (ExprId, &Type),
    ) -> Type {
        let members = self.members(r);
        for member in &*members {
            let items = match member {
                Type::List(item) => (**item).clone(),
                Type::Map(key, _) => (**key).clone(),
                Type::Record(_) => Type::String,
                Type::Error => return Type::Error,
                unknown if unknown.is_unknown() => continue,
                Type::Never => continue,
                Type::Null if members.len() > 1 => {
                    let report = maybe_null::operand(self.exprs, right, r, BinaryOp::In);
                    self.report(report);
                    return Type::Error;
                }
                _ => {
                    let report = no_operator::binary(
                        self.exprs,
                        BinaryOp::In,
                        op_span,
                        (left, l),
                        (right, r),
                    );
                    self.report(report);
                    return Type::Error;
                }
            };
            if items != Type::Never && !self.overlap(l, &items) {
                let report = never_equal::item(self.exprs, op_span, (left, l), (right, &items));
                self.report(report);
            }
        }
        Type::Bool
    }
}
