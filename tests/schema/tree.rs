//! The value that a YAML or JSON file spells, as an editor's validator sees it.

use serde_json::{Map, Number, Value};
use wfc_syntax::lower::{Plain, resolve};
use wfc_syntax::tree::{NodeId, NodeKind, Tree};

/// The root's value; none when a part of it could not be read.
pub(super) fn value(tree: &Tree) -> Option<Value> {
    node(tree, tree.root?)
}

fn node(tree: &Tree, id: NodeId) -> Option<Value> {
    Some(match tree.kind(id) {
        NodeKind::Scalar(scalar) => match resolve(scalar, tree.spelling) {
            Plain::Null => Value::Null,
            Plain::Bool(b) => Value::Bool(b),
            Plain::Int(n) => Value::Number(n.into()),
            Plain::Uint(n) => Value::Number(n.into()),
            Plain::Double(n) => Number::from_f64(n).map_or(Value::Null, Value::Number),
            Plain::TooLarge | Plain::Text => Value::String(scalar.text.to_string()),
        },
        NodeKind::Seq(items) => Value::Array(
            items
                .iter()
                .map(|i| node(tree, *i))
                .collect::<Option<_>>()?,
        ),
        NodeKind::Map(entries) => {
            let mut map = Map::new();
            for entry in entries {
                map.insert(entry.key.to_string(), node(tree, entry.value)?);
            }
            Value::Object(map)
        }
        _ => return None,
    })
}
