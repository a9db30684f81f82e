//! What can be done with a file, shown above it: running the workflow, trying it dry, running its tests.

use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeKind, Tree};

use crate::cancel::{Cancel, Cancelled};
use crate::holds::text;
use crate::paths;
use crate::snapshot::Snapshot;

/// Endings of files of tests, and of the workflows that they may be about.
const TEST_ENDINGS: [&str; 3] = [".wf.test.yaml", ".wf.test.yml", ".wf.test.json"];
const WORKFLOW_ENDINGS: [&str; 4] = [".wf.yaml", ".wf.yml", ".wf.json", ".wf"];

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `wfc run` on the file.
    Run {
        /// The file's path.
        file: String,
    },
    /// `wfc run --dry` on the file.
    DryRun {
        /// The file's path.
        file: String,
    },
    /// `wfc test` on a file of tests.
    Test {
        /// The path of the file of tests.
        file: String,
        /// The test; all without one.
        test: Option<String>,
    },
    /// Opens a file.
    Open {
        /// Its path.
        file: String,
    },
}

/// A command shown above a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLens {
    /// What it is about.
    pub span: Span,
    /// What is shown.
    pub title: String,
    /// What it does.
    pub command: Command,
}

/// The commands of a workflow file or of a file of tests, in the order of their places.
///
/// # Errors
/// When the question was taken back.
pub fn code_lens(
    snapshot: &Snapshot,
    path: &str,
    cancel: &Cancel,
) -> Result<Vec<CodeLens>, Cancelled> {
    cancel.check()?;
    if stem_of(path, &TEST_ENDINGS).is_some() {
        return Ok(of_tests(snapshot, path));
    }
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let span = head(file.tree(), file.text());
    let lens = |title: String, command| CodeLens {
        span,
        title,
        command,
    };
    let mut out = Vec::new();
    if !file.checked.has_errors() {
        let file = path.to_owned();
        out.push(lens("run".to_owned(), Command::Run { file: file.clone() }));
        out.push(lens("dry run".to_owned(), Command::DryRun { file }));
    }
    for tests in tests_of(snapshot, path) {
        cancel.check()?;
        let Some(source) = snapshot.source(&tests) else {
            continue;
        };
        let count = TestFile::read(&source).tests.len();
        let title = match count {
            1 => "1 test".to_owned(),
            n => format!("{n} tests"),
        };
        out.push(lens(
            format!("run {title}"),
            Command::Test {
                file: tests,
                test: None,
            },
        ));
    }
    Ok(out)
}

/// Files of tests beside a workflow.
pub(crate) fn tests_of(snapshot: &Snapshot, path: &str) -> Vec<String> {
    let folder = paths::folder_of(path);
    let Some(stem) = stem_of(path, &WORKFLOW_ENDINGS) else {
        return Vec::new();
    };
    TEST_ENDINGS
        .iter()
        .map(|e| paths::join(folder, &format!("{stem}{e}")))
        .filter(|p| snapshot.source(p).is_some())
        .collect()
}

/// The line that says what the file is: `workflow` in the text form, else the first key.
fn head(tree: &Tree, text: &str) -> Span {
    let start = tree.root.map_or(0, |root| tree.span(root).start);
    let rest = text.get(start as usize..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default().trim_end();
    Span::new(start, start + u32::try_from(line.len()).unwrap_or(0))
}

/// A file of tests: each test, and the workflow that they are about.
fn of_tests(snapshot: &Snapshot, path: &str) -> Vec<CodeLens> {
    let Some(source) = snapshot.source(path) else {
        return Vec::new();
    };
    let file = TestFile::read(&source);
    let head = head(&file.tree, &source.text);
    let mut out = vec![CodeLens {
        span: head,
        title: "run all tests".to_owned(),
        command: Command::Test {
            file: path.to_owned(),
            test: None,
        },
    }];
    if let Some(workflow) = workflow_of(snapshot, path, &file) {
        out.push(CodeLens {
            span: head,
            title: format!("open {}", paths::name_of(&workflow)),
            command: Command::Open { file: workflow },
        });
    }
    for (name, span) in &file.tests {
        out.push(CodeLens {
            span: *span,
            title: "run".to_owned(),
            command: Command::Test {
                file: path.to_owned(),
                test: Some(name.clone()),
            },
        });
    }
    out
}

/// The workflow that a file of tests is about.
pub(crate) fn workflow_of(snapshot: &Snapshot, path: &str, file: &TestFile) -> Option<String> {
    let stem = stem_of(path, &TEST_ENDINGS)?;
    let beside = || {
        WORKFLOW_ENDINGS
            .iter()
            .map(|e| format!("{stem}{e}"))
            .collect()
    };
    let names: Vec<String> = file.workflow.clone().map_or_else(beside, |name| vec![name]);
    names
        .into_iter()
        .map(|name| paths::resolve(path, &name))
        .find(|p| snapshot.source(p).is_some())
}

/// The name of a file without one of these endings.
fn stem_of<'p>(path: &'p str, endings: &[&str]) -> Option<&'p str> {
    let name = paths::name_of(path);
    let stem = endings.iter().find_map(|e| name.strip_suffix(e))?;
    (!stem.is_empty()).then_some(stem)
}

/// What a file of tests says of itself: which workflow it is about, and the names of its tests.
pub(crate) struct TestFile {
    pub(crate) tree: Tree,
    workflow: Option<String>,
    tests: Vec<(String, Span)>,
}

impl TestFile {
    pub(crate) fn read(source: &Source) -> Self {
        let json = source.name.ends_with(".json");
        let (tree, _) = if json {
            wfc_syntax::json::parse(&source.text)
        } else {
            wfc_syntax::yaml::parse(&source.text)
        };
        let field = |name: &str| tree.field(tree.root?, name);
        let workflow = field("workflow")
            .and_then(|n| text(&tree, n))
            .map(str::to_owned);
        let items = match field("tests").map(|n| tree.kind(n)) {
            Some(NodeKind::Seq(items)) => items.as_slice(),
            _ => &[],
        };
        let named = items.iter().filter_map(|item| {
            let name = tree.field(*item, "name")?;
            Some((text(&tree, name)?.to_owned(), tree.span(name)))
        });
        let tests = named.collect();
        Self {
            tree,
            workflow,
            tests,
        }
    }
}
