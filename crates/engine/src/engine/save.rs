//! What a round did becomes durable, and then known.

use std::cmp::Reverse;

use wfc_value::Timestamp;
use wfc_vm::{EffectClass, EffectId, Outcome};

use super::{Engine, callee_key, waiting};
use crate::codec::{close_row, started, write_marks, write_outcome, write_reason};
use crate::id::RunKey;
use crate::options::Retention;
use crate::round::{Begun, Dispatch, Incoming, Round};
use crate::run::{Run, Saving, Standing, wants_answer};
use crate::snapshot;
use crate::store::{Change, Contents, GroupCheck, Payload, RunState, SnapshotRow, StoreError};

impl Engine {
    /// Commits what the touched runs did, and tells it.
    pub(super) fn save(&mut self, now: Timestamp, round: &mut Round) -> Result<(), StoreError> {
        let touched = std::mem::take(&mut self.touched);
        let mut batch = std::mem::take(&mut self.batch);
        batch.clear();
        for ((place, group), running) in &self.checks {
            batch.checks.push(GroupCheck {
                key: RunKey {
                    place: *place,
                    ..RunKey::default()
                },
                group: group.clone(),
                running: *running,
            });
        }
        batch
            .programs
            .extend(self.shelf.new_contents().iter().cloned());
        for key in &touched {
            let Some(mut run) = self.runs.remove(key) else {
                continue;
            };
            self.settle(&mut run, round);
            self.gather(&mut run, now, &mut batch);
            self.runs.insert(*key, run);
        }
        self.gather_aside(now, &mut batch);
        batch.taken.extend(self.closed.iter().copied());
        let committed = if batch.is_empty() {
            Ok(())
        } else {
            self.store.commit(&batch)
        };
        self.batch = batch;
        if let Err(error) = committed {
            self.touched = touched;
            return Err(error);
        }
        self.committed(touched, round);
        Ok(())
    }

    /// Hands out what a settled run asks for, and sets its timer.
    fn settle(&mut self, run: &mut Run, round: &mut Round) {
        let key = run.header.key;
        for id in run.next_to_stop() {
            round.cancel.push((key, id));
        }
        if run.is_over() || run.stale.is_some() || !run.is_settled() {
            return;
        }
        let mut room = run.room();
        for id in run.next_to_hand() {
            let Some(effect) = run.effect(id).filter(|effect| !effect.cancelling) else {
                continue;
            };
            if run.is_out(id) {
                continue;
            }
            if wants_answer(effect) {
                round.waiting.push(waiting(run, effect));
                if let Some(known) = run.known_of(id) {
                    known.out = true;
                }
                continue;
            }
            if room == 0 {
                // It is looked at again when something was answered.
                run.to_hand.push(id);
                continue;
            }
            room -= 1;
            let dispatch = Dispatch {
                run: key,
                execution: run.header.execution.clone(),
                effect: effect.clone(),
                allowance: self.allowance(run, id),
            };
            let attempt = run.hand(id);
            started(&mut run.unsaved.records, id, attempt);
            run.unsaved.whole = run.unsaved.records.len();
            round.dispatch.push(dispatch);
        }
        let wake = run.next_wake();
        if wake != run.wake {
            run.wake = wake;
            self.timers.extend(wake.map(|at| Reverse((at, key))));
        }
    }

    /// Puts what a run did into the batch.
    fn gather(&mut self, run: &mut Run, now: Timestamp, batch: &mut crate::store::Batch) {
        let key = run.header.key;
        run.saving = Saving::default();
        if let Some(new) = &run.new {
            batch.runs.push(new.as_ref().clone());
        }
        if let Some(claimed) = run.claimed {
            let (from, strikes) = (claimed.from, claimed.strikes);
            batch.changes.push(Change::Claim { key, from, strikes });
        } else if self.alone == Some(key) {
            // It was stepped, and the process lives.
            let from = Some(self.store.owner());
            let strikes = 0;
            batch.changes.push(Change::Claim { key, from, strikes });
        }
        if run.admitted && run.new.is_none() {
            batch.changes.push(Change::Admit { key });
        } else if run.admitted
            && let Some(new) = batch.runs.last_mut()
        {
            new.state = RunState::Active;
        }
        let unsaved = &run.unsaved;
        put_payloads(batch, key, &unsaved.payloads);
        if let Some(records) = unsaved.records.get(..unsaved.whole)
            && !records.is_empty()
        {
            let number = run.row + 1;
            batch.journal.push(key, number, |out| {
                let start = out.len();
                out.extend_from_slice(records);
                close_row(out, start, key, number);
            });
            run.saving.row = true;
            // The row's own head and checksum aside, it is as long as its records.
            run.saving.bytes = records.len();
        }
        batch.taken.extend(unsaved.taken.iter().copied());
        batch.letters.extend(run.tidings.clone());
        if run.standing == Standing::Skipped {
            return;
        }
        match (&run.outcome, &run.quarantine) {
            (Some(outcome), _) => batch.changes.push(Change::End {
                key,
                state: state_of(outcome),
                at: now,
                outcome: write_outcome(outcome, run.usage),
            }),
            (None, Some(why)) => batch.changes.push(Change::End {
                key,
                state: RunState::Quarantined,
                at: now,
                outcome: write_reason(why),
            }),
            (None, None) => self.snapshot(run, now, batch),
        }
        if run.outcome.is_some() && self.options.retention == Retention::Suffix {
            batch.forget.push((key, run.row + 1));
        }
    }

    /// Takes a snapshot of a run that is at rest or has come far since the last one, and parks it
    /// if it can be.
    fn snapshot(&mut self, run: &mut Run, now: Timestamp, batch: &mut crate::store::Batch) {
        if run.stale.is_some() || run.standing == Standing::Queued || !run.is_settled() {
            return;
        }
        let rests = run.rests() && self.far(run, now);
        let parks = rests && self.may_park(run);
        let waits = rests && run.since > 0 && run.outstanding().any(wants_answer);
        if !parks && !waits && run.since < self.options.snapshot_every {
            return;
        }
        if rests && run.is_short(self.options.short_journal) {
            // Its journal is all that it takes, and what it is found by.
            batch.snapshots.push(SnapshotRow {
                key: run.header.key,
                watermark: 0,
                bytes: Vec::new(),
                next_wake: run.next_wake(),
                waits: run.waits(),
            });
            run.saving.snapshot = true;
            self.park(run, parks, batch);
            return;
        }
        let marks = run.marks();
        let mut payloads = Vec::new();
        let bytes = run
            .machine
            .as_ref()
            .and_then(|machine| snapshot::take(machine, &mut payloads));
        let Some(bytes) = bytes else {
            return;
        };
        let key = run.header.key;
        put_payloads(batch, key, &payloads);
        let watermark = run.row + u64::from(run.saving.row);
        batch.snapshots.push(SnapshotRow {
            key,
            watermark,
            bytes: write_marks(&marks, &bytes),
            next_wake: run.next_wake(),
            waits: run.waits(),
        });
        run.saving.snapshot = true;
        run.saving.whole = true;
        self.park(run, parks, batch);
        if self.options.retention == Retention::Suffix {
            batch.forget.push((key, watermark));
        }
    }

    fn park(&self, run: &mut Run, parks: bool, batch: &mut crate::store::Batch) {
        if parks {
            let key = run.header.key;
            batch.changes.push(Change::Park { key });
            run.saving.park = true;
        }
    }

    /// Whether nothing happens to a run by itself soon.
    fn far(&self, run: &Run, now: Timestamp) -> bool {
        let soon = now.checked_add(self.options.park_after);
        match (run.next_wake(), soon) {
            (Some(wake), Some(soon)) => wake >= soon,
            _ => true,
        }
    }

    /// Whether a run at rest may leave memory: its callees have left and are nobody's, and nobody is to be told
    /// anything first. A callee that another process works on is looked at by the next polls: that process does not know that
    /// its caller leaves.
    fn may_park(&mut self, run: &Run) -> bool {
        if !self.options.adopt || !self.options.park {
            return false;
        }
        let key = run.header.key;
        let calls = run
            .outstanding()
            .filter(|effect| effect.class == EffectClass::Call);
        let calls: Vec<EffectId> = calls.map(|effect| effect.id).collect();
        calls.into_iter().all(|effect| {
            let callee = callee_key(key, effect);
            if self.runs.contains_key(&callee) {
                return false;
            }
            let parked =
                matches!(self.store.run(callee), Ok(Some(row)) if row.state == RunState::Parked);
            if !parked {
                self.foreign.insert((key, effect));
            }
            parked
        })
    }

    /// Sets aside what could not be brought back.
    fn gather_aside(&mut self, now: Timestamp, batch: &mut crate::store::Batch) {
        for aside in &self.aside {
            let key = aside.key;
            if let Some(claimed) = aside.claimed {
                let (from, strikes) = (claimed.from, claimed.strikes);
                batch.changes.push(Change::Claim { key, from, strikes });
            }
            batch.changes.push(Change::End {
                key,
                state: RunState::Quarantined,
                at: now,
                outcome: write_reason(&aside.why),
            });
        }
    }

    /// Everything is durable: it is told, and what left memory is let go of.
    fn committed(&mut self, touched: Vec<RunKey>, round: &mut Round) {
        self.shelf.committed();
        self.checks.clear();
        for taken in self.closed.drain(..) {
            self.permitted.remove(&taken.letter);
        }
        round.permissions.append(&mut self.permissions);
        self.fresh.clear();
        if let Some(alone) = self.alone.take() {
            self.suspects.retain(|key| *key != alone);
        }
        let set_aside = std::mem::take(&mut self.told_aside);
        round.quarantined.extend(set_aside);
        for aside in std::mem::take(&mut self.aside) {
            self.roomy
                .extend(aside.group.map(|group| (aside.key.place, group)));
            round.quarantined.push((aside.key, aside.why));
        }
        round.cancel.append(&mut self.astray);
        round.lost.append(&mut self.lost);
        round.finished.append(&mut self.late);
        let mut callers = Vec::new();
        for key in touched {
            let Some(run) = self.runs.get_mut(&key) else {
                continue;
            };
            run.is_touched = false;
            if run.stale.is_some() {
                continue;
            }
            tell(run, round);
            if run.saving.park || run.is_over() {
                if run.saving.park {
                    round.parked.push(key);
                    let wake = run.next_wake();
                    if let (Some(Some(next)), Some(wake)) = (self.next_due, wake) {
                        self.next_due = Some(Some(next.min(wake)));
                    } else {
                        self.next_due = None;
                    }
                }
                if let Some(parent) = run.header.parent {
                    let caller = key.sibling(parent.run);
                    callers.push(caller);
                    if parent.wait && !run.is_over() {
                        // Another process may bring it to its end.
                        self.foreign.insert((caller, parent.effect));
                    }
                }
                self.move_out(key);
            }
        }
        // A caller may follow its callee.
        for caller in callers {
            self.touch(caller);
        }
        let entries = self.runs.len() * 2 + 1024;
        if self.timers.len() > entries {
            let wakes = self.runs.iter();
            self.timers = wakes
                .filter_map(|(key, run)| Some(Reverse((run.wake?, *key))))
                .collect();
        }
    }

    /// The round failed: machines that were stepped are let go of. What came in stays.
    pub(super) fn discard(&mut self) {
        self.checks.clear();
        self.fresh.clear();
        self.aside.clear();
        // What the host said of a decision it says once.
        let permitted = &self.permitted;
        self.closed
            .retain(|taken| permitted.contains(&taken.letter));
        self.recheck = !self.closed.is_empty();
        self.letters_after = 0;
        self.next_due = None;
        self.alone = None;
        self.doubtful = true;
        for key in std::mem::take(&mut self.touched) {
            let Some(mut run) = self.move_out(key) else {
                continue;
            };
            if run.stale.is_some() {
                run.is_touched = false;
                self.settle_in(run);
                continue;
            }
            if run.new.is_some() && run.header.parent.is_some() {
                // Its caller starts it again.
                continue;
            }
            let leftover = run.discard();
            if run.claimed.is_some() {
                self.bring_back(key, leftover);
                continue;
            }
            let mut stale = Box::new(Run::idle(run.header, run.deployment, run.standing));
            stale.new = run.new;
            stale.begun_told = run.begun_told;
            if run.admitted {
                stale.standing = Standing::Queued;
            }
            stale.stale = Some(leftover);
            self.reload.push(key);
            if let (Some(new), true) = (&stale.new, stale.standing == Standing::Active)
                && let Some(occurrence) = &new.occurrence
            {
                self.fresh.insert((key.place, occurrence.clone()), key);
            }
            self.settle_in(stale);
        }
        self.ready.retain(|key| {
            let run = self.runs.get(key);
            run.is_some_and(|run| run.is_ready)
        });
    }

    /// A run that was not this owner's yet is brought again.
    pub(super) fn bring_back(&mut self, key: RunKey, leftover: crate::run::Leftover) {
        self.arriving.push_back(key);
        let events = leftover.into_events().into_iter();
        self.knocking.extend(events.map(|event| {
            let kind = event.kind;
            (event.at, Incoming { run: key, kind })
        }));
    }
}

/// Tells what became of a run in the round.
fn tell(run: &mut Run, round: &mut Round) {
    let key = run.header.key;
    if run.saving.row {
        run.row += 1;
        run.journal = run.journal.map(|bytes| bytes + run.saving.bytes);
    }
    if run.saving.whole {
        run.journal = None;
    }
    if run.saving.snapshot {
        run.since = 0;
    }
    run.saved();
    run.new = None;
    run.claimed = None;
    run.admitted = false;
    if run.standing == Standing::Skipped {
        round.skipped.push(key);
        return;
    }
    if !run.begun_told {
        run.begun_told = true;
        round.begun.push(Begun {
            run: key,
            execution: run.header.execution.clone(),
            workflow: run.header.workflow.clone(),
            parent: run.header.parent_key(),
            step: run.header.calling_step(),
            program: run.deployment.program.clone(),
            reference: run.deployment.pins.reference.as_str().into(),
            again: run.again,
            queued: run.standing == Standing::Queued,
        });
    }
    let trace = run.take_trace().into_iter();
    round.trace.extend(trace.map(|event| (key, event)));
    let refused = std::mem::take(&mut run.refused).into_iter();
    round
        .refused
        .extend(refused.map(|(kind, why)| (Incoming { run: key, kind }, why)));
    if let Some(why) = &run.quarantine {
        round.quarantined.push((key, why.clone()));
    } else if let Some(outcome) = &run.outcome {
        round.finished.push((key, outcome.clone()));
    }
}

fn put_payloads(batch: &mut crate::store::Batch, key: RunKey, payloads: &[Contents]) {
    let payloads = payloads.iter().cloned();
    batch
        .payloads
        .extend(payloads.map(|contents| Payload { key, contents }));
}

const fn state_of(outcome: &Outcome) -> RunState {
    match outcome {
        Outcome::Succeeded(_) => RunState::Succeeded,
        Outcome::Failed(_) => RunState::Failed,
        Outcome::Cancelled { .. } => RunState::Cancelled,
    }
}
