//! From the tree of any spelling to the typed AST.
//!
//! The table of shapes says which fields a construct has and what each holds; there is one function a
//! shape. A field's value is read by what the field holds: `1.10` is text in `version` and a number in
//! `backoff`, `a == b` is an expression in `when` and text in `goal`. Everything is reported, not the first
//! fault, and nothing that only follows from another.

mod block;
mod condition;
mod constant;
mod decls;
mod duration;
mod edit;
mod expr;
mod fields;
mod held;
mod ids;
mod infer;
mod kinds;
mod names;
mod older;
mod root;
pub mod rules;
mod schema;
mod step;
mod triggers;
mod types;
mod value;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;

use crate::ast::{Ast, Step};
use crate::diagnostic::Diagnostic;
use crate::expr::{ExprId, ExprKind, Exprs};
use crate::lexer::note;
use crate::span::Span;
use crate::tree::{NodeId, NodeKind, Spelling, Tree};
use crate::type_expr::TypeExprs;

pub use constant::{Plain, resolve};
pub(crate) use infer::{plain_words, told_by};
pub use schema::{KEYWORDS as SCHEMA_KEYWORDS, reads_as_schema};

/// Lowers `tree`, which was read from `text`. The findings are in the order in which they were met.
#[must_use]
pub fn lower(tree: &Tree, text: &str) -> (Ast, Vec<Diagnostic>) {
    let mut lower = Lower::new(tree, text);
    lower.exprs = tree.exprs.clone();
    lower.types = tree.types.clone();
    // Most values are an expression each, and a step has more than five nodes.
    lower.exprs.reserve(tree.len());
    lower.steps.reserve(tree.len() / 5);
    let workflow = lower.root();
    let ast = Ast {
        exprs: lower.exprs,
        types: lower.types,
        steps: lower.steps,
        workflow,
    };
    let mut found = lower.found;
    found.extend(ids::check(&ast, tree, text));
    (ast, found)
}

/// The state of one lowering.
struct Lower<'t> {
    tree: &'t Tree,
    /// Names in the root's `types`.
    declared_types: BTreeSet<&'t str>,
    text: &'t str,
    exprs: Exprs,
    types: TypeExprs,
    steps: Vec<Step>,
    found: Vec<Diagnostic>,
    /// A block that may have no steps: a handler's that takes the failure in silence, a loop's that only collects.
    may_be_empty: Option<NodeId>,
    /// The key of a step without `type` that stands for a field of another name.
    forced: Option<(Span, &'static crate::shape::Field)>,
}

impl<'t> Lower<'t> {
    fn new(tree: &'t Tree, text: &'t str) -> Self {
        Self {
            tree,
            declared_types: schema::declared_types(tree),
            text,
            exprs: Exprs::default(),
            types: TypeExprs::default(),
            steps: Vec::new(),
            found: Vec::new(),
            may_be_empty: None,
            forced: None,
        }
    }
}

impl Lower<'_> {
    fn report(&mut self, finding: Diagnostic) {
        note(&mut self.found, finding);
    }

    /// An expression that stands for a fault that was reported.
    fn faulty(&mut self, span: Span) -> ExprId {
        self.exprs.push(ExprKind::Error, span)
    }

    /// Whether the node is a fault that was reported.
    fn is_fault(&self, node: NodeId) -> bool {
        matches!(self.tree.kind(node), NodeKind::Error)
    }

    /// Whether nothing stands there: YAML's empty value, or `null`.
    fn is_null(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::Scalar(s) => matches!(resolve(s, self.tree.spelling), Plain::Null),
            NodeKind::Expr(e) => matches!(self.exprs.kind(*e), ExprKind::Null),
            _ => false,
        }
    }

    /// What the node is, in words.
    fn describe(&self, node: NodeId) -> &'static str {
        match self.tree.kind(node) {
            NodeKind::Scalar(s) => match resolve(s, self.tree.spelling) {
                Plain::Null if s.text.is_empty() => "nothing",
                Plain::Null => "null",
                Plain::Bool(_) => "a boolean",
                Plain::Int(n) if n < 0 => "a negative number",
                Plain::Int(_) | Plain::Uint(_) | Plain::Double(_) | Plain::TooLarge => "a number",
                Plain::Text => "text",
            },
            NodeKind::Seq(_) => "a list",
            NodeKind::Map(_) => "a mapping",
            NodeKind::Expr(_) => "an expression",
            NodeKind::Type(_) => "a type",
            NodeKind::Error => "a fault",
        }
    }

    /// Whether the file is in the text form, where strings in quotes are values everywhere.
    fn is_text_form(&self) -> bool {
        self.tree.spelling == Spelling::Text
    }
}
