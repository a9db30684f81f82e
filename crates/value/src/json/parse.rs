//! Plain JSON to values.

use std::fmt;

use super::read::{Build, read};
use crate::limits::MAX_VALUE_DEPTH;
use crate::{Key, List, Map, Value};

/// Why a text is no JSON that can be a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the beginning.
    pub offset: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl JsonError {
    pub(super) fn at(text: &str, offset: usize, message: String) -> Self {
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            message,
            offset,
            line: before.bytes().filter(|b| *b == b'\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} (line {}, column {})",
            self.message, self.line, self.column
        )
    }
}

impl std::error::Error for JsonError {}

/// Reads JSON. A number with a point or an exponent is a `double`; a whole one an `int`, beyond
/// that a `uint`, beyond that an error. Repeated keys are errors.
///
/// # Errors
/// When the text is not JSON, or the value is over a limit.
pub fn parse(text: &str) -> Result<Value, JsonError> {
    read(text, &Plain, MAX_VALUE_DEPTH)
}

struct Plain;

impl Build for Plain {
    type Out = Value;

    fn null(&self) -> Value {
        Value::Null
    }

    fn bool(&self, b: bool) -> Value {
        Value::Bool(b)
    }

    fn number(&self, spelling: &str) -> Result<Value, String> {
        number(spelling)
    }

    fn string(&self, text: String) -> Value {
        Value::string(text)
    }

    fn list(&self, items: Vec<Value>) -> Result<Value, String> {
        List::new(items).map(Value::List).map_err(|f| f.message)
    }

    fn map(&self, entries: Vec<(String, Value)>) -> Result<Value, String> {
        let entries = entries
            .into_iter()
            .map(|(k, v)| (Key::from(k), v))
            .collect();
        Map::new(entries).map(Value::Map).map_err(|f| f.message)
    }
}

/// A JSON number by its spelling.
pub(super) fn number(spelling: &str) -> Result<Value, String> {
    if spelling.contains(['.', 'e', 'E']) {
        return match spelling.parse::<f64>() {
            Ok(d) if d.is_finite() => Ok(Value::Double(d)),
            _ => Err(format!("the number `{spelling}` is too large for a double")),
        };
    }
    if let Ok(i) = spelling.parse::<i64>() {
        return Ok(Value::Int(i));
    }
    spelling.parse::<u64>().map(Value::Uint).map_err(|_| {
        let shown = crate::text::shortened(spelling, 40);
        format!("the number `{shown}` does not fit into 64 bits: give it as a string")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_by_their_spelling() {
        let v =
            parse("[1, 1.0, 1e2, -0, -0.0, 9223372036854775808, -9223372036854775808]").unwrap();
        assert_eq!(
            v.as_list().unwrap().as_slice(),
            [
                Value::Int(1),
                Value::Double(1.0),
                Value::Double(100.0),
                Value::Int(0),
                Value::Double(-0.0),
                Value::Uint(9_223_372_036_854_775_808),
                Value::Int(i64::MIN),
            ]
        );
        for text in ["18446744073709551616", "-9223372036854775809", "1e400"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn strict_json_only() {
        for text in [
            "",
            "[1,]",
            "{\"a\":1,}",
            "// x\n1",
            "01",
            "+1",
            ".5",
            "1.",
            "1e",
            "nul",
            "'a'",
            "{a:1}",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"a\nb\"",
            "[1 2]",
            "1 2",
            "NaN",
            "\"a",
            "{\"a\" 1}",
            "\u{feff}1",
            "[",
            "{\"a\":",
            "\"\\u+123\"",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        let v = parse(" {\"k\\u00e9\\ud83d\\ude00\\/\" : [ true , null ] } ").unwrap();
        assert_eq!(crate::json::format(&v), "{\"ké😀/\":[true,null]}");
    }

    #[test]
    fn repeated_keys_and_depth_are_errors_with_a_place() {
        let err = parse("{\n  \"a\": {\"b\": 1, \"b\": 2}}").unwrap_err();
        assert_eq!(err.message, "the map's key `b` is given twice");
        assert_eq!((err.line, err.column), (2, 8));
        let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(&deep(MAX_VALUE_DEPTH as usize)).is_ok());
        assert!(parse(&deep(MAX_VALUE_DEPTH as usize + 1)).is_err());
        assert!(parse(&"[".repeat(1_000_000)).is_err());
    }
}
