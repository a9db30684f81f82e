//! The declared type of an answer: how it is asked for, and how the answer is read.

use serde_json::{Value as Json, json};
use wfc_value::schema::Violation;
use wfc_value::{FaultCode, Type, TypeTable, Value};

use super::super::{Failure, field};

/// How much of a text is shown where something is wrong with it, in characters.
const SHOWN: usize = 2_000;

/// The declared type of an answer: the JSON Schema to show, and the type to hold it to.
pub(super) struct Returns {
    schema: Value,
    ty: Type,
    table: TypeTable,
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wrong {
    /// `parse_error` or `type_mismatch`.
    code: FaultCode,
    /// All of it in words.
    pub(super) why: String,
    expected: String,
    found: String,
    /// Where, such as `.items[2].id`; empty for the whole.
    place: String,
}

impl Wrong {
    fn unparsed(why: String, text: &str) -> Self {
        Self {
            code: FaultCode::ParseError,
            why,
            expected: "JSON".to_owned(),
            found: wfc_value::shortened(text.trim(), 200),
            place: String::new(),
        }
    }

    /// A value of the right type that its schema does not take.
    fn beyond(violation: &Violation, value: &Value) -> Self {
        let path = violation.path_text();
        let rule = &violation.rule;
        let (why, place) = match path.as_str() {
            "" => (format!("it {rule}"), String::new()),
            path => (format!("`{path}` {rule}"), format!(".{path}")),
        };
        Self {
            code: FaultCode::TypeMismatch,
            why,
            expected: format!("what {rule}"),
            found: wfc_value::shortened(&wfc_value::json::format(value), 200),
            place,
        }
    }

    /// The error of a step whose agent was asked twice.
    pub(super) fn failure(self, name: &str, answer: &str) -> Failure {
        let message = format!(
            "the agent `{name}` was asked twice and its answer does not fit: {}",
            self.why
        );
        Failure::new(self.code, message).with([
            ("expected", Value::from(self.expected)),
            ("found", Value::from(self.found)),
            ("place", Value::from(self.place)),
            ("answer", Value::from(wfc_value::shortened(answer, SHOWN))),
        ])
    }
}

impl Returns {
    /// The type that a step's arguments declare, if they do.
    pub(super) fn of(args: &Value) -> Option<Self> {
        let schema = args.get("returns").filter(|v| !v.is_null())?;
        // The schema comes from the checked workflow; what of it is no type is not held to.
        let mut table = TypeTable::new();
        let ty = wfc_value::schema::to_type(schema, "answer", &mut table).ty;
        Some(Self {
            schema: schema.clone(),
            ty,
            table,
        })
    }

    /// The schema for endpoints, which take those of objects only: another one is put into an object's `value`.
    pub(super) fn of_object(&self) -> OfObject {
        let text = wfc_value::json::format(&self.schema);
        let schema: Json = serde_json::from_str(&text).unwrap_or_default();
        OfObject::new(schema)
    }

    /// The value that an answer holds: alone, or in its last fenced block.
    pub(super) fn read(&self, answer: &str) -> Result<Value, Wrong> {
        let text = answer.trim();
        let parsed = match (wfc_value::json::parse(text), fenced(text)) {
            (Ok(value), _) => value,
            // A text may be given as it is.
            (Err(_), _) if self.ty == Type::String => return Ok(Value::from(text)),
            (Err(_), Some(inner)) => wfc_value::json::parse(inner).map_err(|error| {
                Wrong::unparsed(format!("the fenced block is not JSON: {error}"), inner)
            })?,
            (Err(error), None) => {
                return Err(Wrong::unparsed(format!("it is not JSON: {error}"), text));
            }
        };
        self.decode(&parsed)
    }

    /// The value by its type, within the bounds of its schema.
    pub(super) fn decode(&self, value: &Value) -> Result<Value, Wrong> {
        let decoded = wfc_value::ty::decode(value, &self.ty, &self.table);
        let decoded = decoded.map_err(|error| Wrong {
            code: FaultCode::TypeMismatch,
            why: error.to_string(),
            place: error.path_text(),
            expected: error.expected,
            found: error.found,
        })?;
        // What decoding drops is not held to anything.
        let found = wfc_value::schema::violations(&decoded, &self.schema, &self.schema);
        // Null stands for what is left out.
        match found.into_iter().find(|v| !v.is_about_null(&decoded)) {
            None => Ok(decoded),
            Some(beyond) => Err(Wrong::beyond(&beyond, &decoded)),
        }
    }

    /// What the prompt says of the answer's form.
    pub(super) fn demand(&self) -> String {
        format!(
            "Answer with one JSON value that fits this JSON Schema, and with nothing else:\n{}",
            wfc_value::json::format_pretty(&self.schema)
        )
    }
}

/// A schema of an object.
pub(super) struct OfObject {
    /// The schema.
    pub(super) schema: Json,
    /// Whether the value lies in its `value`.
    pub(super) wrapped: bool,
}

impl OfObject {
    fn new(mut schema: Json) -> Self {
        let definitions = schema.get("$defs").cloned();
        // A name at the top stands for its definition.
        let named = schema.get("$ref").and_then(Json::as_str).map(str::to_owned);
        let named = named.and_then(|at| schema.pointer(at.strip_prefix('#')?).cloned());
        if let Some(definition) = named {
            schema = definition;
        }
        let is_object = schema.get("type").and_then(Json::as_str) == Some("object");
        if !is_object {
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("$defs");
            }
            schema = json!({
                "type": "object",
                "properties": { "value": schema },
                "required": ["value"],
                "additionalProperties": false,
            });
        }
        if let (Some(schema), Some(definitions)) = (schema.as_object_mut(), definitions) {
            schema.insert("$defs".to_owned(), definitions);
        }
        Self {
            schema,
            wrapped: !is_object,
        }
    }

    /// The answer itself, as text, of one that may be wrapped.
    pub(super) fn unwrapped(&self, answer: String) -> String {
        if !self.wrapped {
            return answer;
        }
        let parsed: Option<Json> = serde_json::from_str(answer.trim()).ok();
        match parsed.as_ref().and_then(|object| object.get("value")) {
            Some(value) => value.to_string(),
            None => answer,
        }
    }
}

/// What the agent is told, with the form of its answer in words. Secrets stay masked: a prompt is no place for them.
pub(super) fn prompt(args: &Value, returns: Option<&Returns>) -> Result<String, Failure> {
    let mut prompt = task(args)?;
    if let Some(returns) = returns {
        prompt.push_str("\n\n");
        prompt.push_str(&returns.demand());
    }
    Ok(prompt)
}

/// The goal and its context.
pub(super) fn task(args: &Value) -> Result<String, Failure> {
    let mut prompt = field::required(args, "goal")?;
    if let Some(context) = args.get("context").filter(|v| !v.is_null()) {
        prompt.push_str("\n\nContext:\n");
        match context {
            Value::List(_) | Value::Map(_) => {
                prompt.push_str(&wfc_value::json::format_pretty(context));
            }
            other => prompt.push_str(&field::text_of(other)),
        }
    }
    Ok(prompt)
}

/// What an agent is told whose answer cannot be used.
pub(super) fn repair(wrong: &Wrong) -> String {
    format!(
        "That answer cannot be used: {}. Answer again, with the JSON value only.",
        wrong.why
    )
}

/// The inside of the last block between three backticks, which models write on lines of their own or not.
fn fenced(text: &str) -> Option<&str> {
    let parts: Vec<&str> = text.split("```").collect();
    // Parts alternate between outside and inside; a last block that is never closed is none.
    let closed = parts.len().checked_sub(1)?;
    let inside = (1..closed).rev().find(|at| at % 2 == 1)?;
    let inside = parts.get(inside)?;
    // The language's name stands on the line of the opening backticks.
    let named = inside.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    Some(if named.starts_with(['\n', '\r', ' ']) {
        named.trim_start()
    } else {
        inside
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_fenced_block_counts() {
        assert_eq!(fenced("a\n```json\n{\"a\":1}\n```\nb"), Some("{\"a\":1}\n"));
        assert_eq!(fenced("```\n1\n```\nor\n```json\n2\n```"), Some("2\n"));
        assert_eq!(fenced("no block ``` here"), None);
        assert_eq!(fenced("```\nnever closed"), None);
        assert_eq!(fenced("Here it is: ```json\n{}\n``` done"), Some("{}\n"));
        assert_eq!(fenced("inline ```[1]``` too"), Some("[1]"));
    }

    #[test]
    fn schemas_for_endpoints_are_of_objects() {
        let of = |schema: Json| {
            let of = OfObject::new(schema);
            (of.schema, of.wrapped)
        };
        let object = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
        assert_eq!(of(object.clone()), (object.clone(), false));
        let named = json!({ "$ref": "#/$defs/R", "$defs": { "R": object } });
        let mut inlined = object.clone();
        inlined["$defs"] = json!({ "R": object });
        assert_eq!(of(named), (inlined, false));
        let list =
            json!({ "type": "array", "items": { "$ref": "#/$defs/R" }, "$defs": { "R": object } });
        let (schema, wrapped) = of(list);
        assert!(wrapped);
        assert_eq!(schema["properties"]["value"]["items"]["$ref"], "#/$defs/R");
        assert_eq!(schema["$defs"]["R"], object);
        assert_eq!(schema["required"], json!(["value"]));
    }

    #[test]
    fn a_wrapped_answer_is_taken_out() {
        let of = OfObject::new(json!({ "type": "integer" }));
        assert_eq!(of.unwrapped("{\"value\": 3}".to_owned()), "3");
        assert_eq!(of.unwrapped("4".to_owned()), "4");
        assert_eq!(of.unwrapped("no".to_owned()), "no");
    }
}
