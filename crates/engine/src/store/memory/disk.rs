//! What is durable, in memory.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use wfc_value::Str;

use super::CommitFault;
use super::check::changed;
use super::kept::{Journal, Kept};
use super::parked::Parked;
use super::runs::Runs;
use crate::id::{Hash, OwnerId, Place, RunKey};
use crate::store::batch::{Batch, Change, NewRun, Occurrence};
use crate::store::stored::{
    EVENTS_KEPT, Letter, Member, NewEvent, NewLetter, Posted, RunRow, RunState, Snapshot,
    StoredEvent, VERDICTS_KEPT, Verdict,
};

/// Everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    pub(super) runs: Runs,
    /// Parked runs by what brings them back.
    pub(super) parked: Parked,
    pub(super) occurrences: BTreeMap<(Place, Occurrence), RunKey>,
    /// Members of groups that have not ended.
    groups: BTreeMap<(Place, Str), BTreeSet<RunKey>>,
    pub(super) programs: BTreeMap<Hash, Arc<[u8]>>,
    /// Payloads, and how many runs use each.
    pub(super) payloads: BTreeMap<Hash, (Arc<[u8]>, u64)>,
    pub(super) letters: BTreeMap<u64, Letter>,
    pub(super) last_letter: u64,
    pub(super) verdicts: VecDeque<(u64, Verdict)>,
    pub(super) events: BTreeMap<u64, StoredEvent>,
    last_event: u64,
    pub(super) alive: BTreeSet<OwnerId>,
    pub(super) notes: BTreeMap<OwnerId, Vec<RunKey>>,
    pub(super) commits: u64,
    pub(super) faults: VecDeque<Option<CommitFault>>,
}

impl Disk {
    /// Applies a batch that was checked.
    pub(super) fn apply(&mut self, batch: &Batch, me: OwnerId) {
        for program in &batch.programs {
            let bytes = program.bytes.clone();
            self.programs.entry(program.hash).or_insert(bytes);
        }
        for run in &batch.runs {
            self.begin(run, me);
        }
        for payload in &batch.payloads {
            let contents = &payload.contents;
            let run = self.runs.open(payload.key);
            if run.is_some_and(|run| run.payloads.insert(contents.hash)) {
                let bytes = || (contents.bytes.clone(), 0);
                self.payloads.entry(contents.hash).or_insert_with(bytes).1 += 1;
            }
        }
        for change in &batch.changes {
            self.change(change, me);
        }
        for (key, number, bytes) in batch.journal.iter() {
            if let Some(run) = self.runs.open(key) {
                run.journal.put(number, bytes);
            }
        }
        for row in &batch.snapshots {
            let Some(run) = self.runs.open(row.key) else {
                continue;
            };
            self.parked.remove(&run.row);
            run.snapshot = Some(Snapshot {
                watermark: row.watermark,
                bytes: row.bytes.clone(),
            });
            run.row.next_wake = row.next_wake;
            run.row.waits.clone_from(&row.waits);
            self.parked.insert(&run.row);
        }
        for taken in &batch.taken {
            self.letters.remove(&taken.letter);
            self.verdicts.push_back((taken.letter, taken.verdict));
            if self.verdicts.len() > VERDICTS_KEPT {
                self.verdicts.pop_front();
            }
        }
        for letter in &batch.letters {
            self.post(letter);
        }
        for (key, upto) in &batch.forget {
            if let Some(run) = self.runs.open(*key) {
                run.journal.forget(*upto);
            }
        }
        batch.delete.iter().for_each(|key| self.delete(*key));
        self.close(batch);
    }

    /// Packs runs that nobody works on after a batch.
    fn close(&mut self, batch: &Batch) {
        let keys = batch.runs.iter().map(|run| run.key);
        let keys = keys.chain(batch.payloads.iter().map(|payload| payload.key));
        let keys = keys.chain(batch.changes.iter().map(Change::key));
        let keys = keys.chain(batch.journal.iter().map(|(key, ..)| key));
        let keys = keys.chain(batch.snapshots.iter().map(|row| row.key));
        let keys = keys.chain(batch.forget.iter().map(|(key, _)| *key));
        keys.for_each(|key| self.runs.close(key));
    }

    fn begin(&mut self, run: &NewRun, me: OwnerId) {
        if let Some(occurrence) = &run.occurrence {
            let place = (run.key.place, occurrence.clone());
            self.occurrences.insert(place, run.key);
        }
        let over = run.state.is_over();
        let row = RunRow {
            key: run.key,
            state: run.state,
            workflow: run.workflow.clone(),
            deployment: run.deployment,
            parent: run.parent,
            retry_of: run.retry_of,
            started_at: run.started_at,
            ended_at: over.then_some(run.started_at),
            owner: (!over).then_some(me),
            strikes: 0,
            group: run.group.clone(),
            next_wake: None,
            waits: Vec::new(),
            outcome: None,
        };
        self.regroup(&row);
        let kept = Kept {
            row,
            header: run.header.as_slice().into(),
            occurrence: run.occurrence.clone(),
            snapshot: None,
            journal: Journal::default(),
            payloads: BTreeSet::new(),
        };
        self.runs.insert(kept);
    }

    /// Puts a letter into the inbox.
    pub(super) fn post(&mut self, letter: &NewLetter) -> u64 {
        self.last_letter += 1;
        let number = self.last_letter;
        let letter = Letter {
            number,
            to: letter.to,
            at: letter.at,
            body: letter.body.clone(),
        };
        self.letters.insert(number, letter);
        number
    }

    /// Keeps the members of groups.
    fn regroup(&mut self, row: &RunRow) {
        let Some(group) = &row.group else { return };
        let group = (row.key.place, group.clone());
        if !row.state.is_over() {
            self.groups.entry(group).or_default().insert(row.key);
        } else if let Some(members) = self.groups.get_mut(&group) {
            members.remove(&row.key);
            if members.is_empty() {
                self.groups.remove(&group);
            }
        }
    }

    fn change(&mut self, change: &Change, me: OwnerId) {
        let Some(run) = self.runs.open(change.key()) else {
            return;
        };
        self.parked.remove(&run.row);
        let row = &mut run.row;
        if let Some((state, owner)) = changed((row.state, row.owner), change, me) {
            row.state = state;
            row.owner = owner;
        }
        match change {
            Change::Claim { strikes, .. } => row.strikes = *strikes,
            Change::Admit { .. } => {}
            Change::Park { .. } => row.strikes = 0,
            Change::End {
                state, at, outcome, ..
            } => {
                row.ended_at = Some(*at);
                row.outcome = Some(outcome.clone());
                row.next_wake = None;
                row.waits.clear();
                if *state != RunState::Quarantined {
                    run.snapshot = None;
                }
            }
            Change::Release { .. } => {
                row.strikes = 0;
                row.ended_at = None;
                row.outcome = None;
            }
        }
        self.parked.insert(&run.row);
        if run.row.group.is_some() {
            let row = run.row.clone();
            self.regroup(&row);
        }
    }

    fn delete(&mut self, key: RunKey) {
        let Some(mut run) = self.runs.remove(key) else {
            return;
        };
        if let Some(occurrence) = run.occurrence {
            self.occurrences.remove(&(key.place, occurrence));
        }
        for hash in run.payloads {
            if let Some((_, uses)) = self.payloads.get_mut(&hash) {
                *uses -= 1;
                if *uses == 0 {
                    self.payloads.remove(&hash);
                }
            }
        }
        // A quarantined run is still of its group.
        run.row.state = RunState::Cancelled;
        self.regroup(&run.row);
        self.letters.retain(|_, letter| letter.to != key);
    }

    /// The members of a group that have not ended.
    pub(super) fn members(&self, place: Place, group: &str) -> Vec<Member> {
        let members = self.groups.get(&(place, Str::from(group)));
        let members = members.into_iter().flatten();
        let member = |key: &RunKey| {
            let (state, owner) = self.runs.standing(*key)?;
            let key = *key;
            Some(Member { key, state, owner })
        };
        members.filter_map(member).collect()
    }

    pub(super) fn post_event(&mut self, event: &NewEvent) -> Posted {
        let alike = |kept: &NewEvent| {
            (kept.place, &kept.name, &kept.key) == (event.place, &event.name, &event.key)
        };
        let alike: Vec<&StoredEvent> = self
            .events
            .values()
            .filter(|kept| alike(&kept.event))
            .collect();
        let same = |kept: &&&StoredEvent| event.id.is_some() && kept.event.id == event.id;
        if let Some(first) = alike.iter().find(same) {
            return Posted {
                number: first.number,
                repeated: true,
            };
        }
        let first = alike.first().map(|kept| kept.number);
        if let Some(first) = first.filter(|_| alike.len() >= EVENTS_KEPT) {
            self.events.remove(&first);
        }
        self.last_event += 1;
        let number = self.last_event;
        let event = event.clone();
        self.events.insert(number, StoredEvent { number, event });
        Posted {
            number,
            repeated: false,
        }
    }
}
