//! Instructions that are frequent in a row, carried out at once.
//!
//! Nothing of this is in a program file, and nothing of it changes what a program means: an [`Op`]
//! stands at the place of each instruction, and where it stands for several it does what they do one after
//! the other, for the same fuel, or leaves them to be carried out singly. A jump into their middle finds the single
//! ones.

use wfc_value::ops::BinaryOp;

use crate::isa::{ConstId, FuncId, Instr, Slot, TextId};

/// What a loop over instructions carries out at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// The instruction that is there.
    One(Instr),
    /// `load`, `int`, an operator.
    SlotInt(BinaryOp, Slot, i32),
    /// `load`, `load`, an operator.
    SlotSlot(BinaryOp, Slot, Slot),
    /// `load`, `const`, an operator.
    SlotConst(BinaryOp, Slot, ConstId),
    /// `int` and an operator, on what is on top of the stack.
    TopInt(BinaryOp, i32),
    /// `load` and an operator, on what is on top of the stack.
    TopSlot(BinaryOp, Slot),
    /// `const` and an operator, on what is on top of the stack.
    TopConst(BinaryOp, ConstId),
    /// `load`, `select`.
    SlotSelect(Slot, TextId),
    /// `load`, `has`.
    SlotHas(Slot, TextId),
    /// `load`, `call` with one argument.
    SlotCall(Slot, FuncId),
    /// `load` and `clear` of one slot.
    Take(Slot),
}

impl Instr {
    /// The operator of two operands that the instruction applies.
    #[must_use]
    pub const fn operator(self) -> Option<BinaryOp> {
        Some(match self {
            Instr::Add() => BinaryOp::Add,
            Instr::Sub() => BinaryOp::Sub,
            Instr::Mul() => BinaryOp::Mul,
            Instr::Div() => BinaryOp::Div,
            Instr::Mod() => BinaryOp::Mod,
            Instr::Eq() => BinaryOp::Eq,
            Instr::Ne() => BinaryOp::Ne,
            Instr::Lt() => BinaryOp::Lt,
            Instr::Le() => BinaryOp::Le,
            Instr::Gt() => BinaryOp::Gt,
            Instr::Ge() => BinaryOp::Ge,
            Instr::In() => BinaryOp::In,
            Instr::Index() => BinaryOp::Index,
            _ => return None,
        })
    }
}

/// What is carried out at each instruction of `code`, in its order.
pub(crate) fn fuse(code: &[Instr]) -> Box<[Op]> {
    let at = |(place, instr): (usize, &Instr)| {
        let rest = code.get(place..).unwrap_or_default();
        three(rest).or_else(|| two(rest)).unwrap_or(Op::One(*instr))
    };
    code.iter().enumerate().map(at).collect()
}

fn three(rest: &[Instr]) -> Option<Op> {
    let [Instr::Load(a), second, third, ..] = *rest else {
        return None;
    };
    let op = third.operator()?;
    match second {
        Instr::Int(n) => Some(Op::SlotInt(op, a, n)),
        Instr::Load(b) => Some(Op::SlotSlot(op, a, b)),
        Instr::Const(k) => Some(Op::SlotConst(op, a, k)),
        _ => None,
    }
}

fn two(rest: &[Instr]) -> Option<Op> {
    let [first, second, ..] = *rest else {
        return None;
    };
    match (first, second) {
        (Instr::Load(s), Instr::Select(k)) => Some(Op::SlotSelect(s, k)),
        (Instr::Load(s), Instr::Has(k)) => Some(Op::SlotHas(s, k)),
        (Instr::Load(s), Instr::Call(f, 1)) => Some(Op::SlotCall(s, f)),
        (Instr::Load(s), Instr::Clear(t)) if s == t => Some(Op::Take(s)),
        (Instr::Int(n), _) => second.operator().map(|op| Op::TopInt(op, n)),
        (Instr::Load(s), _) => second.operator().map(|op| Op::TopSlot(op, s)),
        (Instr::Const(k), _) => second.operator().map(|op| Op::TopConst(op, k)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_what_starts_there() {
        let code = [
            Instr::Load(Slot(0)),
            Instr::Int(1),
            Instr::Add(),
            Instr::Load(Slot(1)),
            Instr::Mul(),
            Instr::Return(),
        ];
        let wanted = [
            Op::SlotInt(BinaryOp::Add, Slot(0), 1),
            // A jump may lead here, past the `load`.
            Op::TopInt(BinaryOp::Add, 1),
            Op::One(Instr::Add()),
            Op::TopSlot(BinaryOp::Mul, Slot(1)),
            Op::One(Instr::Mul()),
            Op::One(Instr::Return()),
        ];
        assert_eq!(fuse(&code).as_ref(), wanted);
    }

    #[test]
    fn four_operations_fit_into_a_cache_line() {
        assert!(size_of::<Op>() <= 16);
    }
}
