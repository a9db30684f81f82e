//! Types: what the checker knows of a value before it runs.

mod assign;
mod decode;
mod display;
mod join;
mod parts;
mod table;

pub use assign::{assignable, assignable_in};
pub(crate) use decode::describe;
pub use decode::{DecodeError, PathPart, decode};
pub use join::{join, union};
pub use table::TypeTable;

use std::sync::Arc;

use crate::{Str, Value};

/// A type. Cloning is cheap.
#[allow(
    clippy::enum_variant_names,
    reason = "`TypeOf` is what the type of types is called"
)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// The type of what never yields a value, such as a step that always fails.
    Never,
    /// A type that could not be found out, after a diagnostic: it fits anything, silently.
    Error,
    /// `any`: unknown until run time, checked where it is used.
    Any,
    /// CEL's `dyn`: unknown, and every use is taken on trust.
    Dyn,
    /// `null`.
    Null,
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `uint`.
    Uint,
    /// `double`.
    Double,
    /// `string`.
    String,
    /// `bytes`.
    Bytes,
    /// `timestamp`.
    Timestamp,
    /// `duration`.
    Duration,
    /// One value of a scalar type, such as `"high"`.
    Literal(Literal),
    /// `list<T>`.
    List(Arc<Type>),
    /// `map<K, V>`.
    Map(Arc<Type>, Arc<Type>),
    /// `{ a: T, b?: U }`.
    Record(Arc<RecordType>),
    /// `T | U`: at least two members, none of them a union; made by [`union`].
    Union(Arc<[Type]>),
    /// A named type, to look up in a [`TypeTable`].
    Named(Str),
    /// CEL's `optional_type(T)`.
    Optional(Arc<Type>),
    /// The type of types as values: `type(T)`.
    TypeOf(Arc<Type>),
    /// A type parameter of a function's signature.
    Param(Str),
    /// An opaque type of a CEL declaration.
    Abstract {
        /// Its name. Behind a pointer, so that this rare form does not make all types larger.
        name: Arc<Str>,
        /// Its parameters.
        params: Arc<Vec<Type>>,
    },
}

/// The value of a literal type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// A string.
    String(Str),
    /// A bool.
    Bool(bool),
    /// An `int`.
    Int(i64),
    /// A `uint`.
    Uint(u64),
    /// A `double`, by its bits.
    Double(u64),
}

/// A record's fields, in the order written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordType {
    /// The fields; names are unique.
    pub fields: Vec<Field>,
    /// Whether the record is known to have no other fields: true of records that are built from
    /// a literal or decoded by a declared type; false for those whose type leaves room.
    pub closed: bool,
}

/// A record's field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The name.
    pub name: Str,
    /// The type when the field is there.
    pub ty: Type,
    /// Whether the field may be absent.
    pub optional: bool,
}

impl Field {
    /// A field that is always there.
    pub fn required(name: impl Into<Str>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            optional: false,
        }
    }

    /// A field that may be absent.
    pub fn optional(name: impl Into<Str>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            optional: true,
        }
    }
}

impl RecordType {
    /// The field called `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| &*f.name == name)
    }
}

impl Literal {
    /// The literal's base type.
    #[must_use]
    pub fn base(&self) -> Type {
        match self {
            Literal::String(_) => Type::String,
            Literal::Bool(_) => Type::Bool,
            Literal::Int(_) => Type::Int,
            Literal::Uint(_) => Type::Uint,
            Literal::Double(_) => Type::Double,
        }
    }

    /// The literal of a scalar value.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::String(s) => Literal::String(s.clone()),
            Value::Bool(b) => Literal::Bool(*b),
            Value::Int(i) => Literal::Int(*i),
            Value::Uint(u) => Literal::Uint(*u),
            Value::Double(d) => Literal::Double(d.to_bits()),
            _ => return None,
        })
    }

    /// The value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Literal::String(s) => Value::String(s.clone()),
            Literal::Bool(b) => Value::Bool(*b),
            Literal::Int(i) => Value::Int(*i),
            Literal::Uint(u) => Value::Uint(*u),
            Literal::Double(bits) => Value::Double(f64::from_bits(*bits)),
        }
    }
}

impl Type {
    /// `list<T>`.
    #[must_use]
    pub fn list(item: Type) -> Self {
        Type::List(Arc::new(item))
    }

    /// `map<K, V>`.
    #[must_use]
    pub fn map(key: Type, value: Type) -> Self {
        Type::Map(Arc::new(key), Arc::new(value))
    }

    /// A closed record.
    #[must_use]
    pub fn record(fields: Vec<Field>) -> Self {
        Type::Record(Arc::new(RecordType {
            fields,
            closed: true,
        }))
    }

    /// `optional_type(T)`.
    #[must_use]
    pub fn optional(inner: Type) -> Self {
        Type::Optional(Arc::new(inner))
    }

    /// `type(T)`.
    #[must_use]
    pub fn type_of(inner: Type) -> Self {
        Type::TypeOf(Arc::new(inner))
    }

    /// A string literal's type.
    pub fn text(text: impl Into<Str>) -> Self {
        Type::Literal(Literal::String(text.into()))
    }

    /// `T?`: `T | null`.
    #[must_use]
    pub fn or_null(self) -> Self {
        union([self, Type::Null])
    }

    /// A named type.
    pub fn named(name: impl Into<Str>) -> Self {
        Type::Named(name.into())
    }

    /// The members of a union, else the type alone.
    #[must_use]
    pub fn members(&self) -> &[Type] {
        match self {
            Type::Union(members) => members,
            other => std::slice::from_ref(other),
        }
    }

    /// Whether null is one of its values, as far as can be seen without a table.
    #[must_use]
    pub fn allows_null(&self) -> bool {
        self.members()
            .iter()
            .any(|t| matches!(t, Type::Null | Type::Any | Type::Dyn | Type::Error))
    }

    /// The type without null: what `x != null` leaves.
    #[must_use]
    pub fn without_null(&self) -> Type {
        match self {
            Type::Null => Type::Never,
            Type::Union(members) => union(members.iter().filter(|t| **t != Type::Null).cloned()),
            other => other.clone(),
        }
    }

    /// The type with literals widened to their base types, at the top and in a union.
    #[must_use]
    pub fn widened(&self) -> Type {
        match self {
            Type::Literal(literal) => literal.base(),
            Type::Union(members) => union(members.iter().map(Type::widened)),
            other => other.clone(),
        }
    }

    /// Whether nothing is known of its values before run time.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Type::Any | Type::Dyn | Type::Error)
    }

    /// The type of a value, with literal types for scalars that have them.
    #[must_use]
    pub fn of_value(value: &Value) -> Type {
        if let Some(literal) = Literal::of(value) {
            return Type::Literal(literal);
        }
        match value {
            Value::Bytes(_) => Type::Bytes,
            Value::Timestamp(_) => Type::Timestamp,
            Value::Duration(_) => Type::Duration,
            Value::List(l) => Type::list(union(l.iter().map(Type::of_value))),
            Value::Map(m) => Type::of_map(m),
            Value::Type(_) => Type::type_of(Type::Dyn),
            Value::Optional(None) => Type::optional(Type::Never),
            Value::Optional(Some(v)) => Type::optional(Type::of_value(v)),
            Value::Secret(_) => Type::String,
            _ => Type::Null,
        }
    }

    fn of_map(map: &crate::Map) -> Type {
        let fields: Option<Vec<Field>> = map
            .iter()
            .map(|(k, v)| Some(Field::required(k.as_str()?, Type::of_value(v))))
            .collect();
        match fields {
            Some(fields) => Type::record(fields),
            None => Type::map(
                union(map.keys().map(|k| Type::of_value(&k.to_value()).widened())),
                union(map.values().map(Type::of_value)),
            ),
        }
    }
}
