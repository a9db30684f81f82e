//! What users rely on: exact places and words of findings about names and types.

mod catalogue;
mod expressions;
mod fields;
mod flow;
mod lone;
mod names;
mod narrowing;
mod outputs;
mod robust;

use wfc_syntax::code::Severity;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::rules::examples::ExampleWorld;
use crate::settings::Settings;
use crate::{Checked, check};

fn checked_as(file: &str, text: &str) -> Checked {
    let source = Source::new(file, text);
    check(
        &source,
        Spelling::of(file, text),
        &ExampleWorld,
        &Settings::default(),
    )
}

/// Findings of the families 02 and 03 as `WF0201 "the characters": message`, in order.
fn of_names_and_types(checked: &Checked, text: &str) -> Vec<String> {
    checked
        .diagnostics
        .iter()
        .filter(|d| matches!(d.code.id.get(2..4), Some("00" | "01" | "02" | "03")))
        .filter(|d| d.severity != Severity::Note)
        .map(|d| format!("{} {:?}: {}", d.code.id, &text[d.span.range()], d.message))
        .collect()
}

/// Findings about a workflow in the text form, given what stands in its braces.
fn findings(body: &str) -> Vec<String> {
    let text = format!("workflow w {{\n{body}\n}}\n");
    of_names_and_types(&checked_as("w.wf", &text), &text)
}

/// Findings about a YAML file.
fn yaml(text: &str) -> Vec<String> {
    of_names_and_types(&checked_as("w.wf.yaml", text), text)
}

/// The codes alone.
fn codes(body: &str) -> Vec<String> {
    findings(body).iter().map(|f| f[..6].to_owned()).collect()
}

#[track_caller]
fn clean(body: &str) {
    assert_eq!(findings(body), [] as [String; 0], "{body}");
}

/// The type of what a workflow returns, which must be without findings.
#[track_caller]
fn returned(body: &str) -> String {
    let text = format!("workflow w {{\n{body}\n}}\n");
    let checked = checked_as("w.wf", &text);
    assert_eq!(
        of_names_and_types(&checked, &text),
        [] as [String; 0],
        "{body}"
    );
    checked
        .analysis
        .output
        .map(|ty| ty.to_string())
        .unwrap_or_default()
}

/// What an expression over the declared inputs is, or what is wrong with it.
fn typed(inputs: &str, expression: &str) -> String {
    let text = format!("workflow w {{\n{inputs}\nreturn {expression}\n}}\n");
    let checked = checked_as("w.wf", &text);
    let findings = of_names_and_types(&checked, &text);
    let findings: Vec<&String> = findings
        .iter()
        .filter(|f| !f.starts_with("WF0211"))
        .collect();
    match findings.first() {
        Some(first) => (*first).clone(),
        None => checked
            .analysis
            .output
            .map(|ty| ty.to_string())
            .unwrap_or_default(),
    }
}
