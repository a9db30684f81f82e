//! Prints a workflow in the text form, from its AST.

mod root;
mod step;
mod value;

use std::cell::RefCell;
use std::collections::BTreeSet;

use wfc_syntax::ast::{Ast, Block, StepId};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Spelling, Tree};

use crate::comments::{BLANK, Comments};
use crate::doc::Notes;
use crate::extensions;
use crate::from_tree::said_comments;

/// The text form's width in columns: what is longer is broken.
const WIDTH: usize = 100;

/// The whole file's text, with a newline at the end. `slug` is spelled when the file itself names it.
///
/// # Errors
/// A key with `x-` that stands where the text form has no place for one.
pub(crate) fn print(ast: &Ast, tree: &Tree, source: &str) -> Result<String, String> {
    let comments = Comments::attach(tree, source);
    let mut printer = Printer {
        ast,
        tree,
        source,
        comments,
        extensions: RefCell::default(),
        out: String::new(),
        indent: 0,
    };
    printer.root();
    let left = printer.comments.left();
    printer.comment_lines(&left);
    let printed = printer.extensions.into_inner();
    let mut all = extensions::entries(tree).into_iter();
    match all.find(|e| !printed.contains(&e.value)) {
        Some(lost) => Err(lost.key.to_string()),
        None => Ok(printer.out),
    }
}

struct Printer<'a> {
    ast: &'a Ast,
    tree: &'a Tree,
    source: &'a str,
    comments: Comments,
    /// Values of keys with `x-` that were printed.
    extensions: RefCell<BTreeSet<NodeId>>,
    out: String,
    indent: usize,
}

/// A comment with its sign; a third `/` stays at the others.
fn comment(line: &str) -> String {
    if line.is_empty() || line.starts_with('/') {
        format!("//{line}")
    } else {
        format!("// {line}")
    }
}

/// Adds comments of a part to those of the whole.
fn merge(notes: &mut Notes, found: Notes) {
    notes.leading.extend(found.leading);
    if notes.trailing.is_none() {
        notes.trailing = found.trailing;
    } else {
        notes.leading.extend(found.trailing);
    }
    notes.leading.extend(found.after);
    notes.leading.extend(found.closing);
}

/// Whether an entry of a step holds steps, which say their own comments.
fn holds_blocks(tree: &Tree, entry: &MapEntry) -> bool {
    match &*entry.key {
        "then" | "else" | "steps" | "default" | "catch" | "finally" | "compensate" | "cases"
        | "branches" => true,
        "on_error" => matches!(tree.kind(entry.value), NodeKind::Seq(_)),
        _ => false,
    }
}

impl<'a> Printer<'a> {
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

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") && !self.at_block_start() {
            self.out.push('\n');
        }
    }

    /// Whether the line before opens a block; a comment may stand behind the brace.
    fn at_block_start(&self) -> bool {
        let last = self.out.strip_suffix('\n').unwrap_or(&self.out);
        let last = last.rsplit('\n').next().unwrap_or_default();
        last.ends_with('{')
            || last
                .split_once("{ //")
                .is_some_and(|(head, _)| !head.contains('"'))
    }

    /// All that stands around an entry and within its value.
    fn entry_notes(&mut self, entry: &MapEntry) -> Notes {
        let mut notes = self.comments.take(entry.key_span);
        self.gather(entry.value, &mut notes);
        notes
    }

    /// The entry of a mapping.
    fn entry_of(&self, node: Option<NodeId>, key: &str) -> Option<&'a MapEntry> {
        let tree: &'a Tree = self.tree;
        match tree.kind(node?) {
            NodeKind::Map(entries) => entries.iter().find(|e| &*e.key == key),
            _ => None,
        }
    }

    /// What stands around the entry `key` of a mapping, and within its value.
    fn notes_of(&mut self, node: Option<NodeId>, key: &str) -> Notes {
        match self.entry_of(node, key) {
            Some(entry) => self.entry_notes(entry),
            None => Notes::default(),
        }
    }

    /// What stands around a block, but not within it. What was said above its head is said in it.
    fn block_notes(&mut self, node: NodeId, key: &str) -> Notes {
        match self.entry_of(Some(node), key) {
            Some(entry) => {
                let mut notes = self.comments.take(entry.key_span);
                notes.closing.extend(notes.after.take());
                notes
            }
            None => Notes::default(),
        }
    }

    /// What stands around a step and in its fields, blocks aside.
    fn step_notes(&mut self, at: Span, node: NodeId) -> Notes {
        let mut notes = self.comments.take_item(at);
        notes.leading.extend(self.said(Some(node)));
        let tree = self.tree;
        if let NodeKind::Map(entries) = tree.kind(node) {
            for entry in entries.iter().filter(|e| !holds_blocks(tree, e)) {
                self.gather_entry(entry, &mut notes);
            }
        }
        notes
    }

    /// Takes all within a node that is printed as one.
    fn gather(&mut self, node: NodeId, notes: &mut Notes) {
        let tree = self.tree;
        match tree.kind(node) {
            NodeKind::Map(entries) => {
                for entry in entries {
                    self.gather_entry(entry, notes);
                }
            }
            NodeKind::Seq(items) => {
                for item in items {
                    let found = self.comments.take_item(tree.span(*item));
                    merge(notes, found);
                    self.gather(*item, notes);
                }
            }
            _ => {}
        }
    }

    fn gather_entry(&mut self, entry: &MapEntry, notes: &mut Notes) {
        let found = self.comments.take(entry.key_span);
        merge(notes, found);
        self.gather(entry.value, notes);
    }

    /// What a mapping of JSON says of itself and its fields in `x-comments`.
    fn said(&self, node: Option<NodeId>) -> Vec<String> {
        if self.tree.spelling != Spelling::Json {
            return Vec::new();
        }
        let said = self.entry_of(node, "x-comments");
        let said = said.and_then(|e| said_comments(self.tree, e.value));
        said.into_iter()
            .flatten()
            .flat_map(|(_, lines)| lines)
            .collect()
    }

    /// Comments before a thing, and the blank line that the author left above it.
    fn before(&mut self, notes: &Notes) {
        if notes.blank_before {
            self.blank();
        }
        self.comment_lines(&notes.leading);
    }

    fn comment_lines(&mut self, lines: &[String]) {
        for line in lines {
            if line == BLANK {
                self.blank();
            } else {
                self.line(&comment(line));
            }
        }
    }

    /// Prints `text` with its comments around it.
    ///
    /// What is said at its end is said above it: behind it, it would belong to what follows.
    fn noted(&mut self, mut notes: Notes, text: &str) {
        let closing = std::mem::take(&mut notes.closing);
        notes
            .leading
            .extend(closing.into_iter().filter(|l| l != BLANK));
        self.around(notes, |this| {
            this.pad();
            this.text(text);
        });
    }

    /// Comments before what `print` prints, at the end of its first and of its last line, and behind it.
    fn around(&mut self, mut notes: Notes, print: impl FnOnce(&mut Self)) {
        let (trailing, after) = (notes.trailing.take(), notes.after.take());
        self.before(&notes);
        let start = self.out.len();
        print(self);
        let printed = self.out.get(start..).unwrap_or_default();
        match printed.find('\n') {
            None => {
                let mut said = trailing.into_iter().chain(after);
                if let Some(first) = said.next() {
                    self.out.push(' ');
                    self.out.push_str(&comment(&first));
                }
                let pad = " ".repeat(self.indent);
                for line in said {
                    self.out
                        .insert_str(start, &format!("{pad}{}\n", comment(&line)));
                }
            }
            Some(end) => {
                // Only behind an opening bracket is it certain that no string goes on there.
                let opens = printed.get(..end).is_some_and(|l| l.ends_with(['{', '[']));
                if let Some(after) = after {
                    self.out.push(' ');
                    self.out.push_str(&comment(&after));
                }
                if let Some(trailing) = trailing {
                    let line = comment(&trailing);
                    if opens {
                        self.out.insert_str(start + end, &format!(" {line}"));
                    } else {
                        let pad = " ".repeat(self.indent);
                        self.out.insert_str(start, &format!("{pad}{line}\n"));
                    }
                }
            }
        }
        self.out.push('\n');
        self.comment_lines(&notes.closing);
    }

    /// Adds text that may span lines at the current indentation.
    fn text(&mut self, text: &str) {
        let pad = " ".repeat(self.indent);
        for (i, line) in text.split('\n').enumerate() {
            if i > 0 {
                self.out.push('\n');
                // Empty lines stay empty.
                self.out.push_str(if line.is_empty() { "" } else { &pad });
            }
            self.out.push_str(line);
        }
    }

    fn steps(&mut self, block: &Block) {
        for id in &block.steps {
            self.step(*id);
        }
    }

    /// ` {`, the steps, `}` without a newline after it; `notes` are of the block as a whole.
    fn block(&mut self, head: &str, block: &Block, notes: &Notes) {
        self.block_with(head, block, notes, |_| {});
    }

    /// With `end` printing what follows the steps inside the braces. A block of one step that the author wrote
    /// on one line stays on one.
    fn block_with(
        &mut self,
        head: &str,
        block: &Block,
        notes: &Notes,
        end: impl FnOnce(&mut Self),
    ) {
        self.out.push_str(head);
        self.out.push_str(" {");
        if let Some(trailing) = &notes.trailing {
            self.out.push(' ');
            self.out.push_str(&comment(trailing));
        }
        let open = self.out.len();
        let column = self.column();
        self.out.push('\n');
        self.indent += 2;
        self.comment_lines(&notes.leading);
        self.steps(block);
        end(self);
        self.comment_lines(&notes.closing);
        self.indent -= 2;
        let inside = self.out.get(open..).unwrap_or_default().trim();
        if inside.is_empty() {
            self.out.truncate(open);
            self.out.push('}');
            return;
        }
        let short = !notes.has_comments()
            && self.is_one_liner(block)
            && !inside.contains(['\n'])
            && !inside.contains("//")
            && column + inside.chars().count() + 3 <= WIDTH;
        if short {
            let inside = inside.to_owned();
            self.out.truncate(open);
            self.out.push_str(&format!(" {inside} }}"));
            return;
        }
        self.pad();
        self.out.push('}');
    }

    fn is_one_liner(&self, block: &Block) -> bool {
        let written = self.source.get(block.span.range()).unwrap_or_default();
        self.tree.spelling == Spelling::Text && block.steps.len() == 1 && !written.contains('\n')
    }

    /// Characters on the current line so far.
    fn column(&self) -> usize {
        self.out
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
    }

    fn step_of(&self, id: StepId) -> &wfc_syntax::ast::Step {
        self.ast.step(id)
    }
}
