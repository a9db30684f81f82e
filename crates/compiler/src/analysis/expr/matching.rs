//! Which overload of a function takes arguments of given types, and what it gives.

use std::borrow::Cow;

use wfc_value::ty::{Type, union};

use crate::analysis::checker::Checker;
use crate::analysis::functions::{Sig, Substitution};

use super::select::any_field;
use crate::analysis::joining::join;

/// More combinations of union members than overloads are tried on one by one.
const MAX_COMBINATIONS: usize = 128;

/// Types nested deeper than this are taken to match.
const MAX_MATCHED: u32 = 64;

/// Why no overload takes the arguments.
#[derive(Debug)]
pub(crate) struct Mismatch {
    /// The place of the first argument that none of the overloads, which take those before it, takes.
    pub(crate) place: usize,
    /// What those overloads take there.
    pub(crate) expected: Type,
    /// The member of the argument's type that is not taken; the whole type when none is.
    pub(crate) member: Type,
}

impl Checker<'_> {
    /// What a call gives; the overloads are those that take this many arguments.
    pub(crate) fn matching(&self, sigs: &[&Sig], args: &[Type]) -> Result<Type, Mismatch> {
        let whole: Vec<Type> = sigs
            .iter()
            .filter_map(|sig| self.apply(sig, args))
            .collect();
        if let Some(first) = whole.first() {
            let exact = !args
                .iter()
                .any(|a| self.members(a).iter().any(Type::is_unknown));
            return Ok(if exact || whole.iter().all(|t| t == first) {
                first.clone()
            } else {
                Type::Any
            });
        }
        let wide: Vec<Type> = args.iter().map(Type::widened).collect();
        let members: Vec<Cow<'_, [Type]>> = wide.iter().map(|a| self.members(a)).collect();
        let combinations = members
            .iter()
            .map(|m| m.len())
            .fold(1_usize, usize::saturating_mul);
        if combinations <= MAX_COMBINATIONS
            && let Some(ty) = self.each_combination(sigs, &members)
        {
            return Ok(ty);
        }
        Err(self.mismatch(sigs, args))
    }

    fn each_combination(&self, sigs: &[&Sig], members: &[Cow<'_, [Type]>]) -> Option<Type> {
        let mut combinations: Vec<Vec<Type>> = vec![Vec::new()];
        for choices in members {
            let mut longer = Vec::new();
            for combination in &combinations {
                for choice in &**choices {
                    let mut next = combination.clone();
                    next.push(choice.clone());
                    longer.push(next);
                }
            }
            combinations = longer;
        }
        let mut results = Vec::new();
        for args in combinations {
            results.push(sigs.iter().find_map(|sig| self.apply(sig, &args))?);
        }
        Some(union(results))
    }

    fn mismatch(&self, sigs: &[&Sig], args: &[Type]) -> Mismatch {
        let mut fitting: Vec<&Sig> = sigs.to_vec();
        for (place, arg) in args.iter().enumerate() {
            let prefix = args.get(..=place).unwrap_or(args);
            let next: Vec<&Sig> = fitting
                .iter()
                .copied()
                .filter(|sig| {
                    let mut bound = Substitution::new();
                    prefix.iter().enumerate().all(|(i, a)| {
                        sig.param(i)
                            .is_some_and(|p| self.takes(p, a, &mut bound, 0))
                    })
                })
                .collect();
            if next.is_empty() {
                let expected: Vec<Type> = fitting
                    .iter()
                    .filter_map(|sig| sig.param(place).cloned())
                    .collect();
                let members = self.members(arg);
                let untaken = members.iter().find(|m| {
                    !expected
                        .iter()
                        .any(|p| self.takes(p, m, &mut Substitution::new(), 0))
                });
                return Mismatch {
                    place,
                    expected: union(expected),
                    member: untaken.unwrap_or(arg).clone(),
                };
            }
            fitting = next;
        }
        Mismatch {
            place: 0,
            expected: Type::Any,
            member: Type::Any,
        }
    }

    /// What one overload gives for the arguments, if it takes them.
    fn apply(&self, sig: &Sig, args: &[Type]) -> Option<Type> {
        let mut bound = Substitution::new();
        for (i, arg) in args.iter().enumerate() {
            if !self.takes(sig.param(i)?, arg, &mut bound, 0) {
                return None;
            }
        }
        Some(substitute(&sig.result, &bound))
    }

    /// Whether a parameter takes an argument; type parameters are bound on the way, and join.
    fn takes(&self, param: &Type, arg: &Type, bound: &mut Substitution, depth: u32) -> bool {
        if depth > MAX_MATCHED {
            return true;
        }
        let arg = self.resolve(arg);
        if let Type::Param(name) = param {
            let old = bound.get(&**name).cloned().unwrap_or(Type::Never);
            bound.insert(name.to_string(), join(&old, &arg));
            return true;
        }
        match (param, &arg) {
            (Type::Any | Type::Dyn, _) => true,
            (_, unknown) if unknown.is_unknown() => {
                bind_unknown(param, &arg, bound);
                true
            }
            (_, Type::Never) => true,
            (param, Type::Union(members)) => members
                .iter()
                .all(|m| self.takes(param, m, bound, depth + 1)),
            (Type::Union(params), arg) => {
                params.iter().any(|p| self.takes(p, arg, bound, depth + 1))
            }
            (Type::List(p), Type::List(a))
            | (Type::Optional(p), Type::Optional(a))
            | (Type::TypeOf(p), Type::TypeOf(a)) => self.takes(p, a, bound, depth + 1),
            (Type::Map(k, v), Type::Map(l, w)) => {
                self.takes(k, l, bound, depth + 1) && self.takes(v, w, bound, depth + 1)
            }
            (Type::Map(k, v), Type::Record(record)) => {
                self.takes(k, &Type::String, bound, depth + 1)
                    && self.takes(v, &any_field(record), bound, depth + 1)
            }
            (param, arg) => arg.widened() == *param,
        }
    }
}

/// Binds the parameters inside `param` to what is not known.
fn bind_unknown(param: &Type, unknown: &Type, bound: &mut Substitution) {
    match param {
        Type::Param(name) => {
            bound.insert(name.to_string(), unknown.clone());
        }
        Type::List(p) | Type::Optional(p) | Type::TypeOf(p) => bind_unknown(p, unknown, bound),
        Type::Map(k, v) => {
            bind_unknown(k, unknown, bound);
            bind_unknown(v, unknown, bound);
        }
        _ => {}
    }
}

/// The type with its parameters replaced; what nothing bound holds no value.
fn substitute(ty: &Type, bound: &Substitution) -> Type {
    match ty {
        Type::Param(name) => bound.get(&**name).cloned().unwrap_or(Type::Never),
        Type::List(item) => Type::list(substitute(item, bound)),
        Type::Optional(inner) => Type::optional(substitute(inner, bound)),
        Type::TypeOf(inner) => Type::type_of(substitute(inner, bound)),
        Type::Map(k, v) => Type::map(substitute(k, bound), substitute(v, bound)),
        Type::Dyn => Type::Any,
        other => other.clone(),
    }
}
