//! The expression language's standard: cases in the JSON form of google/cel-spec's conformance tests, through the same
//! parser, checker, bytecode and machine as the expressions of workflows.

mod case;
mod data;
mod judge;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub use case::{Case, Expected};
pub use judge::{Verdict, judge};

/// The folder of the standard's tests that apply, beside the workspace.
#[must_use]
pub fn default_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance/cel")
}

/// How many of something passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Passed.
    pub passed: usize,
    /// All.
    pub total: usize,
}

impl Count {
    fn add(&mut self, passed: Option<bool>) {
        if let Some(passed) = passed {
            self.total += 1;
            self.passed += usize::from(passed);
        }
    }

    fn join(&mut self, other: Self) {
        self.passed += other.passed;
        self.total += other.total;
    }
}

/// What came of a file's cases.
#[derive(Debug, Default)]
pub struct Tally {
    /// Values and errors.
    pub values: Count,
    /// Deduced types.
    pub types: Count,
    /// Lines that are no cases.
    pub unreadable: usize,
    /// What failed and why, with file and line.
    pub failures: Vec<String>,
}

impl Tally {
    /// Whether all passed.
    #[must_use]
    pub fn clean(&self) -> bool {
        self.failures.is_empty()
    }

    /// Adds another's counts and failures.
    pub fn join(&mut self, other: Self) {
        self.values.join(other.values);
        self.types.join(other.types);
        self.unreadable += other.unreadable;
        self.failures.extend(other.failures);
    }

    /// `a / b evaluated, c / d types`.
    #[must_use]
    pub fn line(&self) -> String {
        let mut out = format!(
            "{} / {} evaluated, {} / {} types",
            self.values.passed, self.values.total, self.types.passed, self.types.total
        );
        if self.unreadable > 0 {
            let _ = write!(out, ", {} unreadable", self.unreadable);
        }
        out
    }
}

/// Runs every case of a file's text, one JSON object a line; `name` is what failures call the file.
#[must_use]
pub fn run_text(name: &str, text: &str) -> Tally {
    let mut tally = Tally::default();
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("{name}:{}", number + 1);
        let case = match Case::read(line) {
            Ok(case) => case,
            Err(why) => {
                tally.unreadable += 1;
                tally.failures.push(format!("{place}: no case: {why}"));
                continue;
            }
        };
        let verdict = judge(&case);
        tally.values.add(verdict.value.as_ref().map(Result::is_ok));
        tally.types.add(verdict.ty.as_ref().map(Result::is_ok));
        for found in [verdict.value, verdict.ty].into_iter().flatten() {
            if let Err(why) = found {
                let (label, expr) = (case.label(), &case.expr);
                tally
                    .failures
                    .push(format!("{place}: {label}: `{expr}`: {why}"));
            }
        }
    }
    tally
}

/// The `*.jsonl` files of a folder, sorted by name.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "jsonl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Runs a file; one that cannot be read or is not UTF-8 is a failure.
#[must_use]
pub fn run_file(path: &Path) -> Tally {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    match std::fs::read_to_string(path) {
        Ok(text) => run_text(&name, &text),
        Err(error) => Tally {
            unreadable: 1,
            failures: vec![format!("{name}: cannot be read: {error}")],
            ..Tally::default()
        },
    }
}
