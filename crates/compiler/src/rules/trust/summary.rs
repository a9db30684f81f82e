//! What callers need to know of a workflow, found by walking its file.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wfc_syntax::Parsed;
use wfc_syntax::slug::slug_of;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use super::guard::Key;
use super::label::{Form, Label, Path};
use super::trail::{Place, Trail};
use crate::analysis::{Analysis, analyse};
use crate::rules::RuleContext;

/// What does not take everything.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sink {
    /// A shell command.
    Command,
    /// A variable whose value a shell command runs.
    RunAgain,
    /// An argument of a destructive tool, behind an approval.
    Destructive { tool: Arc<str> },
    /// An agent that holds a destructive tool.
    Steer { tool: Arc<str> },
    /// The host of a request.
    Host,
    /// What others read.
    Exposed(&'static str),
}

/// An input that goes to a place which does not take everything.
#[derive(Clone, Debug)]
pub(super) struct InputSink {
    /// The input's place among the file's inputs, and the part of it.
    pub(super) input: u32,
    pub(super) path: Path,
    pub(super) form: Form,
    pub(super) sink: Sink,
    pub(super) place: Place,
    pub(super) trail: Trail,
}

impl PartialEq for InputSink {
    fn eq(&self, other: &Self) -> bool {
        (self.input, &self.path, self.form, &self.sink, &self.place)
            == (
                other.input,
                &other.path,
                other.form,
                &other.sink,
                &other.place,
            )
    }
}

/// A destructive tool that is reached without anyone's yes.
#[derive(Clone, Debug)]
pub(super) struct Unguarded {
    pub(super) tool: Arc<str>,
    pub(super) place: Place,
    /// The calls on the way to it.
    pub(super) trail: Trail,
}

impl PartialEq for Unguarded {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place && self.tool == other.tool
    }
}

/// A workflow's summary.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Summary {
    pub(super) sinks: Vec<InputSink>,
    pub(super) returns: Label,
    pub(super) unguarded: Vec<Unguarded>,
    /// Whether it only ends well after a person's yes.
    pub(super) approves: bool,
    /// The parts of its inputs that were shown to whoever said yes.
    pub(super) shown: BTreeSet<(u32, Path)>,
}

/// Sinks and effects that one summary keeps.
const MAX_KEPT: usize = 64;

impl Summary {
    pub(super) fn sink(&mut self, sink: InputSink) {
        if self.sinks.len() < MAX_KEPT && !self.sinks.contains(&sink) {
            self.sinks.push(sink);
        }
    }

    pub(super) fn unguard(&mut self, effect: Unguarded) {
        if self.unguarded.len() < MAX_KEPT && !self.unguarded.contains(&effect) {
            self.unguarded.push(effect);
        }
    }

    /// Of what was shown, the parts of the file's own inputs.
    pub(super) fn keep_shown(&mut self, shown: &BTreeSet<Key>, cx: &RuleContext<'_>, file: &str) {
        let inputs = || (0_u32..).zip(&cx.ast.workflow.inputs);
        for (place, path) in shown.iter().filter(|(place, _)| *place.file == *file) {
            let input = inputs().find(|(_, input)| input.name.span == place.span);
            self.shown.extend(input.map(|(at, _)| (at, path.clone())));
        }
    }
}

/// Another file, read and analysed.
pub(super) struct File {
    pub(super) source: Arc<Source>,
    pub(super) slug: String,
    pub(super) parsed: Parsed,
    pub(super) analysis: Analysis,
}

/// The workflows that a file calls, and those that they call.
pub(super) struct Calls<'a> {
    cx: &'a RuleContext<'a>,
    files: RefCell<BTreeMap<String, Arc<File>>>,
    known: RefCell<BTreeMap<String, Arc<Summary>>>,
    /// Files that are being walked, outermost first, each with what is assumed of it and whether that was used.
    open: RefCell<Vec<(String, Arc<Summary>, bool)>>,
}

/// Workflows called by workflows called by ...: nothing is known of deeper ones.
const MAX_CALLS: usize = 32;
/// Files that are looked into at most.
const MAX_FILES: usize = 200;
/// Rounds of a workflow that calls itself.
const MAX_ROUNDS: usize = 4;

impl<'a> Calls<'a> {
    pub(super) fn new(cx: &'a RuleContext<'a>) -> Self {
        Self {
            cx,
            files: RefCell::default(),
            known: RefCell::default(),
            open: RefCell::default(),
        }
    }

    /// The file that `called` names in the file `from`, with its summary.
    pub(super) fn of(&self, from: &str, called: &str) -> Option<(Arc<File>, Arc<Summary>)> {
        let world = self.cx.world;
        let source = if crate::analysis::is_path(called) {
            world.source(from, called)
        } else {
            world.workflow(from, called)
        }?;
        let file = self.file(source)?;
        let summary = self.summary(&file)?;
        Some((file, summary))
    }

    fn file(&self, source: Arc<Source>) -> Option<Arc<File>> {
        if let Some(known) = self.files.borrow().get(&source.name) {
            return Some(known.clone());
        }
        if self.files.borrow().len() >= MAX_FILES {
            return None;
        }
        let parsed = wfc_syntax::parse(&source, Spelling::of(&source.name, &source.text));
        let (analysis, _) = analyse(&parsed.ast, self.cx.world, self.cx.settings, &source.name);
        let name = source.name.clone();
        let file = Arc::new(File {
            slug: slug_of(&parsed.ast, &name),
            source,
            parsed,
            analysis,
        });
        self.files.borrow_mut().insert(name, file.clone());
        Some(file)
    }

    fn summary(&self, file: &File) -> Option<Arc<Summary>> {
        let name = &file.source.name;
        if let Some(known) = self.known.borrow().get(name) {
            return Some(known.clone());
        }
        if let Some((_, assumed, used)) = self
            .open
            .borrow_mut()
            .iter_mut()
            .find(|(open, ..)| open == name)
        {
            *used = true;
            return Some(assumed.clone());
        }
        if self.open.borrow().len() >= MAX_CALLS {
            return None;
        }
        // At first a call of itself is taken to do nothing that the rest does not do.
        let mut assumed = Arc::new(Summary {
            approves: true,
            ..Summary::default()
        });
        for _ in 0..MAX_ROUNDS {
            let before: BTreeSet<String> = self.known.borrow().keys().cloned().collect();
            self.open
                .borrow_mut()
                .push((name.clone(), assumed.clone(), false));
            let found = Arc::new(self.walked(file));
            let used = self.open.borrow_mut().pop().is_some_and(|(.., used)| used);
            let settled = !used || *found == *assumed;
            assumed = found;
            if settled {
                break;
            }
            // What was found on this one's assumption is to be found again.
            self.known
                .borrow_mut()
                .retain(|known, _| before.contains(known));
        }
        // On others' assumptions nothing is known for good.
        if self.open.borrow().iter().all(|(.., used)| !used) {
            self.known
                .borrow_mut()
                .insert(name.clone(), assumed.clone());
        }
        Some(assumed)
    }

    fn walked(&self, file: &File) -> Summary {
        let (settings, world) = (self.cx.settings, self.cx.world);
        let cx = RuleContext::new(&file.source, &file.parsed, &file.analysis, settings, world);
        super::flow::walk(&cx, self, true).1
    }
}
