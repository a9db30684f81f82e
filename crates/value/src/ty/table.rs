//! Named types.

use std::collections::BTreeMap;

use crate::Str;
use crate::ty::Type;

/// The named types of a workflow, in the order written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeTable {
    types: Vec<(Str, Type)>,
    /// Places in `types`, by name.
    places: BTreeMap<Str, usize>,
}

/// How many names may stand for names before a chain is taken for a cycle.
const MAX_CHAIN: usize = 64;

impl TypeTable {
    /// An empty table.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            types: Vec::new(),
            places: BTreeMap::new(),
        }
    }

    /// Sets `name`; gives the type that it had.
    pub fn insert(&mut self, name: impl Into<Str>, ty: Type) -> Option<Type> {
        let name = name.into();
        let known = self
            .places
            .get(&name)
            .and_then(|at| self.types.get_mut(*at));
        if let Some((_, old)) = known {
            return Some(std::mem::replace(old, ty));
        }
        self.places.insert(name.clone(), self.types.len());
        self.types.push((name, ty));
        None
    }

    /// The type called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Type> {
        self.types.get(*self.places.get(name)?).map(|(_, ty)| ty)
    }

    /// The types in the order written.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Str, &Type)> {
        self.types.iter().map(|(n, t)| (n, t))
    }

    /// The number of types.
    #[must_use]
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// The type that a name finally stands for; any other type is itself. A name that is unknown
    /// or stands for itself only is [`Type::Error`].
    #[must_use]
    pub fn resolve(&self, ty: &Type) -> Type {
        self.look_up(ty).clone()
    }

    /// As [`TypeTable::resolve`], without a copy.
    #[must_use]
    pub fn look_up<'t>(&'t self, ty: &'t Type) -> &'t Type {
        let mut ty = ty;
        for _ in 0..MAX_CHAIN {
            match ty {
                Type::Named(name) => match self.get(name) {
                    Some(next) => ty = next,
                    None => return &Type::Error,
                },
                other => return other,
            }
        }
        &Type::Error
    }
}
