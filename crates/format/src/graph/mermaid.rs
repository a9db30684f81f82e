//! Mermaid flowcharts (<https://mermaid.js.org/syntax/flowchart.html>).

use std::fmt::Write as _;

use super::model::{Chart, Node};

pub(super) fn print(chart: &Chart) -> String {
    let mut flow = Flow {
        out: String::from("flowchart TD\n"),
        next: 0,
        indent: 2,
    };
    let mut loose = Vec::new();
    for trigger in &chart.triggers {
        let id = flow.shape(("([", "])"), trigger, "trigger");
        loose.push((id, String::new()));
    }
    if loose.is_empty() {
        let id = flow.shape(("([", "])"), &chart.title, "trigger");
        loose.push((id, String::new()));
    }
    let loose = flow.sequence(&chart.body, loose);
    let end = flow.shape(("([", "])"), "end", "trigger");
    flow.join(loose, &end);
    for (label, nodes) in &chart.ends {
        flow.subgraph(label, |flow| {
            flow.sequence(nodes, Vec::new());
        });
    }
    flow.styles();
    flow.out
}

/// Edges that still want an end: where they start, and their label.
type Loose = Vec<(String, String)>;

struct Flow {
    out: String,
    next: usize,
    indent: usize,
}

impl Flow {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{:indent$}{text}", "", indent = self.indent);
    }

    fn id(&mut self) -> String {
        self.next += 1;
        format!("n{}", self.next)
    }

    fn shape(&mut self, (open, close): (&str, &str), label: &str, class: &str) -> String {
        let id = self.id();
        self.line(&format!("{id}{open}\"{}\"{close}:::{class}", escape(label)));
        id
    }

    fn join(&mut self, loose: Loose, to: &str) {
        for (from, label) in loose {
            if label.is_empty() {
                self.line(&format!("{from} --> {to}"));
            } else {
                self.line(&format!("{from} -->|\"{}\"| {to}", escape(&label)));
            }
        }
    }

    fn sequence(&mut self, nodes: &[Node], mut loose: Loose) -> Loose {
        for node in nodes {
            loose = self.node(node, loose);
        }
        loose
    }

    fn node(&mut self, node: &Node, loose: Loose) -> Loose {
        let id = self.shape(brackets(node.kind), &label(node), node.kind);
        self.join(loose, &id);
        let mut open = vec![(id.clone(), String::new())];
        if !node.inside.is_empty() {
            self.subgraph(node.kind, |flow| {
                open = flow.sequence(&node.inside, vec![(id.clone(), String::new())]);
            });
        }
        if node.kind == "loop" {
            self.join(
                open.into_iter()
                    .map(|(from, _)| (from, "next".to_owned()))
                    .collect(),
                &id,
            );
            open = vec![(id.clone(), "done".to_owned())];
        }
        let mut ends = if node.splits() { Vec::new() } else { open };
        for (label, nodes) in &node.branches {
            ends.extend(self.sequence(nodes, vec![(id.clone(), label.clone())]));
        }
        // Nothing follows on what undoes a step.
        self.sequence(&node.undo, vec![(id, "compensate".to_owned())]);
        if node.ends { Vec::new() } else { ends }
    }

    fn subgraph(&mut self, label: &str, inside: impl FnOnce(&mut Self)) {
        let id = self.id();
        self.line(&format!("subgraph {id}[\"{}\"]", escape(label)));
        self.indent += 2;
        inside(self);
        self.indent -= 2;
        self.line("end");
    }

    fn styles(&mut self) {
        for (kind, fill, line) in super::svg::COLOURS {
            self.line(&format!(
                "classDef {kind} fill:{fill},stroke:{line},color:#1b1f24"
            ));
        }
    }
}

fn brackets(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "conditional" | "switch" => ("{", "}"),
        "approval" => ("{{", "}}"),
        "subworkflow" => ("[[", "]]"),
        "return" | "fail" | "break" | "continue" => ("([", "])"),
        _ => ("[", "]"),
    }
}

fn label(node: &Node) -> String {
    let mut parts = vec![match &node.name {
        Some(name) => format!("{} {name}", node.kind),
        None => node.kind.to_owned(),
    }];
    if !node.text.is_empty() {
        parts.push(node.text.clone());
    }
    parts.join("\n")
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
