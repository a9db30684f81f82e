//! A look inside, for people who step through a run.

use wfc_program::isa::StepId;
use wfc_value::{Str, Value};

use super::Machine;
use crate::effect::EffectId;
use crate::scope::ScopeKind;

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
    /// The fuel that the run has used up.
    #[must_use]
    pub fn fuel_used(&self) -> u64 {
        self.meta.limits.fuel.saturating_sub(self.fuel_left)
    }

    /// The steps that an effect is inside of, with their paths: those of its fiber from the inside out, then those of the
    /// fibers that wait for it.
    #[must_use]
    pub fn steps_around(&self, effect: EffectId) -> Vec<(StepId, Str)> {
        let mut out = Vec::new();
        let pending = self.effects.get(&effect);
        let mut fiber = pending.and_then(|pending| self.fibers.get(&pending.fiber));
        while let Some(f) = fiber {
            for (at, scope) in f.frame.scopes.iter().enumerate().rev() {
                if let ScopeKind::Step(open) = &scope.kind {
                    out.push((open.step, self.path_below(f, open.step, at)));
                }
            }
            let parent = f.role.parent();
            fiber = parent.and_then(|parent| self.fibers.get(&parent));
        }
        out
    }

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
