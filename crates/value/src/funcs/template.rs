//! Values inside of template texts.

use super::convert::text_of;
use crate::Value;
use crate::fault::Fault;
use crate::secret::TextBuilder;

/// What a value reads as inside a template's text: scalars as `string()` gives them, lists and
/// maps compact JSON, null `null`. Where a secret is in it the text is sealed.
///
/// # Errors
/// `expression_error` for what has no text (bytes that are not UTF-8, optionals);
/// `limit_exceeded` when the text would be too large.
pub fn template_text(value: &Value) -> Result<Value, Fault> {
    join_text(std::slice::from_ref(value))
}

/// The pieces of a template as one text; see [`template_text`].
///
/// # Errors
/// As [`template_text`].
pub fn join_text(pieces: &[Value]) -> Result<Value, Fault> {
    if let [text @ (Value::String(_) | Value::Secret(_))] = pieces {
        return Ok(text.clone());
    }
    let mut out = TextBuilder::default();
    for piece in pieces {
        match piece {
            Value::Secret(secret) => out.push_secret(secret, false)?,
            Value::Null => out.push("null")?,
            Value::List(_) | Value::Map(_) => write_json(piece, &mut out)?,
            Value::Type(t) => out.push(t.name())?,
            other => match text_of(other)? {
                Some(text) => out.push(&text)?,
                None => {
                    return Err(Fault::expression(
                        "an optional has no text: use `orValue` to say what an empty one is",
                    ));
                }
            },
        }
    }
    out.finish()
}

/// Compact JSON, as a text that is sealed where a secret is in it.
pub(super) fn json_text(value: &Value) -> Result<Value, Fault> {
    let mut out = TextBuilder::default();
    write_json(value, &mut out)?;
    out.finish()
}

fn write_json(value: &Value, out: &mut TextBuilder) -> Result<(), Fault> {
    if !value.has_secret() {
        return out.push(&crate::json::format(value));
    }
    match value {
        Value::Secret(secret) => {
            out.push("\"")?;
            out.push_secret(secret, true)?;
            out.push("\"")
        }
        Value::Optional(Some(inner)) => write_json(inner, out),
        Value::List(list) => {
            for (i, item) in list.iter().enumerate() {
                out.push(if i == 0 { "[" } else { "," })?;
                write_json(item, out)?;
            }
            out.push("]")
        }
        Value::Map(map) => {
            for (i, (key, item)) in map.iter().enumerate() {
                out.push(if i == 0 { "{" } else { "," })?;
                out.push(&crate::json::quoted(&key.to_string()))?;
                out.push(":")?;
                write_json(item, out)?;
            }
            out.push("}")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_containers_and_null_read_as_text() {
        let map = crate::json::parse(r#"{"a": [1, 2.0, "x"]}"#).unwrap();
        let pieces = [
            "v: ".into(),
            map,
            Value::Null,
            Value::Double(2.0),
            Value::Bool(true),
        ];
        assert_eq!(
            join_text(&pieces).unwrap(),
            r#"v: {"a":[1,2.0,"x"]}null2true"#.into()
        );
        assert!(template_text(&Value::none()).is_err());
        assert!(template_text(&Value::bytes(*b"\xff")).is_err());
    }

    #[test]
    fn secrets_stay_sealed_inside_of_containers() {
        let map = Value::record([("t", Value::secret("tok")), ("n", Value::Int(1))]).unwrap();
        let Value::Secret(sealed) = template_text(&map).unwrap() else {
            panic!("not sealed")
        };
        let opened = sealed.resolve(|_| Some("a\"b".to_owned())).unwrap();
        assert_eq!(opened, r#"{"t":"a\"b","n":1}"#);
    }
}
