//! Findings for people: excerpts of the source with the exact characters marked.

use std::fmt::Write as _;
use std::ops::Range;

use ariadne::{CharSet, Color, Config, IndexType, Label, ReportKind};
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::line_index::{Encoding, LineIndex};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;

use super::places::Others;
use super::{Counts, Found, Report};
use crate::term::{one_line, tame};

type Place = (String, Range<usize>);

/// Prints what `check` found, and a summary line with the time that it took.
pub fn print_found(found: &Found, colour: bool) -> String {
    let mut out = String::new();
    for report in &found.reports {
        excerpts(report, &found.others, colour, &mut out);
    }
    if found.left_out > 0 {
        let _ = writeln!(
            out,
            "{} not shown (`--max-findings`)\n",
            plural(found.left_out, "more finding")
        );
    }
    if let Some(gone) = found
        .baseline
        .as_ref()
        .map(|b| &b.gone)
        .filter(|g| !g.is_empty())
    {
        let _ = writeln!(
            out,
            "{} of the baseline no longer there (`--write-baseline` takes them out):",
            plural(gone.len(), "finding")
        );
        for known in gone {
            let _ = writeln!(
                out,
                "  {}: {} [{}]",
                one_line(&known.file),
                one_line(&known.message),
                known.code
            );
        }
        out.push('\n');
    }
    out.push_str(&summary(found));
    out
}

/// Prints the findings of files that a command works on, and how many they are.
pub fn print(reports: &[Report], files: usize, colour: bool) -> String {
    let mut out = String::new();
    for report in reports {
        excerpts(report, &Others::default(), colour, &mut out);
    }
    let _ = writeln!(out, "{}", counted(files, Counts::of(reports)));
    out
}

/// The findings of one file, without a summary.
pub fn excerpts_of(report: &Report, colour: bool) -> String {
    let mut out = String::new();
    excerpts(report, &Others::default(), colour, &mut out);
    out
}

fn excerpts(report: &Report, others: &Others, colour: bool, out: &mut String) {
    if report.diagnostics.is_empty() {
        return;
    }
    let own = (one_line(&report.source.name), shown(&report.source.text));
    let mut cache = ariadne::sources([own]);
    for diagnostic in &report.diagnostics {
        if report.source.text.is_empty() {
            bare(&report.source, diagnostic, out);
            continue;
        }
        let mut bytes = Vec::new();
        let written =
            build(&report.source, others, diagnostic, colour).write(&mut cache, &mut bytes);
        match written {
            Ok(()) => {
                // The renderer's word for the lowest severity is not ours.
                out.push_str(&String::from_utf8_lossy(&bytes).replacen("Advice:", "Note:", 1));
                out.push('\n');
            }
            Err(_) => bare(&report.source, diagnostic, out),
        }
    }
}

/// A text as excerpts show it: signs that do something to a terminal, and those that the renderer takes for line ends
/// and the language does not, are replaced by others of as many bytes.
fn shown(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => c,
            '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
                '\u{FFFD}'
            }
            c if c.is_control() && c.len_utf8() == 1 => '?',
            c if c.is_control() => '\u{BF}',
            c => c,
        })
        .collect()
}

fn build<'a>(
    source: &Source,
    others: &Others,
    d: &Diagnostic,
    colour: bool,
) -> ariadne::Report<'a, Place> {
    let (kind, mark) = match d.severity {
        Severity::Error => (ReportKind::Error, Color::Red),
        Severity::Warning => (ReportKind::Warning, Color::Yellow),
        Severity::Note => (ReportKind::Advice, Color::Blue),
    };
    let config = Config::default()
        .with_index_type(IndexType::Byte)
        .with_color(colour)
        .with_char_set(CharSet::Unicode);
    let name = one_line(&source.name);
    let primary = range(source, d.span);
    let mut builder = ariadne::Report::build(kind, (name.clone(), primary.clone()))
        .with_config(config)
        .with_code(d.code.id)
        .with_message(one_line(&d.message))
        .with_label(
            Label::new((name.clone(), primary))
                .with_message(d.code.name)
                .with_color(mark)
                .with_order(0),
        );
    for (i, label) in d.labels.iter().enumerate() {
        let said = one_line(&label.message);
        let Some(file) = &label.file else {
            let place = (name.clone(), range(source, label.span));
            builder = builder.with_label(
                Label::new(place)
                    .with_message(said)
                    .with_color(Color::Cyan)
                    .with_order(i32::try_from(i).unwrap_or(i32::MAX) + 1),
            );
            continue;
        };
        let at = others
            .get(file)
            .map(|text| text.place(label.span, Encoding::Utf32).start);
        let at = at.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
        builder = builder.with_note(format!("{}{at}: {said}", one_line(file)));
    }
    if let Some(help) = &d.help {
        builder = builder.with_help(tame(help));
    }
    for fix in &d.fixes {
        let title = tame(&fix.title);
        builder = builder.with_note(format!("{} fix: {title}", fix.applicability.word()));
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
        one_line(&source.name),
        d.severity,
        d.code.id,
        one_line(&d.message)
    );
    if let Some(help) = &d.help {
        let _ = writeln!(out, "  help: {}", tame(help));
    }
    out.push('\n');
}

/// `3 files: 2 errors, 1 warning, 4 known (12 ms)`
pub fn summary(found: &Found) -> String {
    let mut line = counted(found.reports.len(), found.counts);
    if let Some(known) = found.baseline.as_ref().map(|b| b.known).filter(|n| *n > 0) {
        let _ = write!(line, ", {known} known");
    }
    if !found.failures.is_empty() {
        let _ = write!(
            line,
            "; {} not checked",
            plural(found.failures.len(), "file")
        );
    }
    let took = found.took;
    if took.as_secs() < 1 {
        let _ = write!(line, " ({} ms)", took.as_millis());
    } else {
        let _ = write!(line, " ({:.1} s)", took.as_secs_f64());
    }
    line.push('\n');
    line
}

/// `3 files: 2 errors, 1 warning`
fn counted(files: usize, counts: Counts) -> String {
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
    format!("{}: {found}", plural(files, "file"))
}

/// `1 file`, `2 files`
pub fn plural(n: usize, word: &str) -> String {
    if n == 1 {
        format!("1 {word}")
    } else {
        format!("{n} {word}s")
    }
}
