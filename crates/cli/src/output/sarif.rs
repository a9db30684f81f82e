//! Findings as SARIF 2.1.0, the interchange format that code scanning services take.
//!
//! The standard: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. Columns count code units of
//! UTF-16, as services and editors do where nothing is said; the log says it. Nothing in it changes with the time or the machine,
//! so that two logs of the same files are equal.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use wfc_syntax::code::{Code, Severity};
use wfc_syntax::diagnostic::{Diagnostic, Fix, Label};
use wfc_syntax::line_index::Encoding;
use wfc_syntax::span::Span;

use super::Found;
use super::json::docs;
use super::places::{Others, Place, Root, Text, of_label};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const UNIT: Encoding = Encoding::Utf16;

/// The log, with a newline at its end.
pub fn print(found: &Found) -> String {
    let cx = Context {
        root: Root::of_process(),
        others: &found.others,
        rules: rules(found),
    };
    let mut results = Vec::new();
    for report in found.reports.iter().filter(|r| !r.diagnostics.is_empty()) {
        let text = Text::new(report.source.clone());
        for (d, print) in report.diagnostics.iter().zip(report.fingerprints()) {
            results.push(cx.result(&text, d, &print));
        }
    }
    let mut driver = object(json!({
        "name": "wfc",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": cx.rules.values().map(|(_, code)| rule(code)).collect::<Vec<_>>(),
    }));
    let home = env!("CARGO_PKG_REPOSITORY");
    if !home.is_empty() {
        driver.insert("informationUri".to_owned(), json!(home));
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": {
                "%SRCROOT%": { "description": { "text": "the checkout, or the folder that wfc was started in" } },
            },
            "invocations": [invocation(found, &cx)],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

struct Context<'a> {
    root: Root,
    others: &'a Others,
    /// The codes that occur, by id, with their places in the list.
    rules: BTreeMap<&'static str, (usize, &'static Code)>,
}

fn rules(found: &Found) -> BTreeMap<&'static str, (usize, &'static Code)> {
    let findings = found.reports.iter().flat_map(|r| &r.diagnostics);
    let mut rules: BTreeMap<_, _> = findings.map(|d| (d.code.id, (0, d.code))).collect();
    for (i, (index, _)) in rules.values_mut().enumerate() {
        *index = i;
    }
    rules
}

/// What a code means. `security-severity` is GitHub's, from 0 to 10.
fn rule(code: &Code) -> Value {
    let example = format!(
        "{}\n\nThis gets it:\n\n```\n{}```\n\nThis does not:\n\n```\n{}```\n",
        code.why, code.bad.text, code.good.text
    );
    let mut properties = object(json!({ "tags": [code.family()], "precision": "high" }));
    if code.family() == "trust" {
        let grade = match code.severity {
            Severity::Error => "8.0",
            Severity::Warning => "5.5",
            Severity::Note => "3.0",
        };
        properties.insert("tags".to_owned(), json!(["security", "trust"]));
        properties.insert("security-severity".to_owned(), json!(grade));
    } else {
        let grade = match code.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "recommendation",
        };
        properties.insert("problem.severity".to_owned(), json!(grade));
    }
    let mut rule = object(json!({
        "id": code.id,
        "name": code.name,
        "shortDescription": { "text": code.summary },
        "fullDescription": { "text": code.why },
        "help": { "text": example, "markdown": example },
        "defaultConfiguration": { "level": code.severity.word() },
        "properties": properties,
    }));
    if let Some(docs) = docs(code) {
        rule.insert("helpUri".to_owned(), json!(docs));
    }
    Value::Object(rule)
}

fn invocation(found: &Found, cx: &Context<'_>) -> Value {
    let failures: Vec<Value> = found
        .failures
        .iter()
        .map(|(file, error)| {
            json!({
                "level": "error",
                "message": { "text": error.in_words() },
                "locations": [{ "physicalLocation": { "artifactLocation": cx.file(file) } }],
            })
        })
        .collect();
    json!({
        "executionSuccessful": failures.is_empty(),
        "toolExecutionNotifications": failures,
    })
}

impl Context<'_> {
    fn result(&self, text: &Text, d: &Diagnostic, fingerprint: &str) -> Value {
        let help = d.help.as_deref().map(|h| format!("\n{h}"));
        let mut result = object(json!({
            "ruleId": d.code.id,
            "ruleIndex": self.rules.get(d.code.id).map_or(0, |(i, _)| *i),
            "level": d.severity.word(),
            "message": { "text": format!("{}{}", d.message, help.unwrap_or_default()) },
            "locations": [self.own(text, d.span)],
            "partialFingerprints": { "wfcFinding/v1": fingerprint },
        }));
        let mut put = |key: &str, values: Vec<Value>| {
            if !values.is_empty() {
                result.insert(key.to_owned(), Value::Array(values));
            }
        };
        let labels = d.labels.iter().enumerate();
        put(
            "relatedLocations",
            labels
                .map(|(i, label)| {
                    let mut location = self.label(text, label);
                    location.insert("id".to_owned(), json!(i));
                    Value::Object(location)
                })
                .collect(),
        );
        if d.code.family() == "trust" && !d.labels.is_empty() {
            put("codeFlows", vec![self.path(text, d)]);
        }
        put("fixes", d.fixes.iter().map(|f| self.fix(text, f)).collect());
        Value::Object(result)
    }

    /// The way of a value from where it comes to where it must not go: the labels, then the finding itself.
    fn path(&self, text: &Text, d: &Diagnostic) -> Value {
        let steps = d.labels.iter().map(|l| Value::Object(self.label(text, l)));
        let mut last = object(self.own(text, d.span));
        last.insert("message".to_owned(), json!({ "text": d.message }));
        let steps = steps.chain([Value::Object(last)]);
        let steps: Vec<Value> = steps
            .map(|location| json!({ "location": location }))
            .collect();
        json!({ "threadFlows": [{ "locations": steps }] })
    }

    fn own(&self, text: &Text, span: Span) -> Value {
        json!({ "physicalLocation": {
            "artifactLocation": self.file(&text.source.name),
            "region": region(text.place(span, UNIT)),
        } })
    }

    fn label(&self, text: &Text, label: &Label) -> Map<String, Value> {
        let (file, place) = of_label(text, self.others, label, UNIT);
        let mut physical = object(json!({ "artifactLocation": self.file(file) }));
        if let Some(place) = place {
            physical.insert("region".to_owned(), region(place));
        }
        object(json!({ "physicalLocation": physical, "message": { "text": label.message } }))
    }

    fn fix(&self, text: &Text, fix: &Fix) -> Value {
        let replacements: Vec<Value> = fix
            .edits
            .iter()
            .map(|edit| {
                json!({
                    "deletedRegion": region(text.place(edit.span, UNIT)),
                    "insertedContent": { "text": edit.text },
                })
            })
            .collect();
        json!({
            "description": { "text": fix.title },
            "artifactChanges": [{
                "artifactLocation": self.file(&text.source.name),
                "replacements": replacements,
            }],
            "properties": { "applicability": fix.applicability.word() },
        })
    }

    /// A file as a URI: relative to the root, or absolute when it lies outside.
    fn file(&self, name: &str) -> Value {
        let path = encoded(&self.root.name(name));
        match path.strip_prefix('/') {
            Some(rest) => json!({ "uri": format!("file:///{rest}") }),
            None if path.get(1..3) == Some("%3A") => json!({ "uri": format!("file:///{path}") }),
            None => json!({ "uri": path, "uriBaseId": "%SRCROOT%" }),
        }
    }
}

fn region(place: Place) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
        "byteOffset": place.start.byte,
        "byteLength": place.end.byte - place.start.byte,
    })
}

/// A path with all signs that mean something in a URI written as `%XX`.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
