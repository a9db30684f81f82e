//! A look inside, for people who step through a run.

use wfc_program::isa::StepId;
use wfc_value::{Str, Value};

use super::Machine;

/// Where a fiber is, and what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FiberView {
    /// Its number; the main one's is 0.
    pub fiber: u64,
    /// The fiber that waits for it.
    pub parent: Option<u64>,
    /// The instruction that it goes on with.
    pub pc: usize,
    /// The innermost step, and its path with iterations.
    pub step: Option<(StepId, Str)>,
    /// The slots that are set, and still read by what may follow.
    pub slots: Vec<(usize, Value)>,
}

impl Machine {
    /// The fibers, in the order of their numbers.
    #[must_use]
    pub fn fibers(&self) -> Vec<FiberView> {
        let view = |fiber: &crate::fiber::Fiber| FiberView {
            fiber: fiber.id.0,
            parent: fiber.role.parent().map(|id| id.0),
            pc: fiber.frame.pc,
            step: self.current_step(fiber),
            slots: fiber
                .frame
                .slots
                .iter()
                .enumerate()
                .filter_map(|(slot, value)| Some((slot, value.clone()?)))
                .collect(),
        };
        self.fibers.values().map(|fiber| view(fiber)).collect()
    }
}
