//! What a condition tells of names and types where it holds, and where it does not.

use std::sync::Arc;

use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, UnaryOp};
use wfc_value::Value;
use wfc_value::ty::{Field, Literal, RecordType, Type, union};

use super::checker::Checker;
use super::constant::{constant, text};
use super::flow::{Cell, Path, Root};
use super::records;
use super::tables::{Callee, Macro, Ref};
use crate::analysis::joining::join;

/// Something known.
#[derive(Clone, Debug, PartialEq)]
enum Fact {
    /// The value at a place is of this type.
    Is(Path, Type),
    /// A step's output is there.
    Set(Cell),
}

/// Conditions nested deeper tell nothing.
const MAX_CONDITION_DEPTH: u32 = 128;

impl Checker<'_> {
    /// Goes on where a checked condition is `truth`.
    pub(crate) fn assume(&mut self, condition: ExprId, truth: bool) {
        let mut facts = Vec::new();
        self.facts(condition, truth, 0, &mut facts);
        self.learn(facts);
    }

    /// Goes on where a checked value equals one of `literals`, or none of them.
    pub(crate) fn assume_one_of(&mut self, id: ExprId, literals: &[Option<Literal>], truth: bool) {
        let mut facts = Vec::new();
        self.equal_facts(id, literals, truth, &mut facts);
        self.learn(facts);
    }

    fn learn(&mut self, facts: Vec<Fact>) {
        for fact in facts {
            match fact {
                Fact::Is(path, ty) => self.flow.put_fact(path, Some(ty)),
                Fact::Set(cell) => self.flow.set(cell),
            }
        }
    }

    fn facts(&self, id: ExprId, truth: bool, depth: u32, out: &mut Vec<Fact>) {
        if depth > MAX_CONDITION_DEPTH {
            return;
        }
        match self.exprs.kind(id) {
            ExprKind::Unary {
                op: UnaryOp::Not,
                arg,
            } => self.facts(*arg, !truth, depth + 1, out),
            ExprKind::Binary {
                op, left, right, ..
            } => match op {
                BinaryOp::And | BinaryOp::Or if (*op == BinaryOp::And) == truth => {
                    self.facts(*left, truth, depth + 1, out);
                    self.facts(*right, truth, depth + 1, out);
                }
                BinaryOp::And | BinaryOp::Or => self.either(*left, *right, truth, depth, out),
                BinaryOp::Eq => self.comparison(*left, *right, truth, out),
                BinaryOp::Ne => self.comparison(*left, *right, !truth, out),
                BinaryOp::In => self.membership(*left, *right, truth, out),
                _ => {}
            },
            ExprKind::Call { args, .. } => {
                if let (Some(Callee::Macro(Macro::Has)), [arg]) =
                    (self.tables.callees.get(&id), &**args)
                {
                    self.presence(*arg, truth, out);
                }
            }
            _ => self.equal_facts(id, &[Some(Literal::Bool(truth))], true, out),
        }
    }

    /// One of two conditions holds: known is what both tell.
    fn either(&self, left: ExprId, right: ExprId, truth: bool, depth: u32, out: &mut Vec<Fact>) {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        self.facts(left, truth, depth + 1, &mut a);
        self.facts(right, truth, depth + 1, &mut b);
        for fact in a {
            match fact {
                Fact::Is(path, ty) => {
                    let other = b.iter().rev().find_map(|f| match f {
                        Fact::Is(p, t) if *p == path => Some(t),
                        _ => None,
                    });
                    if let Some(other) = other {
                        out.push(Fact::Is(path, join(&ty, other)));
                    }
                }
                fact @ Fact::Set(_) if b.contains(&fact) => out.push(fact),
                Fact::Set(_) => {}
            }
        }
    }

    fn comparison(&self, left: ExprId, right: ExprId, equal: bool, out: &mut Vec<Fact>) {
        if let Some(literal) = self.literal(right) {
            self.equal_facts(left, &[literal], equal, out);
        } else if let Some(literal) = self.literal(left) {
            self.equal_facts(right, &[literal], equal, out);
        }
        for (side, other) in [(left, right), (right, left)] {
            self.type_test(side, other, equal, out);
        }
    }

    /// `type(x) == string`
    fn type_test(&self, call: ExprId, name: ExprId, equal: bool, out: &mut Vec<Fact>) {
        let ExprKind::Call {
            target: None,
            name: function,
            args,
        } = self.exprs.kind(call)
        else {
            return;
        };
        let (Some(Ref::TypeName(wanted)), "type", [arg]) =
            (self.tables.refs.get(&name), &*function.text, &**args)
        else {
            return;
        };
        let Some(path) = self.path(*arg) else {
            return;
        };
        let is = |t: &Type| match (t.widened(), wanted) {
            (Type::List(_), Type::List(_)) => true,
            (Type::Map(..) | Type::Record(_), Type::Map(..)) => true,
            (t, wanted) => t == *wanted,
        };
        let members = self.members(self.type_of(*arg));
        let kept = members.iter().filter_map(|t| match t {
            t if t.is_unknown() && equal => Some(known(wanted)),
            t => (t.is_unknown() || is(t) == equal).then(|| t.clone()),
        });
        out.push(Fact::Is(path, union(kept)));
    }

    /// A constant scalar; the inner `None` is null.
    fn literal(&self, id: ExprId) -> Option<Option<Literal>> {
        match constant(self.exprs, id)? {
            Value::Null => Some(None),
            value => Literal::of(&value).map(Some),
        }
    }

    fn membership(&self, left: ExprId, right: ExprId, truth: bool, out: &mut Vec<Fact>) {
        if let ExprKind::List(items) = self.exprs.kind(right) {
            let literals: Option<Vec<_>> = items.iter().map(|i| self.literal(i.value)).collect();
            if let Some(literals) = literals {
                self.equal_facts(left, &literals, truth, out);
            }
            return;
        }
        if let Some(key) = text(self.exprs, left) {
            self.field_presence(right, key, truth, out);
        }
    }

    fn presence(&self, arg: ExprId, truth: bool, out: &mut Vec<Fact>) {
        if let Some(Ref::StepOutput(step)) = self.tables.refs.get(&arg) {
            if truth {
                self.output_is_set(*step, out);
            }
            return;
        }
        match self.exprs.kind(arg) {
            ExprKind::Select {
                of,
                field,
                optional: false,
            } => {
                self.field_presence(*of, &field.text, truth, out);
            }
            ExprKind::Index {
                of,
                index,
                optional: false,
            } => {
                if let Some(key) = text(self.exprs, *index) {
                    self.field_presence(*of, key, truth, out);
                }
            }
            _ => {}
        }
    }

    fn output_is_set(&self, step: wfc_syntax::ast::StepId, out: &mut Vec<Fact>) {
        out.push(Fact::Set(Cell::Output(step)));
        if let Some(Some(binding)) = self.tables.output_binding.get(step.0 as usize) {
            out.push(Fact::Set(self.cell(*binding)));
        }
    }

    /// A field of a record is there, or is not.
    fn field_presence(&self, of: ExprId, field: &str, there: bool, out: &mut Vec<Fact>) {
        let Some(path) = self.path(of) else {
            return;
        };
        let members = self.members(self.type_of(of));
        if !members.iter().any(|m| matches!(m, Type::Record(_))) {
            return;
        }
        let kept = members.iter().filter_map(|m| match m {
            Type::Record(record) => present(record, field, there),
            other => Some(other.clone()),
        });
        out.push(Fact::Is(path, union(kept)));
    }

    fn equal_facts(
        &self,
        id: ExprId,
        literals: &[Option<Literal>],
        equal: bool,
        out: &mut Vec<Fact>,
    ) {
        let Some(path) = self.path(id) else {
            return;
        };
        if let (Root::Status(step), true, [Some(Literal::String(s))]) =
            (path.root, equal && path.fields.is_empty(), literals)
        {
            match &**s {
                "succeeded" => self.output_is_set(step, out),
                "failed" => out.push(Fact::Is(Path::of(Root::Failure(step)), records::error())),
                _ => {}
            }
        }
        self.discriminate(id, literals, equal, out);
        let members = self.members(self.type_of(id));
        let narrowed = if equal {
            union(literals.iter().map(|l| restrict(&members, l.as_ref())))
        } else {
            union(members.iter().filter_map(|m| exclude(m, literals)))
        };
        if narrowed != Type::Never {
            out.push(Fact::Is(path, narrowed));
        }
    }

    /// A literal field tells which member of a union its record is.
    fn discriminate(
        &self,
        id: ExprId,
        literals: &[Option<Literal>],
        equal: bool,
        out: &mut Vec<Fact>,
    ) {
        let (of, field) = match self.exprs.kind(id) {
            ExprKind::Select {
                of,
                field,
                optional: false,
            } => (*of, &*field.text),
            ExprKind::Index {
                of,
                index,
                optional: false,
            } => match text(self.exprs, *index) {
                Some(key) => (*of, key),
                None => return,
            },
            _ => return,
        };
        let Some(path) = self.path(of) else {
            return;
        };
        let members = self.members(self.type_of(of));
        if members.len() < 2 {
            return;
        }
        let can_be = |ty: &Type| {
            let inside = self.members(ty);
            if equal {
                literals
                    .iter()
                    .any(|l| restrict(&inside, l.as_ref()) != Type::Never)
            } else {
                inside.iter().any(|m| exclude(m, literals).is_some())
            }
        };
        let kept: Vec<Type> = members
            .iter()
            .filter(|m| match m {
                Type::Record(record) => match record.field(field) {
                    Some(f) => can_be(&f.ty),
                    None => !record.closed,
                },
                _ => true,
            })
            .cloned()
            .collect();
        if kept.len() < members.len() && !kept.is_empty() {
            out.push(Fact::Is(path, union(kept)));
        }
    }
}

/// The type that a value of a type's name has.
fn known(name: &Type) -> Type {
    match name {
        Type::List(_) => Type::list(Type::Any),
        Type::Map(..) => Type::map(Type::Any, Type::Any),
        other => other.clone(),
    }
}

/// A record of which a field is known to be there, or not to be.
fn present(record: &Arc<RecordType>, field: &str, there: bool) -> Option<Type> {
    let Some(found) = record.field(field) else {
        return (!there || !record.closed).then(|| Type::Record(record.clone()));
    };
    if !there {
        return found.optional.then(|| Type::Record(record.clone()));
    }
    let fields = record
        .fields
        .iter()
        .map(|f| {
            if &*f.name == field {
                Field {
                    optional: false,
                    ..f.clone()
                }
            } else {
                f.clone()
            }
        })
        .collect();
    Some(Type::Record(Arc::new(RecordType {
        fields,
        closed: record.closed,
    })))
}

const NUMBERS: &[Type] = &[Type::Int, Type::Uint, Type::Double];

/// What of a type's members can equal a literal (`None` is null).
fn restrict(members: &[Type], literal: Option<&Literal>) -> Type {
    let Some(literal) = literal else {
        let nullable = members.iter().any(|m| *m == Type::Null || m.is_unknown());
        return if nullable { Type::Null } else { Type::Never };
    };
    let base = literal.base();
    union(members.iter().filter_map(|m| match m {
        Type::Literal(l) if l == literal => Some(m.clone()),
        Type::Literal(l) => {
            wfc_value::ops::equals(&l.to_value(), &literal.to_value()).then(|| m.clone())
        }
        m if m.is_unknown() && !NUMBERS.contains(&base) => Some(Type::Literal(literal.clone())),
        m if m.is_unknown() => Some(m.clone()),
        m if *m == base => Some(Type::Literal(literal.clone())),
        m if NUMBERS.contains(m) && NUMBERS.contains(&base) => Some(m.clone()),
        _ => None,
    }))
}

/// What of a type's member is left when it equals none of the literals.
fn exclude(member: &Type, literals: &[Option<Literal>]) -> Option<Type> {
    let excluded = |l: &Literal| literals.iter().any(|x| x.as_ref() == Some(l));
    match member {
        Type::Null if literals.contains(&None) => None,
        Type::Literal(l) if excluded(l) => None,
        Type::Bool => match (
            excluded(&Literal::Bool(true)),
            excluded(&Literal::Bool(false)),
        ) {
            (true, true) => None,
            (true, false) => Some(Type::Literal(Literal::Bool(false))),
            (false, true) => Some(Type::Literal(Literal::Bool(true))),
            (false, false) => Some(Type::Bool),
        },
        _ => Some(member.clone()),
    }
}
