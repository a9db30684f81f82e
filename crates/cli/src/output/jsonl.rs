//! Findings for machines that read line by line: one JSON object a finding, one a file with `--bounds`, and one
//! at the end that sums up.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Found;
use super::json::{finding, summary};
use super::places::Text;

/// The lines; `type` says what each is.
pub fn print(found: &Found) -> String {
    let mut out = String::new();
    let mut line = |kind: &str, mut value: Value| {
        if let Some(object) = value.as_object_mut() {
            object.insert("type".to_owned(), json!(kind));
        }
        let _ = writeln!(out, "{value}");
    };
    for report in found.reports.iter().filter(|r| !r.diagnostics.is_empty()) {
        let text = Text::new(report.source.clone());
        for (d, print) in report.diagnostics.iter().zip(report.fingerprints()) {
            line("finding", finding(&text, &found.others, d, &print));
        }
    }
    for report in &found.reports {
        if let Some(bounds) = super::bounds::machine(report, &found.others) {
            line("bounds", bounds);
        }
    }
    line("summary", summary(found));
    out
}
