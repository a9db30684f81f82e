//! The function registry as the checker reads it: overloads as types, found by name.

use crate::hash::HashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use wfc_syntax::expr::{ExprId, ExprKind, Exprs};
use wfc_value::funcs::{FUNCTIONS, FnId, Style};
use wfc_value::ty::Type;

/// One way to call a function.
#[derive(Clone, Debug)]
pub(crate) struct Sig {
    pub(crate) params: Vec<Type>,
    pub(crate) variadic: bool,
    pub(crate) result: Type,
}

impl Sig {
    pub(crate) fn takes(&self, args: usize) -> bool {
        args == self.params.len() || (self.variadic && args > self.params.len())
    }

    pub(crate) fn param(&self, place: usize) -> Option<&Type> {
        match self.params.get(place) {
            None if self.variadic => self.params.last(),
            found => found,
        }
    }
}

/// A function with its overloads.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) id: Option<FnId>,
    pub(crate) name: String,
    pub(crate) style: Style,
    pub(crate) sigs: Vec<Sig>,
}

struct Index {
    by_name: HashMap<&'static str, Known>,
    namespaces: BTreeSet<&'static str>,
    /// Names that authors can write, for suggestions: global ones with their namespace, and members.
    globals: Vec<&'static str>,
    members: Vec<&'static str>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index {
        by_name: HashMap::default(),
        namespaces: BTreeSet::from(["cel"]),
        globals: vec!["has", "cel.bind"],
        members: MACROS.iter().map(|m| m.0).collect(),
    };
    for (place, function) in FUNCTIONS.iter().enumerate() {
        let sigs = function
            .overloads
            .iter()
            .map(|o| Sig {
                params: o.params.iter().map(|p| p.to_type()).collect(),
                variadic: o.variadic,
                result: o.result.to_type(),
            })
            .collect();
        let known = Known {
            id: u16::try_from(place).ok().map(FnId),
            name: function.name.to_owned(),
            style: function.style,
            sigs,
        };
        index.by_name.insert(function.name, known);
        if function.is_internal() {
            continue;
        }
        index.namespaces.extend(function.namespace());
        if function.style.is_global() {
            index.globals.push(function.name);
        }
        if function.style.is_member() {
            index.members.push(function.name);
        }
    }
    index
});

/// The macros that are called on a value, with the numbers of arguments that they take.
pub const MACROS: &[(&str, &[usize])] = &[
    ("all", &[2, 3]),
    ("exists", &[2, 3]),
    ("exists_one", &[2, 3]),
    ("existsOne", &[2, 3]),
    ("map", &[2, 3]),
    ("filter", &[2]),
    ("transformList", &[3, 4]),
    ("transformMap", &[3, 4]),
    ("transformMapEntry", &[3, 4]),
    ("sortBy", &[2]),
    ("optMap", &[2]),
    ("optFlatMap", &[2]),
];

/// A call that is a macro, by its form.
pub(crate) enum MacroCall {
    /// `has(arg)`
    Has(ExprId),
    /// `cel.bind(var, init, body)`
    Bind(Bind),
    /// `target.optMap(...)` or `target.optFlatMap(...)`
    OptionalMap(ExprId),
    /// `target.all(...)` and the others
    Comprehension(ExprId),
}

/// `cel.bind(var, init, body)`
pub(crate) struct Bind {
    pub(crate) cel: ExprId,
    pub(crate) var: ExprId,
    pub(crate) init: ExprId,
    pub(crate) body: ExprId,
}

/// The macro that a call is; `None` for any other call.
pub(crate) fn macro_call(
    exprs: &Exprs,
    target: Option<ExprId>,
    name: &str,
    args: &[ExprId],
) -> Option<MacroCall> {
    let Some(target) = target else {
        return match (name, args) {
            ("has", [arg]) => Some(MacroCall::Has(*arg)),
            _ => None,
        };
    };
    if let (ExprKind::Ident { name: cel, .. }, "bind", [var, init, body]) =
        (exprs.kind(target), name, args)
        && &**cel == "cel"
    {
        return Some(MacroCall::Bind(Bind {
            cel: target,
            var: *var,
            init: *init,
            body: *body,
        }));
    }
    let counts = MACROS.iter().find(|(n, _)| *n == name)?.1;
    if !counts.contains(&args.len()) {
        return None;
    }
    Some(match name {
        "optMap" | "optFlatMap" => MacroCall::OptionalMap(target),
        _ => MacroCall::Comprehension(target),
    })
}

/// The arguments of a comprehension that name its variables, and the rest. One with two variables binds the key (or the
/// place) before the value.
pub(crate) fn split_variables<'a>(name: &str, args: &'a [ExprId]) -> (&'a [ExprId], &'a [ExprId]) {
    let count = match name {
        "transformList" | "transformMap" | "transformMapEntry" => 2,
        "all" | "exists" | "exists_one" | "existsOne" if args.len() == 3 => 2,
        _ => 1,
    };
    args.split_at_checked(count).unwrap_or((&[], args))
}

/// The type that a name of CEL's own stands for, as in `type(x) == int`.
pub(crate) fn type_of_name(name: &str) -> Option<Type> {
    Some(match name {
        "bool" | "int" | "uint" | "double" | "string" | "bytes" => {
            return super::types::built_in(name);
        }
        "list" => Type::list(Type::Dyn),
        "map" => Type::map(Type::Dyn, Type::Dyn),
        "null_type" => Type::Null,
        "type" => Type::type_of(Type::Dyn),
        "optional_type" => Type::optional(Type::Dyn),
        _ => return None,
    })
}

/// The function called `name`, with its namespace; those for the compiler alone are not found.
pub(crate) fn function(name: &str) -> Option<&'static Known> {
    INDEX.by_name.get(name).filter(|_| !name.starts_with('@'))
}

/// Whether `name` is a namespace of functions.
#[must_use]
pub fn is_namespace(name: &str) -> bool {
    INDEX.namespaces.contains(name)
}

/// Names of functions and macros that can be called without a value before them.
pub(crate) fn globals() -> &'static [&'static str] {
    &INDEX.globals
}

/// Names of functions and macros that are called on a value.
pub(crate) fn members() -> &'static [&'static str] {
    &INDEX.members
}

/// What type parameters stand for in one call.
pub(crate) type Substitution = BTreeMap<String, Type>;
