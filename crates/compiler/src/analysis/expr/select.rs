//! `a.b`, `a[b]`, their optional forms, and `has`.

use wfc_syntax::expr::{ExprId, Name};
use wfc_value::ty::{RecordType, Type, union};

use crate::analysis::checker::Checker;
use crate::analysis::constant;
use crate::analysis::joining::{join, join_all};
use crate::analysis::spell;
use crate::rules::types::{maybe_absent, maybe_null, no_operator, unknown_field};

/// What a type says of a field.
enum Lookup {
    /// Always there.
    There(Type),
    /// There or not.
    Perhaps(Type),
    /// Never there.
    Never,
    /// The value is null.
    Null,
    /// Nothing of the kind can be selected from the value.
    NoFields,
    /// Reported before.
    Faulty,
}

impl Checker<'_> {
    pub(super) fn select(&mut self, id: ExprId, of: ExprId, field: &Name, optional: bool) -> Type {
        if let Some(ty) = self.namespace_selection(id) {
            return ty;
        }
        let of_ty = self.expr(of);
        let ty = self.field_of(of, &of_ty, field, optional);
        self.narrowed(id, ty)
    }

    /// The type of a field of a value of type `of_ty`.
    fn field_of(&mut self, of: ExprId, of_ty: &Type, field: &Name, optional: bool) -> Type {
        if let Some(inner) = self.optional(of_ty) {
            return match self.field_of(of, &inner, field, true) {
                Type::Error => Type::Error,
                ty @ Type::Optional(_) => ty,
                ty => Type::optional(ty),
            };
        }
        let members = self.members(of_ty);
        if let ([only], false) = (&*members, optional)
            && let Lookup::There(ty) = self.look_up(only, &field.text)
        {
            return ty;
        }
        let found: Vec<Lookup> = members
            .iter()
            .map(|m| self.look_up(m, &field.text))
            .collect();
        if found.iter().any(|l| matches!(l, Lookup::Faulty)) {
            return Type::Error;
        }
        if found.iter().any(|l| matches!(l, Lookup::Null)) && members.len() > 1 {
            self.report(maybe_null::select(self.exprs, of, of_ty, field, optional));
            return Type::Error;
        }
        let lacks = |l: &&Lookup| matches!(l, Lookup::Never | Lookup::NoFields | Lookup::Null);
        let lacking = found.iter().filter(lacks).count();
        if lacking == found.len() && !found.is_empty() {
            let report = unknown_field::report(self.exprs, of, of_ty, field, &members);
            self.report(report);
            return Type::Error;
        }
        let absent = lacking > 0 || found.iter().any(|l| matches!(l, Lookup::Perhaps(_)));
        if absent && !optional {
            let report = maybe_absent::report(self.exprs, of, of_ty, field, &members);
            self.report(report);
            return Type::Error;
        }
        let ty = union(found.into_iter().filter_map(|l| match l {
            Lookup::There(ty) | Lookup::Perhaps(ty) => Some(ty),
            _ => None,
        }));
        match (optional, ty) {
            (true, Type::Optional(inner)) => Type::Optional(inner),
            (true, ty) => Type::optional(ty),
            (false, ty) => ty,
        }
    }

    fn look_up(&self, ty: &Type, field: &str) -> Lookup {
        match ty {
            Type::Error => Lookup::Faulty,
            Type::Any | Type::Dyn => Lookup::There(Type::Any),
            Type::Never => Lookup::There(Type::Never),
            Type::Null => Lookup::Null,
            Type::Map(key, value) if self.fits(&Type::String, key) => {
                Lookup::There((**value).clone())
            }
            Type::Record(record) => match record.field(field) {
                Some(f) if f.optional => Lookup::Perhaps(f.ty.clone()),
                Some(f) => Lookup::There(f.ty.clone()),
                None if record.closed => Lookup::Never,
                None => Lookup::There(Type::Any),
            },
            _ => Lookup::NoFields,
        }
    }

    /// `has(of.field)`: whether the field can be there at all.
    pub(super) fn has_field(&mut self, of: ExprId, of_ty: &Type, field: &Name) {
        let of_ty = match self.resolve(of_ty) {
            Type::Optional(inner) => (*inner).clone(),
            other => other,
        };
        let members = self.members(&of_ty);
        let found: Vec<Lookup> = members
            .iter()
            .map(|m| self.look_up(m, &field.text))
            .collect();
        if found.iter().any(|l| matches!(l, Lookup::Faulty)) {
            return;
        }
        if found.iter().any(|l| matches!(l, Lookup::Null)) && members.len() > 1 {
            self.report(maybe_null::select(self.exprs, of, &of_ty, field, true));
            return;
        }
        let lacks = |l: &Lookup| matches!(l, Lookup::Never | Lookup::NoFields | Lookup::Null);
        if !found.is_empty() && found.iter().all(lacks) {
            let report = unknown_field::report(self.exprs, of, &of_ty, field, &members);
            self.report(report);
        }
    }

    pub(super) fn index(&mut self, id: ExprId, of: ExprId, index: ExprId, optional: bool) -> Type {
        if let Some(ty) = self.namespace_selection(id) {
            // The key is read with the namespace; its own type is still wanted in the table.
            self.expr(index);
            return ty;
        }
        let of_ty = self.expr(of);
        let key_ty = self.expr(index);
        if of_ty == Type::Error || key_ty == Type::Error {
            return Type::Error;
        }
        let ty = match constant::text(self.exprs, index) {
            Some(text) if self.has_records(&of_ty) => {
                let field = Name::new(text, self.span(index));
                self.field_of(of, &of_ty, &field, optional)
            }
            _ => self.item_of((of, &of_ty), (index, &key_ty), optional),
        };
        self.narrowed(id, ty)
    }

    fn has_records(&self, ty: &Type) -> bool {
        let ty = match self.resolve(ty) {
            Type::Optional(inner) => (*inner).clone(),
            other => other,
        };
        self.members(&ty)
            .iter()
            .any(|m| matches!(m, Type::Record(_)))
    }

    fn item_of(
        &mut self,
        (of, of_ty): (ExprId, &Type),
        (index, key_ty): (ExprId, &Type),
        optional: bool,
    ) -> Type {
        if let Type::Optional(inner) = self.resolve(of_ty) {
            return match self.item_of((of, &inner), (index, key_ty), true) {
                Type::Error => Type::Error,
                ty @ Type::Optional(_) => ty,
                ty => Type::optional(ty),
            };
        }
        let mut out = Type::Never;
        let members = self.members(of_ty);
        for member in &*members {
            let item = match member {
                Type::Null if members.len() > 1 => {
                    self.report(maybe_null::index(self.exprs, of, of_ty));
                    return Type::Error;
                }
                member => self.item(member, key_ty),
            };
            match item {
                Some(ty) => out = join(&out, &ty),
                None => {
                    let (span, of_span) = (self.span(index), self.span(of));
                    let what = spell::quoted(self.exprs, of, "this value");
                    self.report(no_operator::index(span, of_span, &what, of_ty, key_ty));
                    return Type::Error;
                }
            }
        }
        match (optional, out) {
            (_, Type::Error) => Type::Error,
            (true, Type::Optional(inner)) => Type::Optional(inner),
            (true, ty) => Type::optional(ty),
            (false, ty) => ty,
        }
    }

    /// What one kind of container gives for a key of this type.
    fn item(&self, container: &Type, key: &Type) -> Option<Type> {
        let keys = self.members(key);
        let all = |wanted: &[Type]| {
            keys.iter()
                .all(|k| k.is_unknown() || wanted.contains(&k.widened()))
        };
        match container {
            Type::Error => Some(Type::Error),
            Type::Any | Type::Dyn => {
                let fine = all(&[
                    Type::Int,
                    Type::Uint,
                    Type::Double,
                    Type::String,
                    Type::Bool,
                ]);
                fine.then_some(Type::Any)
            }
            Type::Never => Some(Type::Never),
            Type::List(item) => all(&[Type::Int, Type::Uint]).then(|| (**item).clone()),
            Type::Map(k, value) => {
                let numbers = [Type::Int, Type::Uint, Type::Double];
                let wanted = self.members(k);
                let fits = keys.iter().all(|key| {
                    let key = key.widened();
                    key.is_unknown()
                        || wanted.iter().any(|w| {
                            let w = w.widened();
                            w.is_unknown()
                                || w == key
                                || (numbers.contains(&w) && numbers.contains(&key))
                        })
                });
                (fits || **k == Type::Never).then(|| (**value).clone())
            }
            Type::Record(record) => all(&[Type::String]).then(|| any_field(record)),
            _ => None,
        }
    }
}

/// The type of a field of which the name is not known.
pub(super) fn any_field(record: &RecordType) -> Type {
    if !record.closed {
        return Type::Any;
    }
    join_all(record.fields.iter().map(|f| f.ty.clone()))
}
