//! Which expressions can raise a value fault.

use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Part, UnaryOp};
use wfc_value::Type;

use super::super::Emitter;
use crate::analysis::{Callee, Dialect, Macro, Ref};

impl Emitter<'_> {
    /// Whether the expression itself can fault, given what is known of its parts. In doubt it can.
    pub(super) fn may_fault(&self, id: ExprId) -> bool {
        if let Some(found) = self.analysis.refs.get(&id) {
            return match found {
                Ref::Binding(_) => self.dialect == Dialect::Standard,
                Ref::Env(_) => true,
                _ => false,
            };
        }
        let mut parts = false;
        self.exprs.children(id, |child| parts |= self.faults(child));
        match self.exprs.kind(id) {
            ExprKind::Unary {
                op: UnaryOp::Not,
                arg,
            } => parts || !self.is_bool(*arg),
            ExprKind::Unary {
                op: UnaryOp::Neg,
                arg,
            } => parts || self.type_of(*arg).widened() != Type::Double,
            ExprKind::Binary {
                op, left, right, ..
            } => parts || self.binary_may_fault(*op, *left, *right),
            ExprKind::Ternary { cond, .. } => parts || !self.is_bool(*cond),
            ExprKind::Select {
                of,
                field,
                optional,
            } => parts || *optional || !self.surely_has(*of, &field.text),
            ExprKind::List(_) => parts,
            ExprKind::Map(entries) => {
                parts
                    || entries
                        .iter()
                        .any(|e| !matches!(self.exprs.kind(e.key), ExprKind::String(_)))
            }
            ExprKind::Template(template) => {
                parts
                    || template.iter().any(
                        |p| matches!(p, Part::Expr(e) if !is_scalar(&self.type_of(*e).widened())),
                    )
            }
            ExprKind::Call { args, .. } => match self.analysis.callees.get(&id) {
                Some(Callee::Macro(Macro::Has)) => {
                    args.first().is_none_or(|a| self.has_may_fault(*a))
                }
                _ => true,
            },
            _ => true,
        }
    }

    fn binary_may_fault(&self, op: BinaryOp, left: ExprId, right: ExprId) -> bool {
        let (a, b) = (self.type_of(left).widened(), self.type_of(right).widened());
        match op {
            BinaryOp::Eq | BinaryOp::Ne => false,
            BinaryOp::And | BinaryOp::Or => a != Type::Bool || b != Type::Bool,
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => a != b || !is_scalar(&a),
            BinaryOp::In => !matches!(b, Type::List(_)) || !is_scalar(&a),
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => a != Type::Double || b != Type::Double,
            BinaryOp::Div | BinaryOp::Mod => true,
        }
    }

    /// Whether the value surely has the field.
    fn surely_has(&self, of: ExprId, field: &str) -> bool {
        match self.analysis.type_table.resolve(self.type_of(of)) {
            Type::Record(record) => record.field(field).is_some_and(|f| !f.optional),
            _ => false,
        }
    }

    /// Whether `has(arg)` can fault: its operand may, or may have no fields at all.
    fn has_may_fault(&self, arg: ExprId) -> bool {
        if self.analysis.refs.contains_key(&arg) {
            return false;
        }
        match self.exprs.kind(arg) {
            ExprKind::Select { of, .. } => {
                let ty = self.analysis.type_table.resolve(self.type_of(*of));
                self.faults(*of) || !matches!(ty, Type::Record(_) | Type::Map(..))
            }
            _ => true,
        }
    }
}

/// Whether the type's values all have an order and a text.
fn is_scalar(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Bool
            | Type::Int
            | Type::Uint
            | Type::Double
            | Type::String
            | Type::Timestamp
            | Type::Duration
    )
}
