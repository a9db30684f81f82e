//! Writes findings into a text as expectations.

use std::fmt::Write as _;

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::line_index::{Encoding, LineIndex};

use super::cases::MARK;

/// The text with every finding under its line. A trailing empty line of the input is kept.
pub fn annotated(input: &str, diagnostics: &[Diagnostic]) -> String {
    let index = LineIndex::new(input);
    let mut under: Vec<Vec<String>> = vec![Vec::new(); index.lines() + 1];
    for diagnostic in diagnostics {
        let start = index.position(diagnostic.span.start, Encoding::Utf32);
        if let Some(lines) = under.get_mut(start.line as usize) {
            lines.extend(expectation(&index, diagnostic));
        }
    }
    let mut out = String::new();
    for (i, line) in input.split_inclusive('\n').enumerate() {
        out.push_str(line);
        let Some(findings) = under.get(i).filter(|f| !f.is_empty()) else {
            continue;
        };
        if !line.ends_with('\n') {
            out.push('\n');
        }
        for finding in findings {
            out.push_str(finding);
            out.push('\n');
        }
    }
    // Findings behind the last line break.
    let lines = input.split_inclusive('\n').count();
    for finding in under.iter().skip(lines).flatten() {
        out.push_str(finding);
        out.push('\n');
    }
    out
}

/// A finding's lines.
fn expectation(index: &LineIndex, d: &Diagnostic) -> Vec<String> {
    let start = index.position(d.span.start, Encoding::Utf32);
    let end = index.position(d.span.end, Encoding::Utf32);
    let width = if start.line == end.line {
        (end.column - start.column).max(1)
    } else {
        1
    };
    let more = if start.line != end.line { ">" } else { "" };
    let mark_width = u32::try_from(MARK.len()).unwrap_or(2) + 1;
    let mut place = String::from(MARK);
    if start.column >= mark_width {
        place.extend(std::iter::repeat_n(
            ' ',
            (start.column - mark_width + 1) as usize,
        ));
        place.extend(std::iter::repeat_n('^', width as usize));
    } else {
        let _ = write!(place, " @{}..{}", start.column, start.column + width);
    }
    // An empty span marks a place between characters.
    let empty = if d.span.is_empty() { "|" } else { "" };
    let mut lines = vec![format!(
        "{place}{more}{empty} {} {} {}",
        d.severity, d.code.id, d.message
    )];
    if let Some(help) = &d.help {
        lines.push(format!("{MARK} = help: {help}"));
    }
    for fix in &d.fixes {
        lines.push(format!(
            "{MARK} = {} fix: {}",
            fix.applicability.word(),
            fix.title
        ));
    }
    lines.iter().map(|l| l.replace('\n', "\\n")).collect()
}
