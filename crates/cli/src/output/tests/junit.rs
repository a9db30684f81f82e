//! Tests as JUnit XML, the form that continuous integration reads: a suite a file, with times in seconds.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Case, FileReport, Report, human};

/// The document.
pub fn print(report: &Report) -> String {
    let (passed, failed) = report.counts();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"wfc test\" tests=\"{}\" failures=\"{failed}\" errors=\"{}\" time=\"{}\">",
        passed + failed + report.faulty(),
        report.faulty(),
        seconds(report.took),
    );
    for file in &report.files {
        suite(file, &mut out);
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(file: &FileReport, out: &mut String) {
    let failed = file.cases.iter().filter(|c| !c.passed()).count();
    let faulty = usize::from(!file.diagnostics.is_empty());
    let name = escape(&file.text.source.name);
    let _ = writeln!(
        out,
        "  <testsuite name=\"{name}\" file=\"{name}\" tests=\"{}\" failures=\"{failed}\" errors=\"{faulty}\" time=\"{}\">",
        file.cases.len() + faulty,
        seconds(file.cases.iter().map(|c| c.wall).sum()),
    );
    if let Some(first) = file.diagnostics.first() {
        let all: Vec<String> = file
            .diagnostics
            .iter()
            .map(|d| {
                format!(
                    "{}: {}[{}]: {}",
                    file.place(d.span),
                    d.severity,
                    d.code.id,
                    d.message
                )
            })
            .collect();
        let _ = writeln!(
            out,
            "    <testcase name=\"the file itself\" classname=\"{name}\" file=\"{name}\" time=\"0.000\">\n      \
             <error message=\"{}\" type=\"{}\">{}</error>\n    </testcase>",
            escape(&first.message),
            first.code.id,
            escape(&all.join("\n")),
        );
    }
    for one in &file.cases {
        case(file, one, out);
    }
    out.push_str("  </testsuite>\n");
}

fn case(file: &FileReport, case: &Case, out: &mut String) {
    let at = file
        .text
        .place(case.tested.span, wfc_syntax::line_index::Encoding::Utf32)
        .start;
    let name = escape(&file.text.source.name);
    let _ = write!(
        out,
        "    <testcase name=\"{}\" classname=\"{name}\" file=\"{name}\" line=\"{}\" time=\"{}\"",
        escape(&case.tested.name),
        at.line,
        seconds(case.wall),
    );
    if case.passed() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    for (failure, place) in case.tested.failures.iter().zip(&case.places) {
        let _ = writeln!(
            out,
            "      <failure message=\"{}\" type=\"{}\">{}</failure>",
            escape(&failure.message),
            failure.what,
            escape(&human::failure(file, failure, place.as_ref())),
        );
    }
    out.push_str("    </testcase>\n");
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// A text as XML may hold it: signs of markup as entities, control characters, which XML has no place for, shown.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                out.extend(c.escape_unicode());
            }
            c => out.push(c),
        }
    }
    out
}
