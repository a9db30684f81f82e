//! Expected data: exact, partly, by a pattern, or anything.

use std::collections::BTreeMap;

use regex_lite::Regex;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::near::nearest;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Tree};
use wfc_value::{Duration, Key, Secret, Timestamp, TypeTable, Value, json, ops};

use crate::codes;
use crate::file::value;

/// Data that a found value is compared with.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Where it is written.
    pub span: Span,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Any,
    Scalar(Value),
    Regex(Box<Regex>),
    List(Vec<Matcher>),
    /// Fields, and whether there may be others.
    Record(Vec<(String, Matcher)>, bool),
}

/// A difference between what was expected and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where inside the value, such as `.items[2].id`.
    pub path: String,
    /// What was expected, as JSON or in words; none for something that should not be there.
    pub expected: Option<String>,
    /// What was found, as JSON; none when there is nothing.
    pub found: Option<String>,
    /// Where the expectation is written.
    pub span: Span,
}

/// The names of matchers.
const MATCHERS: [&str; 4] = ["$any", "$regex", "$partial", "$exact"];

impl Matcher {
    /// Reads a matcher. With `partial`, mappings name only some of the fields.
    pub fn read(tree: &Tree, node: NodeId, partial: bool, out: &mut Vec<Diagnostic>) -> Self {
        let span = tree.span(node);
        let kind = match tree.kind(node) {
            NodeKind::Map(entries) => match entries.as_slice() {
                [only] if only.key.starts_with('$') => named(tree, only, out),
                entries => record(tree, entries, partial, out),
            },
            NodeKind::Seq(items) => Kind::List(
                items
                    .iter()
                    .map(|item| Self::read(tree, *item, partial, out))
                    .collect(),
            ),
            NodeKind::Scalar(s) if &*s.text == "$any" => Kind::Any,
            NodeKind::Scalar(_) => {
                Kind::Scalar(value::value(tree, node, None, &TypeTable::default()))
            }
            _ => Kind::Any,
        };
        Self { span, kind }
    }

    /// The differences of `found` from it, no more than a few.
    #[must_use]
    pub fn differences(&self, found: Option<&Value>, secrets: &Secrets) -> Vec<Difference> {
        let mut out = Vec::new();
        self.compare("", found, secrets, &mut out);
        out
    }

    fn compare(
        &self,
        path: &str,
        found: Option<&Value>,
        secrets: &Secrets,
        out: &mut Vec<Difference>,
    ) {
        let opened = match found {
            Some(Value::Secret(sealed)) => Some(secrets.open(sealed)),
            _ => None,
        };
        let found = opened.as_ref().or(found);
        match (&self.kind, found) {
            (Kind::Any, Some(_)) => {}
            (Kind::Scalar(wanted), Some(found)) if same(wanted, found) => {}
            (Kind::Scalar(Value::Null), None) => {}
            (Kind::Regex(regex), Some(found)) if matches_text(regex, found) => {}
            (Kind::List(wanted), Some(Value::List(items))) => {
                let places = wanted.len().max(items.len());
                for i in 0..places {
                    let path = format!("{path}[{i}]");
                    match (wanted.get(i), items.get(i)) {
                        (Some(wanted), found) => wanted.compare(&path, found, secrets, out),
                        (None, Some(found)) => out.push(self.extra(path, found)),
                        (None, None) => {}
                    }
                }
            }
            (Kind::Record(fields, partial), Some(Value::Map(map))) => {
                for (name, wanted) in fields {
                    wanted.compare(&join(path, name), map.get_str(name), secrets, out);
                }
                if !partial {
                    let others = map.iter().filter(|(key, _)| {
                        let name = key.as_str();
                        fields.iter().all(|(f, _)| Some(f.as_str()) != name)
                    });
                    out.extend(
                        others.map(|(key, found)| self.extra(join(path, &key.to_string()), found)),
                    );
                }
            }
            _ => out.push(Difference {
                path: path.to_owned(),
                expected: Some(self.words()),
                found: found.map(shown),
                span: self.span,
            }),
        }
    }

    fn extra(&self, path: String, found: &Value) -> Difference {
        Difference {
            path,
            expected: None,
            found: Some(shown(found)),
            span: self.span,
        }
    }

    /// What is expected, as JSON where it is data.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.kind {
            Kind::Any => "anything".to_owned(),
            Kind::Scalar(value) => json::format(value),
            Kind::Regex(regex) => format!("a text that matches `{regex}`"),
            Kind::List(items) => {
                let items: Vec<String> = items.iter().map(Self::words).collect();
                format!("[{}]", items.join(","))
            }
            Kind::Record(fields, partial) => {
                let mut shown: Vec<String> = fields
                    .iter()
                    .map(|(name, m)| format!("{}:{}", json::quoted(name), m.words()))
                    .collect();
                if *partial {
                    shown.push("...".to_owned());
                }
                format!("{{{}}}", shown.join(","))
            }
        }
    }
}

fn record(tree: &Tree, entries: &[MapEntry], partial: bool, out: &mut Vec<Diagnostic>) -> Kind {
    let fields = entries.iter().map(|e| {
        (
            e.key.to_string(),
            Matcher::read(tree, e.value, partial, out),
        )
    });
    Kind::Record(fields.collect(), partial)
}

/// `{ $regex: ... }` and its like.
fn named(tree: &Tree, entry: &MapEntry, out: &mut Vec<Diagnostic>) -> Kind {
    match &*entry.key {
        "$any" => Kind::Any,
        "$partial" => Matcher::read(tree, entry.value, true, out).kind,
        "$exact" => exact(tree, entry.value),
        "$regex" => {
            let text = value::text(tree, entry.value).unwrap_or_default();
            match Regex::new(&text) {
                Ok(regex) => Kind::Regex(Box::new(regex)),
                Err(error) => {
                    let message = format!("`{text}` is no pattern that can be read: {error}");
                    let span = tree.span(entry.value);
                    out.push(Diagnostic::new(&codes::WRONG_MATCHER, span, message).help(
                        "patterns are those of `matches` in expressions: no backreferences, no look-around",
                    ));
                    Kind::Any
                }
            }
        }
        other => {
            let near = nearest(other, MATCHERS);
            let message = format!("there is no matcher `{other}`");
            let help = match near.first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => "there are `$any`, `$regex`, `$partial` and `$exact`; data with such a key stands \
                         under `$exact`"
                    .to_owned(),
            };
            out.push(Diagnostic::new(&codes::WRONG_MATCHER, entry.key_span, message).help(help));
            Kind::Any
        }
    }
}

/// Data as it stands, in which nothing is a matcher.
fn exact(tree: &Tree, node: NodeId) -> Kind {
    let inner = |node: NodeId| Matcher {
        span: tree.span(node),
        kind: exact(tree, node),
    };
    match tree.kind(node) {
        NodeKind::Map(entries) => {
            let fields = entries.iter().map(|e| (e.key.to_string(), inner(e.value)));
            Kind::Record(fields.collect(), false)
        }
        NodeKind::Seq(items) => Kind::List(items.iter().map(|item| inner(*item)).collect()),
        _ => Kind::Scalar(value::value(tree, node, None, &TypeTable::default())),
    }
}

fn join(path: &str, name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain {
        format!("{path}.{name}")
    } else {
        format!("{path}[{}]", json::quoted(name))
    }
}

/// Whether two scalars are the same: numbers by what they are, times and durations by what they spell.
fn same(wanted: &Value, found: &Value) -> bool {
    if ops::equals(wanted, found) {
        return true;
    }
    match (wanted, found) {
        (Value::String(text), Value::Timestamp(at)) => {
            Timestamp::parse(text).is_ok_and(|wanted| wanted == *at)
        }
        (Value::String(text), Value::Duration(length)) => {
            Duration::parse(text).is_ok_and(|wanted| wanted == *length)
                || wfc_value::time::parse_workflow_duration(text).is_ok_and(|w| w == *length)
        }
        (Value::String(text), Value::Bytes(_)) => json::format(found) == json::quoted(text),
        _ => false,
    }
}

fn matches_text(regex: &Regex, found: &Value) -> bool {
    match found {
        Value::String(text) => regex.is_match(text),
        Value::Map(_) | Value::List(_) => false,
        other => regex.is_match(json::format(other).trim_matches('"')),
    }
}

/// A value as people see it.
fn shown(value: &Value) -> String {
    wfc_value::shortened(&json::format(value), 2_000)
}

/// What a test says that secrets hold.
#[derive(Clone, Debug, Default)]
pub struct Secrets(pub BTreeMap<String, String>);

impl Secrets {
    /// A sealed text with the secrets that the test knows; the others stay masked.
    #[must_use]
    pub fn open(&self, sealed: &Secret) -> Value {
        let open = |name: &str| {
            let known = self.0.get(name).cloned();
            Some(known.unwrap_or_else(|| wfc_value::secret::MASK.to_owned()))
        };
        sealed.resolve(open).map(Value::from).unwrap_or_default()
    }

    /// A value with the secrets that the test knows in it.
    #[must_use]
    pub fn reveal(&self, value: &Value) -> Value {
        match value {
            Value::Secret(sealed) => self.open(sealed),
            Value::List(items) => {
                Value::list(items.iter().map(|v| self.reveal(v)).collect()).unwrap_or_default()
            }
            Value::Map(map) => {
                let entries = map.iter().map(|(k, v)| (Key::clone(k), self.reveal(v)));
                Value::map(entries.collect()).unwrap_or_default()
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, partial: bool) -> (Matcher, Vec<&'static str>) {
        let (tree, found) = wfc_syntax::yaml::parse(text);
        assert!(found.is_empty(), "{found:?}");
        let mut out = Vec::new();
        let matcher = Matcher::read(&tree, tree.root.unwrap(), partial, &mut out);
        (matcher, out.iter().map(|d| d.code.id).collect())
    }

    fn differs(expected: &str, found: &str) -> Vec<String> {
        let (matcher, faults) = read(expected, false);
        assert!(faults.is_empty());
        let found = json::parse(found).unwrap();
        let all = matcher.differences(Some(&found), &Secrets::default());
        all.iter()
            .map(|d| {
                let text = |t: &Option<String>| t.clone().unwrap_or_else(|| "-".to_owned());
                format!("{} {} {}", d.path, text(&d.expected), text(&d.found))
            })
            .collect()
    }

    #[test]
    fn data_is_compared_as_it_stands() {
        assert!(differs("{ a: 1, b: [x, null] }", r#"{"b":["x",null],"a":1.0}"#).is_empty());
        assert_eq!(differs("{ a: 1 }", r#"{"a":1,"b":2}"#), [".b - 2"]);
        assert_eq!(differs("{ a: 1 }", r#"{"a":"1"}"#), [".a 1 \"1\""]);
        assert_eq!(differs("[1, 2]", "[1]"), ["[1] 2 -"]);
        assert_eq!(differs("[1]", "[1, 3]"), ["[1] - 3"]);
    }

    #[test]
    fn matchers_loosen_one_place() {
        assert!(
            differs(
                "{ a: $any, b: { $regex: '^x+$' } }",
                r#"{"a":[1],"b":"xx"}"#
            )
            .is_empty()
        );
        assert_eq!(
            differs("{ b: { $regex: '^x+$' } }", r#"{"b":"xy"}"#),
            [".b a text that matches `^x+$` \"xy\""]
        );
        assert_eq!(differs("{ a: $any }", "{}"), [".a anything -"]);
        assert!(
            differs(
                "{ $partial: { a: { b: 1 } } }",
                r#"{"a":{"b":1,"c":2},"d":3}"#
            )
            .is_empty()
        );
        assert!(differs("{ $exact: { $any: 1 } }", r#"{"$any":1}"#).is_empty());
    }

    #[test]
    fn what_is_no_matcher_is_told() {
        assert_eq!(read("{ $regx: a }", false).1, ["WF0810"]);
        assert_eq!(read("{ $regex: '(' }", false).1, ["WF0810"]);
    }
}
