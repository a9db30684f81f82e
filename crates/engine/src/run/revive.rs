//! From what a store keeps back to a run in memory.
//!
//! Every event behind the snapshot is told to the machine again; what that causes has to be what
//! it caused when it was journaled.

use std::sync::Arc;

use wfc_program::isa::EffectKind;
use wfc_value::Timestamp;
use wfc_vm::{Delivery, EffectClass, EffectId, EventKind, Machine, Usage};

use super::step::{fresh, used};
use super::{Handed, Known, Open, Run, Standing};
use crate::codec::{Record, read_marks, read_row};
use crate::deployment::Deployment;
use crate::digest::{Digest, Turned};
use crate::header::Header;
use crate::id::Hash;
use crate::snapshot;
use crate::store::{RunState, StoredRun};

/// A run that was brought back.
pub(crate) type Revived = Result<Box<Run>, String>;

/// Where payloads come from.
pub(crate) type Payload<'a> = &'a mut dyn FnMut(Hash) -> Result<Vec<u8>, String>;

/// Brings back a run; says why that cannot be done when what is stored makes no sense.
pub(crate) fn revive(
    stored: &StoredRun,
    header: Header,
    deployment: Arc<Deployment>,
    payload: Payload<'_>,
    turned: &mut Turned,
) -> Revived {
    let standing = match stored.row.state {
        RunState::Queued => Standing::Queued,
        _ => Standing::Active,
    };
    let mut run = Box::new(Run::idle(header, deployment, standing));
    run.again = true;
    if standing == Standing::Queued {
        return Ok(run);
    }
    match &stored.snapshot {
        Some(snapshot) if !snapshot.bytes.is_empty() => {
            run.restore(&snapshot.bytes, snapshot.watermark, payload)?;
            run.journal = None;
        }
        // Its journal is all that it takes.
        Some(_) | None => {
            let machine = run.fresh_machine()?;
            run.begin(machine);
        }
    }
    for row in &stored.journal {
        if row.number != run.row + 1 {
            return Err(format!("row {} of its journal is missing", run.row + 1));
        }
        let records = read_row(row, run.header.key, run.header.started_at, payload)?;
        for record in records {
            run.again(record, turned)?;
        }
        run.row = row.number;
        run.journal = run.journal.map(|bytes| bytes + row.bytes.len());
    }
    run.unsaved.clear();
    run.look = run.outstanding().map(|effect| effect.id).collect();
    Ok(run)
}

impl Run {
    /// A machine at the beginning.
    pub(crate) fn fresh_machine(&self) -> Result<Machine, String> {
        let header = &self.header;
        Machine::start(
            self.deployment.program.clone(),
            &header.inputs,
            header.meta(),
        )
        .map_err(|error| format!("it cannot be started again: {error}"))
    }

    fn restore(
        &mut self,
        bytes: &[u8],
        watermark: u64,
        payload: Payload<'_>,
    ) -> Result<(), String> {
        let (marks, machine) = read_marks(bytes)?;
        let machine = snapshot::restore(&self.header, &self.deployment, machine, payload)?;
        self.last_effect = marks.last_effect;
        self.usage = marks.usage;
        self.heard = marks.heard;
        self.known = machine
            .outstanding()
            .map(|effect| Known {
                cancelling: effect.cancelling,
                ..Known::new(effect.id)
            })
            .collect();
        self.machine = Some(machine);
        for (effect, times) in marks.started {
            if let Some(known) = self.known_of(effect) {
                // It is counted in what was used up.
                known.counted = true;
                known.started = times;
            }
        }
        self.row = watermark;
        Ok(())
    }

    fn was_started(&mut self, effect: EffectId, times: u32) {
        if let Some(known) = self.known_of(effect) {
            known.started = times;
        }
        if self.is_agent(effect) {
            self.count(effect);
        }
    }

    pub(crate) fn is_agent(&self, effect: EffectId) -> bool {
        self.effect(effect)
            .is_some_and(|effect| effect.kind == EffectKind::Agent)
    }

    /// Lets a record happen again.
    pub(crate) fn again(&mut self, record: Record, turned: &mut Turned) -> Result<(), String> {
        match record {
            Record::Begun(digest) if self.open == Some(Open::Beginning) => {
                self.turn_again(turned, digest, "its beginning")
            }
            Record::Begun(_) => Err("its journal begins twice".to_owned()),
            Record::Event(event, digest) => {
                let at = event.at;
                let (answered, used) = used(&event.kind);
                if let EventKind::Message { id: Some(id), .. } = &event.kind {
                    self.heard.extend(kept_event(id));
                }
                let machine = self.machine.as_mut().filter(|_| self.open.is_none());
                let mut all = Usage::default();
                let delivery = machine.map(|machine| {
                    all = fresh(machine, answered, used);
                    machine.deliver(*event)
                });
                if delivery != Some(Delivery::Accepted) {
                    return Err(gone_astray(&format!("an event at {at}")));
                }
                self.open = Some(Open::Event(None));
                self.account(answered, all);
                self.turn_again(turned, digest, &format!("an event at {at}"))
            }
            Record::Started(effect, times) => {
                self.was_started(effect, times);
                Ok(())
            }
        }
    }

    fn turn_again(
        &mut self,
        turned: &mut Turned,
        wanted: Digest,
        what: &str,
    ) -> Result<(), String> {
        // A turn ends: the machine's fuel is limited.
        while self.machine.is_some() {
            if let Some(found) = self.turn(turned) {
                let same = found == wanted;
                return same.then_some(()).ok_or_else(|| gone_astray(what));
            }
        }
        Err(gone_astray(what))
    }

    /// Deals with effects that were handed out by a process that is gone.
    pub(crate) fn interrupted(&mut self, now: Timestamp) {
        let repeat: Vec<(EffectId, bool)> = self
            .outstanding()
            .filter(|effect| matches!(effect.class, EffectClass::Await | EffectClass::Notify))
            .map(|effect| (effect.id, !effect.cancelling && self.may_repeat(effect)))
            .collect();
        for (effect, may_repeat) in repeat {
            let handed = self.handed.iter().any(|handed| handed.id == effect);
            let Some(known) = self.known_of(effect) else {
                continue;
            };
            if handed {
                known.out = true;
            } else if known.started > 0 && !may_repeat {
                known.out = true;
                self.push(now, EventKind::Unknown { effect }, None);
            }
        }
    }

    /// Lets go of everything that is not durable. Gives the effects that are handed out, and what
    /// it was told since and is to be told again; letters tell themselves again.
    pub(crate) fn discard(&mut self) -> Leftover {
        let mut events = Vec::new();
        let base = self.header.started_at;
        let body = self.unsaved.records.get(..self.unsaved.whole);
        let payloads = &self.unsaved.payloads;
        let mut find = |hash| {
            let found = payloads.iter().find(|contents| contents.hash == hash);
            let found = found.map(|contents| contents.bytes.to_vec());
            found.ok_or_else(|| "a large value is missing".to_owned())
        };
        let records = crate::codec::records(body.unwrap_or_default(), base, &mut find);
        let told = records.unwrap_or_default().into_iter();
        let told = told.filter_map(|record| match record {
            Record::Event(event, _) => Some(*event),
            Record::Begun(_) | Record::Started(..) => None,
        });
        let brought = self.unsaved.brought.iter();
        events.extend(
            told.zip(brought)
                .filter(|(_, letter)| letter.is_none())
                .map(|(event, _)| event),
        );
        if self.open == Some(Open::Event(None)) {
            events.extend(self.reread(self.unsaved.whole));
        }
        let queue = self.queue.drain(..).filter(|told| told.letter.is_none());
        events.extend(queue.map(|told| told.event));
        let handed = std::mem::take(&mut self.handed);
        Leftover { events, handed }
    }

    /// Takes over what was left of this run before it was loaded again.
    pub(crate) fn take_over(&mut self, leftover: Leftover) {
        self.handed = leftover.handed;
        let told = leftover.events.into_iter();
        for event in told {
            self.push(event.at, event.kind, None);
        }
    }

    /// The host is told what to stop: what the machine gave up besides is no more of interest.
    fn stops_told(&mut self) {
        if self.stopping.is_empty() {
            return;
        }
        let (stopping, machine) = (std::mem::take(&mut self.stopping), &self.machine);
        self.handed.retain_mut(|handed| {
            handed.stop_told |= stopping.contains(&handed.id);
            let waits = machine
                .as_ref()
                .and_then(|machine| machine.effect(handed.id));
            !handed.stop_told || waits.is_some()
        });
    }

    /// What it was told up to here is durable.
    pub(crate) fn saved(&mut self) {
        self.stops_told();
        let handing = self.handing.drain(..);
        self.handed.extend(handing.map(|id| Handed {
            id,
            stop_told: false,
        }));
        let unsaved = &mut self.unsaved;
        if unsaved.whole == unsaved.records.len() {
            unsaved.clear();
            return;
        }
        // The event of an open turn waits for the turn's end.
        unsaved.records.drain(..unsaved.whole);
        unsaved.whole = 0;
        let open = unsaved.brought.pop();
        unsaved.brought.clear();
        unsaved.brought.extend(open);
        // A letter is taken with the record of its event.
        unsaved.taken.clear();
    }
}

/// What is left of a run whose commit failed.
#[derive(Debug, Default)]
pub(crate) struct Leftover {
    events: Vec<wfc_vm::Event>,
    handed: Vec<Handed>,
}

impl Leftover {
    /// What the run was told.
    pub(crate) fn into_events(self) -> Vec<wfc_vm::Event> {
        self.events
    }

    /// What the host works on for the run, and was not told to stop.
    pub(crate) fn not_stopped(&self) -> impl Iterator<Item = EffectId> {
        let handed = self.handed.iter().filter(|handed| !handed.stop_told);
        handed.map(|handed| handed.id)
    }
}

/// The id under which the kept event of this number is told to runs.
pub(crate) fn kept_event_id(number: u64) -> String {
    format!("#{number}")
}

fn kept_event(id: &str) -> Option<u64> {
    id.strip_prefix('#')?.parse().ok()
}

fn gone_astray(what: &str) -> String {
    format!(
        "it does not go the way that its journal tells from {what} on: the journal was changed, \
         or it was written by another version of wfc"
    )
}
