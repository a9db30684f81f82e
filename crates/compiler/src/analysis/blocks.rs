//! The blocks of a step, in the order written.

use wfc_syntax::ast::{Block, OnError, Step, StepKind};

/// What a block is to its step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the field of that name")]
pub enum BlockRole {
    Then,
    Else,
    Case(usize),
    Default,
    LoopBody,
    Branch(usize),
    Try,
    Catch,
    Finally,
    OnError,
    Compensate,
}

/// Calls `visit` with each block directly inside a step.
pub fn each_block<'s>(step: &'s Step, mut visit: impl FnMut(BlockRole, &'s Block)) {
    match &step.kind {
        StepKind::Conditional {
            then, otherwise, ..
        } => {
            visit(BlockRole::Then, then);
            if let Some(block) = otherwise {
                visit(BlockRole::Else, block);
            }
        }
        StepKind::Switch { cases, default, .. } => {
            for (i, case) in cases.iter().enumerate() {
                visit(BlockRole::Case(i), &case.body);
            }
            if let Some(block) = default {
                visit(BlockRole::Default, block);
            }
        }
        StepKind::Loop { body, .. } => visit(BlockRole::LoopBody, body),
        StepKind::Parallel { branches, .. } => {
            for (i, branch) in branches.iter().enumerate() {
                visit(BlockRole::Branch(i), &branch.body);
            }
        }
        StepKind::Try {
            body,
            catch,
            finally,
        } => {
            visit(BlockRole::Try, body);
            if let Some(catch) = catch {
                visit(BlockRole::Catch, &catch.body);
            }
            if let Some(block) = finally {
                visit(BlockRole::Finally, block);
            }
        }
        _ => {}
    }
    if let Some(OnError::Steps(block)) = &step.on_error {
        visit(BlockRole::OnError, block);
    }
    if let Some(block) = &step.compensate {
        visit(BlockRole::Compensate, block);
    }
}
