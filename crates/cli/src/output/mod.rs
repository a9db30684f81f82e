//! How findings and runs are printed: one file a format.

pub mod bounds;
pub mod diff;
pub mod dry;
pub mod gcc;
pub mod github;
pub mod history;
pub mod human;
pub mod json;
pub mod jsonl;
pub mod places;
pub mod run;
pub mod run_human;
pub mod run_jsonl;
pub mod sarif;
pub mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;

use crate::error::CliError;
use crate::findings::baseline::Known;
use crate::findings::fingerprint;
use places::Others;

/// A file with its findings, ready to print.
pub struct Report {
    /// The text that the spans point into.
    pub source: Source,
    /// The findings, in order.
    pub diagnostics: Vec<Diagnostic>,
    /// What the workflow costs at most, when that was asked for.
    pub bounds: Option<Box<wfc_compiler::bounds::Bounds>>,
    /// What the findings are recognised by, once findings were left out.
    prints: Option<Vec<String>>,
}

impl Report {
    /// A file with all its findings.
    pub const fn new(source: Source, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            source,
            diagnostics,
            bounds: None,
            prints: None,
        }
    }

    /// What each finding is recognised by; it does not change when others are left out.
    pub fn fingerprints(&self) -> Vec<String> {
        match &self.prints {
            Some(prints) => prints.clone(),
            None => fingerprint::of(&self.source, &self.diagnostics),
        }
    }

    /// Leaves out the findings that `keep` does not want, by the finding and its fingerprint.
    pub fn retain(&mut self, mut keep: impl FnMut(&Diagnostic, &str) -> bool) {
        if self.diagnostics.is_empty() {
            return;
        }
        let prints = self.fingerprints();
        let found = std::mem::take(&mut self.diagnostics)
            .into_iter()
            .zip(prints);
        let (kept, prints) = found.filter(|(d, print)| keep(d, print)).unzip();
        self.diagnostics = kept;
        self.prints = Some(prints);
    }
}

/// All that a check found.
pub struct Found {
    /// The checked files with the findings to print.
    pub reports: Vec<Report>,
    /// Texts of other files that findings speak of.
    pub others: Others,
    /// Files that could not be checked, and why.
    pub failures: Vec<(String, CliError)>,
    /// How many findings count, those that are not printed included.
    pub counts: Counts,
    /// How many findings count and are not printed.
    pub left_out: usize,
    /// What the baseline did.
    pub baseline: Option<Baselined>,
    /// How long it all took. For people only: what machines read is the same each time.
    pub took: Duration,
}

/// What a baseline did.
pub struct Baselined {
    /// How many findings it knew.
    pub known: usize,
    /// Its entries that no longer occur.
    pub gone: Vec<Known>,
}

impl Found {
    /// Everything that was found.
    pub fn new(reports: Vec<Report>, failures: Vec<(String, CliError)>) -> Self {
        Self {
            reports,
            others: Others::default(),
            failures,
            counts: Counts::default(),
            left_out: 0,
            baseline: None,
            took: Duration::ZERO,
        }
    }

    /// Counts what is there, then keeps no more than `max` findings: the gravest, and of equal ones the first.
    pub fn cap(&mut self, max: Option<usize>) {
        self.counts = Counts::of(&self.reports);
        let Some(max) = max.filter(|max| *max < self.counts.all()) else {
            return;
        };
        self.left_out = self.counts.all() - max;
        let mut room = BTreeMap::new();
        let mut left = max;
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            let n = self.counts.of_severity(severity).min(left);
            room.insert(severity, n);
            left -= n;
        }
        for report in &mut self.reports {
            report.retain(|d, _| match room.get_mut(&d.severity) {
                Some(n) if *n > 0 => {
                    *n -= 1;
                    true
                }
                _ => false,
            });
        }
    }

    /// Names of the other files that labels speak of.
    pub fn other_files(&self) -> BTreeSet<String> {
        let findings = self.reports.iter().flat_map(|r| &r.diagnostics);
        findings
            .flat_map(|d| &d.labels)
            .filter_map(|l| l.file.clone())
            .chain(self.reports.iter().flat_map(bounds::other_files))
            .collect()
    }
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

    /// All of them.
    pub const fn all(self) -> usize {
        self.errors + self.warnings + self.notes
    }

    const fn of_severity(self, severity: Severity) -> usize {
        match severity {
            Severity::Error => self.errors,
            Severity::Warning => self.warnings,
            Severity::Note => self.notes,
        }
    }
}
