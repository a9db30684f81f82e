//! Findings as compilers print them, one a line: `file:line:column: severity: message [code]`. Editors jump to these.

use std::fmt::Write as _;

use wfc_syntax::line_index::Encoding;

use super::Found;
use super::places::Text;
use crate::term::one_line;

/// The lines; columns count characters.
pub fn print(found: &Found) -> String {
    let mut out = String::new();
    for report in found.reports.iter().filter(|r| !r.diagnostics.is_empty()) {
        let text = Text::new(report.source.clone());
        for d in &report.diagnostics {
            let start = text.place(d.span, Encoding::Utf32).start;
            let help = d.help.as_deref().map(|h| format!("; {h}"));
            let _ = writeln!(
                out,
                "{}:{}:{}: {}: {}{} [{}]",
                one_line(&report.source.name),
                start.line,
                start.column,
                d.severity,
                one_line(&d.message),
                one_line(&help.unwrap_or_default()),
                d.code.id
            );
        }
    }
    out
}
