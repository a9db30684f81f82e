//! From a source to its tree, AST and findings: the one entry for all three spellings.

use crate::ast::Ast;
use crate::diagnostic::Diagnostic;
use crate::limits::MAX_DIAGNOSTICS;
use crate::lower;
use crate::source::Source;
use crate::tree::{Spelling, Tree};
use crate::{json, text, yaml};

pub use crate::slug::slug_of;

/// What a file says.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// How it is spelled.
    pub spelling: Spelling,
    /// The tree, comments included.
    pub tree: Tree,
    /// The workflow.
    pub ast: Ast,
    /// Findings of syntax and shape, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses and lowers `source`. Never fails: what could not be read is an error form in the tree and the AST,
/// and was reported.
#[must_use]
pub fn parse(source: &Source, spelling: Spelling) -> Parsed {
    let (tree, mut diagnostics) = match spelling {
        Spelling::Yaml => yaml::parse(&source.text),
        Spelling::Json => json::parse(&source.text),
        Spelling::Text => text::parse(&source.text),
    };
    let (ast, mut found) = lower::lower(&tree, &source.text);
    crate::edit::fit_plain(&mut found, &tree, &source.text);
    diagnostics.extend(found);
    Parsed {
        spelling,
        tree,
        ast,
        diagnostics: in_order(diagnostics),
    }
}

/// Findings in the order of their places, each once, no more than [`MAX_DIAGNOSTICS`].
///
/// A node that an alias of YAML repeats is lowered once for each place, so its findings may be, too.
#[must_use]
pub fn in_order(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    findings.sort_by(|a, b| {
        (a.span.start, a.span.end, a.code.id, &a.message).cmp(&(
            b.span.start,
            b.span.end,
            b.code.id,
            &b.message,
        ))
    });
    findings.dedup();
    findings.truncate(MAX_DIAGNOSTICS);
    findings
}
