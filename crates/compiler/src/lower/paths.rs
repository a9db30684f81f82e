//! Readable paths of steps: the id, or the place in the nearest step that has one.

use wfc_syntax::ast::{Ast, Block, OnError, StepId, StepKind};

/// The path of each step, by `StepId`.
pub(super) fn paths(ast: &Ast) -> Vec<String> {
    let mut paths = vec![String::new(); ast.steps.len()];
    let mut work: Vec<(StepId, String)> = Vec::new();
    let root = &ast.workflow;
    push(&mut work, "", "steps", &root.steps);
    for (name, block) in [("on_failure", &root.on_failure), ("finally", &root.finally)] {
        block.iter().for_each(|b| push(&mut work, "", name, b));
    }
    while let Some((id, place)) = work.pop() {
        let path = ast.step(id).id.as_ref().map_or(place, |name| name.text.to_string());
        each_block(ast, id, |name, block| push(&mut work, &path, &name, block));
        if let Some(cell) = paths.get_mut(id.0 as usize) {
            *cell = path;
        }
    }
    paths
}

fn push(work: &mut Vec<(StepId, String)>, parent: &str, name: &str, block: &Block) {
    let point = if parent.is_empty() { "" } else { "." };
    for (i, id) in block.steps.iter().enumerate() {
        work.push((*id, format!("{parent}{point}{name}[{i}]")));
    }
}

/// Calls `visit` with each block of a step and the name of its place.
fn each_block(ast: &Ast, id: StepId, mut visit: impl FnMut(String, &Block)) {
    let step = ast.step(id);
    match &step.kind {
        StepKind::Conditional { then, otherwise, .. } => {
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
            branches.iter().for_each(|b| visit(format!("branches.{}", b.name.text), &b.body));
        }
        StepKind::Try { body, catch, finally } => {
            visit("steps".into(), body);
            catch.iter().for_each(|c| visit("catch".into(), &c.body));
            finally.iter().for_each(|b| visit("finally".into(), b));
        }
        _ => {}
    }
    if let Some(OnError::Steps(block)) = &step.on_error {
        visit("on_error".into(), block);
    }
    step.compensate.iter().for_each(|b| visit("compensate".into(), b));
}
