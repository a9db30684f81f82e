//! A valid workflow in one spelling, with what generators ask about it.

use std::sync::Arc;

use wfc_compiler::Checked;
use wfc_compiler::analysis::catalogue::{Found, Tool};
use wfc_syntax::ast::Ast;
use wfc_syntax::canonical::source_hash;
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling, Style, Tree};
use wfc_value::ty::{Literal, RecordType, Type};

use super::corpus::Files;
use super::sites::Sites;

/// A valid workflow.
pub struct Subject {
    /// Where it comes from, with the ending of its spelling.
    pub name: String,
    /// Its text.
    pub text: String,
    /// How it is spelled.
    pub spelling: Spelling,
    /// Tree, AST and analysis.
    pub checked: Checked,
    /// Canonical hash.
    pub hash: [u8; 32],
    /// The fields and steps in it.
    pub sites: Sites,
    /// Scalars with their styles, in the order of their places.
    hosts: Vec<(Span, Style)>,
    /// Files beside it.
    pub files: Arc<Files>,
}

/// Types that a wrong constant is easily given for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the type of that name")]
pub enum Base {
    String,
    Number,
    Bool,
    List,
    Record,
}

impl Subject {
    /// A file that was checked without a finding.
    #[must_use]
    pub fn new(name: String, text: String, checked: Checked, files: Arc<Files>) -> Self {
        let tree = &checked.parsed.tree;
        let mut hosts = Vec::new();
        if let Some(root) = tree.root {
            each_node(tree, root, &mut |id| {
                if let NodeKind::Scalar(scalar) = tree.kind(id) {
                    hosts.push((tree.span(id), scalar.style));
                }
            });
        }
        hosts.sort_by_key(|(span, _)| span.start);
        Self {
            hash: source_hash(&checked.parsed.ast),
            spelling: checked.parsed.spelling,
            sites: Sites::of(&checked.parsed.tree),
            name,
            text,
            checked,
            hosts,
            files,
        }
    }

    /// The AST.
    #[must_use]
    pub fn ast(&self) -> &Ast {
        &self.checked.parsed.ast
    }

    /// The tree.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.checked.parsed.tree
    }

    /// The characters of a place.
    #[must_use]
    pub fn src(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The text from a place on.
    #[must_use]
    pub fn after(&self, at: u32) -> &str {
        self.text.get(at as usize..).unwrap_or_default()
    }

    /// The text up to a place.
    #[must_use]
    pub fn before(&self, at: u32) -> &str {
        self.text.get(..at as usize).unwrap_or_default()
    }

    /// The column of a place, in bytes, and whether only white space stands before it on its line.
    #[must_use]
    pub fn column(&self, at: u32) -> (usize, bool) {
        let before = self.before(at);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (line.len(), line.trim().is_empty())
    }

    /// The line of a place, without its end.
    #[must_use]
    pub fn line(&self, at: u32) -> Span {
        let start = self.before(at).rfind('\n').map_or(0, |n| n + 1);
        let end = self
            .after(at)
            .find('\n')
            .map_or(self.text.len(), |n| at as usize + n);
        Span::of(start, end)
    }

    /// The scalar that a place is in.
    #[must_use]
    pub fn host(&self, span: Span) -> Option<(Span, Style)> {
        let i = self.hosts.partition_point(|(s, _)| s.start <= span.start);
        self.hosts
            .get(..i)?
            .iter()
            .rev()
            .take(4)
            .find(|(s, _)| s.contains(span))
            .copied()
    }

    /// A string literal that may stand in an expression at `span`.
    #[must_use]
    pub fn quoted(&self, span: Span, text: &str) -> String {
        match self.host(span) {
            Some((_, Style::SingleQuoted)) => format!("\"{text}\""),
            _ => format!("'{text}'"),
        }
    }

    /// The type of an expression, named types looked up.
    #[must_use]
    pub fn ty(&self, id: ExprId) -> Type {
        let found = self.checked.analysis.types.get(id.index());
        found.map_or(Type::Any, |t| self.resolve(t))
    }

    /// A type, looked up when it is a name.
    #[must_use]
    pub fn resolve(&self, ty: &Type) -> Type {
        match ty {
            Type::Named(name) => {
                let table = &self.checked.analysis.type_table;
                table.get(name).cloned().unwrap_or(Type::Any)
            }
            other => other.clone(),
        }
    }

    /// The plain type that all values of a type have, if there is one; none for a type that takes null.
    #[must_use]
    pub fn base(&self, ty: &Type) -> Option<Base> {
        match self.resolve(ty) {
            Type::String | Type::Literal(Literal::String(_)) => Some(Base::String),
            Type::Int | Type::Uint | Type::Double => Some(Base::Number),
            Type::Literal(Literal::Int(_) | Literal::Double(_) | Literal::Uint(_)) => {
                Some(Base::Number)
            }
            Type::Bool | Type::Literal(Literal::Bool(_)) => Some(Base::Bool),
            Type::List(_) => Some(Base::List),
            Type::Record(_) | Type::Map(..) => Some(Base::Record),
            Type::Union(members) => {
                let mut bases = members.iter().map(|m| self.base(m));
                let first = bases.next().flatten()?;
                bases.all(|b| b == Some(first)).then_some(first)
            }
            _ => None,
        }
    }

    /// The words of a union of string literals.
    #[must_use]
    pub fn words(&self, ty: &Type) -> Option<Vec<String>> {
        let word = |t: &Type| match t {
            Type::Literal(Literal::String(text)) => Some(text.to_string()),
            _ => None,
        };
        match self.resolve(ty) {
            Type::Union(members) => members.iter().map(word).collect(),
            single => word(&single).map(|w| vec![w]),
        }
    }

    /// The record that a type is.
    #[must_use]
    pub fn record(&self, ty: &Type) -> Option<Arc<RecordType>> {
        match self.resolve(ty) {
            Type::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The tool of a catalogue.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        match self.checked.analysis.catalogues.find(name) {
            Found::Tool(tool) => Some(tool),
            _ => None,
        }
    }

    /// Every expression that the workflow has, with its place; those that stand in the source as they are.
    pub fn exprs(&self) -> impl Iterator<Item = (ExprId, &ExprKind, Span)> {
        let exprs = &self.ast().exprs;
        (0..u32::try_from(exprs.len()).unwrap_or(0))
            .map(ExprId)
            .map(|id| (id, exprs.kind(id), exprs.span(id)))
    }
}

/// Calls `visit` with a node and all below it.
pub fn each_node(tree: &Tree, id: NodeId, visit: &mut impl FnMut(NodeId)) {
    visit(id);
    match tree.kind(id) {
        NodeKind::Seq(items) => items.iter().for_each(|i| each_node(tree, *i, visit)),
        NodeKind::Map(entries) => entries.iter().for_each(|e| each_node(tree, e.value, visit)),
        _ => {}
    }
}
