//! A store in memory, for tests, simulators and hosts that keep nothing.
//!
//! Nearly all runs of a large store wait for the world or are over, so those are kept as a string of bytes each,
//! in sorted blocks; only runs that somebody works on are spread out.

mod blocks;
mod check;
mod disk;
mod kept;
mod packed;
mod parked;
mod runs;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Bound;
#[allow(
    clippy::disallowed_types,
    reason = "the place stands for the disk, which several stores share"
)]
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wfc_value::Timestamp;

use super::batch::{Batch, JournalRow, Occurrence};
use super::stored::{
    Letter, Member, NewEvent, NewLetter, Orphan, Posted, RunFilter, RunRow, RunState, StoredEvent,
    StoredRun, Verdict, WaitKind,
};
use super::{Store, StoreError};
use crate::id::{Hash, OwnerId, Place, RunKey};
use disk::Disk;
use kept::Kept;

/// What the next commits do, for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitFault {
    /// Nothing is kept, and the commit says so.
    Lost,
    /// Everything is kept, and the commit says that it failed.
    Unheard,
}

/// A way to a place in memory. A clone of the place is made by [`MemoryStore::another`]; dropping
/// a store is the death of its owner.
#[derive(Debug)]
#[allow(
    clippy::disallowed_types,
    reason = "the place stands for the disk, which several stores share"
)]
pub struct MemoryStore {
    disk: Arc<Mutex<Disk>>,
    owner: OwnerId,
}

impl MemoryStore {
    /// A new, empty place, open for `owner`.
    #[must_use]
    #[allow(
        clippy::disallowed_types,
        reason = "the place stands for the disk, which several stores share"
    )]
    pub fn new(owner: OwnerId) -> Self {
        let store = Self {
            disk: Arc::new(Mutex::new(Disk::default())),
            owner,
        };
        store.disk().alive.insert(owner);
        store
    }

    /// Another way to the same place, for another owner.
    #[must_use]
    pub fn another(&self, owner: OwnerId) -> Self {
        self.disk().alive.insert(owner);
        Self {
            disk: Arc::clone(&self.disk),
            owner,
        }
    }

    /// A copy of the place as it is now, open for `owner`; nobody else is alive there.
    #[must_use]
    #[allow(
        clippy::disallowed_types,
        reason = "the place stands for the disk, which several stores share"
    )]
    pub fn copy(&self, owner: OwnerId) -> Self {
        let mut disk = self.disk().clone();
        disk.alive = BTreeSet::from([owner]);
        disk.faults.clear();
        Self {
            disk: Arc::new(Mutex::new(disk)),
            owner,
        }
    }

    /// How many commits went well.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.disk().commits
    }

    /// What becomes of the next commits, one after the other; `None` for one that goes well. All
    /// after those go well.
    pub fn fail(&self, faults: impl IntoIterator<Item = Option<CommitFault>>) {
        self.disk().faults = faults.into_iter().collect();
    }

    /// Changes the bytes of a journal row, for tests of damage.
    pub fn damage(&self, key: RunKey, number: u64, change: impl FnOnce(&mut Vec<u8>)) {
        let mut disk = self.disk();
        let run = disk.runs.open(key);
        if let Some(bytes) = run.and_then(|run| run.journal.get_mut(number)) {
            let mut changed = bytes.to_vec();
            change(&mut changed);
            *bytes = changed.into();
        }
        disk.runs.close(key);
    }

    /// A run with its journal rows behind a number.
    fn stored(&self, key: RunKey, behind: impl Fn(&Kept) -> u64) -> Option<StoredRun> {
        let disk = self.disk();
        let run = disk.runs.get(key)?;
        Some(StoredRun {
            row: run.row.clone(),
            header: run.header.to_vec(),
            snapshot: run.snapshot.clone(),
            journal: run.journal.behind(behind(&run)).iter().map(row).collect(),
        })
    }

    #[allow(
        clippy::disallowed_types,
        reason = "the place stands for the disk, which several stores share"
    )]
    fn disk(&self) -> MutexGuard<'_, Disk> {
        // Nothing panics while it holds the lock.
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MemoryStore {
    fn drop(&mut self) {
        let owner = self.owner;
        self.disk().alive.remove(&owner);
    }
}

impl Store for MemoryStore {
    fn owner(&self) -> OwnerId {
        self.owner
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let owner = self.owner;
        let mut disk = self.disk();
        let fault = disk.faults.pop_front().flatten();
        if fault == Some(CommitFault::Lost) {
            return Err(StoreError::io("the store was told to fail"));
        }
        disk.check(batch, owner)?;
        disk.apply(batch, owner);
        disk.commits += 1;
        match fault {
            Some(_) => Err(StoreError::io("the store was told to seem to fail")),
            None => Ok(()),
        }
    }

    fn load(&mut self, key: RunKey) -> Result<Option<StoredRun>, StoreError> {
        let watermark = |run: &Kept| run.snapshot.as_ref().map_or(0, |s| s.watermark);
        Ok(self.stored(key, watermark))
    }

    fn past(&mut self, key: RunKey) -> Result<Option<StoredRun>, StoreError> {
        Ok(self.stored(key, |_| 0))
    }

    fn run(&mut self, key: RunKey) -> Result<Option<RunRow>, StoreError> {
        Ok(self.disk().runs.row(key))
    }

    fn journal(
        &mut self,
        key: RunKey,
        after: u64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let disk = self.disk();
        let Some(run) = disk.runs.get(key) else {
            return Ok(Vec::new());
        };
        let rows = run.journal.behind(after).iter();
        Ok(rows.take(limit).map(row).collect())
    }

    fn runs(&mut self, filter: &RunFilter) -> Result<Vec<RunRow>, StoreError> {
        let limit = if filter.limit == 0 {
            usize::MAX
        } else {
            filter.limit
        };
        let disk = self.disk();
        let rows = disk.runs.fitting(filter).take(limit);
        Ok(rows.map(Cow::into_owned).collect())
    }

    fn orphans(&mut self, limit: usize) -> Result<Vec<Orphan>, StoreError> {
        let disk = self.disk();
        let lost = disk.runs.at_work().filter(|row| {
            matches!(row.state, RunState::Active | RunState::Queued)
                && row.owner.is_none_or(|owner| !disk.alive.contains(&owner))
        });
        let orphan = |row: &RunRow| Orphan {
            key: row.key,
            state: row.state,
            owner: row.owner,
            strikes: row.strikes,
            stepped: row
                .owner
                .and_then(|owner| disk.notes.get(&owner))
                .is_some_and(|noted| noted.contains(&row.key)),
        };
        Ok(lost.take(limit).map(orphan).collect())
    }

    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<RunKey>, StoreError> {
        let disk = self.disk();
        let due = disk.parked.due().take_while(|(at, _)| *at <= now);
        Ok(due.take(limit).map(|(_, key)| key).collect())
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.disk().parked.due().next().map(|(at, _)| at))
    }

    fn waiters(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
    ) -> Result<Vec<RunKey>, StoreError> {
        let disk = self.disk();
        let waits = |row: &RunRow| {
            row.waits.iter().any(|wait| {
                wait.kind == WaitKind::Event
                    && wait.event.as_deref() == Some(name)
                    && (wait.key.is_none() || wait.key.as_deref() == key)
            })
        };
        let listening = disk.parked.listening(place, name);
        let rows = listening.filter_map(|key| disk.runs.row(key));
        Ok(rows.filter(waits).map(|row| row.key).collect())
    }

    fn occurrence(
        &mut self,
        place: Place,
        occurrence: &Occurrence,
    ) -> Result<Option<RunKey>, StoreError> {
        let wanted = (place, occurrence.clone());
        Ok(self.disk().occurrences.get(&wanted).copied())
    }

    fn group(&mut self, place: Place, group: &str) -> Result<Vec<Member>, StoreError> {
        Ok(self.disk().members(place, group))
    }

    fn program(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.disk().programs.get(&hash).map(|bytes| bytes.to_vec()))
    }

    fn payload(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .disk()
            .payloads
            .get(&hash)
            .map(|(bytes, _)| bytes.to_vec()))
    }

    fn post(&mut self, letter: &NewLetter) -> Result<u64, StoreError> {
        Ok(self.disk().post(letter))
    }

    fn letters(&mut self, after: u64, limit: usize) -> Result<Vec<Letter>, StoreError> {
        let disk = self.disk();
        let new = disk
            .letters
            .range((Bound::Excluded(after), Bound::Unbounded));
        Ok(new.take(limit).map(|(_, letter)| letter.clone()).collect())
    }

    fn letters_to(&mut self, key: RunKey) -> Result<Vec<Letter>, StoreError> {
        let disk = self.disk();
        let letters = disk.letters.values().filter(|letter| letter.to == key);
        Ok(letters.cloned().collect())
    }

    fn verdict(&mut self, letter: u64) -> Result<Option<Verdict>, StoreError> {
        let disk = self.disk();
        let found = disk
            .verdicts
            .iter()
            .rev()
            .find(|(number, _)| *number == letter);
        Ok(found.map(|(_, verdict)| *verdict))
    }

    fn post_event(&mut self, event: &NewEvent) -> Result<Posted, StoreError> {
        Ok(self.disk().post_event(event))
    }

    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let disk = self.disk();
        let new = disk
            .events
            .range((Bound::Excluded(after), Bound::Unbounded));
        Ok(new.take(limit).map(|(_, event)| event.clone()).collect())
    }

    fn events_named(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
        since: Timestamp,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let disk = self.disk();
        let fits = |kept: &&StoredEvent| {
            let event = &kept.event;
            event.place == place
                && *event.name == *name
                && key.is_none_or(|key| event.key.as_deref() == Some(key))
                && event.at >= since
        };
        Ok(disk.events.values().filter(fits).cloned().collect())
    }

    fn note_stepping(&mut self, runs: &[RunKey]) -> Result<(), StoreError> {
        let owner = self.owner;
        self.disk().notes.insert(owner, runs.to_vec());
        Ok(())
    }
}

fn row((number, bytes): &(u64, Box<[u8]>)) -> JournalRow {
    JournalRow {
        number: *number,
        bytes: bytes.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use crate::store::contract;

    #[test]
    fn it_keeps_the_contract() {
        assert_eq!(contract::check(&mut contract::Memory), Ok(()));
    }
}
