//! What a test expects.

use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Tree};
use wfc_value::Duration;

use super::Reader;
use crate::codes;
use crate::file::value;
use crate::matcher::Matcher;

/// What must come of a run.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// Where the expectation is written; the test's own place when it says none.
    pub span: Span,
    /// How the run ends: what is written, or what the others mean.
    pub status: Status,
    /// What it returns.
    pub output: Option<Matcher>,
    /// The error that it fails with.
    pub error: Option<ExpectedError>,
    /// All effects, in order.
    pub effects: Option<(Span, Vec<Effect>)>,
    /// Some of the effects, in order.
    pub includes: Vec<Effect>,
    /// Steps that ask for nothing.
    pub not_called: Vec<(String, Span)>,
    /// How steps end.
    pub steps: Vec<(String, String, Span)>,
    /// How long the run takes.
    pub took: Option<(Duration, Span)>,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Well.
    #[default]
    Succeeded,
    /// With an error.
    Failed,
    /// By a cancel.
    Cancelled,
}

impl Status {
    /// The word of files and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An expected error.
#[derive(Clone, Debug)]
pub struct ExpectedError {
    /// Where it is written.
    pub span: Span,
    /// Its fields, partly.
    pub fields: Vec<(&'static str, Matcher)>,
}

/// An expected effect.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Where it is written.
    pub span: Span,
    /// The step's path as written.
    pub step: String,
    /// The kind's word.
    pub kind: Option<String>,
    /// Which attempt.
    pub attempt: Option<u32>,
    /// The arguments, partly.
    pub with: Option<Matcher>,
}

impl Effect {
    /// It in a line.
    #[must_use]
    pub fn words(&self) -> String {
        let mut out = self.step.clone();
        if let Some(kind) = &self.kind {
            out.push_str(&format!(" ({kind})"));
        }
        if let Some(attempt) = self.attempt {
            out.push_str(&format!(", attempt {attempt}"));
        }
        if let Some(with) = &self.with {
            out.push_str(&format!(" with {}", with.words()));
        }
        out
    }
}

/// Whether a matcher stands somewhere inside of data.
fn has_matcher(tree: &Tree, node: NodeId) -> bool {
    match tree.kind(node) {
        NodeKind::Map(entries) => entries
            .iter()
            .any(|entry| entry.key.starts_with('$') || has_matcher(tree, entry.value)),
        NodeKind::Seq(items) => items.iter().any(|item| has_matcher(tree, *item)),
        NodeKind::Scalar(scalar) => &*scalar.text == "$any",
        _ => false,
    }
}

impl Reader<'_, '_> {
    pub(super) fn expect(&mut self, test: NodeId) -> Expect {
        let tree = &self.file.tree;
        let Some(node) = tree.field(test, "expect") else {
            return Expect {
                span: crate::file::shape::head(tree, test),
                ..Expect::default()
            };
        };
        let field = |name: &str| tree.field(node, name);
        if let Some(output) = field("output") {
            self.fits_returns(output);
        }
        let output = field("output").map(|n| Matcher::read(tree, n, false, self.out));
        let error = field("error").map(|n| self.error(n));
        let status = field("status").map(|n| self.text(n));
        let status = match status.as_deref() {
            Some("failed") => Status::Failed,
            Some("cancelled") => Status::Cancelled,
            Some(_) => Status::Succeeded,
            None if error.is_some() => Status::Failed,
            None => Status::Succeeded,
        };
        let effects = field("effects").map(|n| (tree.span(n), self.effects(n)));
        let includes = field("includes")
            .map(|n| self.effects(n))
            .unwrap_or_default();
        let mut not_called = Vec::new();
        for item in value::items(tree, field("not_called")) {
            let (path, span) = (self.text(*item), tree.span(*item));
            self.step(&path, span);
            not_called.push((path, span));
        }
        let mut steps = Vec::new();
        for entry in value::entries(tree, field("steps")) {
            self.step(&entry.key, entry.key_span);
            steps.push((
                entry.key.to_string(),
                self.text(entry.value),
                tree.span(entry.value),
            ));
        }
        let took = field("took").and_then(|n| Some((self.duration(Some(n))?, tree.span(n))));
        Expect {
            span: crate::file::shape::head(tree, node),
            status,
            output,
            error,
            effects,
            includes,
            not_called,
            steps,
            took,
        }
    }

    /// Holds an expected output to what the workflow returns.
    fn fits_returns(&mut self, node: NodeId) {
        let tree = &self.file.tree;
        let analysis = &self.subject.checked.analysis;
        let Some(ty) = analysis
            .output
            .as_ref()
            .filter(|_| !has_matcher(tree, node))
        else {
            return;
        };
        let (code, what) = (&codes::OUTPUT_MISMATCH, "the expected output");
        let typed = value::typed(tree, node, ty, &analysis.type_table, code, what);
        if let Err(report) = typed {
            let help = format!("the workflow returns `{ty}`");
            self.out.push((*report).help(help));
        }
    }

    fn error(&mut self, node: NodeId) -> ExpectedError {
        let tree = &self.file.tree;
        let span = tree.span(node);
        if matches!(tree.kind(node), NodeKind::Scalar(_)) {
            let code = Matcher::read(tree, node, true, self.out);
            return ExpectedError {
                span,
                fields: vec![("code", code)],
            };
        }
        let names = ["code", "message", "step", "details"];
        let mut fields = Vec::new();
        for name in names {
            if let Some(n) = tree.field(node, name) {
                fields.push((name, Matcher::read(tree, n, true, self.out)));
            }
        }
        ExpectedError { span, fields }
    }

    fn effects(&mut self, node: NodeId) -> Vec<Effect> {
        let items = value::items(&self.file.tree, Some(node)).to_vec();
        items.into_iter().map(|item| self.effect(item)).collect()
    }

    fn effect(&mut self, node: NodeId) -> Effect {
        let tree = &self.file.tree;
        let step = tree.field(node, "step").unwrap_or(node);
        let path = self.text(step);
        self.step(&path, tree.span(step));
        let text = |name: &str| tree.field(node, name).map(|n| self.text(n));
        Effect {
            span: tree.span(step),
            step: path,
            kind: text("kind"),
            attempt: text("attempt").and_then(|t| t.parse().ok()),
            with: tree
                .field(node, "with")
                .map(|n| Matcher::read(tree, n, true, self.out)),
        }
    }
}
