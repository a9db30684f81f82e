//! YAML to the tree: YAML 1.2, without tags, merge keys, and keys that are no text.
//!
//! The parser underneath stops at its first fault. Here the fault is told in our words, the smallest piece of text
//! around it is overwritten without moving anything, and the parser starts again, until it comes through.
//!
//! Most files have no fault and use little of YAML: [`quick`] reads those, and the parser never sees them.

mod alias;
mod brackets;
mod build;
mod codes;
mod context;
pub(crate) mod decode;
mod decode_block;
mod diagnose;
mod events;
mod frame;
mod granit;
pub(crate) mod keys;
mod lines;
mod misplaced;
mod missing;
mod place;
mod quick;
mod quirk;
mod quotes;
mod repairs;
mod restore;
mod rules;
mod scene;
mod tabs;
#[cfg(test)]
pub(crate) mod tests;

pub use codes::{ESCAPE, INDENTATION, SYNTAX, TAB, TOO_DEEP, UNCLOSED};
pub use keys::DUPLICATE_KEY;
pub use quirk::{CUT_BY_COMMENT, NEEDS_QUOTES};
pub use rules::{ALIAS, DOCUMENTS, KEY, MERGE_KEY, TAG};

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::{MAX_DIAGNOSTICS, MAX_FAULTS, MAX_NODES, MAX_REREAD_BYTES};
use crate::source::{EMPTY, TOO_LARGE};
use crate::span::Span;
use crate::tree::{NodeKind, Spelling, Tree};

pub(crate) use lines::closing_quote;

use build::{Attempt, Builder};
use diagnose::{diagnose, escalate};
use events::{Fault, Stop};
use frame::Frame;
use granit::Granit;
use repairs::{Repair, Repairs};

/// The codes that reading YAML reports.
pub static CODES: &[&Code] = &[
    &TOO_DEEP,
    &TAB,
    &SYNTAX,
    &INDENTATION,
    &UNCLOSED,
    &NEEDS_QUOTES,
    &CUT_BY_COMMENT,
    &TAG,
    &ALIAS,
    &MERGE_KEY,
    &DUPLICATE_KEY,
    &KEY,
    &DOCUMENTS,
    &ESCAPE,
];

/// Parses a YAML text. Whatever it is, there is a tree; what could not be read is [`NodeKind::Error`] in it, and
/// has been reported. A text of nothing but white space has no root and no finding: that is said of its file.
#[must_use]
pub fn parse(text: &str) -> (Tree, Vec<Diagnostic>) {
    if let Some(tree) = quick::read(text) {
        return (tree, Vec::new());
    }
    read_in_full(text)
}

/// Parses a text of any kind.
fn read_in_full(text: &str) -> (Tree, Vec<Diagnostic>) {
    let mut reader = Reader::new(text);
    let tree = reader.read();
    let mut diagnostics = reader.diagnostics;
    if tree.root.is_none() && diagnostics.is_empty() && !text.trim().is_empty() {
        let finding = Diagnostic::new(&EMPTY, Span::at(0), "the file holds no workflow")
            .help("write a mapping with `steps`");
        diagnostics.push(finding);
    }
    diagnostics.sort_by(|a, b| (a.span, a.code.id).cmp(&(b.span, b.code.id)));
    diagnostics.truncate(MAX_DIAGNOSTICS);
    (tree, diagnostics)
}

struct Reader<'s> {
    text: &'s str,
    repairs: Repairs<'s>,
    diagnostics: Vec<Diagnostic>,
    /// What the faults so far spoil, and how often it was not enough to take that out.
    spoilt: Vec<(Span, usize)>,
    reread: usize,
}

impl<'s> Reader<'s> {
    fn new(text: &'s str) -> Self {
        Self {
            text,
            repairs: Repairs::new(text),
            diagnostics: Vec::new(),
            spoilt: Vec::new(),
            reread: 0,
        }
    }

    fn read(&mut self) -> Tree {
        loop {
            let work = self.repairs.text();
            let attempt = Builder::new(self.text, &self.repairs).run(&mut Granit::new(&work));
            let Attempt {
                tree,
                diagnostics,
                quirks,
                stop,
            } = attempt;
            self.reread += read_by(self.text, &stop);
            let changed = if !quirks.is_empty() {
                // A fault further on may come from them, and is found again if not.
                let mut changed = false;
                for quirk in quirks {
                    changed |= self.apply(quirk.repairs);
                    self.diagnostics.push(quirk.diagnostic);
                }
                changed
            } else if let Some((stop, frames)) = stop {
                self.fault(&work, stop, &frames)
            } else {
                self.diagnostics.extend(diagnostics);
                return tree;
            };
            let spent = self.reread > MAX_REREAD_BYTES + self.text.len();
            let full = self.diagnostics.len() >= MAX_DIAGNOSTICS;
            if !changed || spent || full || self.spoilt.len() > MAX_FAULTS {
                return self.give_up(tree);
            }
        }
    }

    /// Reports a fault and takes it out; false when nothing more can be taken out.
    fn fault(&mut self, work: &str, stop: Stop, frames: &[Frame]) -> bool {
        if stop.fault == Fault::Nodes {
            let message = format!(
                "the file has more than {MAX_NODES} nodes, aliases counted as often as used"
            );
            let finding = Diagnostic::new(&TOO_LARGE, Span::of(stop.at, stop.at), message)
                .help("split the workflow into several, and call them with `subworkflow` steps");
            self.diagnostics.push(finding);
            return false;
        }
        let at = Span::of(stop.at, stop.at).start;
        if let Some((extent, level)) = self
            .spoilt
            .iter_mut()
            .find(|(e, _)| e.start <= at && at <= e.end)
        {
            *level += 1;
            let Some(repairs) = escalate(self.text, stop, frames, *level) else {
                return false;
            };
            for repair in &repairs {
                if let Repair::Blank(span) = repair {
                    *extent = extent.to(*span);
                }
            }
            return self.apply(repairs);
        }
        let diagnosis = diagnose(work, self.text, stop, frames);
        self.diagnostics.push(diagnosis.diagnostic);
        self.spoilt.push((diagnosis.extent, 0));
        if self.apply(diagnosis.repairs) {
            return true;
        }
        escalate(self.text, stop, frames, 1).is_some_and(|repairs| self.apply(repairs))
    }

    fn apply(&mut self, repairs: Vec<Repair>) -> bool {
        repairs.into_iter().fold(false, |changed, repair| {
            self.repairs.apply(repair) | changed
        })
    }

    /// The tree of a file of which nothing more is to be said.
    fn give_up(&self, unfinished: Tree) -> Tree {
        let mut tree = Tree::new(Spelling::Yaml);
        tree.comments = unfinished.comments;
        tree.root = Some(tree.push(NodeKind::Error, Span::of(0, self.text.len())));
        tree
    }
}

/// Bytes that the parser has read when it stopped.
fn read_by(text: &str, stop: &Option<(Stop, Vec<Frame>)>) -> usize {
    match stop {
        // What is never closed is found at the end, and told at its start.
        None => text.len(),
        Some((
            Stop {
                fault: Fault::Quote | Fault::Unclosed,
                ..
            },
            _,
        )) => text.len(),
        Some((stop, _)) => stop.at,
    }
}
