//! Values to plain JSON.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::Value;
use crate::secret::MASK;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes as base64, standard alphabet, with padding.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Bytes from base64, standard alphabet; padding may be left out.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

/// Compact JSON. What JSON has no form for becomes: timestamps RFC 3339 texts, durations CEL's
/// texts (`"5400s"`), bytes base64, types their names, an optional its value or null, not-a-number
/// and the infinities `"NaN"`, `"Infinity"`, `"-Infinity"`, a secret `"***"`.
#[must_use]
pub fn format(value: &Value) -> String {
    let mut out = String::new();
    format_into(value, &mut out);
    out
}

/// As [`format()`], onto the end of `out`.
pub fn format_into(value: &Value, out: &mut String) {
    Writer { out, indent: None }.value(value, 0);
}

/// As [`format()`], over several lines with an indentation of two spaces.
#[must_use]
pub fn format_pretty(value: &Value) -> String {
    let mut out = String::new();
    Writer {
        out: &mut out,
        indent: Some(2),
    }
    .value(value, 0);
    out
}

/// A text as a JSON string, quotes included.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_quoted(text, &mut out);
    out
}

/// A double as JSON: the shortest digits that read back, with a point or an exponent; texts in
/// quotes where there is no number.
#[must_use]
pub fn double(d: f64) -> String {
    if d.is_nan() {
        "\"NaN\"".to_owned()
    } else if d.is_infinite() {
        if d > 0.0 {
            "\"Infinity\""
        } else {
            "\"-Infinity\""
        }
        .to_owned()
    } else {
        // The standard library's digits are the same everywhere.
        format!("{d:?}")
    }
}

pub(super) fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0x00..=0x1f | 0x7f => "",
            _ => continue,
        };
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        if escape.is_empty() {
            out.push_str(&format!("\\u{byte:04x}"));
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

struct Writer<'a> {
    out: &'a mut String,
    indent: Option<usize>,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Null | Value::Optional(None) => self.out.push_str("null"),
            Value::Bool(b) => self.out.push_str(if *b { "true" } else { "false" }),
            Value::Int(i) => self.out.push_str(&i.to_string()),
            Value::Uint(u) => self.out.push_str(&u.to_string()),
            Value::Double(d) => self.out.push_str(&double(*d)),
            Value::String(s) => write_quoted(s, self.out),
            Value::Bytes(b) => write_quoted(&to_base64(b), self.out),
            Value::Timestamp(t) => write_quoted(&t.to_string(), self.out),
            Value::Duration(d) => write_quoted(&d.to_string(), self.out),
            Value::Type(t) => write_quoted(t.name(), self.out),
            Value::Secret(_) => write_quoted(MASK, self.out),
            Value::Optional(Some(v)) => self.value(v, depth),
            Value::List(list) => {
                self.items('[', list.iter(), ']', depth, |w, v| w.value(v, depth + 1));
            }
            Value::Map(map) => {
                self.items('{', map.iter(), '}', depth, |w, (k, v)| {
                    write_quoted(&k.to_string(), w.out);
                    w.out.push_str(if w.indent.is_some() { ": " } else { ":" });
                    w.value(v, depth + 1);
                });
            }
        }
    }

    fn items<T>(
        &mut self,
        open: char,
        items: impl ExactSizeIterator<Item = T>,
        close: char,
        depth: usize,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.out.push(open);
        let some = items.len() > 0;
        for (i, item) in items.enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            self.line(depth + 1);
            write(self, item);
        }
        if some {
            self.line(depth);
        }
        self.out.push(close);
    }

    fn line(&mut self, depth: usize) {
        if let Some(width) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', width * depth));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Duration, Timestamp};

    #[test]
    fn what_json_has_no_form_for_becomes_text() {
        let v = Value::list(vec![
            Value::Uint(u64::MAX),
            Value::Double(1.0),
            Value::Double(1e300),
            Value::Double(f64::NAN),
            Value::Double(f64::NEG_INFINITY),
            Value::bytes(*b"hi"),
            Timestamp::EPOCH.into(),
            Duration::from_secs(5_400).into(),
            Value::none(),
            Value::some(Value::Int(1)).unwrap(),
            Value::secret("token"),
            Value::from("a\"\u{1}\u{7f}é\n"),
        ])
        .unwrap();
        assert_eq!(
            format(&v),
            r#"[18446744073709551615,1.0,1e300,"NaN","-Infinity","aGk=","1970-01-01T00:00:00Z","5400s",null,1,"***","a\"\u0001\u007fé\n"]"#
        );
    }

    #[test]
    fn pretty_json_is_indented_and_empty_containers_stay_short() {
        let v = super::super::parse(r#"{"a":[1,{}],"b":[]}"#).unwrap();
        assert_eq!(
            format_pretty(&v),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}"
        );
    }
}
