//! Findings for machines: one JSON document with everything that it takes to mend the files.

use serde_json::{Value, json};
use wfc_syntax::diagnostic::{Diagnostic, Fix};
use wfc_syntax::line_index::{Encoding, LineIndex};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;

use super::{Counts, Report};

/// Version of the document's form; a change that breaks readers raises it.
const VERSION: u32 = 1;

/// The document, with a newline at its end.
pub fn print(reports: &[Report], files: usize) -> String {
    let counts = Counts::of(reports);
    let findings: Vec<Value> = reports
        .iter()
        .flat_map(|r| {
            let index = LineIndex::new(r.source.text.clone());
            r.diagnostics
                .iter()
                .map(move |d| finding(&r.source, &index, d))
                .collect::<Vec<_>>()
        })
        .collect();
    let document = json!({
        "version": VERSION,
        "files": files,
        "errors": counts.errors,
        "warnings": counts.warnings,
        "notes": counts.notes,
        "diagnostics": findings,
    });
    format!("{document:#}\n")
}

/// One finding.
pub fn finding(source: &Source, index: &LineIndex, d: &Diagnostic) -> Value {
    let facts = d.facts.as_deref();
    json!({
        "file": source.name,
        "code": d.code.id,
        "name": d.code.name,
        "severity": d.severity.word(),
        "message": d.message,
        "span": place(source, index, d.span),
        "labels": d.labels.iter().map(|l| json!({
            "file": l.file.as_deref().unwrap_or(&source.name),
            "span": if l.file.is_none() { place(source, index, l.span) } else { bytes(l.span) },
            "message": l.message,
        })).collect::<Vec<_>>(),
        "help": d.help,
        "expected": facts.and_then(|f| f.expected.as_deref()),
        "found": facts.and_then(|f| f.found.as_deref()),
        "near": facts.map(|f| f.near.as_slice()).unwrap_or_default(),
        "fixes": d.fixes.iter().map(|f| fix(source, index, f)).collect::<Vec<_>>(),
    })
}

fn fix(source: &Source, index: &LineIndex, fix: &Fix) -> Value {
    json!({
        "title": fix.title,
        "applicability": fix.applicability.word(),
        "edits": fix.edits.iter().map(|e| json!({
            "span": place(source, index, e.span),
            "text": e.text,
        })).collect::<Vec<_>>(),
    })
}

/// Byte offsets in the file on disk; lines and columns count from 1, columns in characters.
pub fn place(source: &Source, index: &LineIndex, span: Span) -> Value {
    let on_disk = source.in_file(span);
    let end = |at: u32, byte: u32| {
        let position = index.position(at, Encoding::Utf32);
        json!({ "byte": byte, "line": position.line + 1, "column": position.column + 1 })
    };
    json!({ "start": end(span.start, on_disk.start), "end": end(span.end, on_disk.end) })
}

fn bytes(span: Span) -> Value {
    json!({ "start": { "byte": span.start }, "end": { "byte": span.end } })
}
