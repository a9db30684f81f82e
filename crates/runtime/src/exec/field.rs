//! Reading the fields of an effect's arguments.

use wfc_value::{FaultCode, Map, Value};

use super::Failure;

/// The text of a scalar, or compact JSON: what templates would write.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::String(s) => s.to_string(),
        Value::Secret(secret) => crate::vault::masked_text(secret),
        other => {
            let json = wfc_value::json::format(other);
            // Timestamps, durations and their like are written as JSON texts.
            match json.strip_prefix('"').and_then(|s| s.strip_suffix('"')) {
                Some(inside) => inside.to_owned(),
                None => json,
            }
        }
    }
}

/// A text that has to be there.
pub(super) fn required(args: &Value, field: &str) -> Result<String, Failure> {
    optional(args, field)?.ok_or_else(|| wrong(field, "is missing"))
}

/// A text that may be absent or null.
pub(super) fn optional(args: &Value, field: &str) -> Result<Option<String>, Failure> {
    match args.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::List(_) | Value::Map(_)) => Err(wrong(field, "is to be a text")),
        Some(value) => Ok(Some(text_of(value))),
    }
}

/// A bool with a default.
pub(super) fn flag(args: &Value, field: &str, default: bool) -> Result<bool, Failure> {
    match args.get(field) {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Bool(b)) => Ok(*b),
        Some(_) => Err(wrong(field, "is to be true or false")),
    }
}

/// A map that may be absent or null.
pub(super) fn map(args: &Value, field: &str) -> Result<Map, Failure> {
    match args.get(field) {
        None | Some(Value::Null) => Ok(Map::default()),
        Some(Value::Map(map)) => Ok(map.clone()),
        Some(_) => Err(wrong(field, "is to be a map")),
    }
}

/// A field that is not what it is to be.
pub(super) fn wrong(field: &str, what: &str) -> Failure {
    Failure::new(
        FaultCode::TypeMismatch,
        format!("the step's `{field}` {what}"),
    )
}
