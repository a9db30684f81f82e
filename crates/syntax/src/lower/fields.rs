//! The fields of a mapping, matched with the table of shapes.

use super::Lower;
use super::held::Held;
use super::rules::{Owner, needs_other_value};
use crate::expr::Exprs;
use crate::near;
use crate::shape::{self, AliasKind, Field, Shape};
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind};
use crate::type_expr::TypeExprs;
use crate::type_parse::parse_embedded_type;

/// The fields of one mapping, each read as its shape says. Whoever builds the construct takes what it needs.
#[derive(Debug)]
pub(super) struct Fields {
    /// The mapping's place.
    pub(super) span: Span,
    spots: Vec<(Spot, Option<Held>)>,
}

/// Where a field stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// The field's own name.
    pub(super) name: &'static str,
    /// The key's place.
    pub(super) key: Span,
    /// The value.
    pub(super) value: NodeId,
    /// Which other name it is written under.
    pub(super) alias: Option<AliasKind>,
}

impl Fields {
    /// Where the field stands, when it is given.
    pub(super) fn spot(&self, name: &str) -> Option<Spot> {
        self.spots
            .iter()
            .find(|(s, _)| s.name == name)
            .map(|(s, _)| *s)
    }

    /// Takes what the field holds.
    pub(super) fn take(&mut self, name: &str) -> Option<Held> {
        self.spots
            .iter_mut()
            .find(|(s, _)| s.name == name)
            .and_then(|(_, held)| held.take())
    }

    /// The fields that nobody took: a slip of the code that builds the construct.
    #[cfg(test)]
    pub(super) fn left(&self) -> Vec<&'static str> {
        self.spots
            .iter()
            .filter(|(_, held)| held.is_some())
            .map(|(s, _)| s.name)
            .collect()
    }
}

/// The tables that a mapping's fields are looked up in.
#[derive(Clone, Copy)]
struct Tables {
    own: &'static [Field],
    common: &'static [Field],
}

impl Tables {
    fn all(self) -> impl Iterator<Item = &'static Field> {
        self.own.iter().chain(self.common)
    }

    /// The field that a key means, by its own name or another; a kind's own fields go first.
    fn find(self, key: &str) -> Option<(&'static Field, Option<AliasKind>)> {
        if let Some(field) = self.all().find(|f| f.name == key) {
            return Some((field, None));
        }
        self.all().find_map(|f| {
            let alias = f.aliases.iter().find(|a| a.name == key)?;
            Some((f, Some(alias.kind)))
        })
    }
}

impl Lower<'_> {
    /// Reads the fields of the mapping `node`, in the order of their places, without the keys in `skip`.
    pub(super) fn fields(
        &mut self,
        node: NodeId,
        own: &'static [Field],
        common: &'static [Field],
        owner: Owner<'_>,
        skip: &[&str],
    ) -> Fields {
        let tree = self.tree;
        let tables = Tables { own, common };
        let mut fields = Fields {
            span: tree.span(node),
            spots: Vec::new(),
        };
        let NodeKind::Map(entries) = tree.kind(node) else {
            return fields;
        };
        fields.spots.reserve_exact(entries.len());
        for entry in entries {
            if entry.key.starts_with("x-") || skip.contains(&&*entry.key) {
                continue;
            }
            if let Some((_, field)) = self.forced.take_if(|(key, _)| *key == entry.key_span) {
                self.known(&mut fields, entry, field, None, owner, node);
                continue;
            }
            match self.meant(tables, entry, node) {
                Some((field, alias)) => self.known(&mut fields, entry, field, alias, owner, node),
                None => self.unknown(&mut fields, entry, tables, owner, node),
            }
        }
        for field in tables.all().filter(|f| f.required) {
            if fields.spot(field.name).is_none() {
                self.missing_field(field, None, owner);
            }
        }
        fields
    }

    fn known(
        &mut self,
        fields: &mut Fields,
        entry: &MapEntry,
        field: &'static Field,
        alias: Option<AliasKind>,
        owner: Owner<'_>,
        node: NodeId,
    ) {
        if let Some(field) = self.values_returned(entry, field, node) {
            self.foreign_field(entry, field, false, owner);
            return self.read(fields, entry, field, None, owner);
        }
        if let Some(first) = fields.spot(field.name) {
            match alias {
                Some(AliasKind::Foreign) => self.foreign_field(entry, field, true, owner),
                _ if field.name == "content" => self.several_contents(entry.key_span, first.key),
                _ => self.repeated_field(entry, field.name, first.key),
            }
            return;
        }
        if alias == Some(AliasKind::Foreign) {
            let taken = self.tree.field(node, field.name).is_some();
            self.foreign_field(entry, field, taken, owner);
            if taken {
                return;
            }
        }
        self.read(fields, entry, field, alias, owner);
    }

    /// The field that a key stands for: a mapping under `output` is what a step yields, a single name the variable for it.
    fn meant(
        &self,
        tables: Tables,
        entry: &MapEntry,
        node: NodeId,
    ) -> Option<(&'static Field, Option<AliasKind>)> {
        let found = tables.find(&entry.key)?;
        let is_type = &*entry.key == "output"
            && found.0.name == "outputVariable"
            && matches!(
                self.tree.kind(entry.value),
                NodeKind::Map(_) | NodeKind::Type(_)
            )
            && self.tree.field(node, "returns").is_none();
        if is_type && let Some(returns) = shape::find(tables.own, "returns") {
            return Some((returns, Some(AliasKind::Foreign)));
        }
        Some(found)
    }

    /// The field `return`, when values stand where the root declares what type they have.
    fn values_returned(
        &self,
        entry: &MapEntry,
        field: &Field,
        node: NodeId,
    ) -> Option<&'static Field> {
        if field.name != "returns"
            || self.tree.root != Some(node)
            || self.tree.field(node, "return").is_some()
            || !self.holds_template(entry.value)
            || self.reads_as_type(entry.value)
        {
            return None;
        }
        shape::find(shape::ROOT, "return")
    }

    /// Whether a value is a type, whatever signs stand in its strings: a schema's pattern may have braces.
    fn reads_as_type(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::Type(_) => true,
            NodeKind::Scalar(s) => {
                let (mut types, mut exprs) = (TypeExprs::default(), Exprs::default());
                let mut found = Vec::new();
                let declared = |name: &str| self.declared_types.contains(name);
                let map = &s.map;
                parse_embedded_type(&s.text, map, &mut types, &mut exprs, &mut found, &declared);
                found.is_empty()
            }
            NodeKind::Seq(items) => items.iter().all(|i| self.reads_as_type(*i)),
            NodeKind::Map(_) if self.reads_as_schema(node) => true,
            NodeKind::Map(entries) => entries.iter().all(|e| self.reads_as_type(e.value)),
            _ => false,
        }
    }

    /// Whether text of the value has `{{ }}` in it.
    fn holds_template(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::Scalar(s) => crate::template::first_place(&s.text).is_some(),
            NodeKind::Seq(items) => items.iter().any(|i| self.holds_template(*i)),
            NodeKind::Map(entries) => entries.iter().any(|e| self.holds_template(e.value)),
            _ => false,
        }
    }

    /// A field that the tables do not have. When it is evidently a misspelled one that is free, it is read as
    /// that one, so that nothing is said of a field that is missing.
    fn unknown(
        &mut self,
        fields: &mut Fields,
        entry: &MapEntry,
        tables: Tables,
        owner: Owner<'_>,
        node: NodeId,
    ) {
        let names: Vec<&'static str> = tables.all().map(|f| f.name).collect();
        self.unknown_field(entry, &names, owner);
        let free = |f: &&'static Field| {
            self.tree.field(node, f.name).is_none() && fields.spot(f.name).is_none()
        };
        let meant = near::evident(&entry.key, names.iter().copied());
        let near = near::nearest(&entry.key, names.iter().copied());
        let field = tables
            .all()
            .filter(free)
            .find(|f| meant == Some(f.name) || f.required && near.contains(&f.name));
        if let Some(field) = field {
            self.read(fields, entry, field, None, owner);
        }
    }

    /// Reads one field's value.
    fn read(
        &mut self,
        fields: &mut Fields,
        entry: &MapEntry,
        field: &'static Field,
        alias: Option<AliasKind>,
        owner: Owner<'_>,
    ) {
        let spot = Spot {
            name: field.name,
            key: entry.key_span,
            value: entry.value,
            alias,
        };
        let held = if self.is_absent(entry.value, field) {
            if !field.required {
                return;
            }
            self.missing_field(field, Some(entry.key_span), owner);
            None
        } else if alias == Some(AliasKind::Foreign)
            && (needs_other_value(&entry.key) || !self.may_fit(entry.value, field))
        {
            None
        } else {
            self.held(field, alias, entry)
        };
        fields.spots.push((spot, held));
    }

    /// Whether a value could be of the field's form. Where another language has the field, its value often is
    /// of another form, too; that it does not fit follows from the name.
    pub(super) fn may_fit(&self, node: NodeId, field: &Field) -> bool {
        let kind = self.tree.kind(node);
        match field.shape {
            Shape::Block | Shape::Triggers => matches!(kind, NodeKind::Seq(_)),
            Shape::Values | Shape::Branches | Shape::Record(_) | Shape::Inputs => {
                matches!(kind, NodeKind::Map(_))
            }
            Shape::Retry => !matches!(kind, NodeKind::Seq(_)),
            Shape::Text | Shape::Name | Shape::Id | Shape::Word(_) | Shape::Int => {
                !matches!(kind, NodeKind::Seq(_) | NodeKind::Map(_))
            }
            _ => true,
        }
    }

    /// Whether a null stands for a field that is not there, and not for a value.
    fn is_absent(&self, node: NodeId, field: &Field) -> bool {
        if !self.is_null(node) {
            return false;
        }
        match field.shape {
            Shape::Value => field.required && self.scalar_text(node) == Some(""),
            Shape::Type => self.no_type(node),
            Shape::Block => false,
            _ => true,
        }
    }
}
