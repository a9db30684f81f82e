//! Where each step stands: in which block of which step.

use std::collections::BTreeSet;

use wfc_syntax::ast::{Ast, Block, LoopHead, Step, StepId, StepKind};

use crate::analysis::blocks::{BlockRole, each_block};

/// The step around each step, found in one pass.
pub(crate) struct Places {
    parents: Vec<Option<(StepId, BlockRole)>>,
}

impl Places {
    pub(crate) fn of(ast: &Ast) -> Self {
        let mut parents = vec![None; ast.steps.len()];
        for id in ast.step_ids() {
            each_block(ast.step(id), |role, block| {
                for child in &block.steps {
                    if let Some(place) = parents.get_mut(child.0 as usize) {
                        *place = Some((id, role));
                    }
                }
            });
        }
        Self { parents }
    }

    /// The steps around `id` with the block of each that it is in, innermost first.
    pub(crate) fn outwards(&self, id: StepId) -> impl Iterator<Item = (StepId, BlockRole)> {
        let parent = |id: StepId| self.parents.get(id.0 as usize).copied().flatten();
        std::iter::successors(parent(id), move |(id, _)| parent(*id))
    }
}

/// The root's blocks.
pub(crate) fn roots(ast: &Ast) -> impl Iterator<Item = &Block> {
    let root = &ast.workflow;
    [
        Some(&root.steps),
        root.on_failure.as_ref(),
        root.finally.as_ref(),
    ]
    .into_iter()
    .flatten()
}

/// Calls `visit` with every block of the file.
pub(crate) fn every_block<'a>(ast: &'a Ast, mut visit: impl FnMut(&'a Block)) {
    roots(ast).for_each(&mut visit);
    for step in &ast.steps {
        each_block(step, |_, block| visit(block));
    }
}

/// All steps inside a block, nested ones included.
pub(crate) fn inside(ast: &Ast, block: &Block) -> BTreeSet<StepId> {
    let mut found = BTreeSet::new();
    let mut work: Vec<StepId> = block.steps.clone();
    while let Some(id) = work.pop() {
        if found.insert(id) {
            each_block(ast.step(id), |_, block| work.extend(&block.steps));
        }
    }
    found
}

/// Whether a loop's iterations run at the same time.
pub(crate) fn is_concurrent(step: &Step) -> bool {
    match &step.kind {
        StepKind::Loop {
            head: LoopHead::Over {
                max_concurrency, ..
            },
            join,
            ..
        } => max_concurrency.is_some_and(|n| n.value != 1) || join.is_some(),
        _ => false,
    }
}
