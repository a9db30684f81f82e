//! Names, qualified or not, in containers.

use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_value::ty::Type;

use super::Standard;
use crate::analysis::functions::type_of_name;
use crate::analysis::tables::{BindingId, Ref};
use crate::rules::names::undefined_name;

impl Standard<'_> {
    pub(super) fn ident(&mut self, id: ExprId, name: &str, rooted: bool) -> Type {
        if !rooted && let Some(local) = self.local(name) {
            return local_type(self, id, local);
        }
        if let Some(ty) = self.declared(id, name, rooted) {
            return ty;
        }
        let report = undefined_name::report(name, self.span(id), Vec::new());
        self.report(report)
    }

    pub(super) fn local(&self, name: &str) -> Option<crate::analysis::tables::LocalId> {
        self.locals
            .iter()
            .rev()
            .find(|(n, _)| n == name)
            .map(|(_, id)| *id)
    }

    /// The declared variable or type that a name means: the container's own ones go first.
    fn declared(&mut self, id: ExprId, name: &str, rooted: bool) -> Option<Type> {
        for candidate in self.candidates(name, rooted) {
            if let Some(place) = self.env.names.iter().position(|d| d.name == candidate) {
                let binding = BindingId(u32::try_from(place).unwrap_or(u32::MAX));
                self.tables.refs.insert(id, Ref::Binding(binding));
                return self.env.names.get(place).map(|d| d.ty.clone());
            }
            if let Some(ty) = type_name(&candidate) {
                self.tables.refs.insert(id, Ref::TypeName(ty.clone()));
                return Some(Type::type_of(ty));
            }
        }
        None
    }

    /// The names that a name may stand for, in the order in which they are tried.
    pub(super) fn candidates(&self, name: &str, rooted: bool) -> Vec<String> {
        let mut out = Vec::new();
        if !rooted {
            let mut container = self.env.container.as_str();
            while !container.is_empty() {
                out.push(format!("{container}.{name}"));
                container = container.rsplit_once('.').map_or("", |(outer, _)| outer);
            }
        }
        out.push(name.to_owned());
        out
    }

    /// The type of a selection that spells a declared name; a comprehension's variable is none.
    pub(super) fn qualified_name(&mut self, id: ExprId) -> Option<Type> {
        let (name, rooted) = self.spelled(id)?;
        self.declared(id, &name, rooted)
    }

    /// A chain of selections as one name, unless it begins with a comprehension's variable.
    pub(super) fn spelled(&self, id: ExprId) -> Option<(String, bool)> {
        let mut parts = Vec::new();
        let mut next = id;
        loop {
            match self.exprs.kind(next) {
                ExprKind::Select {
                    of,
                    field,
                    optional: false,
                } => {
                    parts.push(&*field.text);
                    next = *of;
                }
                ExprKind::Ident { name, rooted } => {
                    if !rooted && self.local(name).is_some() {
                        return None;
                    }
                    parts.push(name);
                    parts.reverse();
                    return Some((parts.join("."), *rooted));
                }
                _ => return None,
            }
        }
    }
}

fn local_type(
    checker: &mut Standard<'_>,
    id: ExprId,
    local: crate::analysis::tables::LocalId,
) -> Type {
    checker.tables.refs.insert(id, Ref::Local(local));
    let found = checker.tables.locals.get(local.0 as usize);
    found.map_or(Type::Error, |(_, ty)| ty.clone())
}

fn type_name(name: &str) -> Option<Type> {
    match name {
        "google.protobuf.Timestamp" => Some(Type::Timestamp),
        "google.protobuf.Duration" => Some(Type::Duration),
        _ => type_of_name(name),
    }
}
