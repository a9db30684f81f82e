//! Making expressions of the core.

use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::type_expr::TypeId;
use wfc_value::{Duration, Type, Value};

use super::Lowerer;
use crate::ir::{Ex, ExId, Op, SlotId};

impl Lowerer<'_> {
    pub(super) fn source(&mut self, e: ExprId) -> ExId {
        self.core.ex(Ex::Source(e))
    }

    pub(super) fn constant(&mut self, value: impl Into<Value>) -> ExId {
        self.core.ex(Ex::Const(value.into()))
    }

    pub(super) fn duration(&mut self, nanos: i64) -> ExId {
        self.constant(Duration::from_nanos(nanos))
    }

    pub(super) fn load(&mut self, slot: SlotId) -> ExId {
        self.core.ex(Ex::Slot(slot))
    }

    pub(super) fn op(&mut self, op: Op, args: impl Into<Vec<ExId>>) -> ExId {
        self.core.ex(Ex::Op(op, args.into()))
    }

    pub(super) fn field(&mut self, of: ExId, name: &'static str) -> ExId {
        self.core.ex(Ex::Field(of, name))
    }

    pub(super) fn type_of(&self, e: ExprId) -> Type {
        self.analysis
            .types
            .get(e.index())
            .cloned()
            .unwrap_or(Type::Any)
    }

    pub(super) fn declared(&self, ty: TypeId) -> Type {
        self.analysis
            .type_exprs
            .get(&ty)
            .cloned()
            .unwrap_or(Type::Any)
    }

    /// The expression's value as one of `ty`: checked at run time only where its own type leaves a doubt.
    pub(super) fn typed(&mut self, e: ExprId, ty: &Type) -> ExId {
        let value = self.source(e);
        // What analysis holds to a declared type is decoded where it is emitted.
        if self.analysis.expected.contains_key(&e) || is_as_declared(&self.type_of(e), ty) {
            return value;
        }
        self.core.ex(Ex::Decode(value, ty.clone()))
    }

    /// The expression's value as text.
    pub(super) fn text(&mut self, e: ExprId) -> ExId {
        let value = self.source(e);
        if is_as_declared(&self.type_of(e), &Type::String)
            || matches!(self.ast.exprs.kind(e), ExprKind::Template(_))
        {
            return value;
        }
        self.core.ex(Ex::Text(value))
    }
}

/// Whether every value of type `from` is a value of type `to` as it stands, so that reading it as `to` changes nothing.
pub(crate) fn is_as_declared(from: &Type, to: &Type) -> bool {
    if from == to
        || matches!(to, Type::Any | Type::Dyn | Type::Error)
        || matches!(from, Type::Never | Type::Error)
    {
        return true;
    }
    match (from, to) {
        (Type::Union(members), _) => members.iter().all(|m| is_as_declared(m, to)),
        (_, Type::Union(members)) => members.iter().any(|m| is_as_declared(from, m)),
        (Type::Literal(literal), _) => literal.base() == *to,
        (Type::List(a), Type::List(b)) => is_as_declared(a, b),
        (Type::Map(ka, va), Type::Map(kb, vb)) => is_as_declared(ka, kb) && is_as_declared(va, vb),
        (Type::Record(a), Type::Map(k, v)) => {
            **k == Type::String && a.closed && a.fields.iter().all(|f| is_as_declared(&f.ty, v))
        }
        (Type::Record(a), Type::Record(b)) => {
            a.closed
                && a.fields.len() == b.fields.len()
                && a.fields.iter().zip(&b.fields).all(|(a, b)| {
                    a.name == b.name && (b.optional || !a.optional) && is_as_declared(&a.ty, &b.ty)
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wfc_value::ty::{Field, union};

    #[test]
    fn only_doubtful_values_are_checked_at_run_time() {
        let high = Type::text("high");
        assert!(is_as_declared(&high, &Type::String));
        assert!(is_as_declared(
            &high,
            &union([high.clone(), Type::text("low")])
        ));
        assert!(!is_as_declared(&Type::Any, &Type::String));
        assert!(
            !is_as_declared(&Type::Int, &Type::Double),
            "an int becomes a double"
        );
        let more = Type::record(vec![
            Field::required("a", Type::Int),
            Field::required("b", Type::Int),
        ]);
        let less = Type::record(vec![Field::required("a", Type::Int)]);
        assert!(!is_as_declared(&more, &less), "extra fields are dropped");
        assert!(is_as_declared(&Type::list(high), &Type::list(Type::String)));
    }
}
