//! Cancelling: from the outside in, around what runs in any case.

use super::Run;
use super::state::{Due, Extent, FiberId, News, Reach, TimerId, Wait};

impl Run<'_> {
    /// Cancels a fiber, or one of its extents with all inside, and the children that it waits for.
    pub(super) fn cancel(&self, f: FiberId, reach: Reach) {
        if self.shielded(f, reach) {
            self.hurry(f);
            return;
        }
        let mut state = self.state();
        let fiber = &mut state.fibers[f];
        if fiber.cancel.is_some_and(|known| known <= reach) {
            return;
        }
        fiber.cancel = Some(reach);
        let children: Vec<FiberId> = match &mut fiber.wait {
            Wait::Nothing => {
                fiber.finishing = matches!(fiber.news, News::Value(_));
                return;
            }
            Wait::Effect(id) => {
                let id = *id;
                drop(state);
                return self.cancel_effect(f, id);
            }
            Wait::Undoing(_) => {
                drop(state);
                return self.hurry(f);
            }
            Wait::Fork(fork) => {
                fork.stopping = true;
                fork.running.values().copied().collect()
            }
        };
        drop(state);
        for child in children {
            self.cancel(child, 0);
        }
    }

    /// Whether something that runs in any case goes on first; the cancel comes after it.
    fn shielded(&self, f: FiberId, reach: Reach) -> bool {
        let mut state = self.state();
        let at = state.now.checked_add(self.meta.limits.finally_grace);
        let timer = state.timers_set + 1;
        let inside = state.fibers[f].extents.iter_mut().skip(reach);
        let mut armed = false;
        let mut found = false;
        for extent in inside {
            if let Extent::Cleanup { how, cancel, grace } = extent {
                *how = "cancelled";
                *cancel = Some(cancel.map_or(reach, |known| known.min(reach)));
                if grace.is_none() && at.is_some() {
                    *grace = Some(timer);
                    armed = true;
                }
                found = true;
                break;
            }
        }
        if let (true, Some(at)) = (armed, at) {
            state.arm(at, Due::Extent(f));
        }
        found
    }

    fn cancel_effect(&self, f: FiberId, id: u64) {
        let mut state = self.state();
        let now = state.now;
        let Some(asked) = state.asked.get_mut(&id) else {
            return;
        };
        if !asked.effect.class.has_work() {
            drop(state);
            self.withdraw(id);
            let mut state = self.state();
            state.fibers[f].wait = Wait::Nothing;
            state.fibers[f].news = News::Go;
            state.ready.push_back(f);
            return;
        }
        if asked.effect.cancelling {
            return;
        }
        asked.effect.cancelling = true;
        let grace = now.checked_add(self.meta.limits.effect_grace);
        let grace = grace.unwrap_or(wfc_value::Timestamp::MAX);
        asked.effect.grace = Some(grace);
        let timer = state.arm(grace, Due::Grace(id));
        if let Some(asked) = state.asked.get_mut(&id) {
            asked.timer = Some(timer);
        }
    }

    /// A deadline has passed, or the grace of what runs in any case.
    pub(super) fn extent_due(&self, f: FiberId, timer: TimerId) {
        let place = self.state().fibers[f].extents.iter().position(|e| match e {
            Extent::Deadline(own) => *own == timer,
            Extent::Cleanup { grace, .. } => *grace == Some(timer),
            _ => false,
        });
        if let Some(place) = place {
            self.cancel(f, place + 1);
        }
    }
}
