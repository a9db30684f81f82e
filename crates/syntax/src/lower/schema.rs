//! Which mappings are JSON Schemas, and which are record types.

use std::collections::BTreeSet;

use super::constant::{Plain, resolve};
use crate::expr::Exprs;
use crate::tree::{MapEntry, NodeId, NodeKind, Tree};
use crate::type_expr::TypeExprs;
use crate::type_parse;

/// The values of a JSON Schema's `type`.
const SCHEMA_TYPES: &[&str] = &[
    "object", "array", "string", "number", "integer", "boolean", "null",
];

/// Keywords of JSON Schema (draft 2020-12 and the older `definitions`) that may stand beside others.
pub const KEYWORDS: &[&str] = &[
    "$schema",
    "$ref",
    "$id",
    "$defs",
    "$comment",
    "$anchor",
    "definitions",
    "type",
    "enum",
    "const",
    "properties",
    "patternProperties",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "required",
    "dependentRequired",
    "dependentSchemas",
    "minProperties",
    "maxProperties",
    "items",
    "prefixItems",
    "unevaluatedItems",
    "contains",
    "minContains",
    "maxContains",
    "minItems",
    "maxItems",
    "uniqueItems",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
];

/// Keywords whose values are mappings of names to schemas.
const NAMED_SCHEMAS: &[&str] = &["properties", "patternProperties", "$defs", "definitions"];

/// Whether the mapping `node` in the place of a type is a JSON Schema: it has `$schema` or `$ref`, a JSON
/// Schema `type`, or a keyword of JSON Schema whose value is no type.
///
/// `string` and `null` are types of the language too: beside fields that are no keywords, as in
/// `{ type: string, id: string }`, the mapping is a record type.
#[must_use]
pub fn reads_as_schema(tree: &Tree, node: NodeId) -> bool {
    is_schema(tree, &declared_types(tree), node)
}

impl super::Lower<'_> {
    pub(super) fn reads_as_schema(&self, node: NodeId) -> bool {
        is_schema(self.tree, &self.declared_types, node)
    }
}

/// The names in the root's `types`.
pub(super) fn declared_types(tree: &Tree) -> BTreeSet<&str> {
    let types = tree.root.and_then(|root| tree.field(root, "types"));
    match types.map(|t| tree.kind(t)) {
        Some(NodeKind::Map(entries)) => entries.iter().map(|e| &*e.key).collect(),
        _ => BTreeSet::new(),
    }
}

fn is_schema(tree: &Tree, declared: &BTreeSet<&str>, node: NodeId) -> bool {
    let NodeKind::Map(entries) = tree.kind(node) else {
        return false;
    };
    if entries
        .iter()
        .any(|e| matches!(&*e.key, "$schema" | "$ref"))
    {
        return true;
    }
    let only_keywords = entries.iter().all(|e| is_keyword(&e.key));
    entries.iter().any(|e| match &*e.key {
        "type" => has_schema_type(tree, e, only_keywords),
        key if NAMED_SCHEMAS.contains(&key) => match tree.kind(e.value) {
            NodeKind::Map(named) => named.iter().any(|n| is_schema(tree, declared, n.value)),
            _ => !is_type(tree, declared, e.value),
        },
        // Beside fields that are no keywords, a text is a type that is misspelt.
        key => {
            is_keyword(key)
                && (only_keywords || !is_text(tree, e.value))
                && !is_type(tree, declared, e.value)
        }
    })
}

fn is_text(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.kind(node), NodeKind::Scalar(s) if resolve(s, tree.spelling) == Plain::Text)
}

/// Whether `key` is a keyword of JSON Schema.
pub(super) fn is_keyword(key: &str) -> bool {
    KEYWORDS.contains(&key)
}

fn has_schema_type(tree: &Tree, entry: &MapEntry, only_keywords: bool) -> bool {
    let word = |node: NodeId| match tree.kind(node) {
        NodeKind::Scalar(s) => SCHEMA_TYPES.iter().find(|t| **t == &*s.text).copied(),
        _ => None,
    };
    if let NodeKind::Seq(items) = tree.kind(entry.value) {
        return !items.is_empty() && items.iter().all(|i| word(*i).is_some());
    }
    match word(entry.value) {
        Some("string" | "null") => only_keywords,
        Some(_) => true,
        None => false,
    }
}

/// Whether a node could be a type. Bare numbers and booleans are none here, though `1` is one elsewhere:
/// beside a keyword of JSON Schema they are its values.
fn is_type(tree: &Tree, declared: &BTreeSet<&str>, node: NodeId) -> bool {
    match tree.kind(node) {
        NodeKind::Scalar(s) => {
            matches!(resolve(s, tree.spelling), Plain::Text | Plain::Null)
                && !s.text.trim().is_empty()
                && {
                    let (mut types, mut exprs) = (TypeExprs::default(), Exprs::default());
                    let mut faults = Vec::new();
                    type_parse::parse_embedded_type(
                        &s.text,
                        &s.map,
                        &mut types,
                        &mut exprs,
                        &mut faults,
                        &|name| declared.contains(name),
                    );
                    faults.is_empty()
                }
        }
        NodeKind::Seq(items) => match items.as_slice() {
            [item] => is_type(tree, declared, *item),
            _ => false,
        },
        _ => true,
    }
}
