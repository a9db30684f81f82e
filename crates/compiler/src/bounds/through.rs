//! What every walk over a workflow's blocks does alike, whatever it measures.

use wfc_syntax::ast::{Ast, Block, OnError, Step, StepId, StepKind};

use crate::rules::flow::truth::truth_of;

/// The ways of leaving a piece of a workflow, each with what it costs to get there.
pub(super) trait Ways: Sized {
    /// Goes on at once.
    fn nothing() -> Self;
    /// Goes on with the next.
    fn then(&mut self, next: Self);
    /// One of the two.
    fn or(&mut self, other: Self);
    /// What a denied approval skips ends here: the way goes on after it.
    fn take_up_skips(&mut self);
    /// A failure goes on as if there had been none.
    fn take_up_failures(&mut self);
    /// A failure goes to a handler.
    fn caught(self, handler: Self) -> Self;
    /// However this is left, the cleanup runs.
    fn cleaned_up(self, cleanup: Self) -> Self;
}

/// A walk. What a kind of step costs is the walk's own; how steps follow on each other is not.
pub(super) trait Walk<'a> {
    type Ways: Ways;

    fn ast(&self) -> &'a Ast;
    /// From the step's start to its end, without what its `when` and `on_error` add.
    fn extent(&mut self, id: StepId, step: &'a Step) -> Self::Ways;
    fn loop_step(&mut self, id: StepId, step: &'a Step) -> Self::Ways;
    fn parallel(&mut self, step: &'a Step) -> Self::Ways;

    /// Steps one after the other. A denied approval that skips leaves the block.
    fn block(&mut self, block: &'a Block) -> Self::Ways {
        let mut out = self.steps_of(block);
        out.take_up_skips();
        out
    }

    /// The same without taking up what leaves the block.
    fn steps_of(&mut self, block: &'a Block) -> Self::Ways {
        let mut out = Self::Ways::nothing();
        for id in &block.steps {
            let step = self.step(*id);
            out.then(step);
        }
        out
    }

    /// A block that may not be there.
    fn maybe(&mut self, block: Option<&'a Block>) -> Self::Ways {
        block.map_or_else(Self::Ways::nothing, |block| self.block(block))
    }

    /// A step with its common fields.
    fn step(&mut self, id: StepId) -> Self::Ways {
        let ast = self.ast();
        let step = ast.step(id);
        let sure = step.when.and_then(|when| truth_of(&ast.exprs, when));
        if sure == Some(false) {
            return Self::Ways::nothing();
        }
        let mut out = self.extent(id, step);
        match &step.on_error {
            None | Some(OnError::Fail(_)) => {}
            Some(OnError::Continue(_)) => out.take_up_failures(),
            Some(OnError::Steps(block)) => {
                let handler = self.block(block);
                out = out.caught(handler);
            }
        }
        if step.when.is_some() && sure.is_none() {
            out.or(Self::Ways::nothing());
        }
        out
    }

    /// A step made of blocks.
    fn composite(&mut self, id: StepId, step: &'a Step) -> Self::Ways {
        match &step.kind {
            StepKind::Conditional {
                condition,
                then,
                otherwise,
            } => match truth_of(&self.ast().exprs, *condition) {
                Some(true) => self.block(then),
                Some(false) => self.maybe(otherwise.as_ref()),
                None => {
                    let mut out = self.block(then);
                    out.or(self.maybe(otherwise.as_ref()));
                    out
                }
            },
            StepKind::Switch { cases, default, .. } => {
                let mut out = self.maybe(default.as_ref());
                for case in cases {
                    out.or(self.block(&case.body));
                }
                out
            }
            StepKind::Try {
                body,
                catch,
                finally,
            } => {
                let mut out = self.block(body);
                if let Some(catch) = catch {
                    let handler = self.block(&catch.body);
                    out = out.caught(handler);
                }
                match finally {
                    Some(block) => out.cleaned_up(self.block(block)),
                    None => out,
                }
            }
            StepKind::Loop { .. } => self.loop_step(id, step),
            StepKind::Parallel { .. } => self.parallel(step),
            _ => Self::Ways::nothing(),
        }
    }
}
