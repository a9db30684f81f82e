//! `&&` and `||`: short ways round, and CEL's absorption of faults where an operand can fault.

use wfc_program::isa::Instr;
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind};

use super::super::Emitter;

impl Emitter<'_> {
    pub(super) fn logic(&mut self, id: ExprId, op: BinaryOp) {
        let operands = self.operands(id, op);
        let (last, before) = match operands.split_last() {
            Some((last, before)) => (*last, before),
            None => return self.op(Instr::Null()),
        };
        // A fault of the last operand, or of none, needs no absorbing: those before it did not decide.
        let plain =
            self.is_bool(last) && before.iter().all(|o| self.is_bool(*o) && !self.faults(*o));
        let or = op == BinaryOp::Or;
        let end = self.label();
        if plain {
            for operand in before {
                self.expr(*operand);
                self.op(if or {
                    Instr::JumpIfKeep(end)
                } else {
                    Instr::JumpIfNotKeep(end)
                });
                self.op(Instr::Pop());
            }
            self.expr(last);
            return self.bind(end);
        }
        for (i, operand) in operands.iter().enumerate() {
            self.verdict(*operand);
            if i > 0 {
                self.op(if or { Instr::Or() } else { Instr::And() });
            }
            if i + 1 < operands.len() {
                self.op(Instr::JumpVerdict(or, end));
            }
        }
        self.bind(end);
        self.op(Instr::Settle());
    }

    /// Pushes a verdict: the operand's truth value, or its fault.
    pub(super) fn verdict(&mut self, operand: ExprId) {
        let judged = self.label();
        self.op(Instr::Guard(judged));
        self.expr(operand);
        self.op(Instr::Unguard());
        self.bind(judged);
    }

    /// The operands of a chain of one operator: `a || b || c` is one decision.
    fn operands(&self, id: ExprId, op: BinaryOp) -> Vec<ExprId> {
        let mut operands = Vec::new();
        let mut at = id;
        while let ExprKind::Binary {
            op: here,
            left,
            right,
            ..
        } = self.exprs.kind(at)
            && *here == op
            && self.folded(at).is_none()
        {
            operands.push(*right);
            at = *left;
        }
        operands.push(at);
        operands.reverse();
        operands
    }
}
