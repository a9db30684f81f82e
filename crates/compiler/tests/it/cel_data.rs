//! Values and types of the standard's tests, from the JSON form of their protobuf messages.

use serde_json::Value as Json;
use wfc_value::{Key, Type, TypeValue, Value, json};

/// A `cel.expr.Value`.
pub(crate) fn value(of: &Json) -> Value {
    let (kind, held) = of
        .as_object()
        .and_then(|o| o.iter().next())
        .expect("a value has a kind");
    let text = || held.as_str().expect("a text");
    match kind.as_str() {
        "nullValue" => Value::Null,
        "boolValue" => Value::Bool(held.as_bool().unwrap()),
        "int64Value" => Value::Int(text().parse().unwrap()),
        "uint64Value" => Value::Uint(text().parse().unwrap()),
        "doubleValue" => Value::Double(match held.as_str() {
            Some("NaN") => f64::NAN,
            Some("Infinity") => f64::INFINITY,
            Some("-Infinity") => f64::NEG_INFINITY,
            Some(other) => other.parse().unwrap(),
            None => held.as_f64().unwrap(),
        }),
        "stringValue" => Value::string(text()),
        "bytesValue" => Value::bytes(json::from_base64(text()).unwrap()),
        "typeValue" => Value::Type(TypeValue::new(text())),
        "listValue" => Value::list(array(held, "values").map(value).collect()).unwrap(),
        "mapValue" => {
            let entries = array(held, "entries").map(|e| {
                (
                    Key::from_value(&value(&e["key"])).unwrap(),
                    value(&e["value"]),
                )
            });
            Value::map(entries.collect()).unwrap()
        }
        other => panic!("a value of kind {other}"),
    }
}

fn array<'a>(of: &'a Json, field: &str) -> impl Iterator<Item = &'a Json> {
    of.get(field).and_then(Json::as_array).into_iter().flatten()
}

/// A `cel.expr.Type`.
pub(crate) fn ty(of: &Json) -> Type {
    let (kind, held) = of
        .as_object()
        .and_then(|o| o.iter().next())
        .expect("a type has a kind");
    match kind.as_str() {
        "primitive" | "wrapper" => match held.as_str().unwrap() {
            "BOOL" => Type::Bool,
            "INT64" => Type::Int,
            "UINT64" => Type::Uint,
            "DOUBLE" => Type::Double,
            "STRING" => Type::String,
            "BYTES" => Type::Bytes,
            other => panic!("a primitive type {other}"),
        },
        "null" => Type::Null,
        "dyn" => Type::Dyn,
        "wellKnown" => match held.as_str().unwrap() {
            "TIMESTAMP" => Type::Timestamp,
            "DURATION" => Type::Duration,
            _ => Type::Dyn,
        },
        "listType" => Type::list(held.get("elemType").map_or(Type::Dyn, ty)),
        "mapType" => Type::map(
            held.get("keyType").map_or(Type::Dyn, ty),
            held.get("valueType").map_or(Type::Dyn, ty),
        ),
        "type" => Type::type_of(
            held.as_object()
                .filter(|o| !o.is_empty())
                .map_or(Type::Dyn, |_| ty(held)),
        ),
        "typeParam" => Type::Param(held.as_str().unwrap().into()),
        "abstractType" => {
            let params: Vec<Type> = array(held, "parameterTypes").map(ty).collect();
            match (held["name"].as_str().unwrap(), params.as_slice()) {
                ("optional_type", [inner]) => Type::optional(inner.clone()),
                (name, _) => Type::Abstract {
                    name: name.into(),
                    params: params.into(),
                },
            }
        }
        other => panic!("a type of kind {other}"),
    }
}

/// Whether two values are the same for a test: of one type, not-a-number equal to itself.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Double(a), Value::Double(b)) => a == b || (a.is_nan() && b.is_nan()),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        _ => a == b,
    }
}
