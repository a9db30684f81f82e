//! What came of tests: one file a format.

pub mod human;
pub mod json;
pub mod junit;

use std::sync::Arc;
use std::time::Duration;

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::line_index::Encoding;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_testing::coverage::Coverage;
use wfc_testing::run::Tested;
use wfc_testing::subject::Subject;

use super::places::{Place, Text};

/// All files of tests, with what came of them.
#[derive(Default)]
pub struct Report {
    /// The files.
    pub files: Vec<FileReport>,
    /// What the tests reached, a workflow each; empty when that was not asked for.
    pub coverage: Vec<Covered>,
    /// The least share that is good enough, in per cent.
    pub coverage_min: Option<f64>,
    /// Tests that the filter left out.
    pub left_out: usize,
    /// How long it all took.
    pub took: Duration,
}

/// A file of tests.
pub struct FileReport {
    /// The file.
    pub text: Text,
    /// The workflow that it is about.
    pub workflow: Option<String>,
    /// What is wrong with the file itself.
    pub diagnostics: Vec<Diagnostic>,
    /// Its tests that ran.
    pub cases: Vec<Case>,
}

/// A test that ran.
pub struct Case {
    /// What came of it.
    pub tested: Tested,
    /// Where each failure is in the workflow: file and place.
    pub places: Vec<Option<(String, Place)>>,
    /// How long it took to run.
    pub wall: Duration,
}

/// What tests reached of a workflow.
pub struct Covered {
    /// The workflow's file.
    pub text: Text,
    /// The workflow.
    pub subject: Arc<Subject>,
    /// What was reached.
    pub coverage: Coverage,
}

impl FileReport {
    /// A file with its faults, and without tests that ran.
    pub fn faulty(source: Source, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            text: Text::new(source),
            workflow: None,
            diagnostics,
            cases: Vec::new(),
        }
    }

    /// Whether the file is at fault or a test of it failed.
    pub fn is_bad(&self) -> bool {
        !self.diagnostics.is_empty() || self.cases.iter().any(|c| !c.passed())
    }

    /// `file:line:column` of a place in the file.
    pub fn place(&self, span: Span) -> String {
        let at = self.text.place(span, Encoding::Utf32).start;
        format!("{}:{}:{}", self.text.source.name, at.line, at.column)
    }
}

impl Case {
    /// Whether everything held.
    pub fn passed(&self) -> bool {
        self.tested.failures.is_empty()
    }
}

impl Covered {
    /// Whether it is less than was asked for.
    pub fn is_below(&self, min: Option<f64>) -> bool {
        min.is_some_and(|min| self.coverage.both().percent() < min)
    }
}

impl Report {
    /// Whether nothing ran and nothing is at fault.
    pub fn is_empty(&self) -> bool {
        let nothing = |f: &FileReport| f.cases.is_empty() && f.diagnostics.is_empty();
        self.left_out > 0 && self.files.iter().all(nothing)
    }

    /// Whether everything held, coverage included.
    pub fn is_good(&self) -> bool {
        !self.files.iter().any(FileReport::is_bad)
            && !self.coverage.iter().any(|c| c.is_below(self.coverage_min))
    }

    /// How many tests passed, and how many failed.
    pub fn counts(&self) -> (usize, usize) {
        let cases = || self.files.iter().flat_map(|f| &f.cases);
        let passed = cases().filter(|c| c.passed()).count();
        (passed, cases().count() - passed)
    }

    /// How many files are at fault themselves.
    pub fn faulty(&self) -> usize {
        self.files
            .iter()
            .filter(|f| !f.diagnostics.is_empty())
            .count()
    }
}
