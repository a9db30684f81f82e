//! Types of expressions in the workflow dialect.

mod calls;
mod expect;
mod macros;
mod matching;
mod names;
mod operators;
mod select;

pub(crate) use expect::Purpose;
pub(crate) use macros::{resolved as resolved_macro, same_variables};

use wfc_syntax::expr::{BinaryOp, Entry, ExprId, ExprKind, Item, Part, UnaryOp};
use wfc_syntax::limits::MAX_DEPTH;
use wfc_value::Str;
use wfc_value::ty::{Field, Literal, Type};

use super::checker::Checker;
use crate::analysis::joining::{bounded, join, join_all};
use crate::rules::types::{not_a_condition, not_text};

/// Values nest and expressions stand in values, each to the parsers' limit.
const MAX_EXPR_DEPTH: u32 = 3 * MAX_DEPTH as u32;

impl Checker<'_> {
    /// The type of an expression; a fault is reported where it is and makes the type `Error`.
    pub(crate) fn expr(&mut self, id: ExprId) -> Type {
        if self.depth > MAX_EXPR_DEPTH {
            return Type::Error;
        }
        self.depth += 1;
        let ty = self.kind(id);
        self.depth -= 1;
        self.put_type(id, ty.clone());
        ty
    }

    fn kind(&mut self, id: ExprId) -> Type {
        let exprs = self.exprs;
        match exprs.kind(id) {
            ExprKind::Null => Type::Null,
            ExprKind::Bool(b) => Type::Literal(Literal::Bool(*b)),
            ExprKind::Int(i) => Type::Literal(Literal::Int(*i)),
            ExprKind::Uint(u) => Type::Literal(Literal::Uint(*u)),
            ExprKind::Double(d) => Type::Literal(Literal::Double(d.to_bits())),
            ExprKind::String(s) => Type::text(&**s),
            ExprKind::Bytes(_) => Type::Bytes,
            ExprKind::Duration(_) => Type::Duration,
            ExprKind::Ident { name, rooted } => self.ident(id, name, *rooted),
            ExprKind::Select {
                of,
                field,
                optional,
            } => self.select(id, *of, field, *optional),
            ExprKind::Index {
                of,
                index,
                optional,
            } => self.index(id, *of, *index, *optional),
            ExprKind::Call { target, name, args } => self.call(id, *target, name, args),
            ExprKind::Unary { op, arg } => self.unary(*op, *arg, id),
            ExprKind::Binary {
                op: BinaryOp::And | BinaryOp::Or,
                ..
            } => self.logic(id),
            ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            } => {
                let (l, r) = (self.operand(*left, *right), self.operand(*right, *left));
                self.binary(*op, *op_span, (*left, &l), (*right, &r))
            }
            ExprKind::Ternary { cond, then, other } => self.ternary(*cond, *then, *other),
            ExprKind::List(items) => self.list(items),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Error => Type::Error,
        }
    }

    /// The type of an operand beside another.
    fn operand(&mut self, id: ExprId, other: ExprId) -> Type {
        let null = matches!(self.exprs.kind(other), ExprKind::Null);
        let before = std::mem::replace(&mut self.compared_with_null, null.then_some(id));
        let ty = self.expr(id);
        self.compared_with_null = before;
        ty
    }

    fn unary(&mut self, op: UnaryOp, arg: ExprId, id: ExprId) -> Type {
        let ty = self.expr(arg);
        match op {
            UnaryOp::Not => {
                if self.boolean(arg, &ty) {
                    Type::Bool
                } else {
                    Type::Error
                }
            }
            UnaryOp::Neg => self.negate(id, arg, &ty),
        }
    }

    /// A chain of `&&` or `||`: each operand is checked under what the ones before it tell.
    fn logic(&mut self, id: ExprId) -> Type {
        let exprs = self.exprs;
        let ExprKind::Binary {
            op, left, right, ..
        } = exprs.kind(id)
        else {
            return Type::Error;
        };
        let op = *op;
        if op == BinaryOp::Or && not_a_condition::is_other_value(exprs, *left, *right) {
            let (ty, other) = (self.expr(*left), self.expr(*right));
            if ty != Type::Error && !self.fits(&ty, &Type::Bool) {
                self.report(not_a_condition::default_value(exprs, id, &ty));
            } else {
                self.boolean(*right, &other);
            }
            self.put_type(id, Type::Error);
            return Type::Error;
        }
        let mut operands = Vec::new();
        let mut chain = Vec::new();
        let mut next = id;
        while let ExprKind::Binary {
            op: same,
            left,
            right,
            ..
        } = exprs.kind(next)
        {
            if *same != op {
                break;
            }
            chain.push(next);
            operands.push(*right);
            next = *left;
        }
        operands.push(next);
        let mark = self.flow.mark();
        let mut fine = true;
        for operand in operands.into_iter().rev() {
            let ty = self.expr(operand);
            fine &= self.boolean(operand, &ty);
            self.assume(operand, op == BinaryOp::And);
        }
        self.flow.drop_since(mark);
        let ty = if fine { Type::Bool } else { Type::Error };
        for node in chain {
            self.put_type(node, ty.clone());
        }
        ty
    }

    /// Whether an operand is a boolean; reports it when it is not. A fault reported before is not one.
    pub(crate) fn boolean(&mut self, id: ExprId, ty: &Type) -> bool {
        if *ty == Type::Error {
            return false;
        }
        if self.fits(ty, &Type::Bool) {
            return true;
        }
        let report = not_a_condition::report(self.exprs, id, ty);
        self.report(report);
        false
    }

    fn ternary(&mut self, cond: ExprId, then: ExprId, other: ExprId) -> Type {
        let ty = self.expr(cond);
        self.boolean(cond, &ty);
        let mark = self.flow.mark();
        self.assume(cond, true);
        let a = self.expr(then);
        self.flow.drop_since(mark);
        self.assume(cond, false);
        let b = self.expr(other);
        self.flow.drop_since(mark);
        join(&a, &b)
    }

    fn list(&mut self, items: &[Item]) -> Type {
        let mut types = Vec::with_capacity(items.len());
        for item in items {
            let ty = self.expr(item.value);
            let ty = if item.optional {
                self.inside(item.value, &ty)
            } else {
                ty
            };
            // Words may be of a choice; numbers and bools in a list hardly ever are.
            let word = matches!(ty, Type::Literal(Literal::String(_)));
            types.push(if word { ty } else { ty.widened() });
        }
        if types.contains(&Type::Error) {
            return Type::list(Type::Error);
        }
        bounded(Type::list(join_all(types)))
    }

    /// What an element written `?x` holds: `x` must be an optional.
    fn inside(&mut self, id: ExprId, ty: &Type) -> Type {
        match self.resolve(ty) {
            Type::Optional(inner) => (*inner).clone(),
            unknown if unknown.is_unknown() => unknown,
            _ => {
                let report =
                    crate::rules::types::wrong_argument::optional_element(self.span(id), ty);
                self.report(report);
                Type::Error
            }
        }
    }

    fn map(&mut self, entries: &[Entry]) -> Type {
        let exprs = self.exprs;
        let mut fields: Vec<Field> = Vec::with_capacity(entries.len());
        let mut keys = Vec::new();
        let named = entries
            .iter()
            .all(|e| matches!(exprs.kind(e.key), ExprKind::String(_)));
        for entry in entries {
            let key = self.expr(entry.key);
            let ty = self.expr(entry.value);
            let ty = if entry.optional {
                self.inside(entry.value, &ty)
            } else {
                ty
            };
            let name = match &key {
                Type::Literal(Literal::String(text)) => text.clone(),
                _ => Str::default(),
            };
            fields.push(Field {
                name,
                ty,
                optional: entry.optional,
            });
            if !named {
                keys.push(self.map_key(entry.key, key));
            }
        }
        if named {
            first_of_each_name(&mut fields);
            return bounded(Type::record(fields));
        }
        let key = join_all(keys).widened();
        bounded(Type::map(key, join_all(fields.into_iter().map(|f| f.ty))))
    }

    fn map_key(&mut self, id: ExprId, ty: Type) -> Type {
        let keys = [Type::Bool, Type::Int, Type::Uint, Type::String];
        let fine = |t: &Type| t.is_unknown() || keys.contains(&t.widened());
        if self.members(&ty).iter().all(fine) {
            return ty;
        }
        let report = crate::rules::types::wrong_argument::map_key(self.span(id), &ty);
        self.report(report);
        Type::Error
    }

    /// Text with expressions in it: each must have a spelling.
    fn template(&mut self, parts: &[Part]) -> Type {
        for part in parts {
            if let Part::Expr(id) = part {
                let ty = self.expr(*id);
                self.textable(*id, &ty);
            }
        }
        Type::String
    }

    pub(crate) fn textable(&mut self, id: ExprId, ty: &Type) {
        let odd = self.members(ty).iter().any(|t| {
            matches!(
                t,
                Type::Optional(_) | Type::TypeOf(_) | Type::Abstract { .. }
            )
        });
        if odd {
            let report = not_text::report(self.exprs, id, ty);
            self.report(report);
        }
    }
}

/// Drops fields whose name stands there before. Few are compared one by one.
fn first_of_each_name(fields: &mut Vec<Field>) {
    const FEW: usize = 12;
    let twice = |(place, field): (usize, &Field)| {
        fields
            .iter()
            .take(place)
            .any(|before| before.name == field.name)
    };
    if fields.len() <= FEW && !fields.iter().enumerate().any(twice) {
        return;
    }
    let mut seen = crate::hash::HashSet::default();
    fields.retain(|f| seen.insert(f.name.clone()));
}
