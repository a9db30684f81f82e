//! Types to JSON Schema.

use crate::ty::{RecordType, Type, TypeTable};
use crate::{Key, Map, Str, Value};

/// How deep types are written; what lies deeper may be anything.
const MAX_DEPTH: u32 = 30;

/// The type as a JSON Schema (draft 2020-12). Named types become definitions.
#[must_use]
pub fn to_schema(ty: &Type, table: &TypeTable) -> Value {
    let mut names: Vec<Str> = Vec::new();
    let schema = write(ty, &mut names, 0);
    let mut definitions: Vec<(Key, Value)> = Vec::new();
    // Names are found while definitions are written: the list grows as it is walked.
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        let definition = match table.get(&name) {
            Some(ty) => write(ty, &mut names, 0),
            None => anything(),
        };
        definitions.push((Key::String(name), definition));
    }
    if definitions.is_empty() {
        return schema;
    }
    let mut entries = match schema {
        Value::Map(map) => map.entries().to_vec(),
        _ => Vec::new(),
    };
    entries.push((Key::from("$defs"), built(Map::new(definitions))));
    built(Map::new(entries))
}

/// A map that was just built. Depth and number of its parts are bounded by the type's; one that
/// is beyond the limits all the same may be anything.
fn built(map: Result<Map, crate::Fault>) -> Value {
    map.map_or_else(|_| anything(), Value::Map)
}

fn anything() -> Value {
    Value::Map(Map::default())
}

fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    built(Map::record(fields))
}

fn list(items: Vec<Value>) -> Value {
    Value::list(items).unwrap_or_default()
}

fn typed(name: &str) -> Value {
    object([("type", name.into())])
}

fn write(ty: &Type, names: &mut Vec<Str>, depth: u32) -> Value {
    if depth > MAX_DEPTH {
        return anything();
    }
    let next = depth + 1;
    match ty {
        Type::Null => typed("null"),
        Type::Bool => typed("boolean"),
        Type::Int => typed("integer"),
        Type::Uint => object([("type", "integer".into()), ("minimum", Value::Int(0))]),
        Type::Double => typed("number"),
        Type::String | Type::TypeOf(_) => typed("string"),
        Type::Bytes => object([
            ("type", "string".into()),
            ("contentEncoding", "base64".into()),
        ]),
        Type::Timestamp => object([("type", "string".into()), ("format", "date-time".into())]),
        Type::Duration => object([
            ("type", "string".into()),
            (
                "description",
                "a length of time, such as 90s or 1h30m".into(),
            ),
        ]),
        Type::Literal(literal) => object([("const", literal.to_value())]),
        Type::List(item) => object([
            ("type", "array".into()),
            ("items", write(item, names, next)),
        ]),
        Type::Map(_, item) => object([
            ("type", "object".into()),
            ("additionalProperties", write(item, names, next)),
        ]),
        Type::Record(record) => write_record(record, names, next),
        Type::Union(members) => write_union(members, names, next),
        Type::Named(name) => {
            if !names.contains(name) {
                names.push(name.clone());
            }
            let pointer = name.replace('~', "~0").replace('/', "~1");
            object([("$ref", format!("#/$defs/{pointer}").into())])
        }
        Type::Optional(inner) => object([(
            "anyOf",
            list(vec![write(inner, names, next), typed("null")]),
        )]),
        Type::Never => object([("not", anything())]),
        Type::Any | Type::Dyn | Type::Error | Type::Param(_) | Type::Abstract { .. } => anything(),
    }
}

fn write_record(record: &RecordType, names: &mut Vec<Str>, depth: u32) -> Value {
    let properties = record
        .fields
        .iter()
        .map(|f| (Key::String(f.name.clone()), write(&f.ty, names, depth + 1)))
        .collect();
    let required: Vec<Value> = record
        .fields
        .iter()
        .filter(|f| !f.optional)
        .map(|f| Value::String(f.name.clone()))
        .collect();
    let mut out = vec![
        ("type", "object".into()),
        ("properties", built(Map::new(properties))),
    ];
    if !required.is_empty() {
        out.push(("required", list(required)));
    }
    if record.closed {
        out.push(("additionalProperties", Value::Bool(false)));
    } else if !record.fields.is_empty() {
        // Left out beside properties it is read as closed.
        out.push(("additionalProperties", Value::Bool(true)));
    }
    object(out)
}

/// Literals alone are an `enum`; with a `type` when they are all texts.
fn write_union(members: &[Type], names: &mut Vec<Str>, depth: u32) -> Value {
    let literals: Option<Vec<Value>> = members
        .iter()
        .map(|member| match member {
            Type::Literal(literal) => Some(literal.to_value()),
            Type::Null => Some(Value::Null),
            _ => None,
        })
        .collect();
    match literals {
        Some(values) if values.iter().all(|v| v.as_str().is_some()) => {
            object([("type", "string".into()), ("enum", list(values))])
        }
        Some(values) => object([("enum", list(values))]),
        None => {
            let parts = members.iter().map(|m| write(m, names, depth + 1)).collect();
            object([("anyOf", list(parts))])
        }
    }
}
