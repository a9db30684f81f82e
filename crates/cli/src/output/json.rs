//! Findings for machines: one JSON document with everything that it takes to mend the files. Its form is
//! `docs/schema/check-output.schema.json`, described in `docs/output.md`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use wfc_syntax::code::Code;
use wfc_syntax::diagnostic::{Diagnostic, Fix};
use wfc_syntax::line_index::{Encoding, LineIndex};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;

use super::Found;
use super::places::{Others, Place, Text, of_label};

/// Version of the document's form; a change that breaks readers raises it.
const VERSION: u32 = 1;

/// The document, with a newline at its end.
pub fn print(found: &Found) -> String {
    let mut findings = Vec::new();
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for report in found.reports.iter().filter(|r| !r.diagnostics.is_empty()) {
        let text = Text::new(report.source.clone());
        for (d, print) in report.diagnostics.iter().zip(report.fingerprints()) {
            findings.push(finding(&text, &found.others, d, &print));
            rules.entry(d.code.id).or_insert_with(|| rule(d.code));
        }
    }
    let mut document = summary(found);
    if let Some(object) = document.as_object_mut() {
        object.insert("diagnostics".to_owned(), Value::Array(findings));
        object.insert("rules".to_owned(), json!(rules));
        let bounds = found.reports.iter();
        let bounds: Vec<Value> = bounds
            .filter_map(|r| super::bounds::machine(r, &found.others))
            .collect();
        if !bounds.is_empty() {
            object.insert("bounds".to_owned(), Value::Array(bounds));
        }
    }
    format!("{document:#}\n")
}

/// What is said once for all findings.
pub fn summary(found: &Found) -> Value {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("version", json!(VERSION));
    put("files", json!(found.reports.len()));
    put("errors", json!(found.counts.errors));
    put("warnings", json!(found.counts.warnings));
    put("notes", json!(found.counts.notes));
    put("left_out", json!(found.left_out));
    put(
        "baseline",
        json!(found.baseline.as_ref().map(|b| json!({
            "known": b.known,
            "gone": b.gone.iter().map(|k| json!({
                "file": k.file,
                "code": k.code,
                "fingerprint": k.fingerprint,
                "message": k.message,
            })).collect::<Vec<_>>(),
        }))),
    );
    put(
        "failures",
        json!(
            found
                .failures
                .iter()
                .map(|(file, error)| json!({ "file": file, "message": error.in_words() }))
                .collect::<Vec<_>>()
        ),
    );
    Value::Object(object)
}

/// One finding.
pub fn finding(text: &Text, others: &Others, d: &Diagnostic, fingerprint: &str) -> Value {
    let facts = d.facts.as_deref();
    json!({
        "file": text.source.name,
        "code": d.code.id,
        "name": d.code.name,
        "family": d.code.family(),
        "severity": d.severity.word(),
        "message": d.message,
        "span": span(text.place(d.span, Encoding::Utf32)),
        "labels": d.labels.iter().map(|l| {
            let (file, place) = of_label(text, others, l, Encoding::Utf32);
            json!({
                "file": file,
                "span": place.map_or_else(|| bytes(l.span), span),
                "message": l.message,
            })
        }).collect::<Vec<_>>(),
        "help": d.help,
        "expected": facts.and_then(|f| f.expected.as_deref()),
        "found": facts.and_then(|f| f.found.as_deref()),
        "near": facts.map(|f| f.near.as_slice()).unwrap_or_default(),
        "fixes": d.fixes.iter().map(|f| fix(text, f)).collect::<Vec<_>>(),
        "fingerprint": fingerprint,
    })
}

/// What a code means, for the codes that occur.
fn rule(code: &Code) -> Value {
    json!({
        "name": code.name,
        "severity": code.severity.word(),
        "summary": code.summary,
        "why": code.why,
        "docs": docs(code),
    })
}

/// The address of a code's page, when the build knows where the project is published.
pub fn docs(code: &Code) -> Option<String> {
    let home = env!("CARGO_PKG_REPOSITORY");
    (!home.is_empty()).then(|| format!("{home}/blob/main/docs/codes/{}.md", code.id))
}

fn fix(text: &Text, fix: &Fix) -> Value {
    json!({
        "title": fix.title,
        "applicability": fix.applicability.word(),
        "edits": fix.edits.iter().map(|e| json!({
            "span": span(text.place(e.span, Encoding::Utf32)),
            "text": e.text,
        })).collect::<Vec<_>>(),
    })
}

/// A place; lines and columns count from 1, columns in characters.
pub fn span(place: Place) -> Value {
    let end = |e: super::places::End| json!({ "byte": e.byte, "line": e.line, "column": e.column });
    json!({ "start": end(place.start), "end": end(place.end) })
}

/// Byte offsets in the file on disk; lines and columns count from 1, columns in characters.
pub fn place(source: &Source, index: &LineIndex, of: Span) -> Value {
    let on_disk = source.in_file(of);
    let end = |at: u32, byte: u32| {
        let position = index.position(at, Encoding::Utf32);
        json!({ "byte": byte, "line": position.line + 1, "column": position.column + 1 })
    };
    json!({ "start": end(of.start, on_disk.start), "end": end(of.end, on_disk.end) })
}

fn bytes(span: Span) -> Value {
    json!({ "start": { "byte": span.start }, "end": { "byte": span.end } })
}
