//! Counts, and the table of them.

use std::fmt::Write as _;

use wfc_syntax::tree::Spelling;

use super::judge::Verdict;

/// Counts of one kind in one spelling.
#[derive(Clone, Debug)]
pub struct Row {
    /// The kind.
    pub kind: &'static str,
    /// The spelling; none of a sum.
    pub spelling: Option<Spelling>,
    /// Mutants.
    pub injected: usize,
    /// With a finding.
    pub found: usize,
    /// With a finding at the fault.
    pub at: usize,
    /// With one finding and no more.
    pub one: usize,
    /// With a fix that gives a file without findings.
    pub restored: usize,
    /// With a fix that gives the original by its canonical hash.
    pub same: usize,
}

/// All counts.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// By kind, then by spelling.
    pub rows: Vec<Row>,
}

impl Row {
    /// Nothing counted.
    #[must_use]
    pub const fn new(kind: &'static str, spelling: Spelling) -> Self {
        Self {
            kind,
            spelling: Some(spelling),
            injected: 0,
            found: 0,
            at: 0,
            one: 0,
            restored: 0,
            same: 0,
        }
    }

    /// Counts a verdict.
    pub fn count(&mut self, v: &Verdict) {
        self.injected += 1;
        self.found += usize::from(v.found());
        self.at += usize::from(v.at);
        self.one += usize::from(v.one());
        self.restored += usize::from(v.restored);
        self.same += usize::from(v.same);
    }

    fn add(&mut self, other: &Self) {
        self.injected += other.injected;
        self.found += other.found;
        self.at += other.at;
        self.one += other.one;
        self.restored += other.restored;
        self.same += other.same;
    }

    /// Per cent of the mutants.
    #[must_use]
    pub fn share(&self, part: usize) -> f64 {
        if self.injected == 0 {
            return 100.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let share = part as f64 * 100.0 / self.injected as f64;
        share
    }

    fn line(&self, width: usize) -> String {
        let spelling = match self.spelling {
            Some(Spelling::Yaml) => "yaml",
            Some(Spelling::Json) => "json",
            Some(Spelling::Text) => "text",
            None => "all",
        };
        format!(
            "| {:width$} | {spelling:5} | {:8} | {:6.1} | {:8.1} | {:6.1} | {:8.1} | {:6.1} |",
            self.kind,
            self.injected,
            self.share(self.found),
            self.share(self.at),
            self.share(self.one),
            self.share(self.restored),
            self.share(self.same),
        )
    }
}

impl Table {
    /// The sum of all rows, or of one spelling.
    #[must_use]
    pub fn total(&self, spelling: Option<Spelling>) -> Row {
        let mut sum = Row::new("all", Spelling::Yaml);
        sum.spelling = spelling;
        for row in &self.rows {
            if spelling.is_none() || row.spelling == spelling {
                sum.add(row);
            }
        }
        sum
    }

    /// The table in Markdown: each kind and spelling, then the sums.
    #[must_use]
    pub fn markdown(&self) -> String {
        let names = self.rows.iter().map(|r| r.kind.len());
        let width = names.max().unwrap_or(0).max(4);
        let mut out = String::new();
        let _ = writeln!(
            out,
            "| {:width$} | in    | injected | found  | at place | one    | restored | same   |",
            "kind"
        );
        let _ = writeln!(
            out,
            "| {:-<width$} | ----- | -------: | -----: | -------: | -----: | -------: | -----: |",
            ""
        );
        for row in &self.rows {
            let _ = writeln!(out, "{}", row.line(width));
        }
        let spellings = super::run::SPELLINGS.map(Some);
        for spelling in spellings.into_iter().chain([None]) {
            let sum = self.total(spelling);
            if sum.injected > 0 {
                let _ = writeln!(out, "{}", sum.line(width));
            }
        }
        out
    }
}
