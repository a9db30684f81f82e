//! Ids and declared names that are taken: what can only be told of the whole file.

use std::collections::BTreeMap;

use super::Lower;
use crate::ast::{Ast, Block, Branch, Catch, OnError, StepId, StepKind, Workflow};
use crate::diagnostic::Diagnostic;
use crate::expr::Name;
use crate::span::Span;
use crate::tree::Tree;

/// Reports ids and declared names that occur twice.
pub(super) fn check(ast: &Ast, tree: &Tree, text: &str) -> Vec<Diagnostic> {
    let mut lower = Lower::new(tree, text);
    lower.declarations(&ast.workflow);
    let mut ids = Ids::default();
    let roots = [
        Some(&ast.workflow.steps),
        ast.workflow.on_failure.as_ref(),
        ast.workflow.finally.as_ref(),
    ];
    for block in roots.into_iter().flatten() {
        ids.block(ast, block, 0);
    }
    for (id, first) in ids.twice {
        lower.duplicate_id(&id, first);
    }
    lower.found
}

impl Lower<'_> {
    fn declarations(&mut self, workflow: &Workflow) {
        let inputs = workflow.inputs.iter().map(|i| (&i.name, "input"));
        let variables = workflow.variables.iter().map(|v| (&v.name, "variable"));
        self.unique(inputs.chain(variables));
        self.unique(workflow.types.iter().map(|t| (&t.name, "type")));
        self.unique(workflow.secrets.iter().map(|s| (s, "secret")));
        let env = workflow.env.iter();
        self.unique(env.map(|e| (&e.name, "environment variable")));
    }

    fn unique<'a>(&mut self, names: impl Iterator<Item = (&'a Name, &'static str)>) {
        let mut seen: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
        for (name, what) in names {
            match seen.get(&*name.text) {
                Some(first) => self.duplicate_declaration(name, what, *first),
                None => {
                    seen.insert(&name.text, (what, name.span));
                }
            }
        }
    }
}

/// Walks the steps with the scope that their ids are unique in: the workflow, or the nearest loop body.
#[derive(Default)]
struct Ids {
    seen: BTreeMap<(u32, Box<str>), Span>,
    scopes: u32,
    twice: Vec<(Name, Span)>,
}

impl Ids {
    fn block(&mut self, ast: &Ast, block: &Block, scope: u32) {
        for id in &block.steps {
            self.step(ast, *id, scope);
        }
    }

    fn step(&mut self, ast: &Ast, id: StepId, scope: u32) {
        let step = ast.step(id);
        if let Some(name) = &step.id {
            let key = (scope, name.text.clone());
            match self.seen.get(&key) {
                Some(first) => self.twice.push((name.clone(), *first)),
                None => {
                    self.seen.insert(key, name.span);
                }
            }
        }
        if let Some(block) = &step.compensate {
            self.block(ast, block, scope);
        }
        if let Some(OnError::Steps(block)) = &step.on_error {
            self.block(ast, block, scope);
        }
        let inner = if matches!(step.kind, StepKind::Loop { .. }) {
            self.scopes += 1;
            self.scopes
        } else {
            scope
        };
        for block in blocks(&step.kind) {
            self.block(ast, block, inner);
        }
    }
}

/// The blocks of a kind, in the order of their meaning.
fn blocks(kind: &StepKind) -> Vec<&Block> {
    match kind {
        StepKind::Conditional {
            then, otherwise, ..
        } => std::iter::once(then).chain(otherwise).collect(),
        StepKind::Switch { cases, default, .. } => {
            cases.iter().map(|c| &c.body).chain(default).collect()
        }
        StepKind::Loop { body, .. } => vec![body],
        StepKind::Parallel { branches, .. } => {
            branches.iter().map(|Branch { body, .. }| body).collect()
        }
        StepKind::Try {
            body,
            catch,
            finally,
        } => {
            let catch = catch.as_ref().map(|Catch { body, .. }| body);
            std::iter::once(body).chain(catch).chain(finally).collect()
        }
        _ => Vec::new(),
    }
}
