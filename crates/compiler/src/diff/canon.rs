//! Whether two workflows mean the same: equal canonical forms, the order of arguments aside.
//!
//! The canonical form keeps the order of a mapping's entries, since it shows where the mapping is written out. In
//! `env`, `arguments` and `inputs` it never shows: what is called looks its arguments up by their names.

use wfc_syntax::ast::Ast;
use wfc_syntax::canonical::canonical_bytes;
use wfc_value::{List, Value, json};

/// Fields whose entries are looked up by name.
const BY_NAME: [&str; 3] = ["env", "arguments", "inputs"];

/// Whether there is no change in meaning.
pub(super) fn same(old: &Ast, new: &Ast) -> bool {
    let (a, b) = (canonical_bytes(old), canonical_bytes(new));
    if a == b {
        return true;
    }
    // What nests too deep for a value is compared as it is.
    let read = |bytes: &[u8]| json::parse(std::str::from_utf8(bytes).ok()?).ok();
    match (read(&a), read(&b)) {
        (Some(a), Some(b)) => written(&a) == written(&b),
        _ => false,
    }
}

/// The value as text, entries that are looked up by name in the order of their names.
fn written(value: &Value) -> String {
    let mut out = String::new();
    write(value, false, &mut out);
    out
}

/// Nesting is capped by that of values.
fn write(value: &Value, by_name: bool, out: &mut String) {
    match value {
        Value::Map(fields) => {
            out.push('{');
            for (key, value) in fields.iter() {
                let key = key.to_string();
                out.push_str(&json::quoted(&key));
                out.push(':');
                write(value, BY_NAME.contains(&key.as_str()), out);
                out.push(',');
            }
            out.push('}');
        }
        Value::List(items) => {
            let mut texts: Vec<String> = items.iter().map(written).collect();
            if by_name && is_mapping(items) {
                texts.sort();
            }
            out.push('[');
            for text in texts {
                out.push_str(&text);
                out.push(',');
            }
            out.push(']');
        }
        other => out.push_str(&json::format(other)),
    }
}

/// Whether it is `["map", [k, v], ...]` with constant keys.
fn is_mapping(items: &List) -> bool {
    let mut items = items.iter();
    items.next() == Some(&Value::from("map"))
        && items.all(|entry| match entry {
            Value::List(entry) => matches!(entry.iter().next(), Some(Value::String(_))),
            _ => false,
        })
}
