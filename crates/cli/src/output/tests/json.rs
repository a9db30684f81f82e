//! Tests for machines. The same files give the same bytes: there are no times but those of the runs' own clock.

use serde_json::{Value, json};
use wfc_syntax::line_index::Encoding;
use wfc_syntax::span::Span;
use wfc_testing::run::{Failure, Side};

use super::{Case, Covered, FileReport, Report};
use crate::findings::fingerprint;
use crate::output::json as findings;
use crate::output::places::{Others, Place};

/// Version of the document's form; a change that breaks readers raises it.
const VERSION: u32 = 1;

/// The document, with a newline at its end.
pub fn print(report: &Report) -> String {
    let mut document = summary(report);
    if let Some(object) = document.as_object_mut() {
        let files: Vec<Value> = report.files.iter().map(file).collect();
        object.insert("files".to_owned(), Value::Array(files));
    }
    format!("{document:#}\n")
}

/// A line a test, one for each fault of a file, then the summary.
pub fn print_lines(report: &Report) -> String {
    let mut out = String::new();
    for file in &report.files {
        for mut finding in faults(file) {
            put(&mut finding, "event", json!("fault"));
            out.push_str(&format!("{finding}\n"));
        }
        for case in &file.cases {
            let mut test = test(file, case);
            put(&mut test, "event", json!("test"));
            put(&mut test, "file", json!(file.text.source.name));
            put(&mut test, "workflow", json!(file.workflow));
            out.push_str(&format!("{test}\n"));
        }
    }
    let mut last = summary(report);
    put(&mut last, "event", json!("summary"));
    out.push_str(&format!("{last}\n"));
    out
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

fn summary(report: &Report) -> Value {
    let (passed, failed) = report.counts();
    let mut out = json!({
        "version": VERSION,
        "ok": report.is_good(),
        "tests": passed + failed,
        "passed": passed,
        "failed": failed,
        "faulty_files": report.faulty(),
        "left_out": report.left_out,
    });
    if !report.coverage.is_empty() {
        let all: Vec<Value> = report
            .coverage
            .iter()
            .map(|c| covered(c, report.coverage_min))
            .collect();
        put(&mut out, "coverage", Value::Array(all));
    }
    out
}

fn file(file: &FileReport) -> Value {
    let tests: Vec<Value> = file.cases.iter().map(|case| test(file, case)).collect();
    json!({
        "file": file.text.source.name,
        "workflow": file.workflow,
        "diagnostics": faults(file),
        "tests": tests,
    })
}

fn faults(file: &FileReport) -> Vec<Value> {
    let prints = fingerprint::of(&file.text.source, &file.diagnostics);
    let all = file.diagnostics.iter().zip(prints);
    all.map(|(d, print)| findings::finding(&file.text, &Others::default(), d, &print))
        .collect()
}

fn test(file: &FileReport, case: &Case) -> Value {
    let failures = case.tested.failures.iter().zip(&case.places);
    let failures: Vec<Value> = failures
        .map(|(f, at)| failure(file, f, at.as_ref()))
        .collect();
    let unused: Vec<&str> = case
        .tested
        .unused
        .iter()
        .map(|(key, _)| key.as_str())
        .collect();
    json!({
        "name": case.tested.name,
        "status": if case.passed() { "passed" } else { "failed" },
        "span": span(file, case.tested.span),
        "took": case.tested.took.to_workflow_string(),
        "failures": failures,
        "unused_mocks": unused,
    })
}

fn failure(file: &FileReport, failure: &Failure, at: Option<&(String, Place)>) -> Value {
    let differences: Vec<Value> = failure
        .differences
        .iter()
        .map(|d| {
            json!({
                "path": d.path.trim_start_matches('.'),
                "expected": d.expected,
                "found": d.found,
                "span": span(file, d.span),
            })
        })
        .collect();
    let lines: Vec<Value> = failure
        .lines
        .iter()
        .map(|line| {
            let side = match line.side {
                Side::Both => "both",
                Side::Expected => "expected",
                Side::Found => "found",
            };
            json!({ "in": side, "text": line.text })
        })
        .collect();
    json!({
        "what": failure.what,
        "message": failure.message,
        "span": span(file, failure.span),
        "differences": differences,
        "effects": lines,
        "help": failure.help,
        "at": at.map(|(name, place)| json!({ "file": name, "span": findings::span(*place) })),
    })
}

fn span(file: &FileReport, span: Span) -> Value {
    findings::span(file.text.place(span, Encoding::Utf32))
}

fn covered(covered: &Covered, min: Option<f64>) -> Value {
    let coverage = &covered.coverage;
    let share = |s: wfc_testing::coverage::Share| json!({ "hit": s.hit, "of": s.of });
    let missed: Vec<Value> = coverage
        .missed(&covered.subject)
        .into_iter()
        .map(|m| {
            json!({
                "step": m.step,
                "side": m.side,
                "span": findings::span(covered.text.place(m.span, Encoding::Utf32)),
            })
        })
        .collect();
    json!({
        "file": covered.text.source.name,
        "percent": (coverage.both().percent() * 10.0).round() / 10.0,
        "enough": !covered.is_below(min),
        "steps": share(coverage.steps()),
        "sides": share(coverage.sides()),
        "missed": missed,
    })
}
