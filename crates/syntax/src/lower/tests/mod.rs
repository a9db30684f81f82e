//! What a user relies on: every kind and field, the older form, every code's examples.

mod examples;
mod kinds;
mod older;
mod values;

use crate::ast::{Ast, Step, StepKind};
use crate::diagnostic::Diagnostic;
use crate::print_expr;
use crate::tree::{Spelling, Tree};

/// What became of a text.
pub(super) struct Read {
    pub(super) text: String,
    pub(super) ast: Ast,
    pub(super) found: Vec<Diagnostic>,
}

pub(super) fn read(text: &str, spelling: Spelling) -> Read {
    let (tree, mut found) = match spelling {
        Spelling::Yaml => crate::yaml::parse(text),
        _ => crate::json::parse(text),
    };
    let (ast, more) = super::lower(&tree, text);
    found.extend(more);
    found.sort_by_key(|d| (d.span.start, d.span.end, d.code.id));
    Read { text: text.to_owned(), ast, found }
}

pub(super) fn yaml(text: &str) -> Read {
    read(text, Spelling::Yaml)
}

impl Read {
    /// Each finding as its code's name and the characters it points at.
    pub(super) fn codes(&self) -> Vec<(&'static str, &str)> {
        self.found
            .iter()
            .map(|d| (d.code.name, &self.text[d.span.range()]))
            .collect()
    }

    #[track_caller]
    pub(super) fn clean(self) -> Self {
        assert!(self.found.is_empty(), "{:#?}", self.found);
        self
    }

    /// The first step of the body.
    pub(super) fn step(&self) -> &Step {
        self.ast.step(self.ast.workflow.steps.steps[0])
    }

    pub(super) fn kind(&self) -> &StepKind {
        &self.step().kind
    }

    /// The text with the first finding's first fix applied.
    pub(super) fn mended(&self) -> String {
        mend(&self.text, &self.found[0])
    }

    pub(super) fn expr(&self, id: crate::expr::ExprId) -> String {
        print_expr::expr_text(&self.ast.exprs, id)
    }
}

pub(super) fn mend(text: &str, found: &Diagnostic) -> String {
    let fix = found.fixes.first().unwrap_or_else(|| panic!("no fix: {found:#?}"));
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|e| e.span);
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.range(), &edit.text);
    }
    out
}

#[expect(dead_code, reason = "for tests that build trees by hand")]
pub(super) fn lowered(tree: &Tree, text: &str) -> (Ast, Vec<Diagnostic>) {
    super::lower(tree, text)
}
