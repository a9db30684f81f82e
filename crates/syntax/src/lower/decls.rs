//! Declarations of the root: inputs, environment, variables, named types.

use super::Lower;
use super::fields::Fields;
use super::schema::is_keyword;
use crate::ast::{EnvDecl, InputDecl, TypeDecl, VarDecl};
use crate::expr::Name;
use crate::lexer::is_name;
use crate::shape;
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind, SpanMap};
use crate::type_expr::{TypeExprKind, TypeId};
use crate::type_parse;

impl<'t> Lower<'t> {
    /// `inputs`: a mapping of names to types or declarations.
    pub(super) fn inputs(&mut self, node: NodeId) -> Vec<InputDecl> {
        let mut out = Vec::new();
        for entry in self.named(node, "names to types") {
            let Some(name) = self.declared_name(entry) else {
                continue;
            };
            out.push(self.input(name, entry.value));
        }
        out
    }

    fn input(&mut self, name: Name, node: NodeId) -> InputDecl {
        if !self.is_declaration(node) {
            return InputDecl {
                name,
                ty: self.ty_or_none(node),
                default: None,
                description: None,
                required: None,
            };
        }
        if self.is_schema_declaration(node) {
            return self.schema_input(name, node);
        }
        let owner = super::rules::Owner {
            what: super::rules::What::Declared("the input", &name.text),
            head: self.tree.span(node),
        };
        let mut fields = self.fields(node, shape::INPUT, &[], owner, &[]);
        InputDecl {
            name,
            ty: fields.ty("type"),
            default: fields.expr("default"),
            description: fields.name("description"),
            required: fields.bool("required"),
        }
    }

    /// `{ type: string, minLength: 1, default: x }`: a JSON Schema that declares an input.
    fn schema_input(&mut self, name: Name, node: NodeId) -> InputDecl {
        let schema = self.literal_value(node);
        let ty = self
            .types
            .push(TypeExprKind::Schema(schema), self.tree.span(node));
        let default = self.tree.field(node, "default");
        let description = self.tree.field(node, "description");
        InputDecl {
            name,
            ty: Some(ty),
            default: default.map(|d| self.literal_value(d)),
            description: description.and_then(|d| self.text_of(d)),
            required: None,
        }
    }

    /// Whether a mapping in the place of a type declares.
    fn is_declaration(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::Map(entries) => shape::is_declaration(entries.iter().map(|e| &*e.key)),
            _ => false,
        }
    }

    /// Whether a declaration is a JSON Schema as a whole: it has keywords that declarations do not have.
    fn is_schema_declaration(&self, node: NodeId) -> bool {
        let NodeKind::Map(entries) = self.tree.kind(node) else {
            return false;
        };
        let extra =
            |e: &MapEntry| shape::find(shape::INPUT, &e.key).is_none() && !e.key.starts_with("x-");
        entries.iter().any(extra)
            && entries
                .iter()
                .filter(|e| extra(e))
                .all(|e| is_keyword(&e.key))
            && self.reads_as_schema(node)
    }

    /// Whether nothing stands where a type may be left out.
    pub(super) fn no_type(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::Scalar(scalar) => scalar.is_no_type(self.tree.spelling),
            _ => false,
        }
    }

    /// A type; none where nothing is written.
    fn ty_or_none(&mut self, node: NodeId) -> Option<TypeId> {
        (!self.no_type(node)).then(|| self.ty(node))
    }

    /// `env` of the root: a mapping of names to types or `{ type, default }`.
    pub(super) fn env(&mut self, node: NodeId) -> Vec<EnvDecl> {
        let mut out = Vec::new();
        for entry in self.named(node, "names to types") {
            let Some(name) = self.declared_name(entry) else {
                continue;
            };
            let value = entry.value;
            if !self.is_declaration(value) {
                let ty = self.ty_or_none(value);
                out.push(EnvDecl {
                    name,
                    ty,
                    default: None,
                });
                continue;
            }
            let owner = super::rules::Owner {
                what: super::rules::What::Declared("the environment variable", &name.text),
                head: self.tree.span(value),
            };
            let mut fields: Fields = self.fields(value, shape::ENV, &[], owner, &[]);
            out.push(EnvDecl {
                name,
                ty: fields.ty("type"),
                default: fields.expr("default"),
            });
        }
        out
    }

    /// `variables` of the root: a mapping of names to first values.
    pub(super) fn variables(&mut self, node: NodeId) -> Vec<VarDecl> {
        let mut out = Vec::new();
        for entry in self.named(node, "names to values") {
            let Some((name, ty)) = self.declared(&entry.key, entry.key_span) else {
                continue;
            };
            let value = (!self.is_null(entry.value)).then(|| self.value(entry.value));
            out.push(VarDecl { name, ty, value });
        }
        out
    }

    /// `types` of the root.
    pub(super) fn named_types(&mut self, node: NodeId) -> Vec<TypeDecl> {
        let mut out = Vec::new();
        for entry in self.named(node, "names to types") {
            let Some(name) = self.declared_name(entry) else {
                continue;
            };
            let ty = self.ty(entry.value);
            out.push(TypeDecl { name, ty });
        }
        out
    }

    /// The entries of a mapping of names, without `x-` keys.
    fn named(&mut self, node: NodeId, of: &str) -> Vec<&'t MapEntry> {
        let tree = self.tree;
        match tree.kind(node) {
            NodeKind::Map(entries) => entries
                .iter()
                .filter(|e| !e.key.starts_with("x-"))
                .collect(),
            NodeKind::Error => Vec::new(),
            _ => {
                self.expected_mapping(node, of);
                Vec::new()
            }
        }
    }

    /// The name of a declaration.
    fn declared_name(&mut self, entry: &MapEntry) -> Option<Name> {
        let name = self.key_name(entry);
        if is_name(&name.text) {
            return Some(name);
        }
        self.invalid_name(&name.text, entry.key_span);
        None
    }

    /// The name of a variable, with the type after a colon when there is one: `"count: int": 0`.
    pub(super) fn declared(&mut self, key: &str, span: Span) -> Option<(Name, Option<TypeId>)> {
        let inner = if self.source(span).starts_with(['"', '\'']) && span.len() >= 2 {
            Span::new(span.start + 1, span.end - 1)
        } else {
            span
        };
        if is_name(key) {
            return Some((Name::new(key, inner), None));
        }
        let (name, ty) = match key.split_once(':') {
            Some((name, ty)) if is_name(name.trim_end()) => (name.trim_end(), ty),
            _ => {
                self.invalid_name(key, span);
                return None;
            }
        };
        let written = self.source(inner) == key;
        let offset = key.len() - ty.len();
        let len = |n: usize| Span::of(0, n).end;
        let mut map = SpanMap::default();
        let name_span = if written {
            map.run(inner.start + len(offset), len(ty.len()));
            Span::new(inner.start, inner.start + len(name.len()))
        } else {
            map.escape(inner.start, inner.len(), len(ty.len()));
            inner
        };
        let ty = self.embedded_type(ty, &map);
        Some((Name::new(name, name_span), Some(ty)))
    }

    /// A type in a string.
    pub(super) fn embedded_type(&mut self, text: &str, map: &SpanMap) -> TypeId {
        let declared = |name: &str| self.declared_types.contains(name);
        type_parse::parse_embedded_type(
            text,
            map,
            &mut self.types,
            &mut self.exprs,
            &mut self.found,
            &declared,
        )
    }
}
