//! References within one schema document.

use crate::Value;

/// How many values are looked at for an anchor.
const MAX_SEARCH: usize = 200_000;

/// Whether the schema is of draft 3 to 7, where what stands beside `$ref` does not count.
pub(super) fn is_older_draft(schema: &Value) -> bool {
    let Value::Map(map) = schema else {
        return false;
    };
    let dialect = map.get_str("$schema").and_then(Value::as_str);
    dialect.is_some_and(|d| d.contains("json-schema.org/draft-0"))
}

/// The part of a reference behind its `#`, when it leads to this document: by itself, or by the document's own `$id`.
pub(super) fn local<'r>(root: &Value, reference: &'r str) -> Option<&'r str> {
    if let Some(fragment) = reference.strip_prefix('#') {
        return Some(fragment);
    }
    let Value::Map(map) = root else { return None };
    let id = ["$id", "id"]
        .iter()
        .find_map(|k| map.get_str(k)?.as_str())?;
    let id = id.trim_end_matches('#');
    let rest = reference.strip_prefix(id).filter(|_| !id.is_empty())?;
    if rest.is_empty() {
        return Some("");
    }
    rest.strip_prefix('#')
}

/// The part of a document that a reference names behind its `#`: by a JSON pointer, or by an anchor.
pub(super) fn follow<'a>(root: &'a Value, fragment: &str) -> Option<&'a Value> {
    if fragment.is_empty() {
        return Some(root);
    }
    let Some(pointer) = fragment.strip_prefix('/') else {
        return anchor(root, fragment);
    };
    pointer.split('/').try_fold(root, |at, part| {
        let part = decoded(part).replace("~1", "/").replace("~0", "~");
        match at {
            Value::Map(map) => map.get_str(&part),
            Value::List(list) => list.get(part.parse().ok()?),
            _ => None,
        }
    })
}

/// `%20` and its like, as they stand in the fragment of a URI.
pub(super) fn decoded(part: &str) -> String {
    if !part.contains('%') {
        return part.to_owned();
    }
    let bytes = part.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = part.get(at + 1..at + 3);
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(decoded) if *byte == b'%' => {
                out.push(decoded);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The schema with this anchor (`$anchor`; `$id: "#name"` before 2019).
fn anchor<'a>(root: &'a Value, name: &str) -> Option<&'a Value> {
    let mut open = vec![root];
    let mut looked = 0;
    while let Some(value) = open.pop() {
        looked += 1;
        if looked > MAX_SEARCH {
            return None;
        }
        match value {
            Value::Map(map) => {
                let is = |key: &str| map.get_str(key).and_then(Value::as_str);
                let named = is("$anchor") == Some(name) || is("$dynamicAnchor") == Some(name);
                let old = |key: &str| is(key).and_then(|id| id.strip_prefix('#')) == Some(name);
                if named || old("$id") || old("id") {
                    return Some(value);
                }
                open.extend(map.iter().map(|(_, v)| v));
            }
            Value::List(list) => open.extend(list.iter()),
            _ => {}
        }
    }
    None
}
