//! JSON whose objects keep the order in which they were written, so that the schema reads as the table of shapes does.

use std::fmt::Write as _;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(value: Vec<T>) -> Self {
        Self::List(value.into_iter().map(Into::into).collect())
    }
}

/// An object of these entries.
pub(super) fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Json)>) -> Json {
    Json::Object(entries.into_iter().map(|(k, v)| (k.into(), v)).collect())
}

impl Json {
    /// The object with one more entry; what is no object stays as it is.
    pub(super) fn with(mut self, key: impl Into<String>, value: impl Into<Self>) -> Self {
        if let Self::Object(entries) = &mut self {
            entries.push((key.into(), value.into()));
        }
        self
    }

    /// The object with more entries.
    pub(super) fn and(self, entries: Vec<(String, Self)>) -> Self {
        entries.into_iter().fold(self, |all, (k, v)| all.with(k, v))
    }

    /// The schema with `null` among its types.
    pub(super) fn or_null(mut self) -> Self {
        if let Self::Object(entries) = &mut self {
            for (_, value) in entries.iter_mut().filter(|(key, _)| key == "type") {
                match value {
                    Self::List(names) => names.push("null".into()),
                    one => *one = Self::List(vec![one.clone(), "null".into()]),
                }
            }
        }
        self
    }

    /// On many lines, two spaces a level; short lists of scalars on one. Ends with a newline.
    pub(super) fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out.push('\n');
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Self::Int(n) => {
                let _ = write!(out, "{n}");
            }
            Self::Text(text) => write_text(out, text),
            Self::List(items) if items.iter().all(Self::is_scalar) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    item.write(out, depth);
                }
                out.push(']');
            }
            Self::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    line(out, i, depth + 1);
                    item.write(out, depth + 1);
                }
                line(out, 0, depth);
                out.push(']');
            }
            Self::Object(entries) if entries.is_empty() => out.push_str("{}"),
            Self::Object(entries) if self.is_short() => {
                out.push_str("{ ");
                for (key, value) in entries {
                    write_text(out, key);
                    out.push_str(": ");
                    value.write(out, depth);
                }
                out.push_str(" }");
            }
            Self::Object(entries) => {
                out.push('{');
                for (i, (key, value)) in entries.iter().enumerate() {
                    line(out, i, depth + 1);
                    write_text(out, key);
                    out.push_str(": ");
                    value.write(out, depth + 1);
                }
                line(out, 0, depth);
                out.push('}');
            }
        }
    }

    fn is_scalar(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Object(_))
    }

    /// `{ "$ref": "..." }` and its like.
    fn is_short(&self) -> bool {
        matches!(self, Self::Object(entries) if entries.len() == 1 && entries.iter().all(|(_, v)| v.is_scalar()))
    }
}

/// A new line, after a comma unless it is the first.
fn line(out: &mut String, place: usize, depth: usize) {
    out.push_str(if place == 0 { "\n" } else { ",\n" });
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
