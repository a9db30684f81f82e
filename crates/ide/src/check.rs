//! A file checked, with what the check read of other files.

use std::sync::{Arc, OnceLock};

use wfc_compiler::Checked;
use wfc_syntax::line_index::LineIndex;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::names::Names;
use crate::slot::Unwanted;
use crate::snapshot::Snapshot;
use crate::world::{Asked, Recorder};

/// A file as it was checked. Immutable and shared.
#[derive(Debug)]
pub struct CheckedFile {
    /// Its path.
    pub path: String,
    /// The editor's version of the text; none for a file that is not open.
    pub version: Option<i32>,
    /// The text that all spans point into.
    pub source: Arc<Source>,
    /// How it is spelled.
    pub spelling: Spelling,
    /// What the checker found out. Its `diagnostics` hold what is wrong with bytes that are no text, too.
    pub checked: Arc<Checked>,
    /// Lines and columns of the source's text.
    pub index: LineIndex,
    /// What the check asked of other files, and what it was told.
    pub(crate) asked: Asked,
    pub(crate) names: OnceLock<Names>,
}

impl CheckedFile {
    /// The names of the file and what they stand for; found when first asked for.
    #[must_use]
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of(self))
    }

    /// Where a text stands within a span, such as a name within its quotes; none when it is not written there.
    #[must_use]
    pub(crate) fn inner(&self, span: Span, text: &str) -> Option<Span> {
        let at = self.slice(span).find(text).filter(|_| !text.is_empty())?;
        let start = span.start as usize + at;
        Some(Span::of(start, start + text.len()))
    }

    /// The characters of a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// The file's syntax tree.
    #[must_use]
    pub fn tree(&self) -> &wfc_syntax::tree::Tree {
        &self.checked.parsed.tree
    }

    /// The file's workflow.
    #[must_use]
    pub fn ast(&self) -> &wfc_syntax::ast::Ast {
        &self.checked.parsed.ast
    }

    /// Names and types.
    #[must_use]
    pub fn analysis(&self) -> &wfc_compiler::analysis::Analysis {
        &self.checked.analysis
    }
}

/// Checks a file of a snapshot, the whole of it; [`Snapshot::findings`] finds out less. Nothing when it was given up,
/// since nobody wants it.
pub(crate) fn run(snapshot: &Snapshot, path: &str, unwanted: Unwanted<'_>) -> Option<CheckedFile> {
    let read = snapshot.read(path)?;
    let source = Arc::clone(&read.source);
    let spelling = Spelling::of(path, &source.text);
    let recorder = Recorder::giving_up(snapshot, unwanted);
    let settings = recorder.settings(path);
    let mut checked = wfc_compiler::check(&source, spelling, &recorder, &settings);
    if recorder.gave_up() {
        return None;
    }
    if !read.refusal.is_empty() {
        checked.diagnostics = read.refusal.to_vec();
    }
    Some(CheckedFile {
        path: path.to_owned(),
        version: snapshot.document(path).map(|d| d.version),
        index: LineIndex::new(Arc::clone(&source.text)),
        source,
        spelling,
        checked: Arc::new(checked),
        asked: recorder.asked(),
        names: OnceLock::new(),
    })
}
