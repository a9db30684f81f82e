//! Signatures of functions as static data.

use super::Function;
use crate::ty::{Type, union};

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `f(x)`
    Global,
    /// `x.f()`
    Member,
    /// Either way.
    Both,
}

impl Style {
    /// Whether `f(x)` may be written.
    #[must_use]
    pub fn is_global(self) -> bool {
        self != Style::Member
    }

    /// Whether `x.f()` may be written.
    #[must_use]
    pub fn is_member(self) -> bool {
        self != Style::Global
    }
}

/// A type in a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `uint`
    Uint,
    /// `double`
    Double,
    /// `string`
    String,
    /// `bytes`
    Bytes,
    /// `timestamp`
    Timestamp,
    /// `duration`
    Duration,
    /// `dyn`
    Dyn,
    /// `any`
    Any,
    /// `int | uint | double`, for numbers of mixed types.
    Number,
    /// A type parameter; some are bounded, see [`param_bound`].
    Param(&'static str),
    /// `list<T>`
    List(&'static Ty),
    /// `map<K, V>`
    Map(&'static Ty, &'static Ty),
    /// `optional_type(T)`
    Optional(&'static Ty),
    /// `type(T)`
    TypeOf(&'static Ty),
}

impl Ty {
    /// The type; parameters become [`Type::Param`], to be given names of their own at each call.
    #[must_use]
    pub fn to_type(self) -> Type {
        match self {
            Ty::Bool => Type::Bool,
            Ty::Int => Type::Int,
            Ty::Uint => Type::Uint,
            Ty::Double => Type::Double,
            Ty::String => Type::String,
            Ty::Bytes => Type::Bytes,
            Ty::Timestamp => Type::Timestamp,
            Ty::Duration => Type::Duration,
            Ty::Dyn => Type::Dyn,
            Ty::Any => Type::Any,
            Ty::Number => union([Type::Int, Type::Uint, Type::Double]),
            Ty::Param(name) => Type::Param(name.into()),
            Ty::List(item) => Type::list(item.to_type()),
            Ty::Map(key, value) => Type::map(key.to_type(), value.to_type()),
            Ty::Optional(inner) => Type::optional(inner.to_type()),
            Ty::TypeOf(inner) => Type::type_of(inner.to_type()),
        }
    }
}

/// What a type parameter may stand for: `O` is any one of the types that can be sorted, all others
/// are free.
#[must_use]
pub fn param_bound(name: &str) -> Option<Type> {
    (name == "O").then(|| {
        union([
            Type::Bool,
            Type::Int,
            Type::Uint,
            Type::Double,
            Type::String,
            Type::Bytes,
            Type::Timestamp,
            Type::Duration,
        ])
    })
}

/// One way to call a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overload {
    /// The parameters; a member's receiver is the first.
    pub params: &'static [Ty],
    /// Whether the last parameter may be given any number of times, at least once.
    pub variadic: bool,
    /// What it gives.
    pub result: Ty,
}

impl Overload {
    /// Whether it takes this many arguments, the receiver included.
    #[must_use]
    pub fn takes(&self, args: usize) -> bool {
        args == self.params.len() || (self.variadic && args > self.params.len())
    }

    /// The type of the parameter at a place, repeated ones included.
    #[must_use]
    pub fn param(&self, place: usize) -> Option<Type> {
        match self.params.get(place) {
            Some(ty) => Some(ty.to_type()),
            None if self.variadic => self.params.last().map(|ty| ty.to_type()),
            None => None,
        }
    }

    /// The overload as authors read it, once for each way to call it.
    #[must_use]
    pub fn spelled(&self, function: &Function) -> Vec<String> {
        let mut params: Vec<String> = self
            .params
            .iter()
            .map(|p| p.to_type().to_string())
            .collect();
        if self.variadic
            && let Some(last) = params.last_mut()
        {
            last.push_str("...");
        }
        let result = self.result.to_type();
        let mut out = Vec::new();
        if function.style.is_global() {
            out.push(format!(
                "{}({}) -> {result}",
                function.name,
                params.join(", ")
            ));
        }
        if function.style.is_member()
            && let Some((receiver, rest)) = params.split_first()
        {
            out.push(format!(
                "{receiver}.{}({}) -> {result}",
                function.name,
                rest.join(", ")
            ));
        }
        out
    }
}
