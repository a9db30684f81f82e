//! Reading values by a declared type.

use std::fmt;

use super::{Literal, RecordType, Type, TypeTable};
use crate::fault::Fault;
use crate::time::{parse_duration, parse_timestamp, parse_workflow_duration};
use crate::{Key, List, Map, Value};

/// A step on the way to a value inside another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPart {
    /// A field or a map's key.
    Field(String),
    /// A list's place, from 0.
    Index(usize),
}

/// Why a value is not of a declared type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where inside the value, from the outside in.
    pub path: Vec<PathPart>,
    /// The type that was expected there, as authors spell it.
    pub expected: String,
    /// What was found there, in words.
    pub found: String,
}

impl DecodeError {
    fn new(expected: &Type, found: &Value) -> Self {
        Self {
            path: Vec::new(),
            expected: expected.to_string(),
            found: describe(found),
        }
    }

    fn at(mut self, part: PathPart) -> Self {
        self.path.insert(0, part);
        self
    }

    /// The path as an expression would spell it, such as `.items[2].id`; empty at the top.
    #[must_use]
    pub fn path_text(&self) -> String {
        use fmt::Write as _;
        let mut out = String::new();
        for part in &self.path {
            let plain =
                |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let _ = match part {
                PathPart::Field(name) if plain(name) => write!(out, ".{name}"),
                PathPart::Field(name) => write!(out, "[{}]", crate::json::quoted(name)),
                PathPart::Index(i) => write!(out, "[{i}]"),
            };
        }
        out
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path_text();
        if !path.is_empty() {
            write!(f, "at `{}`: ", path.strip_prefix('.').unwrap_or(&path))?;
        }
        write!(f, "expected `{}`, found {}", self.expected, self.found)
    }
}

impl std::error::Error for DecodeError {}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        Fault::mismatch(error.to_string())
    }
}

/// A value in words: short ones as they are, others by their type.
fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(s) => {
            format!(
                "the string `{}`",
                crate::json::quoted(&crate::text::shortened(s, 40))
            )
        }
        Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_) => {
            format!("the {} `{}`", value.type_name(), crate::json::format(value))
        }
        Value::Map(m) if m.is_empty() => "an empty map".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Optional(_) => "an optional".to_owned(),
        other => format!("a {}", other.type_name()),
    }
}

/// Reads `value` by the declared type `ty`: fields that are not declared are dropped, null at an
/// optional field reads as absent, whole numbers go where `double` is declared (and a double
/// that is a whole number where `int` or `uint` is), texts become timestamps, durations and
/// bytes (base64) where those are declared.
///
/// # Errors
/// When the value is not of the type: the first place that differs.
pub fn decode(value: &Value, ty: &Type, table: &TypeTable) -> Result<Value, DecodeError> {
    match ty {
        Type::Named(_) => decode_named(value, ty, table),
        Type::Union(members) => decode_union(value, ty, members, table),
        Type::List(item) => decode_list(value, ty, item, table),
        Type::Map(key, item) => decode_map(value, ty, (key, item), table),
        Type::Record(record) => decode_record(value, ty, record, table),
        Type::Optional(inner) => match value {
            Value::Optional(None) => Ok(Value::none()),
            Value::Optional(Some(v)) => {
                let v = decode(v, inner, table)?;
                Value::some(v).map_err(|_| DecodeError::new(ty, value))
            }
            _ => Err(DecodeError::new(ty, value)),
        },
        _ => scalar(value, ty).ok_or_else(|| DecodeError::new(ty, value)),
    }
}

fn decode_named(value: &Value, ty: &Type, table: &TypeTable) -> Result<Value, DecodeError> {
    match table.resolve(ty) {
        // A value's own depth bounds the recursion: names in a row are resolved at once.
        Type::Error => Err(DecodeError::new(ty, value)),
        Type::Union(members) => decode_union(value, ty, &members, table),
        resolved => decode(value, &resolved, table),
    }
}

fn scalar(value: &Value, ty: &Type) -> Option<Value> {
    let same = match (ty, value) {
        (Type::Any | Type::Dyn | Type::Error, _)
        | (Type::Null, Value::Null)
        | (Type::Bool, Value::Bool(_))
        | (Type::Int, Value::Int(_))
        | (Type::Uint, Value::Uint(_))
        | (Type::Double, Value::Double(_))
        | (Type::String, Value::String(_) | Value::Secret(_))
        | (Type::Bytes, Value::Bytes(_))
        | (Type::Timestamp, Value::Timestamp(_))
        | (Type::Duration, Value::Duration(_))
        | (Type::TypeOf(_), Value::Type(_)) => true,
        (Type::Literal(literal), value) => return decode_literal(value, literal),
        _ => false,
    };
    if same {
        Some(value.clone())
    } else {
        converted(value, ty)
    }
}

/// What a value of JSON becomes where a type that JSON has no form for is declared.
fn converted(value: &Value, ty: &Type) -> Option<Value> {
    match (ty, value) {
        (Type::Double, Value::Int(i)) => Some(Value::Double(*i as f64)),
        (Type::Double, Value::Uint(u)) => Some(Value::Double(*u as f64)),
        (Type::Double, Value::String(s)) => match &**s {
            "NaN" => Some(Value::Double(f64::NAN)),
            "Infinity" => Some(Value::Double(f64::INFINITY)),
            "-Infinity" => Some(Value::Double(f64::NEG_INFINITY)),
            _ => None,
        },
        (Type::Uint, Value::Int(i)) => u64::try_from(*i).ok().map(Value::Uint),
        (Type::Int, Value::Uint(u)) => i64::try_from(*u).ok().map(Value::Int),
        (Type::Int, Value::Double(d)) => i64::try_from(crate::ops::double_as_integer(*d)?)
            .ok()
            .map(Value::Int),
        (Type::Uint, Value::Double(d)) => u64::try_from(crate::ops::double_as_integer(*d)?)
            .ok()
            .map(Value::Uint),
        (Type::Timestamp, Value::String(s)) => parse_timestamp(s).ok().map(Value::Timestamp),
        (Type::Duration, Value::String(s)) => parse_duration(s)
            .or_else(|_| parse_workflow_duration(s))
            .ok()
            .map(Value::Duration),
        (Type::Bytes, Value::String(s)) => {
            crate::json::from_base64(s).map(|b| Value::Bytes(b.into()))
        }
        _ => None,
    }
}

fn decode_literal(value: &Value, literal: &Literal) -> Option<Value> {
    let wanted = literal.to_value();
    crate::ops::equals(value, &wanted).then_some(wanted)
}

fn decode_list(
    value: &Value,
    ty: &Type,
    item: &Type,
    table: &TypeTable,
) -> Result<Value, DecodeError> {
    let Value::List(list) = value else {
        return Err(DecodeError::new(ty, value));
    };
    let mut items = Vec::with_capacity(list.len());
    for (i, v) in list.iter().enumerate() {
        items.push(decode(v, item, table).map_err(|e| e.at(PathPart::Index(i)))?);
    }
    if items == list.as_slice() {
        return Ok(value.clone());
    }
    List::new(items)
        .map(Value::List)
        .map_err(|_| DecodeError::new(ty, value))
}

fn decode_map(
    value: &Value,
    ty: &Type,
    (key, item): (&Type, &Type),
    table: &TypeTable,
) -> Result<Value, DecodeError> {
    let Value::Map(map) = value else {
        return Err(DecodeError::new(ty, value));
    };
    let mut entries = Vec::with_capacity(map.len());
    for (k, v) in map.iter() {
        let here = || PathPart::Field(k.to_string());
        let read = decode(&k.to_value(), key, table).map_err(|e| e.at(here()))?;
        let read = Key::from_value(&read).ok_or_else(|| DecodeError::new(key, &read).at(here()))?;
        entries.push((read, decode(v, item, table).map_err(|e| e.at(here()))?));
    }
    Map::new(entries)
        .map(Value::Map)
        .map_err(|_| DecodeError::new(ty, value))
}

fn decode_record(
    value: &Value,
    ty: &Type,
    record: &RecordType,
    table: &TypeTable,
) -> Result<Value, DecodeError> {
    let Value::Map(map) = value else {
        return Err(DecodeError::new(ty, value));
    };
    let mut entries = Vec::with_capacity(record.fields.len());
    for field in &record.fields {
        let here = || PathPart::Field(field.name.to_string());
        match map.get_str(&field.name) {
            None if field.optional => {}
            Some(Value::Null) if field.optional && !field.ty.allows_null() => {}
            None => {
                // A field that takes null is not asked for: absent reads as null.
                if !table.resolve(&field.ty).allows_null() {
                    let expected = field.ty.to_string();
                    let found = "nothing: the field is missing".to_owned();
                    let error = DecodeError {
                        path: Vec::new(),
                        expected,
                        found,
                    };
                    return Err(error.at(here()));
                }
                entries.push((Key::String(field.name.clone()), Value::Null));
            }
            Some(v) => {
                let v = decode(v, &field.ty, table).map_err(|e| e.at(here()))?;
                entries.push((Key::String(field.name.clone()), v));
            }
        }
    }
    if !record.closed {
        for (k, v) in map.iter() {
            if k.as_str().is_none_or(|name| record.field(name).is_none()) {
                entries.push((k.clone(), v.clone()));
            }
        }
    }
    Map::new(entries)
        .map(Value::Map)
        .map_err(|_| DecodeError::new(ty, value))
}

/// The first member that the value is of as it is, else the first that it can be read as.
fn decode_union(
    value: &Value,
    ty: &Type,
    members: &[Type],
    table: &TypeTable,
) -> Result<Value, DecodeError> {
    let mut read: Option<Value> = None;
    let mut deepest: Option<DecodeError> = None;
    for member in members {
        match decode(value, member, table) {
            Ok(v) if v == *value => return Ok(v),
            Ok(v) => read = read.or(Some(v)),
            Err(e) => {
                if deepest.as_ref().is_none_or(|d| e.path.len() > d.path.len()) {
                    deepest = Some(e);
                }
            }
        }
    }
    if let Some(v) = read {
        return Ok(v);
    }
    match deepest {
        // The member that got furthest says most, when only one can be meant.
        Some(e) if !e.path.is_empty() => Err(e),
        _ => Err(DecodeError::new(ty, value)),
    }
}
