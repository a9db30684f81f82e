//! What other processes left for our runs: letters and named events.

use wfc_value::{Str, Timestamp, Value};
use wfc_vm::EventKind;

use super::Engine;
use crate::codec::{Said, read_letter, read_value_bytes, value_bytes};
use crate::id::{Place, RunKey};
use crate::round::Permission;
use crate::run::kept_event_id;
use crate::store::{Letter, NewEvent, Posted, RunState, StoreError, StoredEvent, Taken, Verdict};

/// How many letters or events are read at once.
const AT_ONCE: usize = 256;

impl Engine {
    /// Reads what other processes posted, and looks at the groups and calls that other processes
    /// have to do with. To be called every now and then, such as every second, and after a
    /// letter or an event was posted. The next round deals with what was found.
    ///
    /// # Errors
    /// When the store cannot be read. Nothing is lost by that.
    pub fn poll(&mut self, now: Timestamp) -> Result<(), StoreError> {
        loop {
            let letters = self.store.letters(self.letters_after, AT_ONCE)?;
            let Some(last) = letters.last().map(|letter| letter.number) else {
                break;
            };
            for letter in letters {
                self.letter(&letter, now)?;
            }
            self.letters_after = last;
        }
        loop {
            let events = self.store.events(self.events_after, AT_ONCE)?;
            let Some(last) = events.last().map(|event| event.number) else {
                break;
            };
            for event in events {
                self.event(&event)?;
            }
            self.events_after = last;
        }
        self.look_at_groups();
        self.break_circles(now)?;
        let mut foreign = std::mem::take(&mut self.foreign).into_iter();
        while let Some((caller, effect)) = foreign.next() {
            if let Some(run) = self.runs.get_mut(&caller) {
                run.look.push(effect);
                self.touch(caller);
                if let Err(error) = self.follow(caller, now) {
                    self.foreign.insert((caller, effect));
                    self.foreign.extend(foreign);
                    return Err(error);
                }
            }
        }
        if self.options.adopt {
            self.next_due = None;
        }
        Ok(())
    }

    /// Posts a named event for all runs of a place that wait for it, or will.
    ///
    /// # Errors
    /// When it could not be kept.
    pub fn post_event(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
        id: Option<&str>,
        payload: &Value,
        now: Timestamp,
    ) -> Result<Posted, StoreError> {
        let posted = self.store.post_event(&NewEvent {
            place,
            name: name.into(),
            key: key.map(Str::from),
            id: id.map(Str::from),
            at: now,
            payload: value_bytes(payload),
        })?;
        self.poll(now)?;
        Ok(posted)
    }

    fn letter(&mut self, letter: &Letter, now: Timestamp) -> Result<(), StoreError> {
        let key = letter.to;
        if self.runs.contains_key(&key) {
            self.deliver(letter);
            return Ok(());
        }
        if !self.options.adopt {
            return Ok(());
        }
        let row = self.store.run(key)?;
        match row.map(|row| row.state) {
            None => self.close(letter.number, Verdict::Unknown),
            Some(RunState::Parked) => {
                // It reads its letters when it is brought.
                self.bring(key, None, now)?;
            }
            Some(state) if state.is_over() => self.close(letter.number, Verdict::Stale),
            // Whoever works on it reads it.
            Some(_) => {}
        }
        Ok(())
    }

    /// Says what became of a decision that a round told: whether somebody asked for it. It is kept with the next round.
    pub fn permitted(&mut self, letter: u64, taken: bool) {
        let verdict = if taken {
            Verdict::Accepted
        } else {
            Verdict::Stale
        };
        self.close(letter, verdict);
    }

    /// After a commit that failed: what it kept after all is not kept again.
    pub(super) fn check_permitted(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.recheck) {
            return Ok(());
        }
        let mut open = Vec::new();
        for taken in &self.closed {
            match self.store.verdict(taken.letter) {
                Ok(None) => open.push(*taken),
                Ok(Some(_)) => {
                    self.permitted.remove(&taken.letter);
                }
                Err(error) => {
                    self.recheck = true;
                    return Err(error);
                }
            }
        }
        self.closed = open;
        Ok(())
    }

    /// A letter that goes to nobody leaves the inbox with the next commit.
    fn close(&mut self, letter: u64, verdict: Verdict) {
        self.closed.push(Taken { letter, verdict });
    }

    /// Gives a letter to its run in memory, once.
    pub(super) fn deliver(&mut self, letter: &Letter) {
        let Some(run) = self.runs.get_mut(&letter.to) else {
            return;
        };
        if letter.number <= run.last_letter {
            return;
        }
        run.last_letter = letter.number;
        match read_letter(&letter.body) {
            Ok(Said::Event(kind)) => run.push(letter.at, kind, Some(letter.number)),
            Ok(Said::Ended(effect)) => {
                run.look.push(effect);
                run.take_letter(letter.number);
                self.looking.insert(letter.to);
            }
            Ok(Said::Permission(step, decision)) => {
                let letter = letter.number;
                let run = run.header.key;
                // The host is told once; what it says of it stays until it is kept.
                if self.permitted.insert(letter) {
                    self.permissions.push(Permission {
                        letter,
                        run,
                        step,
                        decision,
                    });
                }
            }
            Err(_) => run.unsaved.taken.push(Taken {
                letter: letter.number,
                verdict: Verdict::Malformed,
            }),
        }
        self.touch(letter.to);
        self.make_ready(letter.to);
    }

    /// Tells an event to the runs that wait for it.
    fn event(&mut self, stored: &StoredEvent) -> Result<(), StoreError> {
        let event = &stored.event;
        let here = self.listeners.get(&event.name).cloned().unwrap_or_default();
        for key in here {
            if self.listens(key, event) {
                self.hear(key, stored);
            }
        }
        if self.options.adopt {
            let (place, name) = (event.place, &event.name);
            let waiters = self.store.waiters(place, name, event.key.as_deref())?;
            // They look for kept events when they are brought: a few at a time, there may be many.
            self.arriving.extend(waiters);
        }
        Ok(())
    }

    fn listens(&self, key: RunKey, event: &NewEvent) -> bool {
        let Some(run) = self.runs.get(&key) else {
            return false;
        };
        let wanted = |effect: &wfc_vm::Effect| {
            let name = effect.args.get("event").and_then(Value::as_str);
            let fits = match effect.args.get("key") {
                None | Some(Value::Null) => true,
                Some(Value::String(wanted)) => Some(wanted) == event.key.as_ref(),
                Some(other) => event
                    .key
                    .as_ref()
                    .is_some_and(|key| **key == *wfc_value::json::format(other)),
            };
            name == Some(event.name.as_str()) && fits
        };
        key.place == event.place
            && event.at >= run.header.started_at
            && run.outstanding().any(wanted)
    }

    /// Tells a run of a kept event, unless it was told before.
    pub(super) fn hear(&mut self, key: RunKey, stored: &StoredEvent) {
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        if run.heard.contains(&stored.number) {
            return;
        }
        run.heard.push(stored.number);
        let event = &stored.event;
        // A payload that cannot be read is nobody's event.
        let Ok(payload) = read_value_bytes(&event.payload) else {
            return;
        };
        let kind = EventKind::Message {
            name: event.name.clone(),
            key: event.key.clone(),
            payload,
            id: Some(kept_event_id(stored.number).into()),
        };
        self.push(key, event.at, kind);
    }
}
