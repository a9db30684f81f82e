//! Readable paths of steps: the id, or the place in the nearest step that has one. And the order of steps that all
//! spellings share: that of the paths, not that of the file.

use wfc_syntax::ast::{Ast, Block, Branch, OnError, StepId, StepKind};

/// Paths and order of a file's steps.
#[derive(Default)]
pub(super) struct Paths {
    /// The path of each step, by `StepId`.
    pub(super) paths: Vec<String>,
    /// The steps, each before those inside of it.
    pub(super) order: Vec<StepId>,
}

/// Names all steps.
pub(super) fn paths(ast: &Ast) -> Paths {
    let mut out = Paths {
        paths: vec![String::new(); ast.steps.len()],
        order: Vec::new(),
    };
    let root = &ast.workflow;
    // Last in, first out: the blocks and their steps go in from the end.
    let mut work: Vec<(StepId, String)> = Vec::new();
    let blocks = [
        ("steps", Some(&root.steps)),
        ("on_failure", root.on_failure.as_ref()),
        ("finally", root.finally.as_ref()),
    ];
    for (name, block) in blocks.into_iter().rev() {
        block.iter().for_each(|b| push(&mut work, "", name, b));
    }
    while let Some((id, place)) = work.pop() {
        let path = ast
            .step(id)
            .id
            .as_ref()
            .map_or(place, |name| name.text.to_string());
        let mut blocks = Vec::new();
        each_block(ast, id, |name, block| blocks.push((name, block)));
        for (name, block) in blocks.into_iter().rev() {
            push(&mut work, &path, &name, block);
        }
        if let Some(cell) = out.paths.get_mut(id.0 as usize) {
            *cell = path;
        }
        out.order.push(id);
    }
    out
}

fn push(work: &mut Vec<(StepId, String)>, parent: &str, name: &str, block: &Block) {
    let point = if parent.is_empty() { "" } else { "." };
    for (i, id) in block.steps.iter().enumerate().rev() {
        work.push((*id, format!("{parent}{point}{name}[{i}]")));
    }
}

/// The names of branches, each once: one that comes again is called by its place.
pub(super) fn branch_names(branches: &[Branch]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(branches.len());
    let mut seen = std::collections::BTreeSet::new();
    for (i, branch) in branches.iter().enumerate() {
        let mut name = branch.name.text.to_string();
        if seen.contains(&name) {
            name = i.to_string();
        }
        while !seen.insert(name.clone()) {
            name.push('_');
        }
        names.push(name);
    }
    names
}

/// Calls `visit` with each block of a step and the name of its place.
pub(super) fn each_block<'a>(ast: &'a Ast, id: StepId, mut visit: impl FnMut(String, &'a Block)) {
    let step = ast.step(id);
    match &step.kind {
        StepKind::Conditional {
            then, otherwise, ..
        } => {
            visit("then".into(), then);
            otherwise.iter().for_each(|b| visit("else".into(), b));
        }
        StepKind::Switch { cases, default, .. } => {
            for (i, case) in cases.iter().enumerate() {
                visit(format!("cases[{i}]"), &case.body);
            }
            default.iter().for_each(|b| visit("default".into(), b));
        }
        StepKind::Loop { body, .. } => visit("steps".into(), body),
        StepKind::Parallel { branches, .. } => {
            for (branch, name) in branches.iter().zip(branch_names(branches)) {
                visit(format!("branches.{name}"), &branch.body);
            }
        }
        StepKind::Try {
            body,
            catch,
            finally,
        } => {
            visit("steps".into(), body);
            catch.iter().for_each(|c| visit("catch".into(), &c.body));
            finally.iter().for_each(|b| visit("finally".into(), b));
        }
        _ => {}
    }
    if let Some(OnError::Steps(block)) = &step.on_error {
        visit("on_error".into(), block);
    }
    step.compensate
        .iter()
        .for_each(|b| visit("compensate".into(), b));
}
