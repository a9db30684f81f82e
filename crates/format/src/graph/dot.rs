//! Graphviz' DOT language (<https://graphviz.org/doc/info/lang.html>).

use super::flow::{Flow, Grammar};
use super::model::Chart;

pub(super) fn print(chart: &Chart) -> String {
    let mut flow = Flow::<Dot>::new(&format!("digraph {} {{", quote(&chart.title)));
    flow.line("rankdir=TB; node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11]; edge [fontname=\"Helvetica\", fontsize=10];");
    flow.chart(chart);
    flow.finish() + "}\n"
}

struct Dot;

impl Grammar for Dot {
    fn node(id: &str, kind: &str, label: &str) -> String {
        let shape = match kind {
            "conditional" | "switch" => "diamond",
            "approval" => "hexagon",
            "trigger" | "return" | "fail" | "break" | "continue" => "oval",
            _ => "box",
        };
        let (fill, line) = super::svg::colour(kind);
        let label = quote(label);
        format!("{id} [label={label}, shape={shape}, fillcolor=\"{fill}\", color=\"{line}\"];")
    }

    fn edge(from: &str, to: &str, label: &str) -> String {
        match label {
            "" => format!("{from} -> {to};"),
            label => format!("{from} -> {to} [label={}];", quote(label)),
        }
    }

    fn open(number: usize, label: &str) -> Vec<String> {
        vec![
            format!("subgraph cluster_{number} {{"),
            format!("label={}; style=dashed;", quote(label)),
        ]
    }

    const CLOSE: &'static str = "}";
}

fn quote(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}
