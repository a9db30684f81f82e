//! `conditional`

use wfc_syntax::ast::Block;
use wfc_syntax::expr::ExprId;
use wfc_value::Value;

use super::Lowerer;
use super::nodes::Origin;
use crate::ir::{Ex, NodeId, NodeKind, SlotId};

impl Lowerer<'_> {
    pub(super) fn conditional(
        &mut self,
        condition: ExprId,
        then: &Block,
        otherwise: Option<&Block>,
        dest: Option<SlotId>,
        at: Origin,
    ) -> NodeId {
        let cond = self.source(condition);
        let then = self.block(then, dest);
        let otherwise = self.block_or_null(otherwise, dest, at);
        let otherwise = (!self.core.is_empty(otherwise)).then_some(otherwise);
        self.node(
            NodeKind::If {
                cond,
                then,
                otherwise,
            },
            at,
        )
    }

    /// The block, or null where there is none.
    pub(super) fn block_or_null(
        &mut self,
        block: Option<&Block>,
        dest: Option<SlotId>,
        at: Origin,
    ) -> NodeId {
        match (block, dest) {
            (Some(block), _) => self.block(block, dest),
            (None, Some(dest)) => self.assign(dest, Ex::Const(Value::Null), at),
            (None, None) => self.nothing(at),
        }
    }
}
