//! The JSON Schema of files of tests, from the table of forms.

use serde_json::{Map, Value, json};

use super::table::{FILE, Form, SHAPES, Shape};

/// The schema (draft 2020-12), with a newline at its end.
#[must_use]
pub fn schema() -> String {
    let mut root = shape(&FILE);
    let definitions: Map<String, Value> = SHAPES
        .iter()
        .map(|s| (s.name.to_owned(), shape(s)))
        .collect();
    if let Some(object) = root.as_object_mut() {
        object.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        object.insert("title".to_owned(), json!("Tests of a wfc workflow"));
        object.insert("$defs".to_owned(), Value::Object(definitions));
        if let Some(Value::Object(properties)) = object.get_mut("properties") {
            properties.insert("$schema".to_owned(), json!({ "type": "string" }));
        }
    }
    format!("{root:#}\n")
}

fn shape(shape: &Shape) -> Value {
    let mut properties = Map::new();
    for field in shape.fields {
        let mut of = form(&field.form);
        if let Some(object) = of.as_object_mut() {
            object.insert("description".to_owned(), json!(field.doc));
        }
        properties.insert(field.name.to_owned(), of);
    }
    let required: Vec<&str> = shape
        .fields
        .iter()
        .filter(|f| f.required)
        .map(|f| f.name)
        .collect();
    let mut out = json!({
        "type": "object",
        "properties": properties,
        "patternProperties": { "^x-": {} },
        "additionalProperties": false,
    });
    if let Some(object) = out.as_object_mut() {
        if !required.is_empty() {
            object.insert("required".to_owned(), json!(required));
        }
        if !shape.one_of.is_empty() {
            let each = shape
                .one_of
                .iter()
                .map(|name| json!({ "required": [name] }));
            object.insert("oneOf".to_owned(), each.collect());
        }
    }
    out
}

fn form(of: &Form) -> Value {
    match of {
        // YAML's numbers and booleans are texts where a text is wanted.
        Form::Text => json!({ "type": ["string", "number", "boolean"] }),
        Form::Bool => json!({ "type": "boolean" }),
        Form::Number => json!({ "type": "number" }),
        Form::Duration => json!({ "type": "string", "examples": ["10m", "1h30m"] }),
        Form::Time => json!({ "type": "string", "examples": ["2026-01-05T09:00:00Z"] }),
        Form::When => json!({ "type": "string", "examples": ["10m", "2026-01-05T09:00:00Z"] }),
        Form::Value | Form::Matcher => json!({}),
        Form::Words(words) => json!({ "enum": words }),
        Form::MapOf(inner) => json!({ "type": "object", "additionalProperties": form(inner) }),
        Form::ListOf(inner) => json!({ "type": "array", "items": form(inner) }),
        Form::Shape(shape) => json!({ "$ref": format!("#/$defs/{}", shape.name) }),
        Form::Either(a, b) => json!({ "anyOf": [form(a), form(b)] }),
    }
}
