//! `all`, `exists` and `exists_one`.

use wfc_program::isa::Instr;
use wfc_syntax::expr::ExprId;

use super::super::Emitter;
use crate::analysis::LocalId;

impl Emitter<'_> {
    /// `all` (false ends it) and `exists` (true ends it).
    pub(super) fn quantifier(
        &mut self,
        range: Option<ExprId>,
        names: (Option<LocalId>, LocalId),
        test: Option<ExprId>,
        decides: bool,
    ) {
        self.operand(range);
        let vars = self.take_vars(names);
        self.op(Instr::Iter());
        let simple = test.is_some_and(|t| self.is_bool(t) && !self.faults(t));
        let (end, found) = (self.label(), self.label());
        if simple {
            let top = self.label_here();
            self.op(vars.next(end));
            self.operand(test);
            self.op(if decides {
                Instr::JumpIf(found)
            } else {
                Instr::JumpIfNot(found)
            });
            self.jump(top);
            self.bind(found);
            self.op(Instr::IterDrop());
            self.op(Instr::Bool(decides));
            let done = self.label();
            self.jump(done);
            self.bind(end);
            self.op(Instr::Bool(!decides));
            self.bind(done);
        } else {
            self.op(Instr::Verdict(!decides));
            let top = self.label_here();
            self.op(vars.next(end));
            match test {
                Some(test) => self.verdict(test),
                None => self.op(Instr::Verdict(decides)),
            }
            self.op(if decides { Instr::Or() } else { Instr::And() });
            self.op(Instr::JumpVerdict(decides, found));
            self.jump(top);
            self.bind(found);
            self.op(Instr::IterDrop());
            self.bind(end);
            self.op(Instr::Settle());
        }
        self.give_vars(vars);
    }

    /// Counts what passes; a fault is not absorbed.
    pub(super) fn exists_one(
        &mut self,
        range: Option<ExprId>,
        names: (Option<LocalId>, LocalId),
        test: Option<ExprId>,
    ) {
        self.operand(range);
        let vars = self.take_vars(names);
        let count = self.take_slot();
        self.op(Instr::Int(0));
        self.op(Instr::Store(count));
        self.op(Instr::Iter());
        let end = self.label();
        let top = self.label_here();
        self.op(vars.next(end));
        self.operand(test);
        self.op(Instr::JumpIfNot(top));
        self.op(Instr::Load(count));
        self.op(Instr::Int(1));
        self.op(Instr::Add());
        self.op(Instr::Store(count));
        self.jump(top);
        self.bind(end);
        self.op(Instr::Load(count));
        self.op(Instr::Int(1));
        self.op(Instr::Eq());
        self.give_slot(count);
        self.give_vars(vars);
    }
}
