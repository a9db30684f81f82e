//! Mermaid flowcharts (<https://mermaid.js.org/syntax/flowchart.html>).

use super::flow::{Flow, Grammar};
use super::model::Chart;

pub(super) fn print(chart: &Chart) -> String {
    let mut flow = Flow::<Mermaid>::new("flowchart TD");
    flow.chart(chart);
    for (kind, fill, line) in super::svg::COLOURS {
        flow.line(&format!(
            "classDef {kind} fill:{fill},stroke:{line},color:#1b1f24"
        ));
    }
    flow.finish()
}

struct Mermaid;

impl Grammar for Mermaid {
    fn node(id: &str, kind: &str, label: &str) -> String {
        let (open, close) = match kind {
            "conditional" | "switch" => ("{", "}"),
            "approval" => ("{{", "}}"),
            "subworkflow" => ("[[", "]]"),
            "trigger" | "return" | "fail" | "break" | "continue" => ("([", "])"),
            _ => ("[", "]"),
        };
        format!("{id}{open}\"{}\"{close}:::{kind}", escape(label))
    }

    fn edge(from: &str, to: &str, label: &str) -> String {
        match label {
            "" => format!("{from} --> {to}"),
            label => format!("{from} -->|\"{}\"| {to}", escape(label)),
        }
    }

    fn open(number: usize, label: &str) -> Vec<String> {
        vec![format!("subgraph n{number}[\"{}\"]", escape(label))]
    }

    const CLOSE: &'static str = "end";
}

/// Mermaid reads HTML entities and `#` codes in quoted labels.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '&' => out.push_str("#amp;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '`' => out.push_str("#96;"),
            '\n' => out.push_str("<br/>"),
            c => out.push(c),
        }
    }
    out
}
