//! Findings for people: excerpts of the source with the exact characters marked.

use std::fmt::Write as _;
use std::ops::Range;

use ariadne::{CharSet, Color, Config, IndexType, Label, ReportKind};
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::line_index::{Encoding, LineIndex};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;

use super::{Counts, Report};

type Place = (String, Range<usize>);

/// Prints all findings and a summary line.
pub fn print(reports: &[Report], files: usize, colour: bool) -> String {
    let mut out = String::new();
    for report in reports.iter().filter(|r| !r.diagnostics.is_empty()) {
        let mut cache =
            ariadne::sources([(report.source.name.clone(), report.source.text.to_string())]);
        for diagnostic in &report.diagnostics {
            if report.source.text.is_empty() {
                bare(&report.source, diagnostic, &mut out);
                continue;
            }
            let mut bytes = Vec::new();
            let written = build(&report.source, diagnostic, colour).write(&mut cache, &mut bytes);
            match written {
                Ok(()) => {
                    // The renderer's word for the lowest severity is not ours.
                    out.push_str(&String::from_utf8_lossy(&bytes).replacen("Advice:", "Note:", 1));
                    out.push('\n');
                }
                Err(_) => bare(&report.source, diagnostic, &mut out),
            }
        }
    }
    out.push_str(&summary(reports, files));
    out
}

fn build<'a>(source: &Source, d: &Diagnostic, colour: bool) -> ariadne::Report<'a, Place> {
    let (kind, mark) = match d.severity {
        Severity::Error => (ReportKind::Error, Color::Red),
        Severity::Warning => (ReportKind::Warning, Color::Yellow),
        Severity::Note => (ReportKind::Advice, Color::Blue),
    };
    let config = Config::default()
        .with_index_type(IndexType::Byte)
        .with_color(colour)
        .with_char_set(CharSet::Unicode);
    let primary = range(source, d.span);
    let mut builder = ariadne::Report::build(kind, (source.name.clone(), primary.clone()))
        .with_config(config)
        .with_code(d.code.id)
        .with_message(&d.message)
        .with_label(
            Label::new((source.name.clone(), primary))
                .with_message(d.code.name)
                .with_color(mark)
                .with_order(0),
        );
    for (i, label) in d.labels.iter().enumerate() {
        if label.file.is_none() {
            let place = (source.name.clone(), range(source, label.span));
            builder = builder.with_label(
                Label::new(place)
                    .with_message(&label.message)
                    .with_color(Color::Cyan)
                    .with_order(i32::try_from(i).unwrap_or(i32::MAX) + 1),
            );
        } else if let Some(file) = &label.file {
            builder = builder.with_note(format!("{file}: {}", label.message));
        }
    }
    if let Some(help) = &d.help {
        builder = builder.with_help(help);
    }
    for fix in &d.fixes {
        builder = builder.with_note(format!("{} fix: {}", fix.applicability.word(), fix.title));
    }
    builder.finish()
}

/// A span as the excerpt shows it: an empty one takes the character after it, or before it at the text's end.
fn range(source: &Source, span: Span) -> Range<usize> {
    let len = source.text.len();
    let (start, end) = ((span.start as usize).min(len), (span.end as usize).min(len));
    if start < end {
        return start..end;
    }
    match source.text.get(start..).and_then(|t| t.chars().next()) {
        Some(c) if c != '\n' => start..start + c.len_utf8(),
        _ => {
            let before = source.text.get(..start).and_then(|t| t.chars().next_back());
            start - before.filter(|c| *c != '\n').map_or(0, char::len_utf8)..start
        }
    }
}

/// A finding without an excerpt: one line with its place, and the help.
fn bare(source: &Source, d: &Diagnostic, out: &mut String) {
    let place = LineIndex::new(source.text.clone()).position(d.span.start, Encoding::Utf32);
    let (line, column) = (place.line + 1, place.column + 1);
    let _ = writeln!(
        out,
        "{}:{line}:{column}: {}[{}]: {}",
        source.name, d.severity, d.code.id, d.message
    );
    if let Some(help) = &d.help {
        let _ = writeln!(out, "  help: {help}");
    }
    out.push('\n');
}

/// `3 files: 2 errors, 1 warning`
fn summary(reports: &[Report], files: usize) -> String {
    let counts = Counts::of(reports);
    let mut parts = Vec::new();
    for (n, word) in [
        (counts.errors, "error"),
        (counts.warnings, "warning"),
        (counts.notes, "note"),
    ] {
        if n > 0 {
            parts.push(plural(n, word));
        }
    }
    let found = if parts.is_empty() {
        "nothing found".to_owned()
    } else {
        parts.join(", ")
    };
    format!("{}: {found}\n", plural(files, "file"))
}

fn plural(n: usize, word: &str) -> String {
    if n == 1 {
        format!("1 {word}")
    } else {
        format!("{n} {word}s")
    }
}
