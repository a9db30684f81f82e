//! `Value`: everything that an expression, an input or an output can be.

use std::fmt;
use std::sync::Arc;

use crate::fault::Fault;
use crate::secret::Secret;
use crate::time::{Duration, Timestamp};
use crate::{Key, List, Map, Str};

/// A run-time value. Cloning is cheap: texts and containers are shared.
///
/// `==` on values is structural, for tests and tables: `1`, `1u` and `1.0` differ, and doubles
/// compare by bits. The language's own equality is [`crate::ops::equals`].
#[derive(Clone, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `bool`.
    Bool(bool),
    /// `int`, 64 bits signed.
    Int(i64),
    /// `uint`, 64 bits unsigned.
    Uint(u64),
    /// `double`, IEEE 754 binary64.
    Double(f64),
    /// `string`.
    String(Str),
    /// `bytes`.
    Bytes(Arc<[u8]>),
    /// `timestamp`, in nanoseconds, of the years 1 to 9999.
    Timestamp(Timestamp),
    /// `duration`, in nanoseconds.
    Duration(Duration),
    /// `list`.
    List(List),
    /// `map`, and what records are at run time.
    Map(Map),
    /// A type as a value, as `type(x)` gives it.
    Type(TypeValue),
    /// An optional value, as `a.?b` gives it.
    Optional(Option<Arc<Value>>),
    /// A sealed text with references to secrets in it.
    Secret(Secret),
}

/// A type as a value: CEL's name for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TypeValue(Str);

impl TypeValue {
    /// The type of CEL's name `name`, such as `int` or `google.protobuf.Timestamp`.
    pub fn new(name: impl Into<Str>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// The identifiers that denote types in expressions.
pub const TYPE_NAMES: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "google.protobuf.Duration",
    "google.protobuf.Timestamp",
    "int",
    "list",
    "map",
    "null_type",
    "optional_type",
    "string",
    "type",
    "uint",
];

impl Value {
    /// A string; for texts made at run time check [`crate::limits::check_text`] first.
    pub fn string(text: impl Into<Str>) -> Self {
        Value::String(text.into())
    }

    /// Bytes.
    pub fn bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Value::Bytes(bytes.into())
    }

    /// A list.
    ///
    /// # Errors
    /// As [`List::new`].
    pub fn list(items: Vec<Value>) -> Result<Self, Fault> {
        List::new(items).map(Value::List)
    }

    /// A map.
    ///
    /// # Errors
    /// As [`Map::new`].
    pub fn map(entries: Vec<(Key, Value)>) -> Result<Self, Fault> {
        Map::new(entries).map(Value::Map)
    }

    /// A map with text keys.
    ///
    /// # Errors
    /// As [`Map::new`].
    pub fn record<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Result<Self, Fault> {
        Map::record(fields).map(Value::Map)
    }

    /// An optional that holds `value`.
    ///
    /// # Errors
    /// `limit_exceeded` when it would be nested too deep.
    pub fn some(value: Value) -> Result<Self, Fault> {
        crate::limits::check_depth(value.depth() + 1)?;
        Ok(Value::Optional(Some(Arc::new(value))))
    }

    /// The empty optional.
    #[must_use]
    pub fn none() -> Self {
        Value::Optional(None)
    }

    /// The secret called `name`.
    pub fn secret(name: impl Into<Str>) -> Self {
        Value::Secret(Secret::named(name))
    }

    /// What messages call the value's type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Uint(_) => "uint",
            Value::Double(_) => "double",
            Value::String(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::Timestamp(_) => "timestamp",
            Value::Duration(_) => "duration",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Type(_) => "type",
            Value::Optional(_) => "optional",
            Value::Secret(_) => "secret",
        }
    }

    /// As [`Value::type_name`], with an article: `an int`.
    #[must_use]
    pub fn a_type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a bool",
            Value::Int(_) => "an int",
            Value::Uint(_) => "a uint",
            Value::Double(_) => "a double",
            Value::String(_) => "a string",
            Value::Bytes(_) => "bytes",
            Value::Timestamp(_) => "a timestamp",
            Value::Duration(_) => "a duration",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Type(_) => "a type",
            Value::Optional(_) => "an optional",
            Value::Secret(_) => "a secret",
        }
    }

    /// The value's type as `type(x)` gives it. A secret's is `string`.
    #[must_use]
    pub fn type_value(&self) -> TypeValue {
        TypeValue::new(match self {
            Value::Null => "null_type",
            Value::Timestamp(_) => "google.protobuf.Timestamp",
            Value::Duration(_) => "google.protobuf.Duration",
            Value::Optional(_) => "optional_type",
            Value::Secret(_) => "string",
            other => other.type_name(),
        })
    }

    /// The logical size: one for each scalar and container, and the bytes of texts. Structure
    /// that is shared counts each time that it would be written out.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Value::String(s) => 1 + s.len() as u64,
            Value::Bytes(b) => 1 + b.len() as u64,
            Value::List(l) => l.size(),
            Value::Map(m) => m.size(),
            Value::Type(t) => 1 + t.name().len() as u64,
            Value::Optional(Some(v)) => v.size().saturating_add(1),
            Value::Secret(s) => 1 + s.size(),
            _ => 1,
        }
    }

    /// The nesting of lists, maps and optionals; 0 for a scalar.
    #[must_use]
    pub fn depth(&self) -> u32 {
        match self {
            Value::List(l) => l.depth(),
            Value::Map(m) => m.depth(),
            Value::Optional(Some(v)) => v.depth() + 1,
            _ => 0,
        }
    }

    /// Whether a secret is anywhere inside.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        match self {
            Value::Secret(_) => true,
            Value::List(l) => l.iter().any(Value::has_secret),
            Value::Map(m) => m.values().any(Value::has_secret),
            Value::Optional(Some(v)) => v.has_secret(),
            _ => false,
        }
    }

    /// The bool, of a `bool`.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The number, of an `int`.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(i) => Some(*i),
            _ => None,
        }
    }

    /// The text, of a `string`.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// The list, of a `list`.
    #[must_use]
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(l) => Some(l),
            _ => None,
        }
    }

    /// The map, of a `map`.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(m) => Some(m),
            _ => None,
        }
    }

    /// The value under a text key, of a `map`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get_str(key)
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Uint(a), Value::Uint(b)) => a == b,
            (Value::Double(a), Value::Double(b)) => a.to_bits() == b.to_bits(),
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::Timestamp(a), Value::Timestamp(b)) => a == b,
            (Value::Duration(a), Value::Duration(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => a == b,
            (Value::Type(a), Value::Type(b)) => a == b,
            (Value::Optional(a), Value::Optional(b)) => a == b,
            (Value::Secret(a), Value::Secret(b)) => a == b,
            _ => false,
        }
    }
}

/// Shows the value as an expression would spell it, roughly; for tests and logs.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(i) => write!(f, "{i}"),
            Value::Uint(u) => write!(f, "{u}u"),
            Value::Double(d) => write!(f, "{d:?}"),
            Value::String(s) => write!(f, "{s:?}"),
            Value::Bytes(b) => write!(f, "b\"{}\"", b.escape_ascii()),
            Value::Timestamp(t) => write!(f, "timestamp(\"{t}\")"),
            Value::Duration(d) => write!(f, "duration(\"{d}\")"),
            Value::List(l) => l.fmt(f),
            Value::Map(m) => m.fmt(f),
            Value::Type(t) => f.write_str(t.name()),
            Value::Optional(None) => f.write_str("optional.none()"),
            Value::Optional(Some(v)) => write!(f, "optional.of({v:?})"),
            Value::Secret(s) => write!(f, "{s:?}"),
        }
    }
}

macro_rules! from {
    ($($ty:ty => $variant:ident),* $(,)?) => {
        $(impl From<$ty> for Value {
            fn from(v: $ty) -> Self {
                Value::$variant(v.into())
            }
        })*
    };
}

from! {
    bool => Bool,
    i64 => Int,
    i32 => Int,
    u64 => Uint,
    u32 => Uint,
    f64 => Double,
    &str => String,
    String => String,
    Str => String,
    Timestamp => Timestamp,
    Duration => Duration,
    List => List,
    Map => Map,
    TypeValue => Type,
    Secret => Secret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_small() {
        assert!(size_of::<Value>() <= 24);
    }

    #[test]
    fn sizes_and_depths_count_what_would_be_written_out() {
        let item = Value::list(vec!["abc".into(), Value::Int(1)]).unwrap();
        assert_eq!((item.size(), item.depth()), (1 + 4 + 1, 1));
        let twice = Value::record([("k", item.clone()), ("l", item)]).unwrap();
        assert_eq!((twice.size(), twice.depth()), (1 + 2 * (2 + 6), 2));
        assert_eq!(Value::some(twice).unwrap().depth(), 3);
    }

    #[test]
    fn shared_structure_cannot_grow_without_limit() {
        let mut value = Value::from("0123456789");
        let fault = loop {
            match Value::list(vec![value.clone(), value.clone()]) {
                Ok(twice) => value = twice,
                Err(fault) => break fault,
            }
        };
        assert_eq!(fault.code, crate::FaultCode::LimitExceeded);
        let mut deep = Value::Null;
        while let Ok(deeper) = Value::list(vec![deep.clone()]) {
            deep = deeper;
        }
        assert_eq!(deep.depth(), crate::limits::MAX_VALUE_DEPTH);
        assert!(Value::some(deep).is_err());
    }

    #[test]
    fn structural_equality_tells_numbers_apart() {
        assert_ne!(Value::Int(1), Value::Uint(1));
        assert_ne!(Value::Double(0.0), Value::Double(-0.0));
        assert_eq!(Value::Double(f64::NAN), Value::Double(f64::NAN));
    }
}
