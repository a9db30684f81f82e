//! Findings as workflow commands of GitHub Actions, which shows them beside the changed lines.
//!
//! The form: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>. GitHub shows columns
//! only within one line, and ten annotations of each kind a step; the log has them all.

use std::fmt::Write as _;

use wfc_syntax::code::Severity;
use wfc_syntax::line_index::Encoding;

use super::places::{Root, Text};
use super::{Found, human};
use crate::term::tame;

/// One command a finding, then the summary line. Columns count characters.
pub fn print(found: &Found) -> String {
    let root = Root::of_process();
    let mut out = String::new();
    for report in found.reports.iter().filter(|r| !r.diagnostics.is_empty()) {
        let text = Text::new(report.source.clone());
        let file = property(&root.name(&report.source.name));
        for d in &report.diagnostics {
            let command = match d.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "notice",
            };
            let place = text.place(d.span, Encoding::Utf32);
            let (start, end) = (place.start, place.end);
            let columns = if start.line == end.line {
                format!(",col={},endColumn={}", start.column, end.column)
            } else {
                String::new()
            };
            let title = property(&format!("{} {}", d.code.id, d.code.name));
            let help = d.help.as_deref().map(|h| format!("\nhelp: {h}"));
            let said = data(&format!("{}{}", d.message, help.unwrap_or_default()));
            let _ = writeln!(
                out,
                "::{command} file={file},line={},endLine={}{columns},title={title}::{said}",
                start.line, end.line
            );
        }
    }
    out.push_str(&human::summary(found));
    out
}

fn data(text: &str) -> String {
    tame(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
