//! Tests for people: a line each, and what does not hold, with what was expected and found.

use std::fmt::Write as _;

use wfc_syntax::line_index::Encoding;
use wfc_testing::matcher::Difference;
use wfc_testing::run::{Failure, Side};

use super::{Case, Covered, FileReport, Report};
use crate::output::places::Place;
use crate::output::{Report as Findings, human};
use crate::term::{one_line, tame};

/// Everything, with a summary line.
pub fn print(report: &Report, colour: bool) -> String {
    let paint = Paint(colour);
    let mut out = String::new();
    for file in &report.files {
        let _ = writeln!(out, "{}", one_line(&file.text.source.name));
        if !file.diagnostics.is_empty() {
            let findings = Findings::new(file.text.source.clone(), file.diagnostics.clone());
            out.push_str(&human::excerpts_of(&findings, colour));
        }
        for case in &file.cases {
            print_case(file, case, &paint, &mut out);
        }
        out.push('\n');
    }
    if !report.coverage.is_empty() {
        out.push_str("coverage\n");
        for covered in &report.coverage {
            print_coverage(report, covered, &paint, &mut out);
        }
        out.push('\n');
    }
    out.push_str(&summary(report));
    out
}

/// `12 tests: 11 passed, 1 failed (34 ms)`
pub fn summary(report: &Report) -> String {
    let (passed, failed) = report.counts();
    let mut out = format!(
        "{}: {passed} passed",
        human::plural(passed + failed, "test")
    );
    if failed > 0 {
        let _ = write!(out, ", {failed} failed");
    }
    let faulty = report.faulty();
    if faulty > 0 {
        let _ = write!(out, "; {} at fault", human::plural(faulty, "file"));
    }
    if report.left_out > 0 {
        let _ = write!(out, ", {} left out", report.left_out);
    }
    let below = report
        .coverage
        .iter()
        .filter(|c| c.is_below(report.coverage_min))
        .count();
    if let Some(min) = report.coverage_min.filter(|_| below > 0) {
        let workflows = human::plural(below, "workflow");
        let _ = write!(out, "; {workflows} reached for less than {min} %");
    }
    let _ = writeln!(out, " ({} ms)", report.took.as_millis());
    out
}

fn print_case(file: &FileReport, case: &Case, paint: &Paint, out: &mut String) {
    let name = one_line(&case.tested.name);
    if case.passed() {
        let _ = writeln!(out, "  {} {name}", paint.good("✓"));
    } else {
        let _ = writeln!(out, "  {} {}", paint.bad("✗"), paint.bad(&name));
    }
    for (failure, place) in case.tested.failures.iter().zip(&case.places) {
        let at = place.as_ref().map(|(name, place)| shown(name, place));
        print_failure(file, failure, at.as_deref(), paint, out);
    }
    for (key, span) in &case.tested.unused {
        // Those that all tests share need not be used by each.
        if !is_shared(file, case, *span) {
            let place = file.place(*span);
            let _ = writeln!(
                out,
                "      note: nothing asked for the mock `{}` ({place})",
                one_line(key)
            );
        }
    }
}

/// Whether a mock is written outside of the test.
fn is_shared(file: &FileReport, case: &Case, span: wfc_syntax::span::Span) -> bool {
    let text = &file.text.source.text;
    let next = file.cases.iter().map(|c| c.tested.span.start);
    let end = next.filter(|at| *at > case.tested.span.start).min();
    let end = end.unwrap_or(u32::try_from(text.len()).unwrap_or(u32::MAX));
    span.start < case.tested.span.start || span.start > end
}

fn print_failure(
    file: &FileReport,
    failure: &Failure,
    at: Option<&str>,
    paint: &Paint,
    out: &mut String,
) {
    let place = file.place(failure.span);
    let _ = writeln!(
        out,
        "      {}: {} ({place})",
        failure.what,
        tame(&failure.message)
    );
    if let Some(at) = at {
        let _ = writeln!(out, "        at {at}");
    }
    for difference in &failure.differences {
        print_difference(difference, paint, out);
    }
    for line in &failure.lines {
        let text = format!("{} {}", line.side.sign(), one_line(&line.text));
        let text = match line.side {
            Side::Both => text,
            Side::Expected => paint.bad(&text),
            Side::Found => paint.good(&text),
        };
        let _ = writeln!(out, "        {text}");
    }
    if let Some(help) = &failure.help {
        let mut lines = help.lines();
        let _ = writeln!(
            out,
            "        help: {}",
            tame(lines.next().unwrap_or_default())
        );
        for line in lines {
            let _ = writeln!(out, "          {}", tame(line));
        }
    }
}

fn print_difference(difference: &Difference, paint: &Paint, out: &mut String) {
    let path = difference.path.trim_start_matches('.');
    if !path.is_empty() {
        let _ = writeln!(out, "        {}", one_line(path));
    }
    let expected = difference.expected.as_deref().unwrap_or("nothing");
    let found = difference.found.as_deref().unwrap_or("nothing");
    let _ = writeln!(
        out,
        "          {}",
        paint.bad(&format!("- expected {}", one_line(expected)))
    );
    let _ = writeln!(
        out,
        "          {}",
        paint.good(&format!("+ found    {}", one_line(found)))
    );
}

fn print_coverage(report: &Report, covered: &Covered, paint: &Paint, out: &mut String) {
    let (steps, sides, both) = (
        covered.coverage.steps(),
        covered.coverage.sides(),
        covered.coverage.both(),
    );
    let percent = format!("{:.0} %", both.percent());
    let percent = if covered.is_below(report.coverage_min) {
        paint.bad(&percent)
    } else {
        percent
    };
    let name = one_line(&covered.text.source.name);
    let _ = writeln!(
        out,
        "  {name}  {percent}  {} of {}, {} of {}",
        steps.hit,
        human::plural(steps.of, "step"),
        sides.hit,
        human::plural(sides.of, "side"),
    );
    for missed in covered.coverage.missed(&covered.subject) {
        let at = covered.text.place(missed.span, Encoding::Utf32).start;
        let what = match &missed.side {
            Some(side) => format!("`{}` is not taken: {side}", missed.step),
            None => format!("`{}` is not reached", missed.step),
        };
        let _ = writeln!(
            out,
            "    {name}:{}:{}: {}",
            at.line,
            at.column,
            one_line(&what)
        );
    }
}

/// What does not hold, without colours.
pub fn failure(file: &FileReport, failure: &Failure, place: Option<&(String, Place)>) -> String {
    let mut out = String::new();
    let at = place.map(|(name, place)| shown(name, place));
    print_failure(file, failure, at.as_deref(), &Paint(false), &mut out);
    out
}

fn shown(name: &str, place: &Place) -> String {
    format!(
        "{}:{}:{}",
        one_line(name),
        place.start.line,
        place.start.column
    )
}

/// Colours, if there are to be any.
struct Paint(bool);

impl Paint {
    fn good(&self, text: &str) -> String {
        self.with(text, 32)
    }

    fn bad(&self, text: &str) -> String {
        self.with(text, 31)
    }

    fn with(&self, text: &str, colour: u8) -> String {
        if self.0 {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
