//! Chains to the left: `a + b + c`, `a.b[c].d(e)`. They may be as long as a file, so they are walked.

use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind};

use super::super::Emitter;
use crate::analysis::Callee;

impl Emitter<'_> {
    /// The operand that the expression continues, when it is pushed first and then worked on.
    pub(super) fn continues(&self, id: ExprId) -> Option<ExprId> {
        if self.analysis.refs.contains_key(&id) {
            return None;
        }
        match self.exprs.kind(id) {
            ExprKind::Select { of, .. } | ExprKind::Index { of, .. } => Some(*of),
            ExprKind::Binary {
                op: BinaryOp::And | BinaryOp::Or,
                ..
            } => None,
            ExprKind::Binary { left, .. } => Some(*left),
            ExprKind::Call { target, .. } => match self.analysis.callees.get(&id) {
                Some(Callee::Function { receiver: true, .. }) => *target,
                _ => None,
            },
            _ => None,
        }
    }

    /// The chain that ends with `id`, first operand first.
    pub(super) fn chain(&self, id: ExprId) -> Vec<ExprId> {
        let mut chain = vec![id];
        let mut at = id;
        while self.folded(at).is_none() {
            let Some(of) = self.continues(at) else { break };
            chain.push(of);
            at = of;
        }
        chain.reverse();
        chain
    }
}
