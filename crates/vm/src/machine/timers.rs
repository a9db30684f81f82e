//! Timers: what becomes due as events bring time.

use wfc_value::{Timestamp, Value};

use super::{Due, Machine};
use crate::fiber::FiberId;
use crate::scope::{Scope, ScopeKind, Target, TimerKey};

impl Machine {
    /// Sets a timer.
    pub(super) fn arm(&mut self, at: Timestamp, due: Due) -> TimerKey {
        self.next_timer += 1;
        let key = (at, self.next_timer);
        self.timers.insert(key, due);
        key
    }

    /// Lets go of what a scope holds outside of its fiber: it is being taken off.
    pub(super) fn forget(&mut self, scope: &Scope) {
        match &scope.kind {
            ScopeKind::Deadline(deadline) => {
                self.timers.remove(&deadline.timer);
            }
            ScopeKind::FinallyBody(body) => {
                if let Some(timer) = body.grace {
                    self.timers.remove(&timer);
                }
            }
            ScopeKind::Budget(id) => {
                self.budgets.remove(id);
            }
            _ => {}
        }
    }

    /// Fires the first timer that is due; false when none is. Only called when every fiber
    /// waits: an event that came in time wins over a timer of the same time.
    pub(super) fn fire_due(&mut self) -> bool {
        let Some((key, due)) = self.timers.first_key_value().map(|(k, d)| (*k, *d)) else {
            return false;
        };
        if key.0 > self.ctx.now {
            return false;
        }
        self.timers.remove(&key);
        match due {
            Due::Sleep(effect) => {
                self.complete(effect, Value::Null);
            }
            Due::Grace(effect) => self.effect_unknown(effect),
            Due::Scope(fiber) => self.scope_due(fiber, key),
            Due::Compensation(fiber) => self.cancel(fiber, Target::Fiber),
        }
        true
    }

    /// A deadline, or finally code's grace, has passed.
    fn scope_due(&mut self, fiber: FiberId, key: TimerKey) {
        let place = self.fibers.get(&fiber).and_then(|f| {
            f.frame.scopes.iter().position(|scope| match &scope.kind {
                ScopeKind::Deadline(deadline) => deadline.timer == key,
                ScopeKind::FinallyBody(body) => body.grace == Some(key),
                _ => false,
            })
        });
        if let Some(place) = place {
            self.cancel(fiber, Target::Scope(place));
        }
    }
}
