//! What a user relies on: every kind and field, the older form, every code's examples.

mod examples;
mod kinds;
mod older;
mod random;
mod spellings;
mod values;

use crate::ast::{Ast, Step, StepKind};
use crate::diagnostic::Diagnostic;
use crate::print_expr;
use crate::tree::Spelling;

/// What became of a text.
pub(crate) struct Read {
    pub(crate) text: String,
    pub(crate) ast: Ast,
    pub(crate) found: Vec<Diagnostic>,
}

pub(crate) fn read(text: &str, spelling: Spelling) -> Read {
    let source = crate::source::Source::new("test", text);
    let parsed = crate::parse::parse(&source, spelling);
    Read {
        text: text.to_owned(),
        ast: parsed.ast,
        found: parsed.diagnostics,
    }
}

pub(crate) fn yaml(text: &str) -> Read {
    read(text, Spelling::Yaml)
}

impl Read {
    /// Each finding as its code's name and the characters it points at.
    pub(crate) fn codes(&self) -> Vec<(&'static str, &str)> {
        self.found
            .iter()
            .map(|d| (d.code.name, &self.text[d.span.range()]))
            .collect()
    }

    #[track_caller]
    pub(crate) fn clean(self) -> Self {
        assert!(self.found.is_empty(), "{:#?}", self.found);
        self
    }

    /// The first step of the body.
    pub(crate) fn step(&self) -> &Step {
        self.ast.step(self.ast.workflow.steps.steps[0])
    }

    pub(crate) fn kind(&self) -> &StepKind {
        &self.step().kind
    }

    /// The text with the first finding's first fix applied.
    pub(crate) fn mended(&self) -> String {
        mend(&self.text, &self.found[0])
    }

    pub(crate) fn expr(&self, id: crate::expr::ExprId) -> String {
        print_expr::expr_text(&self.ast.exprs, id)
    }
}

pub(crate) fn mend(text: &str, found: &Diagnostic) -> String {
    let fix = found
        .fixes
        .first()
        .unwrap_or_else(|| panic!("no fix: {found:#?}"));
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|e| e.span);
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.range(), &edit.text);
    }
    out
}
