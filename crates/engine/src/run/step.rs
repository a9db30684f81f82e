//! Stepping a run through what it was told.

use wfc_vm::{Delivery, EffectId, Event, EventKind, Machine, Outcome, Turn, Usage};

use super::{Known, Open, Run, Standing, Told, verdict};
use crate::codec::{begun, event_head, read_open};
use crate::digest::{Digest, Turned};
use crate::store::Taken;

/// Fuel of one call of the machine.
const FUEL: u64 = 200_000;

/// How far [`Run::step`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stepped {
    /// There is more to do at once.
    Busy,
    /// It waits, or has ended.
    Done,
}

/// How much a round may still do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Turns.
    pub(crate) turns: u32,
    /// Calls of machines that use up their fuel.
    pub(crate) long: u32,
}

impl Run {
    /// Steps the machine through the events that wait, and adds a record for each turn.
    pub(crate) fn step(&mut self, budget: &mut Budget, turned: &mut Turned) -> Stepped {
        loop {
            if self.is_over() {
                self.refuse_all();
                return Stepped::Done;
            }
            if self.standing == Standing::Queued {
                self.step_queued();
                return Stepped::Done;
            }
            if self.open.is_none() {
                let Some(told) = self.queue.pop_front() else {
                    return Stepped::Done;
                };
                self.tell(told);
                continue;
            }
            if budget.turns == 0 || budget.long == 0 {
                return Stepped::Busy;
            }
            if self.turn(turned).is_some() {
                budget.turns -= 1;
            } else {
                budget.long -= 1;
                return Stepped::Busy;
            }
        }
    }

    /// A run that waits for its turn can be cancelled, nothing else.
    fn step_queued(&mut self) {
        while let Some(told) = self.queue.pop_front() {
            match told.event.kind {
                EventKind::Cancel { reason } if self.outcome.is_none() => {
                    self.outcome = Some(Outcome::Cancelled { reason });
                    self.take(told.letter, Delivery::Accepted);
                }
                _ => self.refuse(told, Delivery::Stale),
            }
        }
    }

    fn take(&mut self, letter: Option<u64>, delivery: Delivery) {
        if let Some(letter) = letter {
            let verdict = verdict(delivery);
            self.unsaved.taken.push(Taken { letter, verdict });
        }
    }

    /// A letter that the machine need not know of is dealt with.
    pub(crate) fn take_letter(&mut self, letter: u64) {
        self.take(Some(letter), Delivery::Accepted);
    }

    /// Delivers an event: its record is begun, or it is refused.
    fn tell(&mut self, told: Told) {
        let Some(machine) = &mut self.machine else {
            self.refuse(told, Delivery::Stale);
            return;
        };
        let Told { event, letter } = told;
        let base = self.header.started_at;
        let unsaved = &mut self.unsaved;
        let payloads = unsaved.payloads.len();
        event_head(&mut unsaved.records, &event, base, &mut unsaved.payloads);
        let (answered, used) = used(&event.kind);
        let used = fresh(machine, answered, used);
        if matches!(event.kind, EventKind::Spent { .. }) && used == Usage::default() {
            self.unsaved.records.truncate(self.unsaved.whole);
            self.take(letter, Delivery::Duplicate);
            return;
        }
        match machine.deliver(event) {
            Delivery::Accepted => {
                self.open = Some(Open::Event(letter));
                self.unsaved.brought.push(letter);
                self.account(answered, used);
            }
            why => {
                // The machine has the event now; its record still tells it.
                let event = self.reread(self.unsaved.whole);
                self.unsaved.records.truncate(self.unsaved.whole);
                self.unsaved.payloads.truncate(payloads);
                match event {
                    Some(event) => self.refuse(Told { event, letter }, why),
                    None => self.take(letter, why),
                }
            }
        }
    }

    /// The event whose record begins at `start` and has not ended.
    pub(super) fn reread(&self, start: usize) -> Option<Event> {
        let bytes = self.unsaved.records.get(start..)?;
        let payloads = &self.unsaved.payloads;
        let mut find = |hash| {
            let found = payloads.iter().find(|contents| contents.hash == hash);
            let found = found.map(|contents| contents.bytes.to_vec());
            found.ok_or_else(|| "a large value is missing".to_owned())
        };
        read_open(bytes, self.header.started_at, &mut find).ok()
    }

    /// Counts what an event used up that was not counted before, and forgets the effect that it answers.
    pub(super) fn account(&mut self, answered: Option<Answered>, usage: Usage) {
        if let Some(Answered::Ended(effect)) = answered {
            let made = self
                .known_of(effect)
                .is_none_or(|k| !k.counted || k.started > 0);
            if !made {
                self.usage.agent_calls = self.usage.agent_calls.saturating_sub(1);
            }
            self.forget(effect);
        }
        self.usage = self.usage.and(usage);
    }

    /// Goes on with the open turn; gives its digest when it ended.
    pub(super) fn turn(&mut self, turned: &mut Turned) -> Option<Digest> {
        match self.machine.as_mut()?.run(FUEL) {
            Turn::Yielded => return None,
            Turn::Quiescent => {}
            Turn::Done(outcome) => self.outcome = Some(outcome),
        }
        let digest = self.look_around(turned);
        match self.open.take()? {
            Open::Beginning => begun(&mut self.unsaved.records, digest),
            Open::Event(letter) => {
                self.unsaved.records.extend_from_slice(&digest.0);
                self.take(letter, Delivery::Accepted);
            }
        }
        self.unsaved.whole = self.unsaved.records.len();
        self.since += 1;
        if self.outcome.is_some() {
            self.refuse_all();
        }
        Some(digest)
    }

    /// Notes what changed among the effects; gives the digest of it.
    fn look_around(&mut self, turned: &mut Turned) -> Digest {
        turned.begin();
        if let Some(machine) = &self.machine {
            for effect in machine.outstanding() {
                if effect.id.0 > self.last_effect {
                    self.last_effect = effect.id.0;
                    turned.asked(effect);
                    self.known.push(Known {
                        cancelling: effect.cancelling,
                        ..Known::new(effect.id)
                    });
                    self.look.push(effect.id);
                } else if effect.cancelling {
                    let place = self.known.binary_search_by_key(&effect.id, |k| k.id);
                    let known = place.ok().and_then(|place| self.known.get_mut(place));
                    if let Some(known) = known.filter(|known| !known.cancelling) {
                        known.cancelling = true;
                        turned.stopped(effect);
                        self.look.push(effect.id);
                    }
                }
            }
        }
        if let Some(outcome) = &self.outcome {
            turned.ended(outcome);
        }
        turned.digest()
    }
}

/// The effect that an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// It has ended.
    Ended(EffectId),
    /// It goes on.
    GoesOn(EffectId),
}

impl Answered {
    pub(crate) const fn effect(self) -> EffectId {
        match self {
            Self::Ended(effect) | Self::GoesOn(effect) => effect,
        }
    }
}

/// The effect that an event is about, and all that this used up.
pub(crate) fn used(kind: &EventKind) -> (Option<Answered>, Option<Usage>) {
    match kind {
        EventKind::Completed { effect, usage, .. } | EventKind::Failed { effect, usage, .. } => {
            (Some(Answered::Ended(*effect)), *usage)
        }
        EventKind::Unknown { effect }
        | EventKind::Cancelled { effect }
        | EventKind::Fired { effect } => (Some(Answered::Ended(*effect)), None),
        EventKind::Spent { effect, usage } => (Some(Answered::GoesOn(*effect)), Some(*usage)),
        EventKind::Message { .. } | EventKind::Cancel { .. } | EventKind::Tick => (None, None),
    }
}

/// What was used up and not told before.
pub(super) fn fresh(machine: &Machine, answered: Option<Answered>, used: Option<Usage>) -> Usage {
    let told = answered.map(|answered| machine.charged(answered.effect()));
    used.unwrap_or_default().beyond(told.unwrap_or_default())
}
