//! Reading values by a declared type.

use std::collections::BTreeMap;
use std::fmt;

use super::{RecordType, Type, TypeTable};
use crate::fault::Fault;
use crate::time::{parse_duration, parse_timestamp, parse_workflow_duration};
use crate::{Key, List, Map, Str, Value};

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
pub(crate) fn describe(value: &Value) -> String {
    match value {
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
        other => other.a_type_name().to_owned(),
    }
}

/// How many values may be looked at, again for each member of a union.
const MAX_WORK: u64 = 20_000_000;

/// Reads `value` by the declared type `ty`: fields that are not declared are dropped, null at an
/// optional field reads as absent, whole numbers go where `double` is declared (and a double
/// that is a whole number where `int` or `uint` is), texts become timestamps, durations and
/// bytes (base64) where those are declared. What needs no change is shared, not copied.
///
/// # Errors
/// When the value is not of the type: the first place that differs.
pub fn decode(value: &Value, ty: &Type, table: &TypeTable) -> Result<Value, DecodeError> {
    let read = Decoder {
        table,
        work: 0,
        known: BTreeMap::new(),
    }
    .read(value, ty)?;
    Ok(read.unwrap_or_else(|| value.clone()))
}

/// `None` is the value as it was.
type Read = Result<Option<Value>, DecodeError>;

struct Decoder<'a> {
    table: &'a TypeTable,
    work: u64,
    /// What containers read as by named types, by the containers' addresses: members of a
    /// recursive union would read the same parts again at every level.
    known: BTreeMap<(usize, Str), Read>,
}

impl Decoder<'_> {
    fn read(&mut self, value: &Value, ty: &Type) -> Read {
        self.work += 1;
        if self.work > MAX_WORK {
            let found = "a value that takes too long to check".to_owned();
            return Err(DecodeError {
                path: Vec::new(),
                expected: ty.to_string(),
                found,
            });
        }
        match ty {
            Type::Named(_) => self.named(value, ty),
            Type::Union(members) => self.union(value, ty, members),
            Type::List(item) => self.list(value, ty, item),
            Type::Map(key, item) => self.map(value, ty, (key, item)),
            Type::Record(record) => self.record(value, ty, record),
            Type::Optional(inner) => match value {
                Value::Optional(None) => Ok(None),
                Value::Optional(Some(v)) => match self.read(v, inner)? {
                    None => Ok(None),
                    Some(v) => Value::some(v)
                        .map(Some)
                        .map_err(|_| DecodeError::new(ty, value)),
                },
                _ => Err(DecodeError::new(ty, value)),
            },
            _ if is_of(value, ty) => Ok(None),
            _ => converted(value, ty)
                .map(Some)
                .ok_or_else(|| DecodeError::new(ty, value)),
        }
    }

    fn named(&mut self, value: &Value, ty: &Type) -> Read {
        let key = match (ty, value) {
            (Type::Named(name), Value::Map(map)) => Some((map.address(), name.clone())),
            (Type::Named(name), Value::List(list)) => Some((list.address(), name.clone())),
            _ => None,
        };
        if let Some(read) = key.as_ref().and_then(|key| self.known.get(key)) {
            return read.clone();
        }
        let read = match self.table.resolve(ty) {
            Type::Error => Err(DecodeError::new(ty, value)),
            Type::Union(members) => self.union(value, ty, &members),
            resolved => self.read(value, &resolved),
        };
        if let Some(key) = key {
            self.known.insert(key, read.clone());
        }
        read
    }

    fn list(&mut self, value: &Value, ty: &Type, item: &Type) -> Read {
        let Value::List(list) = value else {
            return Err(DecodeError::new(ty, value));
        };
        let mut items: Option<Vec<Value>> = None;
        for (i, v) in list.iter().enumerate() {
            let read = self.read(v, item).map_err(|e| e.at(PathPart::Index(i)))?;
            match (&mut items, read) {
                (Some(items), read) => items.push(read.unwrap_or_else(|| v.clone())),
                (None, Some(read)) => {
                    let mut changed = Vec::with_capacity(list.len());
                    changed.extend(list.iter().take(i).cloned());
                    changed.push(read);
                    items = Some(changed);
                }
                (None, None) => {}
            }
        }
        let Some(items) = items else { return Ok(None) };
        List::new(items)
            .map(|l| Some(Value::List(l)))
            .map_err(|_| DecodeError::new(ty, value))
    }

    fn map(&mut self, value: &Value, ty: &Type, (key, item): (&Type, &Type)) -> Read {
        let Value::Map(map) = value else {
            return Err(DecodeError::new(ty, value));
        };
        let mut entries = Vec::with_capacity(map.len());
        let mut changed = false;
        for (k, v) in map.iter() {
            let here = || PathPart::Field(k.to_string());
            let as_value = k.to_value();
            let new_key = match self.read(&as_value, key).map_err(|e| e.at(here()))? {
                None => k.clone(),
                Some(new) => {
                    changed = true;
                    Key::from_value(&new)
                        .ok_or_else(|| DecodeError::new(key, &as_value).at(here()))?
                }
            };
            let read = self.read(v, item).map_err(|e| e.at(here()))?;
            changed |= read.is_some();
            entries.push((new_key, read.unwrap_or_else(|| v.clone())));
        }
        if !changed {
            return Ok(None);
        }
        Map::new(entries)
            .map(|m| Some(Value::Map(m)))
            .map_err(|_| DecodeError::new(ty, value))
    }

    fn record(&mut self, value: &Value, ty: &Type, record: &RecordType) -> Read {
        let Value::Map(map) = value else {
            return Err(DecodeError::new(ty, value));
        };
        let mut entries = Vec::with_capacity(record.fields.len());
        let mut changed = false;
        for field in &record.fields {
            let here = || PathPart::Field(field.name.to_string());
            match map.get_str(&field.name) {
                None if field.optional => {}
                Some(Value::Null) if field.optional && !self.takes_null(&field.ty) => {
                    changed = true;
                }
                // A field that takes null need not be given: absent reads as null.
                None if self.takes_null(&field.ty) => {
                    changed = true;
                    entries.push((Key::String(field.name.clone()), Value::Null));
                }
                None => return Err(missing(&field.ty).at(here())),
                Some(v) => {
                    let read = self.read(v, &field.ty).map_err(|e| e.at(here()))?;
                    changed |= read.is_some();
                    let read = read.unwrap_or_else(|| v.clone());
                    entries.push((Key::String(field.name.clone()), read));
                }
            }
        }
        if !record.closed {
            let rest = |k: &Key| k.as_str().is_none_or(|name| record.field(name).is_none());
            entries.extend(map.entries().iter().filter(|(k, _)| rest(k)).cloned());
        }
        if !changed && entries.len() == map.len() {
            return Ok(None);
        }
        Map::new(entries)
            .map(|m| Some(Value::Map(m)))
            .map_err(|_| DecodeError::new(ty, value))
    }

    fn takes_null(&self, ty: &Type) -> bool {
        match ty {
            Type::Named(_) => self.table.resolve(ty).allows_null(),
            other => other.allows_null(),
        }
    }

    /// The first member that the value is of as it is, else the first that it can be read as.
    fn union(&mut self, value: &Value, ty: &Type, members: &[Type]) -> Read {
        let mut read: Option<Value> = None;
        let mut furthest: Option<DecodeError> = None;
        let mut tried = 0;
        for member in members {
            if self.ruled_out(value, member) {
                continue;
            }
            tried += 1;
            match self.read(value, member) {
                Ok(None) => return Ok(None),
                Ok(Some(v)) => read = read.or(Some(v)),
                Err(_) if self.work > MAX_WORK => break,
                Err(e) => {
                    if furthest
                        .as_ref()
                        .is_none_or(|f| e.path.len() > f.path.len())
                    {
                        furthest = Some(e);
                    }
                }
            }
        }
        match (read, furthest) {
            (Some(v), _) => Ok(Some(v)),
            // With one member that can be meant, its error says more than the union's.
            (None, Some(e)) if tried == 1 && !e.path.is_empty() => Err(e),
            _ => Err(DecodeError::new(ty, value)),
        }
    }

    /// Whether a map cannot be meant as a record, by a literal field that is another one. Spares
    /// reading the rest, so that a recursive union takes no exponential time.
    fn ruled_out(&self, value: &Value, member: &Type) -> bool {
        let resolved;
        let member = match member {
            Type::Named(_) => {
                resolved = self.table.resolve(member);
                &resolved
            }
            other => other,
        };
        let (Value::Map(map), Type::Record(record)) = (value, member) else {
            return false;
        };
        record
            .fields
            .iter()
            .any(|f| match (&f.ty, map.get_str(&f.name)) {
                (Type::Literal(literal), Some(v)) => !crate::ops::equals(v, &literal.to_value()),
                (Type::Literal(_), None) => !f.optional,
                _ => false,
            })
    }
}

fn missing(ty: &Type) -> DecodeError {
    let found = "nothing: the field is missing".to_owned();
    DecodeError {
        path: Vec::new(),
        expected: ty.to_string(),
        found,
    }
}

/// Whether a value is of a type that is no container, as it is.
fn is_of(value: &Value, ty: &Type) -> bool {
    match (ty, value) {
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
        (Type::Literal(literal), value) => literal.to_value() == *value,
        _ => false,
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
        (Type::Literal(literal), value) => {
            let wanted = literal.to_value();
            crate::ops::equals(value, &wanted).then_some(wanted)
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{format, parse};
    use crate::ty::{Field, union};

    fn run(json: &str, ty: &Type) -> Result<String, String> {
        let value = parse(json).unwrap();
        decode(&value, ty, &TypeTable::new())
            .map(|v| format(&v))
            .map_err(|e| e.to_string())
    }

    fn issue() -> Type {
        Type::record(vec![
            Field::required("id", Type::String),
            Field::required("price", Type::Double),
            Field::optional("note", Type::String),
            Field::required("owner", Type::String.or_null()),
        ])
    }

    #[test]
    fn extras_go_null_reads_as_absent_and_whole_numbers_are_doubles() {
        assert_eq!(
            run(
                r#"{"id":"a","price":2,"note":null,"owner":null,"x":1}"#,
                &issue()
            ),
            Ok(r#"{"id":"a","price":2.0,"owner":null}"#.to_owned())
        );
        assert_eq!(
            run(r#"{"id":"a","price":2.5}"#, &issue()),
            Ok(r#"{"id":"a","price":2.5,"owner":null}"#.to_owned())
        );
        assert_eq!(run("3.0", &Type::Int), Ok("3".to_owned()));
        assert!(run("3.5", &Type::Int).is_err());
    }

    #[test]
    fn errors_name_the_place_and_both_types() {
        let list = Type::list(issue());
        assert_eq!(
            run(r#"[{"id":"a","price":1},{"id":7,"price":1}]"#, &list).unwrap_err(),
            "at `[1].id`: expected `string`, found the int `7`"
        );
        assert_eq!(
            run(r#"{"price":1}"#, &issue()).unwrap_err(),
            "at `id`: expected `string`, found nothing: the field is missing"
        );
        let severity = union([Type::text("low"), Type::text("high")]);
        assert_eq!(
            run(r#""urgent""#, &severity).unwrap_err(),
            r#"expected `"low" | "high"`, found the string `"urgent"`"#
        );
    }

    #[test]
    fn texts_become_times_and_bytes_where_those_are_declared() {
        let read = |json: &str, ty: &Type| decode(&parse(json).unwrap(), ty, &TypeTable::new());
        assert_eq!(
            read(r#""2024-01-01T00:00:00Z""#, &Type::Timestamp)
                .unwrap()
                .type_name(),
            "timestamp"
        );
        let day = crate::Duration::from_secs(86_400);
        assert_eq!(read(r#""1d""#, &Type::Duration), Ok(Value::Duration(day)));
        assert_eq!(read(r#""aGk=""#, &Type::Bytes), Ok(Value::bytes(*b"hi")));
        assert_eq!(read("5", &Type::Uint), Ok(Value::Uint(5)));
        assert!(read("-5", &Type::Uint).is_err());
        // A union takes the member that the value already is.
        let either = union([Type::Timestamp, Type::String]);
        assert_eq!(
            read(r#""2024-01-01T00:00:00Z""#, &either)
                .unwrap()
                .type_name(),
            "string"
        );
        assert_eq!(
            read("1", &union([Type::Double, Type::Int])),
            Ok(Value::Int(1))
        );
    }

    #[test]
    fn what_needs_no_change_is_shared() {
        let value = parse(r#"{"a":[1,2,3]}"#).unwrap();
        let ty = Type::map(Type::String, Type::list(Type::Int));
        let read = decode(&value, &ty, &TypeTable::new()).unwrap();
        assert!(read.as_map().unwrap().ptr_eq(value.as_map().unwrap()));
    }

    #[test]
    fn discriminated_unions_report_the_member_that_is_meant() {
        let ok = Type::record(vec![
            Field::required("n", Type::Int),
            Field::required("kind", Type::text("ok")),
        ]);
        let err = Type::record(vec![
            Field::required("why", Type::String),
            Field::required("kind", Type::text("err")),
        ]);
        let either = union([ok, err]);
        assert_eq!(
            run(r#"{"kind":"err","why":1}"#, &either).unwrap_err(),
            "at `why`: expected `string`, found the int `1`"
        );
        assert!(
            run(r#"{"kind":"other"}"#, &either)
                .unwrap_err()
                .starts_with("expected")
        );
    }

    #[test]
    fn recursive_unions_end() {
        // Two members that both fit at every level: tried one by one this takes 2^90 steps.
        let member = |last: &str| {
            Type::record(vec![
                Field::optional("next", Type::named("T")),
                Field::optional(last, Type::Int),
            ])
        };
        let mut table = TypeTable::new();
        table.insert("T", union([member("a"), member("b")]));
        let text = format!("{}{{\"x\":1}}{}", r#"{"next":"#.repeat(90), "}".repeat(90));
        let value = parse(&text).unwrap();
        let read = decode(&value, &Type::named("T"), &table);
        let plain = format!("{}{{}}{}", r#"{"next":"#.repeat(90), "}".repeat(90));
        assert_eq!(format(&read.unwrap()), plain);
    }
}
