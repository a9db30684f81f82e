//! Rounds.

use std::cmp::Reverse;

use wfc_value::Timestamp;
use wfc_vm::{Delivery, EventKind};

use super::Engine;
use crate::id::RunKey;
use crate::round::{Incoming, Round};
use crate::run::{Budget, Stepped};
use crate::store::StoreError;

/// How many turns machines make in a round, and how many calls that use up their fuel, so that
/// the host gets to listen.
const BUDGET: Budget = Budget {
    turns: 4096,
    long: 64,
};

/// How many runs a round loads of those that are on their way: orphans, and those that an event is for.
const ARRIVALS: usize = 256;

/// How many parked runs a round loads because their time has come.
const DUE: usize = 1024;

impl Engine {
    /// One round at the time `now`: what came in is taken, then timers that are due, the machines
    /// are stepped, everything is committed at once; what comes out is to be done then.
    ///
    /// # Errors
    /// When the store failed. Nothing of the round counts: what is durable is loaded again in the
    /// next round, and what came in is kept for it.
    pub fn round(&mut self, now: Timestamp, inbox: Vec<Incoming>) -> Result<Round, StoreError> {
        let mut round = Round::default();
        self.round += 1;
        self.knocking
            .extend(inbox.into_iter().map(|incoming| (now, incoming)));
        match self.run_round(now, &mut round) {
            Ok(()) => Ok(round),
            Err(error) => {
                self.discard();
                Err(error)
            }
        }
    }

    fn run_round(&mut self, now: Timestamp, round: &mut Round) -> Result<(), StoreError> {
        self.load_again(now)?;
        self.check_permitted()?;
        let others = self.next_suspect(now)?;
        if others.is_none() {
            self.arrivals(now)?;
            self.take_in(now, round)?;
            self.look_at_calls(now)?;
            self.wake_parked(now)?;
            self.tick(now);
        }
        let stepped = self.step_all(now);
        if let Some(others) = others {
            self.ready.extend(others);
        }
        if self.noted == Some(self.round) {
            // What the process dies of from here on is no run's fault.
            self.store.note_stepping(&[])?;
        }
        round.busy = stepped?;
        self.save(now, round)?;
        round.busy |= !self.ready.is_empty()
            || !self.suspects.is_empty()
            || !self.arriving.is_empty()
            || !self.knocking.is_empty()
            || !round.permissions.is_empty();
        match self.next_deadline() {
            Ok(next) => round.next_deadline = next,
            // Everything is durable and has to be told, whatever the store says now: it is asked again in the next round.
            Err(_) => round.busy = true,
        }
        Ok(())
    }

    /// A run that may take the process down is stepped alone: the others' turn is given back for
    /// later.
    fn next_suspect(&mut self, now: Timestamp) -> Result<Option<Vec<RunKey>>, StoreError> {
        let Some(key) = self.suspects.front().copied() else {
            return Ok(None);
        };
        // Loading steps it, too.
        self.noted = Some(self.round);
        self.store.note_stepping(&[key])?;
        let others: Vec<RunKey> = self.ready.drain(..).collect();
        self.alone = Some(key);
        match self.bring(key, None, now) {
            Ok(_) => Ok(Some(others)),
            Err(error) => {
                self.ready.extend(others);
                Err(error)
            }
        }
    }

    /// Gives what came in to its runs.
    fn take_in(&mut self, now: Timestamp, round: &mut Round) -> Result<(), StoreError> {
        let mut knocking = std::mem::take(&mut self.knocking).into_iter();
        while let Some((at, incoming)) = knocking.next() {
            let key = incoming.run;
            let here = self.runs.contains_key(&key);
            if !here && (self.arriving.contains(&key) || self.suspects.contains(&key)) {
                // Its run is on the way.
                self.knocking.push((at, incoming));
                continue;
            }
            let brought = if here || !self.options.adopt {
                Ok(here)
            } else {
                self.bring(key, None, now)
            };
            match brought {
                Ok(true) => self.push(key, at, incoming.kind),
                Ok(false) => round.refused.push((incoming, Delivery::Stale)),
                Err(error) => {
                    self.knocking.push((at, incoming));
                    self.knocking.extend(knocking);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn arrivals(&mut self, now: Timestamp) -> Result<(), StoreError> {
        for _ in 0..ARRIVALS {
            let Some(key) = self.arriving.front().copied() else {
                break;
            };
            self.noted = Some(self.round);
            self.store.note_stepping(&[key])?;
            self.bring(key, None, now)?;
            self.arriving.pop_front();
        }
        Ok(())
    }

    /// Loads parked runs whose time has come.
    fn wake_parked(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if !self.options.adopt {
            return Ok(());
        }
        let next = match self.next_due {
            Some(next) => next,
            None => self.store.next_due()?,
        };
        self.next_due = Some(next);
        if next.is_none_or(|next| next > now) {
            return Ok(());
        }
        self.next_due = None;
        for key in self.store.due(now, DUE)? {
            self.bring(key, None, now)?;
        }
        Ok(())
    }

    /// Lets time pass for the runs in which something is due.
    fn tick(&mut self, now: Timestamp) {
        while let Some(Reverse((at, key))) = self.timers.peek().copied() {
            if at > now {
                break;
            }
            self.timers.pop();
            let Some(run) = self.runs.get_mut(&key) else {
                continue;
            };
            if run.wake == Some(at) {
                run.wake = None;
                self.push(key, now, EventKind::Tick);
            }
        }
    }

    /// Steps runs until all wait or the budget is used up. Runs act on each other through calls
    /// and groups, so it goes around until nothing changes.
    fn step_all(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let mut budget = BUDGET;
        loop {
            while let Some(key) = self.ready.front().copied() {
                // Where that fails the run stays among those that are ready.
                self.note(key)?;
                self.ready.pop_front();
                let Some(run) = self.runs.get_mut(&key) else {
                    continue;
                };
                run.is_ready = false;
                let stepped = run.step(&mut budget, &mut self.turned);
                self.touch(key);
                if stepped == Stepped::Busy {
                    self.make_ready(key);
                    if budget.turns == 0 || budget.long == 0 {
                        return Ok(true);
                    }
                    continue;
                }
                self.follow(key, now)?;
            }
            let let_in = self.let_in()?;
            if !(self.draw(now)? || let_in || !self.ready.is_empty()) {
                return Ok(false);
            }
        }
    }

    /// Notes that a run that is ready and all others that are will be stepped, once a round for each.
    fn note(&mut self, key: RunKey) -> Result<(), StoreError> {
        let round = self.round;
        if self.runs.get(&key).is_none_or(|run| run.noted == round) {
            return Ok(());
        }
        let keys: Vec<RunKey> = self.ready.iter().copied().collect();
        for key in &keys {
            if let Some(run) = self.runs.get_mut(key) {
                run.noted = round;
            }
        }
        self.noted = Some(round);
        self.store.note_stepping(&keys)
    }

    /// When the next round has to be at the latest.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn next_deadline(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let parked = match (self.options.adopt, self.next_due) {
            (false, _) => None,
            (true, Some(next)) => next,
            (true, None) => {
                let next = self.store.next_due()?;
                self.next_due = Some(next);
                next
            }
        };
        while let Some(Reverse((at, key))) = self.timers.peek().copied() {
            if self.runs.get(&key).is_some_and(|run| run.wake == Some(at)) {
                return Ok(parked.into_iter().chain([at]).min());
            }
            self.timers.pop();
        }
        Ok(parked)
    }
}
