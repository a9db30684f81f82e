//! Values of a declared type, held to what its JSON Schema says beyond it.

use super::violations;
use crate::ty::PathPart;
use crate::ty::describe;
use crate::{Fault, Map, Value};

/// How deep schemas are looked into; deeper ones may say anything.
const MAX_DEPTH: usize = 64;

/// Holds `value`, which was decoded by the type of `schema`, to the rest of it: bounds, lengths, patterns, formats.
///
/// # Errors
/// A `type_mismatch`: where in the value, what is asked for there, and what was found.
pub fn hold(value: &Value, schema: &Value) -> Result<(), Fault> {
    let found = violations(value, schema, schema);
    // Null stands for what is left out.
    let Some(first) = found.iter().find(|v| !v.is_about_null(value)) else {
        return Ok(());
    };
    let mut at = value;
    for part in &first.path {
        let next = match (at, part) {
            (Value::Map(map), PathPart::Field(name)) => map.get_str(name),
            (Value::List(list), PathPart::Index(i)) => list.get(*i),
            _ => None,
        };
        at = next.unwrap_or(at);
    }
    let place = match first.path_text() {
        path if path.is_empty() => path,
        path => format!("at `{path}`: "),
    };
    let (rule, found) = (&first.rule, describe(at));
    Err(Fault::mismatch(format!("{place}it {rule}, found {found}")))
}

/// Whether a schema may refuse values of the type that it is read as: where it is not certain, it may.
#[must_use]
pub fn says_more(schema: &Value) -> bool {
    more(schema, 0)
}

fn more(schema: &Value, depth: usize) -> bool {
    match schema {
        _ if depth > MAX_DEPTH => true,
        Value::Bool(allowed) => !allowed,
        Value::Map(map) => map.iter().any(|(keyword, value)| {
            let keyword = keyword.as_str().unwrap_or_default();
            keyword_says_more(map, keyword, value, depth + 1)
        }),
        _ => false,
    }
}

fn keyword_says_more(map: &Map, keyword: &str, value: &Value, depth: usize) -> bool {
    match keyword {
        "type" | "required" | "nullable" | "$ref" | "$schema" | "$id" | "$comment" | "title"
        | "description" | "default" | "examples" | "deprecated" | "readOnly" | "writeOnly" => false,
        "properties" | "$defs" | "definitions" => match value {
            Value::Map(named) => named.iter().any(|(_, schema)| more(schema, depth)),
            _ => false,
        },
        "items" => matches!(value, Value::List(_)) || more(value, depth),
        // What is not listed was dropped by then, or is of a map.
        "additionalProperties" => *value != Value::Bool(false) && more(value, depth),
        "enum" => match value {
            Value::List(values) => values.iter().any(|v| !is_plain(v)),
            _ => false,
        },
        "const" => !is_plain(value),
        _ if keyword.starts_with("x-") => false,
        // The parts of these are types of their own.
        "anyOf" | "allOf" => match value {
            Value::List(parts) if map.len() == 1 + usize::from(map.get_str("$defs").is_some()) => {
                parts.iter().any(|part| more(part, depth))
            }
            _ => true,
        },
        _ => true,
    }
}

/// Whether a value is a type of its own.
fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_) | Value::Double(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn held(schema: &str, value: &str) -> Result<(), String> {
        let (schema, value) = (json::parse(schema).unwrap(), json::parse(value).unwrap());
        hold(&value, &schema).map_err(|fault| {
            assert_eq!(fault.code, crate::FaultCode::TypeMismatch);
            fault.message
        })
    }

    #[test]
    fn the_place_what_is_asked_for_and_what_came_are_told() {
        let schema = r#"{"type":"object","properties":{"items":{"type":"array","items":
            {"type":"object","properties":{"score":{"type":"integer","maximum":100}}}}}}"#;
        assert_eq!(held(schema, r#"{"items":[{"score":100}]}"#), Ok(()));
        assert_eq!(
            held(schema, r#"{"items":[{"score":1},{"score":700}]}"#).unwrap_err(),
            "at `items[1].score`: it has to be at most `100`, found the int `700`"
        );
        assert_eq!(
            held(r#"{"type":"string","pattern":"^a"}"#, r#""bcd""#).unwrap_err(),
            r#"it has to match `^a`, found the string `"bcd"`"#
        );
    }

    #[test]
    fn null_stands_for_what_is_left_out() {
        let schema = r#"{"properties":{"a":{"type":"integer","minimum":1}}}"#;
        assert_eq!(held(schema, r#"{"a":null}"#), Ok(()));
        assert!(held(schema, r#"{"a":0}"#).is_err());
    }

    #[test]
    fn schemas_that_are_types_alone_say_no_more() {
        let says = |schema: &str| says_more(&json::parse(schema).unwrap());
        for types in [
            "true",
            "{}",
            r##"{"type":"object","description":"d","required":["a"],"additionalProperties":false,
                "properties":{"a":{"enum":["x","y"]},"pattern":{"type":"array","items":{"$ref":"#/$defs/T"}}},
                "$defs":{"T":{"type":"string"}}}"##,
            r#"{"allOf":[{"anyOf":[{"type":"string"},{"type":"null"}]}],"$defs":{}}"#,
        ] {
            assert!(!says(types), "{types}");
        }
        for more in [
            "false",
            r#"{"type":"integer","minimum":0}"#,
            r#"{"properties":{"a":{"items":{"format":"email"}}}}"#,
            r##"{"$defs":{"T":{"maxLength":3}},"$ref":"#/$defs/T"}"##,
            r#"{"anyOf":[{"required":["a"]},{"required":["b"]}],"type":"object"}"#,
            r#"{"enum":[{"a":1}]}"#,
            r#"{"oneOf":[{"type":"string"}]}"#,
            r#"{"unheardOf":1}"#,
        ] {
            assert!(says(more), "{more}");
        }
    }
}
