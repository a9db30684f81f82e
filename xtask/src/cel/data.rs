//! Values and types of the standard's tests, from the JSON form of their protobuf messages.

use std::sync::Arc;

use serde_json::Value as Json;
use wfc_value::{Duration, Key, Timestamp, Type, TypeValue, Value, json};

/// A field that is a list; nothing when it is absent.
pub(super) fn array<'a>(of: &'a Json, field: &str) -> Result<&'a [Json], String> {
    match of.get(field) {
        None | Some(Json::Null) => Ok(&[]),
        Some(Json::Array(items)) => Ok(items),
        Some(_) => Err(format!("`{field}` is no list")),
    }
}

/// A field that is a text.
pub(super) fn text<'a>(of: &'a Json, field: &str) -> Result<&'a str, String> {
    let found = of.get(field).ok_or_else(|| format!("no `{field}`"))?;
    found
        .as_str()
        .ok_or_else(|| format!("`{field}` is no text"))
}

/// The kind and the content of a `oneof`.
fn one_of<'a>(of: &'a Json, what: &str) -> Result<(&'a str, &'a Json), String> {
    let first = of.as_object().and_then(|o| o.iter().next());
    first
        .map(|(kind, held)| (kind.as_str(), held))
        .ok_or_else(|| format!("a {what} without a kind"))
}

/// A `cel.expr.Value`.
pub(super) fn value(of: &Json) -> Result<Value, String> {
    let (kind, held) = one_of(of, "value")?;
    let wrong = || format!("`{held}` is no `{kind}`");
    Ok(match kind {
        "nullValue" => Value::Null,
        "boolValue" => Value::Bool(held.as_bool().ok_or_else(wrong)?),
        "int64Value" => Value::Int(number(held).ok_or_else(wrong)?),
        "uint64Value" => Value::Uint(number(held).ok_or_else(wrong)?),
        "doubleValue" => Value::Double(double(held).ok_or_else(wrong)?),
        "stringValue" => Value::string(held.as_str().ok_or_else(wrong)?),
        "bytesValue" => {
            let bytes = held.as_str().and_then(json::from_base64);
            Value::bytes(bytes.ok_or_else(wrong)?)
        }
        "typeValue" => Value::Type(TypeValue::new(held.as_str().ok_or_else(wrong)?)),
        "listValue" => {
            let items: Result<Vec<_>, _> = array(held, "values")?.iter().map(value).collect();
            Value::list(items?).map_err(|f| f.message)?
        }
        "mapValue" => {
            let entries: Result<Vec<_>, _> = array(held, "entries")?.iter().map(entry).collect();
            Value::map(entries?).map_err(|f| f.message)?
        }
        "enumValue" => Value::Int(held.get("value").and_then(number).unwrap_or_default()),
        "objectValue" => message(held)?,
        other => return Err(format!("a value of kind `{other}`")),
    })
}

fn entry(of: &Json) -> Result<(Key, Value), String> {
    let part = |field: &str| value(of.get(field).ok_or_else(|| format!("no `{field}`"))?);
    let key = Key::from_value(&part("key")?).ok_or("a value that is no key")?;
    Ok((key, part("value")?))
}

fn number<N: std::str::FromStr>(held: &Json) -> Option<N> {
    match held {
        Json::String(text) => text.parse().ok(),
        Json::Number(n) => n.to_string().parse().ok(),
        _ => None,
    }
}

fn double(held: &Json) -> Option<f64> {
    match held.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(other) => other.parse().ok(),
        None => held.as_f64(),
    }
}

/// The few messages that are values of the language: an `Any` with its `@type`.
fn message(of: &Json) -> Result<Value, String> {
    let name = text(of, "@type")?;
    let name = name.rsplit('/').next().unwrap_or_default();
    let held = of.get("value").unwrap_or(&Json::Null);
    let wrong = || format!("`{held}` is no `{name}`");
    let short = name.strip_prefix("google.protobuf.").unwrap_or_default();
    Ok(match short {
        "Timestamp" => {
            let at = Timestamp::parse(held.as_str().ok_or_else(wrong)?);
            Value::Timestamp(at.map_err(|e| e.message)?)
        }
        "Duration" => {
            let long = Duration::parse(held.as_str().ok_or_else(wrong)?);
            Value::Duration(long.map_err(|e| e.message)?)
        }
        "BoolValue" => Value::Bool(held.as_bool().ok_or_else(wrong)?),
        "Int32Value" | "Int64Value" => Value::Int(number(held).ok_or_else(wrong)?),
        "UInt32Value" | "UInt64Value" => Value::Uint(number(held).ok_or_else(wrong)?),
        "FloatValue" | "DoubleValue" => Value::Double(double(held).ok_or_else(wrong)?),
        "StringValue" => Value::string(held.as_str().ok_or_else(wrong)?),
        "BytesValue" => {
            let bytes = held.as_str().and_then(json::from_base64);
            Value::bytes(bytes.ok_or_else(wrong)?)
        }
        _ => return Err(format!("a message `{name}`")),
    })
}

/// A `cel.expr.Type`.
pub(super) fn ty(of: &Json) -> Result<Type, String> {
    let (kind, held) = one_of(of, "type")?;
    let name = || {
        held.as_str()
            .ok_or_else(|| format!("`{held}` is no `{kind}`"))
    };
    let part = |field: &str| held.get(field).map_or(Ok(Type::Dyn), ty);
    Ok(match kind {
        "primitive" | "wrapper" => primitive(name()?)?,
        "null" => Type::Null,
        "dyn" => Type::Dyn,
        "error" => Type::Error,
        "wellKnown" => match name()? {
            "TIMESTAMP" => Type::Timestamp,
            "DURATION" => Type::Duration,
            _ => Type::Dyn,
        },
        "messageType" => match name()? {
            "google.protobuf.Timestamp" => Type::Timestamp,
            "google.protobuf.Duration" => Type::Duration,
            other => return Err(format!("the type of a message `{other}`")),
        },
        "listType" => Type::list(part("elemType")?),
        "mapType" => Type::map(part("keyType")?, part("valueType")?),
        "type" if held.as_object().is_none_or(serde_json::Map::is_empty) => {
            Type::type_of(Type::Dyn)
        }
        "type" => Type::type_of(ty(held)?),
        "typeParam" => Type::Param(name()?.into()),
        "abstractType" => {
            let params: Result<Vec<Type>, String> =
                array(held, "parameterTypes")?.iter().map(ty).collect();
            match (text(held, "name")?, params?.as_slice()) {
                ("optional_type", [inner]) => Type::optional(inner.clone()),
                (name, params) => Type::Abstract {
                    name: Arc::new(name.into()),
                    params: Arc::new(params.to_vec()),
                },
            }
        }
        other => return Err(format!("a type of kind `{other}`")),
    })
}

fn primitive(name: &str) -> Result<Type, String> {
    Ok(match name {
        "BOOL" => Type::Bool,
        "INT64" => Type::Int,
        "UINT64" => Type::Uint,
        "DOUBLE" => Type::Double,
        "STRING" => Type::String,
        "BYTES" => Type::Bytes,
        other => return Err(format!("a primitive type `{other}`")),
    })
}

/// Whether two values are the same for a test: of one type, not-a-number equal to itself.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Double(a), Value::Double(b)) => a == b || (a.is_nan() && b.is_nan()),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        _ => a.type_value() == b.type_value() && a == b,
    }
}
