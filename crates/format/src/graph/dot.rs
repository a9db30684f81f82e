//! Graphviz' DOT language (<https://graphviz.org/doc/info/lang.html>).

use std::fmt::Write as _;

use super::model::{Chart, Node};

pub(super) fn print(chart: &Chart) -> String {
    let mut flow = Flow {
        out: String::new(),
        next: 0,
        indent: 2,
    };
    let _ = writeln!(flow.out, "digraph {} {{", quote(&chart.title));
    flow.line("rankdir=TB; node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11]; edge [fontname=\"Helvetica\", fontsize=10];");
    let mut loose = Vec::new();
    let starts = if chart.triggers.is_empty() {
        std::slice::from_ref(&chart.title)
    } else {
        &chart.triggers
    };
    for start in starts {
        let id = flow.shape(start, "trigger", "oval");
        loose.push((id, String::new()));
    }
    let loose = flow.sequence(&chart.body, loose);
    let end = flow.shape("end", "trigger", "oval");
    flow.join(loose, &end);
    for (label, nodes) in &chart.ends {
        flow.cluster(label, |flow| {
            flow.sequence(nodes, Vec::new());
        });
    }
    flow.out.push_str("}\n");
    flow.out
}

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

    fn shape(&mut self, label: &str, kind: &str, shape: &str) -> String {
        self.next += 1;
        let id = format!("n{}", self.next);
        let (fill, line) = super::svg::colour(kind);
        self.line(&format!(
            "{id} [label={}, shape={shape}, fillcolor=\"{fill}\", color=\"{line}\"];",
            quote(label)
        ));
        id
    }

    fn join(&mut self, loose: Loose, to: &str) {
        for (from, label) in loose {
            if label.is_empty() {
                self.line(&format!("{from} -> {to};"));
            } else {
                self.line(&format!("{from} -> {to} [label={}];", quote(&label)));
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
        let name = node
            .name
            .as_ref()
            .map(|n| format!(" {n}"))
            .unwrap_or_default();
        let text = if node.text.is_empty() {
            String::new()
        } else {
            format!("\n{}", node.text)
        };
        let shape = match node.kind {
            "conditional" | "switch" => "diamond",
            "approval" => "hexagon",
            "return" | "fail" | "break" | "continue" => "oval",
            _ => "box",
        };
        let id = self.shape(&format!("{}{name}{text}", node.kind), node.kind, shape);
        self.join(loose, &id);
        let mut open = vec![(id.clone(), String::new())];
        if !node.inside.is_empty() {
            self.cluster(node.kind, |flow| {
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

    fn cluster(&mut self, label: &str, inside: impl FnOnce(&mut Self)) {
        self.next += 1;
        let id = self.next;
        self.line(&format!("subgraph cluster_{id} {{"));
        self.indent += 2;
        self.line(&format!("label={}; style=dashed;", quote(label)));
        inside(self);
        self.indent -= 2;
        self.line("}");
    }
}

fn quote(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}
