//! A file of tests with its workflow: checked, and run.

use std::sync::Arc;

use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::parse::in_order;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;

use crate::codes;
use crate::file::{TestFile, beside};
use crate::plan::{Plan, plan};
use crate::run::{Tested, run};
use crate::subject::Subjects;

/// A file of tests, held to its workflow.
pub struct Suite<'w> {
    /// The file as written.
    pub file: TestFile,
    /// The workflow and those that it calls.
    pub subjects: Subjects<'w>,
    /// The workflow's number; none when it is not there or has errors.
    pub workflow: Option<usize>,
    /// The tests that can be run.
    pub plans: Vec<Plan>,
    /// What is wrong with the file, in the order of the places.
    pub diagnostics: Vec<Diagnostic>,
}

impl<'w> Suite<'w> {
    /// Reads a file of tests and holds it to its workflow.
    #[must_use]
    pub fn load(source: Source, world: &'w dyn World, settings: &'w Settings) -> Self {
        let file = TestFile::read(source);
        let mut subjects = Subjects::new(world, settings);
        let mut found = file.diagnostics.clone();
        let workflow = subject_of(&file, world, &mut subjects, &mut found);
        let mut plans = Vec::new();
        if let Some(workflow) = workflow.filter(|_| file.is_sound()) {
            for test in &file.tests {
                plans.extend(plan(&file, test, workflow, &mut subjects, &mut found));
            }
        }
        Self {
            diagnostics: in_order(found),
            file,
            subjects,
            workflow,
            plans,
        }
    }

    /// Runs one of the tests.
    pub fn run(&mut self, at: usize) -> Option<Tested> {
        let plan = self.plans.get(at)?;
        Some(run(plan, &mut self.subjects))
    }
}

/// What is wrong with a file of tests.
#[must_use]
pub fn check(source: Source, world: &dyn World, settings: &Settings) -> Vec<Diagnostic> {
    Suite::load(source, world, settings).diagnostics
}

/// The workflow that a file is about.
fn subject_of(
    file: &TestFile,
    world: &dyn World,
    subjects: &mut Subjects<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<usize> {
    file.tree.root?;
    let from = file.source.name.as_str();
    let (at, span) = match &file.workflow {
        Some((path, span)) => (subjects.file(from, path), *span),
        None => (only_beside(from, world, subjects, found)?, Span::at(0)),
    };
    let Some(at) = at else {
        let (message, help) = match &file.workflow {
            Some((path, _)) => (
                format!("there is no workflow `{path}`"),
                "write its path, from the folder of this file".to_owned(),
            ),
            None => (
                "there is no workflow of this name beside the file".to_owned(),
                format!(
                    "one of `{}` is looked for; `workflow:` names another",
                    beside(from).join("`, `")
                ),
            ),
        };
        found.push(Diagnostic::new(&codes::NO_WORKFLOW, span, message).help(help));
        return None;
    };
    let subject = Arc::clone(subjects.get(at)?);
    if subject.program.is_some() {
        return Some(at);
    }
    let name = subject.source.name.as_str();
    let first = subject.errors().next();
    let message = match first {
        Some(error) => format!("the workflow `{name}` has errors: {}", error.message),
        None => format!("the workflow `{name}` cannot be compiled"),
    };
    let help = format!("`wfc check {name}` shows them");
    found.push(Diagnostic::new(&codes::NO_WORKFLOW, span, message).help(help));
    None
}

/// The workflow of the same name beside the file; a finding when there are several.
fn only_beside(
    from: &str,
    world: &dyn World,
    subjects: &mut Subjects<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<Option<usize>> {
    let there: Vec<(String, Arc<Source>)> = beside(from)
        .into_iter()
        .filter_map(|name| Some((name.clone(), world.source(from, &name)?)))
        .collect();
    if let [(first, _), (second, _), ..] = there.as_slice() {
        let message = format!("both `{first}` and `{second}` are beside the file");
        found.push(
            Diagnostic::new(&codes::NO_WORKFLOW, Span::at(0), message)
                .help(format!("say which is meant: `workflow: {first}`")),
        );
        return None;
    }
    Some(
        there
            .into_iter()
            .next()
            .map(|(_, source)| subjects.add(source)),
    )
}
