//! Where a fiber is: step, path, attempt, idempotency key.

use std::fmt::Write as _;

use wfc_compiler::ir::Rounds;
use wfc_syntax::ast::StepId;
use wfc_value::Str;
use wfc_vm::{ErrorRecord, TraceEvent, TraceWhat};

use super::Run;
use super::state::{Around, Extent, Fiber, FiberId};

impl Run<'_> {
    /// The path of a step with the iterations of the first `depth` extents.
    pub(super) fn path(&self, fiber: &Fiber, step: StepId, depth: usize) -> Str {
        let mut path = self.core.paths[step.0 as usize].clone();
        for (kind, n) in rounds(fiber, depth) {
            if kind == Rounds::Iterations {
                let _ = write!(path, "[{n}]");
            }
        }
        path.into()
    }

    /// The innermost step, and its path.
    pub(super) fn step_of(&self, fiber: &Fiber) -> Option<(StepId, Str)> {
        for (at, extent) in fiber.extents.iter().enumerate().rev() {
            if let Extent::Step { step, .. } = extent {
                return Some((*step, self.path(fiber, *step, at)));
            }
        }
        fiber.around.step.clone()
    }

    pub(super) fn around(&self, fiber: &Fiber) -> Around {
        Around {
            step: self.step_of(fiber),
            rounds: rounds(fiber, fiber.extents.len()),
            attempt: attempt(fiber),
        }
    }

    /// The idempotency key: execution, step, iterations and attempts of composites.
    pub(super) fn key(&self, fiber: &Fiber, step: Option<StepId>) -> Str {
        let mut key = self.meta.execution.to_string();
        if self.meta.attempt > 1 {
            let _ = write!(key, "#{}", self.meta.attempt);
        }
        if let Some(step) = step {
            let _ = write!(key, "/{}", self.core.paths[step.0 as usize]);
        }
        for (kind, n) in rounds(fiber, fiber.extents.len()) {
            match kind {
                Rounds::Iterations => drop(write!(key, "/{n}")),
                Rounds::CompositeAttempts => drop(write!(key, "/attempt-{n}")),
                Rounds::LeafAttempts => {}
            }
        }
        key.into()
    }

    /// Adds step and attempt to an error that does not name them.
    pub(super) fn locate(&self, f: FiberId, error: &mut ErrorRecord) {
        let state = self.state();
        let fiber = &state.fibers[f];
        if error.step.is_none() {
            error.step = self.step_of(fiber).map(|(_, path)| path);
            error.attempt = attempt(fiber);
        }
    }

    /// Adds to the trace.
    pub(super) fn note(&self, step: StepId, path: Str, what: TraceWhat) {
        let order = &self.core.order;
        let place = order.iter().position(|s| *s == step).unwrap_or_default();
        let mut state = self.state();
        let at = state.now;
        state.trace.push(TraceEvent {
            at,
            step: wfc_program::isa::StepId(u32::try_from(place).unwrap_or(u32::MAX)),
            path,
            what,
        });
    }
}

/// The rounds of the loops around a fiber's first `depth` extents, from the outside in.
pub(super) fn rounds(fiber: &Fiber, depth: usize) -> Vec<(Rounds, u32)> {
    let mut rounds = fiber.around.rounds.clone();
    for extent in fiber.extents.iter().take(depth) {
        if let Extent::Rounds(kind, n) = extent {
            rounds.push((*kind, *n));
        }
    }
    rounds
}

/// The innermost step's attempt.
pub(super) fn attempt(fiber: &Fiber) -> u32 {
    for extent in fiber.extents.iter().rev() {
        match extent {
            Extent::Rounds(Rounds::LeafAttempts | Rounds::CompositeAttempts, n) => return *n,
            Extent::Step { .. } => return 1,
            _ => {}
        }
    }
    fiber.around.attempt
}
