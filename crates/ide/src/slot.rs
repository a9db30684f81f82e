//! One answer that several askers wait for: worked out once, and given up when none of them wants it any more.

use std::sync::{Condvar, Mutex};

use crate::cancel::{Cancel, Cancelled};
use crate::snapshot::locked;

/// Whether nobody wants the answer any more. Asked now and then by who works it out.
pub(crate) type Unwanted<'a> = &'a dyn Fn() -> bool;

/// An answer that is there, on its way, or not asked for yet.
pub(crate) struct Slot<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

enum State<T> {
    Idle,
    /// Somebody works it out, for all of these.
    Running(Vec<Cancel>),
    Done(T),
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State::Idle),
            changed: Condvar::new(),
        }
    }
}

impl<T: Clone> Slot<T> {
    /// The answer, if it is there.
    pub(crate) fn get(&self) -> Option<T> {
        match &*locked(&self.state) {
            State::Done(found) => Some(found.clone()),
            State::Idle | State::Running(_) => None,
        }
    }

    /// Puts the answer there, unless there is one or somebody is at it.
    pub(crate) fn put(&self, found: T) {
        let mut state = locked(&self.state);
        if matches!(*state, State::Idle) {
            *state = State::Done(found);
        }
    }

    /// The answer, worked out by the first who asks; the others wait. `work` gives nothing when it gave up, which it may
    /// do as soon as it is told that nobody wants the answer.
    ///
    /// # Errors
    /// When the question was taken back.
    pub(crate) fn get_or_work(
        &self,
        cancel: &Cancel,
        work: impl FnOnce(Unwanted<'_>) -> Option<T>,
    ) -> Result<T, Cancelled> {
        if let Some(found) = self.wait(cancel)? {
            return Ok(found);
        }
        // Also when the work panics, the others are not left waiting.
        let mut end = End {
            slot: self,
            found: None,
        };
        end.found = work(&|| cancel.is_cancelled() && self.is_unwanted());
        let found = end.found.clone();
        drop(end);
        cancel.check()?;
        found.ok_or(Cancelled)
    }

    /// The answer that is there or that another asker works out; nothing when it is this one's turn.
    fn wait(&self, cancel: &Cancel) -> Result<Option<T>, Cancelled> {
        let mut state = locked(&self.state);
        loop {
            cancel.check()?;
            match &mut *state {
                State::Done(found) => return Ok(Some(found.clone())),
                State::Idle => {
                    *state = State::Running(vec![cancel.clone()]);
                    return Ok(None);
                }
                // Also after a wake-up: who is at it now may not know of this one.
                State::Running(waiting) => waiting.push(cancel.clone()),
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    fn is_unwanted(&self) -> bool {
        match &*locked(&self.state) {
            State::Running(waiting) => waiting.iter().all(Cancel::is_cancelled),
            State::Idle | State::Done(_) => false,
        }
    }
}

/// What the slot holds when the work is over.
struct End<'a, T> {
    slot: &'a Slot<T>,
    found: Option<T>,
}

impl<T> Drop for End<'_, T> {
    fn drop(&mut self) {
        let next = self.found.take().map_or(State::Idle, State::Done);
        *locked(&self.slot.state) = next;
        self.slot.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn work_is_given_up_when_the_last_asker_is_gone_and_begun_anew_for_the_next() {
        let slot = Slot::default();
        let first = Cancel::new();
        let given_up = slot.get_or_work(&first, |unwanted| {
            assert!(!unwanted());
            // Another one wants it, too.
            let second = Cancel::new();
            if let State::Running(waiting) = &mut *locked(&slot.state) {
                waiting.push(second.clone());
            }
            first.cancel();
            assert!(!unwanted(), "the second still waits");
            second.cancel();
            unwanted().then_some(()).and(None::<u8>)
        });
        assert_eq!(given_up, Err(Cancelled));
        assert_eq!(slot.get(), None);
        assert_eq!(slot.get_or_work(&Cancel::new(), |_| Some(7)), Ok(7));
        assert_eq!(slot.get_or_work(&Cancel::new(), |_| Some(8)), Ok(7));
        assert_eq!(slot.get_or_work(&first, |_| Some(8)), Err(Cancelled));
    }

    #[test]
    fn a_panic_leaves_nobody_waiting() {
        let slot: Slot<u8> = Slot::default();
        let work = || slot.get_or_work(&Cancel::new(), |_| panic!("on purpose"));
        assert!(catch_unwind(AssertUnwindSafe(work)).is_err());
        assert_eq!(slot.get_or_work(&Cancel::new(), |_| Some(1)), Ok(1));
    }
}
