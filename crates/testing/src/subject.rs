//! The workflows that tests are about: checked, compiled, with their steps by path.

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_compiler::Checked;
use wfc_compiler::lower::{step_blocks, step_paths};
use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_program::Program;
use wfc_syntax::ast::{Ast, Step, StepId, StepKind, Wait};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::Type;

/// A workflow's file, compiled.
#[derive(Debug)]
pub struct Subject {
    /// The file.
    pub source: Arc<Source>,
    /// What is known of it.
    pub checked: Checked,
    /// Its program; none when it has errors.
    pub program: Option<Arc<Program>>,
    /// The path of each step, by `StepId`; empty for what is no step of its own.
    pub paths: Vec<String>,
    by_path: BTreeMap<String, StepId>,
}

impl Subject {
    /// Compiles a file.
    #[must_use]
    pub fn new(source: Arc<Source>, world: &dyn World, settings: &Settings) -> Self {
        let spelling = Spelling::of(&source.name, &source.text);
        let compiled = wfc_compiler::compile(&source, spelling, world, settings);
        let paths = step_paths(&compiled.checked.parsed.ast);
        let named = paths.iter().zip(compiled.checked.parsed.ast.step_ids());
        let by_path = named
            .filter(|(path, _)| !path.is_empty())
            .map(|(path, id)| (path.clone(), id))
            .collect();
        Self {
            source,
            checked: compiled.checked,
            program: compiled.program.map(Arc::new),
            paths,
            by_path,
        }
    }

    /// The workflow.
    #[must_use]
    pub fn ast(&self) -> &Ast {
        &self.checked.parsed.ast
    }

    /// The step with this path, iterations aside (`dump[2]`).
    #[must_use]
    pub fn step(&self, path: &str) -> Option<StepId> {
        let mut at = path;
        loop {
            if let Some(id) = self.by_path.get(at) {
                return Some(*id);
            }
            let (before, number) = at.strip_suffix(']')?.rsplit_once('[')?;
            if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            at = before;
        }
    }

    /// The path of a step.
    #[must_use]
    pub fn path(&self, id: StepId) -> &str {
        self.paths.get(id.0 as usize).map_or("", String::as_str)
    }

    /// The paths of the steps for which `wanted` holds, in the order of their places.
    pub fn paths_of(&self, wanted: impl Fn(&Step) -> bool) -> impl Iterator<Item = &str> {
        let ast = self.ast();
        let steps = ast.step_ids().filter(move |id| wanted(ast.step(*id)));
        steps
            .map(|id| self.path(id))
            .filter(|path| !path.is_empty())
    }

    /// The type of what the step's own work yields; none for steps that do nothing outside.
    #[must_use]
    pub fn result_type(&self, id: StepId) -> Option<Type> {
        let step = self.ast().step(id);
        is_outside(step).then(|| {
            let ty = self.checked.analysis.outputs.get(id.0 as usize);
            ty.cloned().unwrap_or(Type::Any)
        })
    }

    /// The blocks of a step with the names of their places.
    #[must_use]
    pub fn blocks(&self, id: StepId) -> Vec<(String, &wfc_syntax::ast::Block)> {
        step_blocks(self.ast(), id)
    }

    /// Findings that keep it from being run.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        let errors = self.checked.diagnostics.iter();
        errors.filter(|d| d.severity == wfc_syntax::code::Severity::Error)
    }
}

/// Whether a step's result comes from outside: the steps that tests mock.
#[must_use]
pub fn is_outside(step: &Step) -> bool {
    matches!(
        step.kind,
        StepKind::Agent { .. }
            | StepKind::AgentMessage { .. }
            | StepKind::Tool { .. }
            | StepKind::Bash { .. }
            | StepKind::Subworkflow { .. }
            | StepKind::Approval { .. }
            | StepKind::Wait {
                wait: Wait::Event { .. },
                ..
            }
    )
}

/// The workflows of some tests, each compiled once.
pub struct Subjects<'w> {
    world: &'w dyn World,
    settings: &'w Settings,
    all: Vec<Arc<Subject>>,
    by_file: BTreeMap<String, usize>,
}

impl<'w> Subjects<'w> {
    /// None yet; files come from `world`.
    #[must_use]
    pub fn new(world: &'w dyn World, settings: &'w Settings) -> Self {
        Self {
            world,
            settings,
            all: Vec::new(),
            by_file: BTreeMap::new(),
        }
    }

    /// A workflow by the number that it was given.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Arc<Subject>> {
        self.all.get(at)
    }

    /// All that were looked at.
    #[must_use]
    pub fn all(&self) -> &[Arc<Subject>] {
        &self.all
    }

    /// Compiles a file, unless it is known.
    pub fn add(&mut self, source: Arc<Source>) -> usize {
        if let Some(at) = self.by_file.get(&source.name) {
            return *at;
        }
        let name = source.name.clone();
        let subject = Subject::new(source, self.world, self.settings);
        self.all.push(Arc::new(subject));
        self.by_file.insert(name, self.all.len() - 1);
        self.all.len() - 1
    }

    /// The workflow that a file names by a path.
    pub fn file(&mut self, from: &str, path: &str) -> Option<usize> {
        let source = self.world.source(from, path)?;
        Some(self.add(source))
    }

    /// The workflow that a `subworkflow` step of `caller` calls.
    pub fn callee(&mut self, caller: usize, workflow: &str) -> Option<usize> {
        let from = self.get(caller)?.source.name.clone();
        let by_path = self.world.source(&from, workflow);
        let source = by_path.or_else(|| self.world.workflow(&from, workflow))?;
        Some(self.add(source))
    }

    /// The step that a path names, through the steps that call: `welcome/mail[2]`.
    pub fn find(&mut self, root: usize, path: &str) -> Option<(usize, StepId)> {
        let mut at = root;
        let mut rest = path;
        loop {
            if let Some(id) = self.get(at)?.step(rest) {
                return Some((at, id));
            }
            let (first, behind) = rest.split_once('/')?;
            let subject = Arc::clone(self.get(at)?);
            let step = subject.ast().step(subject.step(first)?);
            let StepKind::Subworkflow { workflow, .. } = &step.kind else {
                return None;
            };
            at = self.callee(at, &workflow.text)?;
            rest = behind;
        }
    }
}
