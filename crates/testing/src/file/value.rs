//! Data in a file of tests, as values; scalars are read by the type that is expected.

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::lower::{Plain, resolve};
use wfc_syntax::tree::{NodeId, NodeKind, Scalar, Tree};
use wfc_value::ty::{DecodeError, PathPart, decode};
use wfc_value::{Key, Literal, Type, TypeTable, Value};

/// The value of a node. Where a text is expected, a scalar is one whatever it looks like: `version: 1.10`.
#[must_use]
pub fn value(tree: &Tree, node: NodeId, ty: Option<&Type>, table: &TypeTable) -> Value {
    let ty = ty.map(|ty| table.resolve(ty));
    match tree.kind(node) {
        NodeKind::Scalar(scalar) => scalar_value(scalar, tree, ty.as_ref()),
        NodeKind::Seq(items) => {
            let items = items
                .iter()
                .map(|item| value(tree, *item, item_type(ty.as_ref()).as_ref(), table));
            Value::list(items.collect()).unwrap_or_default()
        }
        NodeKind::Map(entries) => {
            let fields = entries.iter().map(|entry| {
                let of = field_type(ty.as_ref(), &entry.key, table);
                (
                    Key::from(&*entry.key),
                    value(tree, entry.value, of.as_ref(), table),
                )
            });
            Value::map(fields.collect()).unwrap_or_default()
        }
        _ => Value::Null,
    }
}

fn scalar_value(scalar: &Scalar, tree: &Tree, ty: Option<&Type>) -> Value {
    let text = || Value::from(&*scalar.text);
    match resolve(scalar, tree.spelling) {
        Plain::Null => Value::Null,
        _ if ty.is_some_and(only_text) => text(),
        Plain::Bool(b) => Value::Bool(b),
        Plain::Int(n) => Value::Int(n),
        Plain::Uint(n) => Value::Uint(n),
        Plain::Double(n) => Value::Double(n),
        Plain::TooLarge | Plain::Text => text(),
    }
}

/// Whether a type takes texts, and no numbers and booleans.
fn only_text(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Literal(Literal::String(_)) => true,
        Type::Union(members) => members
            .iter()
            .all(|m| matches!(m, Type::Null) || only_text(m)),
        _ => false,
    }
}

fn item_type(ty: Option<&Type>) -> Option<Type> {
    match ty? {
        Type::List(item) => Some((**item).clone()),
        Type::Union(members) => members.iter().find_map(|m| item_type(Some(m))),
        _ => None,
    }
}

fn field_type(ty: Option<&Type>, name: &str, table: &TypeTable) -> Option<Type> {
    match ty? {
        Type::Record(record) => record.field(name).map(|f| f.ty.clone()),
        Type::Map(_, value) => Some((**value).clone()),
        Type::Union(members) => members
            .iter()
            .find_map(|m| field_type(Some(&table.resolve(m)), name, table)),
        _ => None,
    }
}

/// The value of a node that is to be of a type; a finding of `code` at the place that is not.
pub fn typed(
    tree: &Tree,
    node: NodeId,
    ty: &Type,
    table: &TypeTable,
    code: &'static wfc_syntax::code::Code,
    what: &str,
) -> Result<Value, Box<Diagnostic>> {
    let read = value(tree, node, Some(ty), table);
    let error = match ty {
        Type::Error | Type::Never => None,
        ty => decode(&read, ty, table).err(),
    };
    match error {
        None => Ok(read),
        Some(error) => Err(Box::new(mismatch(tree, node, &error, code, what))),
    }
}

fn mismatch(
    tree: &Tree,
    node: NodeId,
    error: &DecodeError,
    code: &'static wfc_syntax::code::Code,
    what: &str,
) -> Diagnostic {
    let at = follow(tree, node, &error.path);
    let path = error.path_text();
    let of = match path.strip_prefix('.').unwrap_or(&path) {
        "" => what.to_owned(),
        path => format!("`{path}` of {what}"),
    };
    let message = format!(
        "{of} is to be `{}`, and this is {}",
        error.expected, error.found
    );
    Diagnostic::new(code, tree.span(at), message).expected(&*error.expected, &*error.found)
}

/// The innermost node on the way of a path that is there.
fn follow(tree: &Tree, node: NodeId, path: &[PathPart]) -> NodeId {
    let mut at = node;
    for part in path {
        let next = match (tree.kind(at), part) {
            (NodeKind::Map(_), PathPart::Field(name)) => tree.field(at, name),
            (NodeKind::Seq(items), PathPart::Index(i)) => items.get(*i).copied(),
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// The text of a scalar.
#[must_use]
pub fn text(tree: &Tree, node: NodeId) -> Option<String> {
    match tree.kind(node) {
        NodeKind::Scalar(scalar) => Some(scalar.text.to_string()),
        _ => None,
    }
}

/// A boolean.
#[must_use]
pub fn boolean(tree: &Tree, node: NodeId) -> Option<bool> {
    match tree.kind(node) {
        NodeKind::Scalar(scalar) => match resolve(scalar, tree.spelling) {
            Plain::Bool(b) => Some(b),
            _ => None,
        },
        _ => None,
    }
}

/// The entries of a mapping.
pub fn entries(tree: &Tree, node: Option<NodeId>) -> &[wfc_syntax::tree::MapEntry] {
    match node.map(|node| tree.kind(node)) {
        Some(NodeKind::Map(entries)) => entries,
        _ => &[],
    }
}

/// The items of a list.
pub fn items(tree: &Tree, node: Option<NodeId>) -> &[NodeId] {
    match node.map(|node| tree.kind(node)) {
        Some(NodeKind::Seq(items)) => items,
        _ => &[],
    }
}
