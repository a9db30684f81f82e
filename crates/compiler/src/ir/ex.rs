//! Expressions of the core: those of the file, and the few that lowering makes up.

use wfc_syntax::expr::ExprId;
use wfc_value::{Type, Value};

use super::SlotId;

/// An expression in [`super::Core::exprs`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ExId(pub u32);

/// What a node evaluates.
#[derive(Clone, Debug)]
pub enum Ex {
    /// An expression of the file.
    Source(ExprId),
    /// A constant.
    Const(Value),
    /// A variable.
    Slot(SlotId),
    /// Whether a variable is set.
    IsSet(SlotId),
    /// A value read as a declared type.
    Decode(ExId, Type),
    /// A value as the text that a template would make of it.
    Text(ExId),
    /// A field.
    Field(ExId, &'static str),
    /// A mapping.
    Record(Vec<(Box<str>, ExId)>),
    /// The list itself, or the keys of a map.
    Items(ExId),
    /// An operator or function.
    Op(Op, Vec<ExId>),
    /// In what runs in any case: how the body was left, `done`, `failed` or `cancelled`.
    WayOut,
    /// A number in [0, 1) that follows from the run.
    Random,
}

/// What lowering computes with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(
    missing_docs,
    reason = "each is CEL's operator or function of that name"
)]
pub enum Op {
    Eq,
    Lt,
    Ge,
    Add,
    In,
    /// All of the operands.
    And,
    /// One of the operands.
    Or,
    Not,
    Index,
    Size,
    Slice,
    Now,
    /// The pause after an attempt that failed: delay, factor, longest or null, the attempt's number, and a number in
    /// [0, 1) that scatters it, or null.
    Backoff,
}
