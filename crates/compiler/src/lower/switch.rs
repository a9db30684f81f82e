//! `switch`: flat, however many cases there are.

use wfc_syntax::ast::{Block, Case};
use wfc_syntax::expr::ExprId;

use super::Lowerer;
use super::nodes::Origin;
use crate::ir::{Ex, Jump, NodeId, Op, SlotId};

impl Lowerer<'_> {
    pub(super) fn switch(
        &mut self,
        on: ExprId,
        cases: &[Case],
        default: Option<&Block>,
        dest: Option<SlotId>,
        at: Origin,
    ) -> NodeId {
        let (end, subject) = (self.core.label(), self.temp("subject"));
        let mut nodes = vec![self.assign(subject, Ex::Source(on), at)];
        for case in cases {
            let here = Origin {
                span: case.span,
                ..at
            };
            let body = self.block(&case.body, dest);
            let done = self.jump(Jump::Leave(end), here);
            let then = self.seq(vec![body, done], here);
            let subject = self.load(subject);
            let tests: Vec<_> = case
                .values
                .iter()
                .map(|value| {
                    let value = self.source(*value);
                    self.op(Op::Eq, [subject, value])
                })
                .collect();
            let cond = self.any_of(tests);
            nodes.push(self.only_if(cond, then, here));
        }
        nodes.push(self.block_or_null(default, dest, at));
        let body = self.seq(nodes, at);
        self.block_of(end, body, at)
    }

    /// Whether one of the tests holds; they cannot fail.
    fn any_of(&mut self, tests: Vec<crate::ir::ExId>) -> crate::ir::ExId {
        match tests.as_slice() {
            [one] => *one,
            _ => self.op(Op::Or, tests),
        }
    }
}
