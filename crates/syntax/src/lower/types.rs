//! Types: in a string by the grammar of types, or as a mapping or a list.

use super::Lower;
use super::constant::{Plain, resolve};
use crate::expr::{Entry, ExprId, ExprKind, Item, Name};
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind};
use crate::type_expr::{FieldType, TypeExprKind, TypeId};

impl Lower<'_> {
    /// A type.
    pub(super) fn ty(&mut self, node: NodeId) -> TypeId {
        let tree = self.tree;
        let span = tree.span(node);
        let kind = match tree.kind(node) {
            NodeKind::Type(ty) => return *ty,
            NodeKind::Scalar(s) if s.text.trim().is_empty() => {
                let _: Option<()> = self.not(node, "a type");
                TypeExprKind::Error
            }
            NodeKind::Scalar(s) => {
                return self.embedded_type(&s.text, &s.map);
            }
            NodeKind::Seq(items) => match items.as_slice() {
                [item] => TypeExprKind::List(self.ty(*item)),
                _ => {
                    let finding = self
                        .wrong_kind(node, "a type")
                        .help("`[T]` is a list of one type; write `A | B` for one of several");
                    self.report(finding);
                    TypeExprKind::Error
                }
            },
            NodeKind::Map(_) if self.reads_as_schema(node) => {
                TypeExprKind::Schema(self.literal_value(node))
            }
            NodeKind::Map(entries) => TypeExprKind::Record(self.record_type(entries)),
            NodeKind::Expr(_) => {
                let _: Option<()> = self.not(node, "a type");
                TypeExprKind::Error
            }
            NodeKind::Error => TypeExprKind::Error,
        };
        self.types.push(kind, span)
    }

    fn record_type(&mut self, entries: &[MapEntry]) -> Vec<FieldType> {
        let mut fields: Vec<FieldType> = Vec::with_capacity(entries.len());
        for entry in entries {
            let mut name = self.key_name(entry);
            let optional = name.text.ends_with('?');
            if optional {
                let text = name.text.trim_end_matches('?');
                name.span.end = name.span.end.saturating_sub(1).max(name.span.start);
                name.text = text.into();
            }
            let ty = self.ty(entry.value);
            match fields.iter().find(|f| f.name.text == name.text) {
                Some(first) => {
                    let first = first.name.span;
                    self.duplicate_declaration(&name, "field", ("field", first));
                }
                None => fields.push(FieldType { name, optional, ty }),
            }
        }
        fields
    }

    /// The name that a key spells, with its place without quotes.
    pub(super) fn key_name(&self, entry: &MapEntry) -> Name {
        let mut span = entry.key_span;
        if self.source(span).starts_with(['"', '\'']) && span.len() >= 2 {
            span = Span::new(span.start + 1, span.end - 1);
        }
        Name::new(&*entry.key, span)
    }

    /// A constant as it is written, where strings are no templates: a JSON Schema.
    pub(super) fn literal_value(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let span = tree.span(node);
        let kind = match tree.kind(node) {
            NodeKind::Scalar(s) => match resolve(s, tree.spelling) {
                Plain::Text => ExprKind::String(s.text.clone()),
                _ => return self.value(node),
            },
            NodeKind::Seq(items) => ExprKind::List(
                items
                    .iter()
                    .map(|item| Item {
                        value: self.literal_value(*item),
                        optional: false,
                    })
                    .collect(),
            ),
            NodeKind::Map(entries) => ExprKind::Map(
                entries
                    .iter()
                    .map(|e| Entry {
                        key: self.exprs.push(ExprKind::String(e.key.clone()), e.key_span),
                        value: self.literal_value(e.value),
                        optional: false,
                    })
                    .collect(),
            ),
            _ => return self.value(node),
        };
        self.exprs.push(kind, span)
    }
}
