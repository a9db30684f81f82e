//! The walk over a chart that languages of nodes and edges share.

use std::fmt::Write as _;

use super::model::{Chart, Node};

/// How a language writes what the walk meets, a line each.
pub(super) trait Grammar {
    /// A node: its name in the file, the kind of step, and what it says.
    fn node(id: &str, kind: &str, label: &str) -> String;
    /// An edge, with a label unless that is empty.
    fn edge(from: &str, to: &str, label: &str) -> String;
    /// The lines that open a box of this number around nodes, and the one that closes it.
    fn open(number: usize, label: &str) -> Vec<String>;
    const CLOSE: &'static str;
}

/// Edges that still want an end: where they start, and their label.
type Loose = Vec<(String, String)>;

/// A file in the making.
pub(super) struct Flow<G> {
    out: String,
    next: usize,
    indent: usize,
    grammar: std::marker::PhantomData<G>,
}

impl<G: Grammar> Flow<G> {
    /// Starts with the line `first`.
    pub(super) fn new(first: &str) -> Self {
        Self {
            out: format!("{first}\n"),
            next: 0,
            indent: 2,
            grammar: std::marker::PhantomData,
        }
    }

    pub(super) fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{:indent$}{text}", "", indent = self.indent);
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// The whole chart.
    pub(super) fn chart(&mut self, chart: &Chart) {
        let starts = match chart.triggers.as_slice() {
            [] => std::slice::from_ref(&chart.title),
            triggers => triggers,
        };
        let loose = starts.iter().map(|start| self.shape("trigger", start));
        let loose = loose.map(|id| (id, String::new())).collect();
        let loose = self.sequence(&chart.body, loose);
        let end = self.shape("trigger", "end");
        self.join(loose, &end);
        for (label, nodes) in &chart.ends {
            self.boxed(label, |flow| {
                flow.sequence(nodes, Vec::new());
            });
        }
    }

    fn shape(&mut self, kind: &str, label: &str) -> String {
        self.next += 1;
        let id = format!("n{}", self.next);
        self.line(&G::node(&id, kind, label));
        id
    }

    fn join(&mut self, loose: Loose, to: &str) {
        for (from, label) in loose {
            self.line(&G::edge(&from, to, &label));
        }
    }

    fn sequence(&mut self, nodes: &[Node], mut loose: Loose) -> Loose {
        for node in nodes {
            loose = self.node(node, loose);
        }
        loose
    }

    fn node(&mut self, node: &Node, loose: Loose) -> Loose {
        let id = self.shape(node.kind, &label(node));
        self.join(loose, &id);
        let mut open = vec![(id.clone(), String::new())];
        if !node.inside.is_empty() {
            self.boxed(node.kind, |flow| {
                open = flow.sequence(&node.inside, vec![(id.clone(), String::new())]);
            });
        }
        if node.kind == "loop" {
            let next = open.into_iter().map(|(from, _)| (from, "next".to_owned()));
            self.join(next.collect(), &id);
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

    fn boxed(&mut self, label: &str, inside: impl FnOnce(&mut Self)) {
        self.next += 1;
        let mut opening = G::open(self.next, label).into_iter();
        if let Some(first) = opening.next() {
            self.line(&first);
        }
        self.indent += 2;
        for line in opening {
            self.line(&line);
        }
        inside(self);
        self.indent -= 2;
        self.line(G::CLOSE);
    }
}

/// The kind and the name, and what the step does below.
fn label(node: &Node) -> String {
    let mut out = node.kind.to_owned();
    if let Some(name) = &node.name {
        let _ = write!(out, " {name}");
    }
    if !node.text.is_empty() {
        let _ = write!(out, "\n{}", node.text);
    }
    out
}
