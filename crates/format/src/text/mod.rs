//! Prints a workflow in the text form, from its AST.

mod root;
mod step;
mod value;

use std::collections::HashSet;

use wfc_syntax::ast::{Ast, Block, StepId};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling, Tree};

use crate::comments::Comments;
use crate::doc::Notes;
use crate::from_tree::{said_comments, starts};

/// The text form's width in columns: what is longer is broken.
const WIDTH: usize = 100;

/// The whole file's text, with a newline at the end. `slug` is spelled when the file itself names it.
pub(crate) fn print(ast: &Ast, tree: &Tree, source: &str) -> String {
    let mut anchors = Vec::new();
    if let Some(root) = tree.root {
        starts(tree, root, &mut anchors);
        anchors.push(tree.span(root).start);
    }
    anchors.extend(ast.steps.iter().map(|s| s.span.start));
    let comments = Comments::attach(source, &tree.comments, &mut anchors);
    let mut printer = Printer {
        ast,
        tree,
        source,
        comments,
        step_nodes: ast.steps.iter().map(|s| s.node).collect(),
        out: String::new(),
        indent: 0,
    };
    printer.root();
    for line in printer.comments.left() {
        printer.line(&comment(&line));
    }
    printer.out
}

struct Printer<'a> {
    ast: &'a Ast,
    tree: &'a Tree,
    source: &'a str,
    comments: Comments,
    /// Steps print their own comments; look-ups only.
    step_nodes: HashSet<NodeId>,
    out: String,
    indent: usize,
}

fn comment(line: &str) -> String {
    if line.is_empty() {
        "//".to_owned()
    } else {
        format!("// {line}")
    }
}

impl Printer<'_> {
    fn pad(&mut self) {
        self.out.extend(std::iter::repeat_n(' ', self.indent));
    }

    fn line(&mut self, text: &str) {
        if !text.is_empty() {
            self.pad();
            self.out.push_str(text);
        }
        self.out.push('\n');
    }

    /// Text that may span lines: all but the first are indented, those of `"""` strings included.
    fn lines(&mut self, text: &str) {
        for line in text.split('\n') {
            self.line(line);
        }
    }

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") && !self.out.ends_with("{\n") {
            self.out.push('\n');
        }
    }

    /// All that stands around the node and within it, steps inside it aside.
    fn notes(&mut self, at: Span, node: Option<NodeId>) -> Notes {
        let mut notes = self.comments.take(at);
        if let Some(node) = node {
            self.gather(node, &mut notes);
        }
        notes
    }

    fn gather(&mut self, node: NodeId, notes: &mut Notes) {
        let tree = self.tree;
        match tree.kind(node) {
            NodeKind::Map(entries) => {
                for entry in entries {
                    self.gather_at(entry.key_span, notes);
                    if &*entry.key == "x-comments" {
                        let said = said_comments(tree, entry.value).unwrap_or_default();
                        notes
                            .leading
                            .extend(said.into_iter().flat_map(|(_, lines)| lines));
                    } else if !self.step_nodes.contains(&entry.value) {
                        self.gather(entry.value, notes);
                    }
                }
            }
            NodeKind::Seq(items) => {
                for item in items {
                    if !self.step_nodes.contains(item) {
                        self.gather_at(tree.span(*item), notes);
                        self.gather(*item, notes);
                    }
                }
            }
            _ => {}
        }
    }

    fn gather_at(&mut self, at: Span, notes: &mut Notes) {
        let found = self.comments.take(at);
        notes.leading.extend(found.leading);
        if notes.trailing.is_none() {
            notes.trailing = found.trailing;
        } else {
            notes.leading.extend(found.trailing);
        }
    }

    /// Comments before a thing, and the blank line that the author left above it.
    fn before(&mut self, notes: &Notes) {
        if notes.blank_before {
            self.blank();
        }
        for line in &notes.leading {
            let line = comment(line);
            self.line(&line);
        }
    }

    /// Prints `text` with its comments around it.
    fn noted(&mut self, mut notes: Notes, text: &str) {
        if text.contains('\n') {
            notes.leading.extend(notes.trailing.take());
        }
        self.before(&notes);
        match &notes.trailing {
            Some(trailing) => self.lines(&format!("{text} {}", comment(trailing))),
            None => self.lines(text),
        }
    }

    fn steps(&mut self, block: &Block) {
        for id in &block.steps {
            self.step(*id);
        }
    }

    /// ` {`, the steps, `}` without a newline after it.
    fn block(&mut self, head: &str, block: &Block) {
        self.block_with(head, block, |_| {});
    }

    /// With `end` printing what follows the steps inside the braces. A block of one step that the author wrote
    /// on one line stays on one.
    fn block_with(&mut self, head: &str, block: &Block, end: impl FnOnce(&mut Self)) {
        self.out.push_str(head);
        if self.is_one_liner(block) {
            let outside = std::mem::take(&mut self.out);
            let indent = std::mem::take(&mut self.indent);
            self.steps(block);
            end(self);
            let inside = std::mem::replace(&mut self.out, outside);
            self.indent = indent;
            let inside = inside.trim_end();
            if !inside.contains('\n') && self.column() + inside.chars().count() + 5 <= WIDTH {
                self.out.push_str(&format!(" {{ {inside} }}"));
                return;
            }
            self.out.push_str(" {\n");
            self.indent += 2;
            self.lines(inside);
            self.indent -= 2;
            self.pad();
            self.out.push('}');
            return;
        }
        self.out.push_str(" {\n");
        self.indent += 2;
        self.steps(block);
        end(self);
        self.indent -= 2;
        self.pad();
        self.out.push('}');
    }

    fn is_one_liner(&self, block: &Block) -> bool {
        let written = self.source.get(block.span.range()).unwrap_or_default();
        self.tree.spelling == Spelling::Text && block.steps.len() == 1 && !written.contains('\n')
    }

    /// Characters on the current line so far.
    fn column(&self) -> usize {
        self.out.rsplit('\n').next().unwrap_or_default().chars().count()
    }

    fn step_of(&self, id: StepId) -> &wfc_syntax::ast::Step {
        self.ast.step(id)
    }
}
