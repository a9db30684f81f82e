//! How findings and runs are printed: one file a format.

pub mod human;
pub mod json;
pub mod run;
pub mod run_human;
pub mod run_jsonl;

use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;

/// A file with its findings, ready to print.
pub struct Report {
    /// The text that the spans point into.
    pub source: Source,
    /// The findings, in order.
    pub diagnostics: Vec<Diagnostic>,
}

/// How many findings of which severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl Counts {
    /// Counts all findings of all files.
    pub fn of(reports: &[Report]) -> Self {
        let mut counts = Self::default();
        for diagnostic in reports.iter().flat_map(|r| &r.diagnostics) {
            match diagnostic.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
        }
        counts
    }
}
