//! Where a fiber is: step, path, attempt, idempotency key.

use std::fmt::Write as _;

use wfc_program::isa::{LoopKind, StepId};
use wfc_value::Str;

use super::Machine;
use crate::error::ErrorRecord;
use crate::fiber::{Context, Fiber};
use crate::scope::ScopeKind;

impl Machine {
    /// The path of a step that is about to begin in the fiber's innermost scope.
    pub(crate) fn path_of(&self, f: &Fiber, step: StepId) -> Str {
        self.path_below(f, step, f.frame.scopes.len())
    }

    /// The path of the step whose scope is the fiber's `below`th: its own, and the iterations
    /// of the loops around it.
    pub(crate) fn path_below(&self, f: &Fiber, step: StepId, below: usize) -> Str {
        let outer = f.context.rounds.iter().copied();
        let own = f
            .frame
            .scopes
            .iter()
            .take(below)
            .filter_map(|scope| match scope.kind {
                ScopeKind::Loop(kind, n) => Some((kind, n)),
                _ => None,
            });
        self.path_in(step, outer.chain(own))
    }

    /// The path of a step in these loops, from the outside in.
    pub(crate) fn path_in(
        &self,
        step: StepId,
        rounds: impl Iterator<Item = (LoopKind, u32)>,
    ) -> Str {
        let Some(info) = self.program.steps.get(step.index()) else {
            return Str::default();
        };
        let mut text = String::new();
        for (kind, n) in rounds {
            if kind == LoopKind::Iteration {
                if text.is_empty() {
                    text.push_str(&info.path);
                }
                let _ = write!(text, "[{n}]");
            }
        }
        if text.is_empty() {
            info.path.clone()
        } else {
            text.into()
        }
    }

    /// The innermost step, and its path.
    pub(crate) fn current_step(&self, f: &Fiber) -> Option<(StepId, Str)> {
        let own = f
            .frame
            .scopes
            .iter()
            .enumerate()
            .rev()
            .find_map(|(at, scope)| match &scope.kind {
                ScopeKind::Step(scope) => Some((at, scope.step)),
                _ => None,
            });
        match own {
            Some((at, step)) => Some((step, self.path_below(f, step, at))),
            None => f.context.step.clone(),
        }
    }

    /// What is around the scopes of a fiber that starts here.
    pub(crate) fn context_here(&self, f: &Fiber) -> Context {
        Context {
            step: self.current_step(f),
            rounds: rounds(f),
            attempt: attempt(f),
        }
    }

    /// The idempotency key of an effect of this fiber now.
    pub(crate) fn key(&self, f: &Fiber, path: Option<StepId>) -> Str {
        let mut key = self.meta.execution.to_string();
        if self.meta.attempt > 1 {
            let _ = write!(key, "#{}", self.meta.attempt);
        }
        if let Some(info) = path.and_then(|step| self.program.steps.get(step.index())) {
            let _ = write!(key, "/{}", info.path);
        }
        for (kind, n) in rounds(f) {
            let _ = match kind {
                LoopKind::Iteration => write!(key, "/{n}"),
                LoopKind::CompositeAttempt => write!(key, "/attempt-{n}"),
                LoopKind::LeafAttempt => Ok(()),
            };
        }
        key.into()
    }

    /// Adds to an error what it does not say itself: step, attempt, place in the source.
    pub(crate) fn locate(&self, f: &Fiber, error: &mut ErrorRecord, pc: usize) {
        if error.step.is_none() {
            if let Some((_, path)) = self.current_step(f) {
                error.step = Some(path);
            }
            error.attempt = attempt(f);
        }
        if error.span.is_none() {
            error.span = self.program.debug.as_ref().and_then(|debug| debug.span(pc));
        }
    }
}

/// All loops around the fiber's innermost scope, from the outside in.
pub(crate) fn rounds(f: &Fiber) -> Vec<(LoopKind, u32)> {
    let mut rounds = f.context.rounds.clone();
    for scope in &f.frame.scopes {
        if let ScopeKind::Loop(kind, n) = scope.kind {
            rounds.push((kind, n));
        }
    }
    rounds
}

/// The innermost step's attempt.
pub(crate) fn attempt(f: &Fiber) -> u32 {
    for scope in f.frame.scopes.iter().rev() {
        match scope.kind {
            ScopeKind::Loop(LoopKind::CompositeAttempt | LoopKind::LeafAttempt, n) => return n,
            ScopeKind::Step(_) => return 1,
            _ => {}
        }
    }
    f.context.attempt
}
