//! Tagged JSON for journals and snapshots: every value comes back as it was.
//!
//! What JSON has a form of its own for is written plainly: null, bools, ints, finite doubles
//! (always with a point or an exponent), strings, lists, and maps whose keys are texts that do
//! not begin with `$`. The rest is an object with one key that begins with `$`:
//! `{"$uint":"1"}`, `{"$double":"NaN"}`, `{"$bytes":"aGk="}`, `{"$timestamp":"..."}`,
//! `{"$duration":"..."}`, `{"$type":"int"}`, `{"$optional":[1]}`, `{"$secret":["text",{"ref":
//! "name"}]}`, `{"$map":[[key,value],...]}`.

use super::format::{double, from_base64, to_base64, write_quoted};
use super::parse::{JsonError, number};
use super::read::{Build, read};
use crate::limits::MAX_VALUE_DEPTH;
use crate::secret::{Secret, Segment};
use crate::time::{parse_duration, parse_timestamp};
use crate::{Key, List, Map, TypeValue, Value};

/// The value as tagged JSON.
#[must_use]
pub fn to_tagged(value: &Value) -> String {
    let mut out = String::new();
    write_tagged(value, &mut out);
    out
}

/// As [`to_tagged`], onto the end of `out`.
pub fn write_tagged(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(i) => out.push_str(&i.to_string()),
        Value::Uint(u) => tag("$uint", &u.to_string(), out),
        Value::Double(d) if d.is_finite() => out.push_str(&double(*d)),
        Value::Double(d) => tag("$double", &odd_double(*d), out),
        Value::String(s) => write_quoted(s, out),
        Value::Bytes(b) => tag("$bytes", &to_base64(b), out),
        Value::Timestamp(t) => tag("$timestamp", &t.to_string(), out),
        Value::Duration(d) => tag("$duration", &d.to_string(), out),
        Value::Type(t) => tag("$type", t.name(), out),
        Value::List(list) => items(list.iter(), out, write_tagged),
        Value::Map(map) => write_map(map, out),
        Value::Optional(v) => {
            out.push_str("{\"$optional\":");
            items(v.iter().map(|v| &**v), out, write_tagged);
            out.push('}');
        }
        Value::Secret(secret) => {
            out.push_str("{\"$secret\":");
            items(
                secret.segments().iter(),
                out,
                |segment, out| match segment {
                    Segment::Text(text) => write_quoted(text, out),
                    Segment::Ref(name) => tag("ref", name, out),
                    Segment::JsonRef(name) => tag("json_ref", name, out),
                },
            );
            out.push('}');
        }
    }
}

fn tag(name: &str, text: &str, out: &mut String) {
    out.push('{');
    write_quoted(name, out);
    out.push(':');
    write_quoted(text, out);
    out.push('}');
}

/// Doubles that are no numbers keep their bits, except the usual ones.
fn odd_double(d: f64) -> String {
    if d.to_bits() == f64::NAN.to_bits() {
        "NaN".to_owned()
    } else if d.is_infinite() {
        if d > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        format!("{:016x}", d.to_bits())
    }
}

fn items<T>(items: impl Iterator<Item = T>, out: &mut String, write: impl Fn(T, &mut String)) {
    out.push('[');
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}

fn write_map(map: &Map, out: &mut String) {
    let plain = map
        .keys()
        .all(|k| k.as_str().is_some_and(|k| !k.starts_with('$')));
    if !plain {
        out.push_str("{\"$map\":");
        items(map.iter(), out, |(k, v), out| {
            out.push('[');
            write_tagged(&k.to_value(), out);
            out.push(',');
            write_tagged(v, out);
            out.push(']');
        });
        out.push('}');
        return;
    }
    out.push('{');
    for (i, (k, v)) in map.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_quoted(&k.to_string(), out);
        out.push(':');
        write_tagged(v, out);
    }
    out.push('}');
}

/// Reads tagged JSON.
///
/// # Errors
/// When the text is not what [`to_tagged`] writes.
pub fn from_tagged(text: &str) -> Result<Value, JsonError> {
    // A value's level takes at most four levels of tagged JSON: `{"$map": [[k, v]]}`.
    let raw = read(text, &Tree, MAX_VALUE_DEPTH * 4 + 4)?;
    untag(raw).map_err(|message| JsonError::at(text, 0, message))
}

enum Raw {
    Value(Value),
    List(Vec<Raw>),
    Map(Vec<(String, Raw)>),
}

struct Tree;

impl Build for Tree {
    type Out = Raw;

    fn null(&self) -> Raw {
        Raw::Value(Value::Null)
    }

    fn bool(&self, b: bool) -> Raw {
        Raw::Value(Value::Bool(b))
    }

    fn number(&self, spelling: &str) -> Result<Raw, String> {
        number(spelling).map(Raw::Value)
    }

    fn string(&self, text: String) -> Raw {
        Raw::Value(Value::string(text))
    }

    fn list(&self, items: Vec<Raw>) -> Result<Raw, String> {
        Ok(Raw::List(items))
    }

    fn map(&self, entries: Vec<(String, Raw)>) -> Result<Raw, String> {
        Ok(Raw::Map(entries))
    }
}

fn untag(raw: Raw) -> Result<Value, String> {
    match raw {
        Raw::Value(v) => Ok(v),
        Raw::List(items) => list(items),
        Raw::Map(mut entries) => {
            if entries.len() == 1
                && entries.first().is_some_and(|(k, _)| k.starts_with('$'))
                && let Some((tag, inner)) = entries.pop()
            {
                return untag_one(&tag, inner);
            }
            let entries: Result<Vec<(Key, Value)>, String> = entries
                .into_iter()
                .map(|(k, v)| Ok((Key::from(k), untag(v)?)))
                .collect();
            Map::new(entries?).map(Value::Map).map_err(|f| f.message)
        }
    }
}

fn list(items: Vec<Raw>) -> Result<Value, String> {
    let items: Result<Vec<Value>, String> = items.into_iter().map(untag).collect();
    List::new(items?).map(Value::List).map_err(|f| f.message)
}

fn untag_one(tag: &str, inner: Raw) -> Result<Value, String> {
    match (tag, inner) {
        ("$map", Raw::List(pairs)) => tagged_map(pairs),
        ("$secret", Raw::List(pieces)) => tagged_secret(pieces),
        ("$optional", Raw::List(mut items)) if items.len() < 2 => match items.pop() {
            None => Ok(Value::none()),
            Some(v) => Value::some(untag(v)?).map_err(|f| f.message),
        },
        (tag, Raw::Value(Value::String(text))) => {
            tagged_scalar(tag, &text).ok_or_else(|| format!("`{text}` is no `{tag}`"))
        }
        (tag, _) => Err(format!("unknown tag `{tag}`")),
    }
}

fn tagged_scalar(tag: &str, text: &str) -> Option<Value> {
    Some(match tag {
        "$uint" => Value::Uint(text.parse().ok()?),
        "$double" => Value::Double(match text {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            bits => f64::from_bits(u64::from_str_radix(bits, 16).ok()?),
        }),
        "$bytes" => Value::bytes(from_base64(text)?),
        "$timestamp" => Value::Timestamp(parse_timestamp(text).ok()?),
        "$duration" => Value::Duration(parse_duration(text).ok()?),
        "$type" => Value::Type(TypeValue::new(text)),
        _ => return None,
    })
}

fn tagged_map(pairs: Vec<Raw>) -> Result<Value, String> {
    let mut entries = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let Raw::List(mut pair) = pair else {
            return Err("`$map` holds a list of pairs".to_owned());
        };
        let (Some(value), Some(key), 0) = (pair.pop(), pair.pop(), pair.len()) else {
            return Err("`$map` holds a list of pairs".to_owned());
        };
        let key = untag(key)?;
        let key = Key::from_value(&key)
            .ok_or_else(|| format!("{} cannot be a map's key", key.a_type_name()))?;
        entries.push((key, untag(value)?));
    }
    Map::new(entries).map(Value::Map).map_err(|f| f.message)
}

fn tagged_secret(pieces: Vec<Raw>) -> Result<Value, String> {
    let mut segments = Vec::with_capacity(pieces.len());
    for piece in pieces {
        segments.push(match piece {
            Raw::Value(Value::String(text)) => Segment::Text(text),
            Raw::Map(entries) => match &*entries {
                [(k, Raw::Value(Value::String(name)))] if k == "ref" => Segment::Ref(name.clone()),
                [(k, Raw::Value(Value::String(name)))] if k == "json_ref" => {
                    Segment::JsonRef(name.clone())
                }
                _ => return Err("`$secret` holds texts and references".to_owned()),
            },
            _ => return Err("`$secret` holds texts and references".to_owned()),
        });
    }
    Secret::from_segments(segments)
        .map(Value::Secret)
        .map_err(|f| f.message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Duration, Timestamp};

    #[test]
    fn plain_json_stays_plain_and_the_rest_is_tagged() {
        let v = Value::record([
            ("a", Value::Int(1)),
            ("b", Value::Uint(1)),
            ("c", Value::Double(1.0)),
            ("d", Value::some(Value::Null).unwrap()),
            ("e", Value::secret("key")),
            ("f", Value::map(vec![(Key::Uint(1), Value::Null)]).unwrap()),
        ])
        .unwrap();
        assert_eq!(
            to_tagged(&v),
            r#"{"a":1,"b":{"$uint":"1"},"c":1.0,"d":{"$optional":[null]},"e":{"$secret":[{"ref":"key"}]},"f":{"$map":[[{"$uint":"1"},null]]}}"#
        );
    }

    #[test]
    fn what_nobody_wrote_is_refused() {
        for text in [
            r#"{"$uint":"x"}"#,
            r#"{"$uint":1}"#,
            r#"{"$what":"x"}"#,
            r#"{"$map":[[1]]}"#,
            r#"{"$map":[[1,2,3]]}"#,
            r#"{"$map":[[null,1]]}"#,
            r#"{"$optional":[1,2]}"#,
            r#"{"$secret":[1]}"#,
            r#"{"$bytes":"?"}"#,
            "[",
        ] {
            assert!(from_tagged(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_deepest_value_comes_back() {
        let mut value = Value::Null;
        while let Ok(deeper) = Value::map(vec![(Key::Bool(true), value.clone())]) {
            value = deeper;
        }
        assert_eq!(value.depth(), MAX_VALUE_DEPTH);
        assert_eq!(from_tagged(&to_tagged(&value)), Ok(value));
    }

    fn key() -> impl Strategy<Value = Key> {
        prop_oneof![
            any::<bool>().prop_map(Key::Bool),
            any::<i64>().prop_map(Key::Int),
            any::<u64>().prop_map(Key::Uint),
            "\\$?[a-z\"\\\\é]{0,4}".prop_map(Key::from),
        ]
    }

    fn scalar() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<u64>().prop_map(Value::Uint),
            any::<u64>().prop_map(|bits| Value::Double(f64::from_bits(bits))),
            (-100..100_i32).prop_map(|n| Value::Double(f64::from(n))),
            any::<String>().prop_map(Value::from),
            any::<Vec<u8>>().prop_map(Value::bytes),
            (-62_135_596_800..=253_402_300_799_i64, 0..1_000_000_000_u32)
                .prop_map(|(s, n)| Value::Timestamp(Timestamp::new(s, n).unwrap())),
            any::<i64>().prop_map(|n| Value::Duration(Duration::from_nanos(n))),
            "[a-z.]{1,8}".prop_map(|n| Value::Type(TypeValue::new(n))),
            Just(Value::none()),
            prop::collection::vec((any::<u8>(), "[a-z]{1,3}"), 0..4).prop_map(|parts| {
                let segments = parts.into_iter().map(|(kind, text)| match kind % 3 {
                    0 => Segment::Text(text.into()),
                    1 => Segment::Ref(text.into()),
                    _ => Segment::JsonRef(text.into()),
                });
                Value::Secret(Secret::from_segments(segments).unwrap())
            }),
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        scalar().prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(|v| Value::list(v).unwrap()),
                prop::collection::vec((key(), inner.clone()), 0..6).prop_map(|entries| {
                    let mut map = Map::default();
                    for (k, v) in entries {
                        map.insert(k, v).unwrap();
                    }
                    Value::Map(map)
                }),
                inner.prop_map(|v| Value::some(v).unwrap()),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_comes_back_as_it_was(value in value()) {
            let text = to_tagged(&value);
            let read = from_tagged(&text).unwrap();
            prop_assert_eq!(&read, &value, "{}", text);
            // The order of a map's entries is kept too.
            prop_assert_eq!(to_tagged(&read), text);
        }

        #[test]
        fn no_text_makes_the_readers_panic(text in "[\\[\\]{}\",:0-9a-f\\\\$ .-]{0,40}") {
            let _ = from_tagged(&text);
            let _ = super::super::parse(&text);
        }
    }
}
