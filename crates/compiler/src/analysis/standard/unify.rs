//! Type parameters and assignability of the standard dialect.
//!
//! The algorithm is that of cel-go's checker (`checker/types.go`, Apache-2.0 licensed, written anew here):
//! substitutions are found by trying whether one type takes the other, the more general one stays.

use std::collections::HashMap;
use std::sync::Arc;

use wfc_value::ty::Type;

/// Types nested deeper are taken not to agree.
const MAX_DEPTH: u32 = 128;

/// What type parameters stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Substitution {
    known: HashMap<String, Type>,
    fresh: u32,
}

impl Substitution {
    /// A parameter that stands for nothing yet.
    pub(super) fn fresh(&mut self) -> Type {
        self.fresh += 1;
        Type::Param(format!("_{}", self.fresh).into())
    }

    fn get(&self, param: &Type) -> Option<&Type> {
        match param {
            Type::Param(name) => self.known.get(&**name),
            _ => None,
        }
    }

    fn put(&mut self, param: &Type, ty: Type) {
        if let Type::Param(name) = param {
            self.known.insert(name.to_string(), ty);
        }
    }

    /// Whether every `from` may go where its `to` is wanted; what that takes is remembered if so.
    pub(super) fn all_fit(&mut self, from: &[Type], to: &[Type]) -> bool {
        let mut attempt = self.clone();
        let fits =
            from.len() == to.len() && from.iter().zip(to).all(|(a, b)| attempt.assign(a, b, 0));
        if fits {
            *self = attempt;
        }
        fits
    }

    pub(super) fn fits(&mut self, from: &Type, to: &Type) -> bool {
        self.all_fit(std::slice::from_ref(from), std::slice::from_ref(to))
    }

    fn assign(&mut self, a: &Type, b: &Type, depth: u32) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        if matches!(b, Type::Param(_)) {
            let (valid, known) = self.substitutes(a, b, depth);
            if valid || known {
                return valid;
            }
        }
        if matches!(a, Type::Param(_)) {
            return self.substitutes(b, a, depth).0;
        }
        if a.is_unknown() || b.is_unknown() {
            return true;
        }
        match (a, b) {
            (Type::Null, other) | (other, Type::Null) => takes_null(other),
            (Type::List(x), Type::List(y)) | (Type::Optional(x), Type::Optional(y)) => {
                self.assign(x, y, depth + 1)
            }
            (Type::Map(k, v), Type::Map(l, w)) => {
                self.assign(k, l, depth + 1) && self.assign(v, w, depth + 1)
            }
            (Type::TypeOf(_), Type::TypeOf(_)) => true,
            (Type::Union(members), other) => {
                members.iter().all(|m| self.assign(m, other, depth + 1))
            }
            (other, Type::Union(members)) => members
                .iter()
                .any(|m| self.clone().assign(other, m, depth + 1)),
            (Type::Abstract { name, params }, Type::Abstract { name: n, params: p }) => {
                name == n
                    && params.len() == p.len()
                    && params
                        .iter()
                        .zip(p.iter())
                        .all(|(x, y)| self.assign(x, y, depth + 1))
            }
            _ => a == b,
        }
    }

    /// Whether `ty` may be what the parameter `param` stands for, and whether that was known before.
    fn substitutes(&mut self, ty: &Type, param: &Type, depth: u32) -> (bool, bool) {
        if ty == param {
            return (true, true);
        }
        if let Some(known) = self.get(param).cloned() {
            if *ty == known {
                return (true, true);
            }
            if self.assign(ty, &known, depth + 1) {
                let general = most_general(ty, &known);
                if !self.mentions(&general, param, depth) {
                    self.put(param, general);
                }
                return (true, true);
            }
            return (false, true);
        }
        if self.mentions(ty, param, depth) {
            return (false, false);
        }
        self.put(param, ty.clone());
        (true, false)
    }

    /// Whether `ty` refers to the parameter.
    fn mentions(&self, ty: &Type, param: &Type, depth: u32) -> bool {
        if depth > MAX_DEPTH {
            return true;
        }
        if ty == param {
            return true;
        }
        match ty {
            Type::Param(_) => self
                .get(ty)
                .is_some_and(|t| self.mentions(t, param, depth + 1)),
            Type::List(x) | Type::Optional(x) | Type::TypeOf(x) => {
                self.mentions(x, param, depth + 1)
            }
            Type::Map(k, v) => {
                self.mentions(k, param, depth + 1) || self.mentions(v, param, depth + 1)
            }
            Type::Abstract { params, .. } => {
                params.iter().any(|p| self.mentions(p, param, depth + 1))
            }
            _ => false,
        }
    }

    /// The type with parameters replaced by what they stand for; free ones become `dyn` when `to_dyn`.
    pub(super) fn apply(&self, ty: &Type, to_dyn: bool) -> Type {
        self.apply_at(ty, to_dyn, 0)
    }

    fn apply_at(&self, ty: &Type, to_dyn: bool, depth: u32) -> Type {
        if depth > MAX_DEPTH {
            return Type::Dyn;
        }
        let again = |t: &Type| self.apply_at(t, to_dyn, depth + 1);
        match ty {
            Type::Param(_) => match self.get(ty) {
                Some(known) => again(known),
                None if to_dyn => Type::Dyn,
                None => ty.clone(),
            },
            Type::List(x) => Type::list(again(x)),
            Type::Optional(x) => Type::optional(again(x)),
            Type::TypeOf(x) => Type::type_of(again(x)),
            Type::Map(k, v) => Type::map(again(k), again(v)),
            Type::Abstract { name, params } => Type::Abstract {
                name: name.clone(),
                params: Arc::new(params.iter().map(again).collect()),
            },
            other => other.clone(),
        }
    }

    /// The type with its parameters renamed apart from all others.
    pub(super) fn instance(&mut self, types: &[&Type]) -> Vec<Type> {
        let mut names = HashMap::new();
        types.iter().map(|t| self.rename(t, &mut names)).collect()
    }

    fn rename(&mut self, ty: &Type, names: &mut HashMap<String, Type>) -> Type {
        match ty {
            Type::Param(name) => match names.get(&**name) {
                Some(known) => known.clone(),
                None => {
                    let fresh = self.fresh();
                    names.insert(name.to_string(), fresh.clone());
                    fresh
                }
            },
            Type::List(x) => Type::list(self.rename(x, names)),
            Type::Optional(x) => Type::optional(self.rename(x, names)),
            Type::TypeOf(x) => Type::type_of(self.rename(x, names)),
            Type::Map(k, v) => Type::map(self.rename(k, names), self.rename(v, names)),
            Type::Abstract { name, params } => Type::Abstract {
                name: name.clone(),
                params: Arc::new(params.iter().map(|p| self.rename(p, names)).collect()),
            },
            other => other.clone(),
        }
    }

    /// The type of what is of one type or of another.
    pub(super) fn join(&mut self, a: &Type, b: &Type) -> Type {
        if self.fits(a, b) {
            most_general(a, b)
        } else {
            Type::Dyn
        }
    }
}

/// Which types null goes for, in the standard.
fn takes_null(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Null | Type::Abstract { .. } | Type::Optional(_) | Type::Timestamp | Type::Duration
    )
}

fn most_general(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (Type::Null, other) | (other, Type::Null) => other.clone(),
        _ if is_more_general(a, b) => a.clone(),
        _ => b.clone(),
    }
}

fn is_more_general(a: &Type, b: &Type) -> bool {
    if a.is_unknown() || matches!(a, Type::Param(_)) {
        return true;
    }
    if b.is_unknown() || matches!(b, Type::Param(_)) {
        return false;
    }
    match (a, b) {
        (Type::List(x), Type::List(y)) | (Type::Optional(x), Type::Optional(y)) => {
            is_more_general(x, y)
        }
        (Type::Map(k, v), Type::Map(l, w)) => is_more_general(k, l) && is_more_general(v, w),
        (Type::TypeOf(_), Type::TypeOf(_)) => true,
        (Type::Abstract { name, params }, Type::Abstract { name: n, params: p }) => {
            name == n
                && params
                    .iter()
                    .zip(p.iter())
                    .all(|(x, y)| is_more_general(x, y))
        }
        _ => a == b,
    }
}
