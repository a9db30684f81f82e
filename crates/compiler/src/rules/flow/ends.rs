//! Which steps never go on to the step after them.

use wfc_syntax::ast::{Ast, At, Block, LoopHead, OnDeny, OnError, Step, StepId, StepKind};

use super::truth::truth_of as truth;
use crate::analysis::blocks::{BlockRole, each_block};

/// What is known of each step, found once.
pub(crate) struct Ends<'a> {
    ast: &'a Ast,
    known: Vec<Option<bool>>,
}

impl<'a> Ends<'a> {
    pub(crate) fn new(ast: &'a Ast) -> Self {
        Self {
            ast,
            known: vec![None; ast.steps.len()],
        }
    }

    /// The step of the block after which nothing of it runs.
    pub(crate) fn last(&mut self, block: &Block) -> Option<StepId> {
        block.steps.iter().copied().find(|id| self.step(*id))
    }

    /// Whether whatever stands after the step is not reached. Nesting is capped by the parsers.
    pub(crate) fn step(&mut self, id: StepId) -> bool {
        if let Some(known) = self.known.get(id.0 as usize).copied().flatten() {
            return known;
        }
        let ends = self.find(self.ast.step(id));
        if let Some(place) = self.known.get_mut(id.0 as usize) {
            *place = Some(ends);
        }
        ends
    }

    fn find(&mut self, step: &Step) -> bool {
        if step.when.is_some() {
            return false;
        }
        match &step.on_error {
            None | Some(OnError::Fail(_)) => {}
            Some(OnError::Continue(_)) => return matches!(step.kind, StepKind::Return(_)),
            Some(OnError::Steps(handler)) => {
                return self.kind(step) && self.block(handler);
            }
        }
        self.kind(step)
    }

    fn kind(&mut self, step: &Step) -> bool {
        match &step.kind {
            StepKind::Return(_) | StepKind::Fail { .. } | StepKind::Break | StepKind::Continue => {
                true
            }
            StepKind::Conditional {
                then,
                otherwise: Some(otherwise),
                ..
            } => self.block(then) && self.block(otherwise),
            StepKind::Switch {
                cases,
                default: Some(default),
                ..
            } => cases.iter().all(|case| self.block(&case.body)) && self.block(default),
            StepKind::Loop {
                head,
                stop_on_limit: None | Some(At { value: false, .. }),
                body,
                ..
            } => {
                let goes_on = match head {
                    LoopHead::While(condition) => truth(&self.ast.exprs, *condition) == Some(true),
                    LoopHead::Until(condition) => truth(&self.ast.exprs, *condition) == Some(false),
                    LoopHead::Over { .. } | LoopHead::Times => false,
                };
                goes_on && !self.breaks(body)
            }
            StepKind::Try {
                body,
                catch,
                finally,
            } => {
                let handled = match catch {
                    Some(catch) => self.block(&catch.body),
                    None => true,
                };
                self.block(body) && handled
                    || finally.as_ref().is_some_and(|finally| self.block(finally))
            }
            _ => false,
        }
    }

    /// Whether a `break` in the body may leave the loop itself.
    fn breaks(&self, body: &Block) -> bool {
        let mut work: Vec<StepId> = body.steps.clone();
        while let Some(id) = work.pop() {
            let step = self.ast.step(id);
            match step.kind {
                // A fault that was reported may have been a `break`.
                StepKind::Break | StepKind::Error => return true,
                _ => {}
            }
            each_block(step, |role, block| {
                if role != BlockRole::LoopBody {
                    work.extend(&block.steps);
                }
            });
        }
        false
    }

    /// Whether the block's end is not reached, and it is not left early by a denied approval either.
    pub(crate) fn block(&mut self, block: &Block) -> bool {
        let Some(last) = self.last(block) else {
            return false;
        };
        let before = block.steps.iter().take_while(|id| **id != last);
        !before.into_iter().any(|id| skips(self.ast.step(*id)))
    }
}

fn skips(step: &Step) -> bool {
    matches!(&step.kind, StepKind::Approval { on_deny: Some(deny), .. } if deny.value == OnDeny::Skip)
}
