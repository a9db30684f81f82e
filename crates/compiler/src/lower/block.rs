//! Blocks: steps one after the other, and the value of the last one.

use wfc_syntax::ast::{Block, OnError, StepId, StepKind};
use wfc_value::Value;

use super::nodes::Origin;
use super::{BlockEnd, LoopFrame, Lowerer};
use crate::ir::{Ex, Jump, NodeId, SlotId};

impl Lowerer<'_> {
    /// The block's steps. `want` takes the value of the last one: null where that yields none.
    pub(super) fn block(&mut self, block: &Block, want: Option<SlotId>) -> NodeId {
        self.blocks.push(BlockEnd::Block(None));
        let body = self.steps_of(block, want);
        let at = Origin {
            span: block.span,
            step: None,
        };
        match self.blocks.pop() {
            Some(BlockEnd::Block(Some(label))) => self.block_of(label, body, at),
            _ => body,
        }
    }

    /// The body of a loop: leaving it early goes on with the next iteration.
    pub(super) fn iteration(&mut self, block: &Block) -> NodeId {
        self.blocks.push(BlockEnd::Iteration);
        let body = self.steps_of(block, None);
        self.blocks.pop();
        body
    }

    fn steps_of(&mut self, block: &Block, want: Option<SlotId>) -> NodeId {
        let at = Origin {
            span: block.span,
            step: None,
        };
        let mut nodes = Vec::with_capacity(block.steps.len() + 1);
        let last = block.steps.last().copied();
        let sure = last.is_some_and(|s| self.surely_yields(s)) && !self.can_be_left(block);
        if let Some(want) = want.filter(|_| !sure) {
            nodes.push(self.assign(want, Ex::Const(Value::Null), at));
        }
        for id in &block.steps {
            let want = want.filter(|_| Some(*id) == last);
            nodes.push(self.step(*id, want));
        }
        self.seq(nodes, at)
    }

    /// Whether a step sets the variable that wants its value on every way past it.
    fn surely_yields(&self, id: StepId) -> bool {
        let step = self.ast.step(id);
        step.when.is_none()
            && !matches!(step.on_error, Some(OnError::Continue(_)))
            && !matches!(step.kind, StepKind::Set { .. } | StepKind::Error)
    }

    /// Whether an approval in this very block may skip the rest of it.
    fn can_be_left(&self, block: &Block) -> bool {
        use wfc_syntax::ast::OnDeny::Skip;
        let skips = |kind: &StepKind| matches!(kind, StepKind::Approval { on_deny: Some(d), .. } if d.value == Skip);
        block.steps.iter().any(|id| skips(&self.ast.step(*id).kind))
    }

    /// Leaves the enclosing block.
    pub(super) fn leave_block(&mut self, at: Origin) -> NodeId {
        match self.blocks.last().copied() {
            Some(BlockEnd::Block(Some(label))) => self.jump(Jump::Leave(label), at),
            Some(BlockEnd::Block(None)) => {
                let label = self.core.label();
                if let Some(end) = self.blocks.last_mut() {
                    *end = BlockEnd::Block(Some(label));
                }
                self.jump(Jump::Leave(label), at)
            }
            Some(BlockEnd::Iteration) | None => self.continue_loop(at),
        }
    }

    /// `break`
    pub(super) fn break_loop(&mut self, at: Origin) -> NodeId {
        match self.loops.last().copied() {
            Some(LoopFrame::Sequential { end, .. }) => self.jump(Jump::Leave(end), at),
            // Analysis reports both; the branch just ends.
            Some(LoopFrame::Concurrent) => self.jump(Jump::EndSkip, at),
            None => self.nothing(at),
        }
    }

    /// `continue`
    pub(super) fn continue_loop(&mut self, at: Origin) -> NodeId {
        match self.loops.last().copied() {
            Some(LoopFrame::Sequential { next, .. }) => self.jump(Jump::Leave(next), at),
            Some(LoopFrame::Concurrent) => self.jump(Jump::EndSkip, at),
            None => self.nothing(at),
        }
    }
}
