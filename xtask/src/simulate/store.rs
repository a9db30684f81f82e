//! A store whose writes and reads fail as disks and processes do.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wfc_engine::store::{
    Batch, JournalRow, Letter, Member, MemoryStore, NewEvent, NewLetter, Occurrence, Orphan,
    Posted, RunFilter, RunRow, Store, StoreError, StoredEvent, StoredRun, Verdict,
};
use wfc_engine::{Hash, OwnerId, Place, RunKey};
use wfc_value::Timestamp;

use crate::differential::random::Random;

/// What is to go wrong, shared by the store and whoever drives its process.
#[derive(Debug)]
pub struct Plan {
    random: Random,
    /// Of a thousand writes, so many fail; some of them are kept all the same.
    pub bad_writes: usize,
    /// Of a thousand reads, so many fail.
    pub bad_reads: usize,
    /// Of a thousand calls of any kind, the process dies in so many.
    pub deaths: usize,
    /// The process dies at its so-manyth call from now.
    pub dies_at: Option<u64>,
    /// Calls so far.
    pub calls: u64,
    /// Whether the process is dead: nothing it does reaches the store any more.
    pub dead: bool,
    /// Milliseconds that slow syncs took.
    pub slow: i64,
}

impl Plan {
    /// A plan of a seed that lets everything go well.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            bad_writes: 0,
            bad_reads: 0,
            deaths: 0,
            dies_at: None,
            calls: 0,
            dead: false,
            slow: 0,
        }
    }
}

/// What becomes of one call.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Well,
    /// It fails, and nothing was done.
    Lost,
    /// It fails, and all was done.
    Unheard,
}

/// A way to a store in memory, with a plan.
pub struct Faulty {
    inner: MemoryStore,
    plan: Arc<Mutex<Plan>>,
}

/// The plan, locked.
pub fn of(plan: &Mutex<Plan>) -> MutexGuard<'_, Plan> {
    plan.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Faulty {
    /// A store that fails as planned.
    #[must_use]
    pub fn new(inner: MemoryStore, plan: Arc<Mutex<Plan>>) -> Self {
        Self { inner, plan }
    }

    fn fate(&self, write: bool) -> Fate {
        let mut plan = of(&self.plan);
        plan.calls += 1;
        if plan.dead {
            return Fate::Lost;
        }
        let kept = |plan: &mut Plan| {
            if write && plan.random.chance(50) {
                Fate::Unheard
            } else {
                Fate::Lost
            }
        };
        let planned = plan.dies_at.is_some_and(|at| plan.calls >= at);
        let deaths = plan.deaths;
        if planned || plan.random.below(1000) < deaths {
            plan.dead = true;
            return kept(&mut plan);
        }
        let bad = if write {
            plan.bad_writes
        } else {
            plan.bad_reads
        };
        if plan.random.below(1000) < bad {
            return kept(&mut plan);
        }
        if write && bad > 0 && plan.random.chance(3) {
            plan.slow += 30_000;
        }
        Fate::Well
    }

    fn read<T>(
        &mut self,
        call: impl FnOnce(&mut MemoryStore) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self.fate(false) {
            Fate::Well => call(&mut self.inner),
            _ => Err(StoreError::io("the disk cannot be read")),
        }
    }

    fn write<T>(
        &mut self,
        call: impl FnOnce(&mut MemoryStore) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let fate = self.fate(true);
        if fate == Fate::Lost {
            return Err(StoreError::io("the disk cannot be written"));
        }
        let done = call(&mut self.inner)?;
        match fate {
            Fate::Unheard => Err(StoreError::io("the disk did not say that it was done")),
            _ => Ok(done),
        }
    }
}

impl Store for Faulty {
    fn owner(&self) -> OwnerId {
        self.inner.owner()
    }
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.write(|s| s.commit(batch))
    }
    fn load(&mut self, key: RunKey) -> Result<Option<StoredRun>, StoreError> {
        self.read(|s| s.load(key))
    }
    fn past(&mut self, key: RunKey) -> Result<Option<StoredRun>, StoreError> {
        self.read(|s| s.past(key))
    }
    fn run(&mut self, key: RunKey) -> Result<Option<RunRow>, StoreError> {
        self.read(|s| s.run(key))
    }
    fn journal(
        &mut self,
        key: RunKey,
        after: u64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError> {
        self.read(|s| s.journal(key, after, limit))
    }
    fn runs(&mut self, filter: &RunFilter) -> Result<Vec<RunRow>, StoreError> {
        self.read(|s| s.runs(filter))
    }
    fn orphans(&mut self, limit: usize) -> Result<Vec<Orphan>, StoreError> {
        self.read(|s| s.orphans(limit))
    }
    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<RunKey>, StoreError> {
        self.read(|s| s.due(now, limit))
    }
    fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.read(Store::next_due)
    }
    fn waiters(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
    ) -> Result<Vec<RunKey>, StoreError> {
        self.read(|s| s.waiters(place, name, key))
    }
    fn occurrence(
        &mut self,
        place: Place,
        occurrence: &Occurrence,
    ) -> Result<Option<RunKey>, StoreError> {
        self.read(|s| s.occurrence(place, occurrence))
    }
    fn group(&mut self, place: Place, group: &str) -> Result<Vec<Member>, StoreError> {
        self.read(|s| s.group(place, group))
    }
    fn program(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|s| s.program(hash))
    }
    fn payload(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|s| s.payload(hash))
    }
    fn post(&mut self, letter: &NewLetter) -> Result<u64, StoreError> {
        self.write(|s| s.post(letter))
    }
    fn letters(&mut self, after: u64, limit: usize) -> Result<Vec<Letter>, StoreError> {
        self.read(|s| s.letters(after, limit))
    }
    fn letters_to(&mut self, key: RunKey) -> Result<Vec<Letter>, StoreError> {
        self.read(|s| s.letters_to(key))
    }
    fn verdict(&mut self, letter: u64) -> Result<Option<Verdict>, StoreError> {
        self.read(|s| s.verdict(letter))
    }
    fn post_event(&mut self, event: &NewEvent) -> Result<Posted, StoreError> {
        self.write(|s| s.post_event(event))
    }
    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(|s| s.events(after, limit))
    }
    fn events_named(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
        since: Timestamp,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(|s| s.events_named(place, name, key, since))
    }
    fn note_stepping(&mut self, runs: &[RunKey]) -> Result<(), StoreError> {
        self.write(|s| s.note_stepping(runs))
    }
}
