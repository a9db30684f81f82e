//! What files of tests say of a workflow: its inputs, its steps, its path.

use std::sync::Arc;

use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Tree};

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::code_lens::{TestFile, tests_of, workflow_of};
use crate::names::{Occurrence, Role, Symbol};
use crate::snapshot::Snapshot;

/// A file of tests with the places in it that name something.
pub(crate) struct InTests {
    pub(crate) path: String,
    pub(crate) source: Arc<Source>,
    pub(crate) tree: Tree,
    /// The characters of the name, without quotes.
    pub(crate) spans: Vec<Span>,
}

/// What a file of tests can name.
enum Wanted {
    Path,
    /// A key of these mappings.
    Keys(&'static str, Box<str>),
    Step(Box<str>),
}

/// Whether a file holds tests, by its name.
#[must_use]
pub fn is_tests(path: &str) -> bool {
    wfc_testing::file::is_tests(path)
}

/// The places in files of tests that name what `symbol` is in a workflow's file.
pub(crate) fn naming(snapshot: &Snapshot, file: &CheckedFile, symbol: &Symbol) -> Vec<InTests> {
    wanted(file, symbol).map_or(Vec::new(), |wanted| find(snapshot, &file.path, &wanted))
}

/// What is named at an offset of a file of tests: the workflow, the declaration there, and the characters here.
pub(crate) fn at(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Result<Option<(Arc<CheckedFile>, Occurrence, Span)>, Cancelled> {
    let Some(source) = snapshot.source(path) else {
        return Ok(None);
    };
    let tests = TestFile::read(&source);
    let workflow = workflow_of(snapshot, path, &tests);
    let Some(file) = workflow.map_or(Ok(None), |w| snapshot.checked(&w, cancel))? else {
        return Ok(None);
    };
    let declared = file.names().all().iter();
    for occurrence in declared.filter(|o| o.role == Role::Declaration) {
        let Some(wanted) = wanted(&file, &occurrence.symbol) else {
            continue;
        };
        let mut finder = Finder {
            tree: &tests.tree,
            source: &source,
            wanted: &wanted,
            spans: Vec::new(),
        };
        finder.file();
        let here = |s: &Span| s.start <= offset && offset <= s.end;
        if let Some(span) = finder.spans.into_iter().find(here) {
            let occurrence = occurrence.clone();
            return Ok(Some((file, occurrence, span)));
        }
    }
    Ok(None)
}

/// How files of tests name a symbol.
fn wanted(file: &CheckedFile, symbol: &Symbol) -> Option<Wanted> {
    let workflow = &file.ast().workflow;
    match symbol {
        Symbol::Input(i) => {
            let decl = workflow.inputs.get(*i as usize);
            decl.map(|d| Wanted::Keys("inputs", d.name.text.clone()))
        }
        Symbol::Env(i) => {
            let decl = workflow.env.get(*i as usize);
            decl.map(|d| Wanted::Keys("env", d.name.text.clone()))
        }
        Symbol::Secret(i) => {
            let name = workflow.secrets.get(*i as usize);
            name.map(|n| Wanted::Keys("secrets", n.text.clone()))
        }
        Symbol::Step(id) => {
            let step = file.ast().steps.get(id.0 as usize);
            let id = step.and_then(|s| s.id.as_ref());
            id.map(|id| Wanted::Step(id.text.clone()))
        }
        _ => None,
    }
}

/// The places in files of tests that name a workflow by its path.
pub(crate) fn naming_path(snapshot: &Snapshot, workflow: &str) -> Vec<InTests> {
    find(snapshot, workflow, &Wanted::Path)
}

fn find(snapshot: &Snapshot, workflow: &str, wanted: &Wanted) -> Vec<InTests> {
    let mut paths = tests_of(snapshot, workflow);
    paths.extend(snapshot.open_files().map(str::to_owned));
    paths.sort();
    paths.dedup();
    let mut out = Vec::new();
    for path in paths {
        if !is_tests(&path) {
            continue;
        }
        let Some(source) = snapshot.source(&path) else {
            continue;
        };
        let file = TestFile::read(&source);
        if workflow_of(snapshot, &path, &file).as_deref() != Some(workflow) {
            continue;
        }
        let mut finder = Finder {
            tree: &file.tree,
            source: &source,
            wanted,
            spans: Vec::new(),
        };
        finder.file();
        let spans = finder.spans;
        if !spans.is_empty() {
            out.push(InTests {
                path,
                source,
                tree: file.tree,
                spans,
            });
        }
    }
    out
}

struct Finder<'a> {
    tree: &'a Tree,
    source: &'a Source,
    wanted: &'a Wanted,
    spans: Vec<Span>,
}

impl Finder<'_> {
    fn file(&mut self) {
        let Some(root) = self.tree.root else {
            return;
        };
        if let (Wanted::Path, Some(node)) = (self.wanted, self.tree.field(root, "workflow")) {
            if let NodeKind::Scalar(text) = self.tree.kind(node) {
                self.add(self.tree.span(node), &text.text);
            }
            return;
        }
        let tests = self.tree.field(root, "tests");
        let mut holders = tests.map_or(&[][..], |n| self.items(n)).to_vec();
        holders.extend(self.tree.field(root, "defaults"));
        for test in holders {
            match self.wanted {
                Wanted::Path => {}
                Wanted::Keys(field, name) => self.keys(test, field, name),
                Wanted::Step(id) => self.steps(test, id),
            }
        }
    }

    fn items(&self, node: NodeId) -> &[NodeId] {
        match self.tree.kind(node) {
            NodeKind::Seq(items) => items,
            _ => &[],
        }
    }

    fn entries(&self, map: NodeId, field: &str) -> &[MapEntry] {
        match self.tree.field(map, field).map(|n| self.tree.kind(n)) {
            Some(NodeKind::Map(entries)) => entries,
            _ => &[],
        }
    }

    /// Adds the name at a place, when it is written there as it is.
    fn add(&mut self, span: Span, name: &str) {
        if let Some(at) = self.source.slice(span).find(name) {
            let start = span.start as usize + at;
            self.spans.push(Span::of(start, start + name.len()));
        }
    }

    fn keys(&mut self, map: NodeId, field: &str, name: &str) {
        let found = self.entries(map, field).iter().find(|e| &*e.key == name);
        if let Some(span) = found.map(|e| e.key_span) {
            self.add(span, name);
        }
    }

    fn text(&mut self, node: Option<NodeId>, id: &str) {
        if let Some(node) = node
            && let NodeKind::Scalar(text) = self.tree.kind(node)
            && &*text.text == id
        {
            self.add(self.tree.span(node), id);
        }
    }

    fn steps(&mut self, test: NodeId, id: &str) {
        self.keys(test, "mocks", id);
        let Some(expect) = self.tree.field(test, "expect") else {
            return;
        };
        self.keys(expect, "steps", id);
        let error = self.tree.field(expect, "error");
        self.text(error.and_then(|e| self.tree.field(e, "step")), id);
        for field in ["effects", "includes", "not_called"] {
            let items = self.tree.field(expect, field);
            let items = items.map_or(&[][..], |n| self.items(n)).to_vec();
            for item in items {
                self.text(Some(item), id);
                self.text(self.tree.field(item, "step"), id);
            }
        }
    }
}
