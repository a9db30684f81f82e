//! Cancelling: children first, shields respected.

use super::{Due, Machine};
use crate::fiber::{Fiber, FiberId, Resume, Wait};
use crate::scope::{Exit, ScopeKind, Target, TimerKey};

impl Machine {
    /// Cancels a fiber, or a scope of it, and the children that it waits for. Nothing unwinds
    /// here: fibers that can are scheduled to.
    pub(super) fn cancel(&mut self, fiber: FiberId, target: Target) {
        // Forks nest as deep as the verifier allows; a list keeps even that off the stack.
        let mut work = vec![(fiber, target)];
        while let Some((id, target)) = work.pop() {
            if let Some(mut f) = self.fibers.remove(&id) {
                self.cancel_one(&mut f, target, &mut work);
                self.fibers.insert(id, f);
            }
        }
    }

    fn cancel_one(&mut self, f: &mut Fiber, target: Target, work: &mut Vec<(FiberId, Target)>) {
        if self.shielded(f, target) {
            self.hurry_compensation(f);
            return;
        }
        if f.cancel.is_some_and(|known| known <= target) {
            return;
        }
        f.cancel = Some(target);
        match &mut f.wait {
            // What was done before counts: see `Fiber::deferred`.
            Wait::Nothing => f.deferred = matches!(f.resume, Resume::Push(_)),
            Wait::Effect(effect) => {
                let effect = *effect;
                self.cancel_effect(f, effect);
            }
            Wait::Fork(fork) => {
                fork.stopping = true;
                // The list is worked off from its end.
                work.extend(
                    fork.running
                        .values()
                        .rev()
                        .map(|child| (*child, Target::Fiber)),
                );
            }
            Wait::Unwind(_) => self.hurry_compensation(f),
        }
    }

    /// Whether finally code between the target and the inside goes on first; the cancel then
    /// waits for its end, for so long.
    fn shielded(&mut self, f: &mut Fiber, target: Target) -> bool {
        let inside = match target {
            Target::Fiber => 0,
            Target::Scope(at) => at.saturating_add(1),
        };
        let id = f.id;
        let shield =
            f.frame
                .scopes
                .iter_mut()
                .skip(inside)
                .find_map(|scope| match &mut scope.kind {
                    ScopeKind::FinallyBody(body) => Some(body),
                    _ => None,
                });
        let Some(body) = shield else {
            return false;
        };
        let target = match body.pending {
            Exit::Cancel(known) => known.min(target),
            _ => target,
        };
        body.pending = Exit::Cancel(target);
        if body.grace.is_none() {
            body.grace = self.arm_finally_grace(id);
        }
        true
    }

    /// The deadline of finally code whose fiber is cancelled.
    pub(super) fn arm_finally_grace(&mut self, fiber: FiberId) -> Option<TimerKey> {
        let at = self.later(self.meta.limits.finally_grace)?;
        Some(self.arm(at, Due::Scope(fiber)))
    }
}
