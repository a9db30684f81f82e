//! A file of tests: `*.wf.test.yaml`, `*.wf.test.json`.

pub mod schema;
pub mod shape;
pub mod table;
pub mod value;

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::json;
use wfc_syntax::parse::in_order;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, Spelling, Tree};
use wfc_syntax::yaml;

use crate::codes;
use table::{FILE, Form};

/// Endings of files of tests.
pub const ENDINGS: [&str; 3] = [".wf.test.yaml", ".wf.test.yml", ".wf.test.json"];

/// Endings of the workflows that a file of tests may be about, in the order in which they are looked for.
const WORKFLOW_ENDINGS: [&str; 4] = [".wf", ".wf.yaml", ".wf.yml", ".wf.json"];

/// Whether a file holds tests, by its name.
#[must_use]
pub fn is_tests(name: &str) -> bool {
    ENDINGS
        .iter()
        .any(|e| name.len() > e.len() && name.ends_with(e))
}

/// The files that `name` may be about when it does not say: beside it, of the same name.
#[must_use]
pub fn beside(name: &str) -> Vec<String> {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = ENDINGS
        .iter()
        .find_map(|e| file.strip_suffix(e))
        .unwrap_or(file);
    WORKFLOW_ENDINGS
        .iter()
        .map(|e| format!("{stem}{e}"))
        .collect()
}

/// A file of tests, as written.
#[derive(Debug)]
pub struct TestFile {
    /// The file.
    pub source: Source,
    /// What it says.
    pub tree: Tree,
    /// The path of the workflow, if it names one.
    pub workflow: Option<(String, Span)>,
    /// The tests.
    pub tests: Vec<Written>,
    /// The mapping of what all tests share.
    pub defaults: Option<NodeId>,
    /// What is wrong with its form.
    pub diagnostics: Vec<Diagnostic>,
}

/// A test, as written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its name.
    pub name: String,
    /// Where the name is written.
    pub span: Span,
    /// The test's mapping.
    pub node: NodeId,
}

impl TestFile {
    /// Reads a file. It never fails: what is wrong with it is in the diagnostics.
    #[must_use]
    pub fn read(source: Source) -> Self {
        let spelling = match Spelling::of(&source.name, &source.text) {
            Spelling::Json => Spelling::Json,
            _ => Spelling::Yaml,
        };
        let (tree, mut found) = if spelling == Spelling::Json {
            json::parse(&source.text)
        } else {
            yaml::parse(&source.text)
        };
        if let Some(root) = tree.root {
            shape::hold(
                &tree,
                root,
                &Form::Shape(&FILE),
                "a file of tests",
                &mut found,
            );
        } else if found.is_empty() {
            let message = "a file of tests needs `tests`";
            found.push(Diagnostic::new(&codes::MISSING_FIELD, Span::at(0), message));
        }
        let mut file = Self {
            workflow: None,
            tests: Vec::new(),
            defaults: None,
            diagnostics: Vec::new(),
            source,
            tree,
        };
        file.outline(&mut found);
        file.diagnostics = in_order(found);
        file
    }

    fn outline(&mut self, found: &mut Vec<Diagnostic>) {
        let tree = &self.tree;
        let Some(root) = tree.root else { return };
        let workflow = tree.field(root, "workflow");
        self.workflow = workflow.and_then(|n| Some((value::text(tree, n)?, tree.span(n))));
        self.defaults = tree.field(root, "defaults");
        let mut tests: Vec<Written> = Vec::new();
        for node in value::items(tree, tree.field(root, "tests")) {
            let name = tree.field(*node, "name");
            let Some((name, span)) = name.and_then(|n| Some((value::text(tree, n)?, tree.span(n))))
            else {
                continue;
            };
            if let Some(first) = tests.iter().find(|t| t.name == name) {
                let message = format!("two tests are called `{name}`");
                found.push(
                    Diagnostic::new(&codes::DUPLICATE_TEST, span, message)
                        .label(first.span, "the first")
                        .help("give each test a name of its own"),
                );
            }
            tests.push(Written {
                name,
                span,
                node: *node,
            });
        }
        self.tests = tests;
    }

    /// Whether it can be run as far as its form goes.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// A field of a test, or else of the defaults.
    #[must_use]
    pub fn field(&self, test: NodeId, name: &str) -> Option<NodeId> {
        let own = self.tree.field(test, name);
        own.or_else(|| self.tree.field(self.defaults?, name))
    }

    /// The entries of a mapping of a test over those of the defaults: the test's own win.
    #[must_use]
    pub fn merged(&self, test: NodeId, name: &str) -> Vec<&wfc_syntax::tree::MapEntry> {
        let of = |node: Option<NodeId>| {
            let field = node.and_then(|node| self.tree.field(node, name));
            value::entries(&self.tree, field)
        };
        let own = of(Some(test));
        let shared = of(self.defaults).iter();
        let mut out: Vec<_> = shared
            .filter(|d| own.iter().all(|o| o.key != d.key))
            .collect();
        out.extend(own);
        out
    }
}
