//! What another process does between a process's look at the store and its commit.

use std::sync::{Arc, Mutex};

use wfc_engine::store::*;
use wfc_engine::{Engine, Hash, OwnerId, Place, RunKey};
use wfc_value::Timestamp;

use crate::programs::*;
use crate::world::*;

type Deed = Box<dyn FnOnce() + Send>;

/// When, and what.
type Plan = Option<(fn(&Batch) -> bool, Deed)>;

/// A store before whose commits something may happen.
struct Interrupted {
    store: MemoryStore,
    /// Asked before each commit.
    before: Arc<Mutex<Plan>>,
}

impl Store for Interrupted {
    fn owner(&self) -> OwnerId {
        self.store.owner()
    }
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let mut before = self.before.lock().unwrap();
        if before.as_ref().is_some_and(|(when, _)| when(batch)) {
            let (_, deed) = before.take().unwrap();
            drop(before);
            deed();
        }
        self.store.commit(batch)
    }
    fn load(&mut self, key: RunKey) -> Result<Option<StoredRun>, StoreError> {
        self.store.load(key)
    }
    fn run(&mut self, key: RunKey) -> Result<Option<RunRow>, StoreError> {
        self.store.run(key)
    }
    fn journal(
        &mut self,
        key: RunKey,
        after: u64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError> {
        self.store.journal(key, after, limit)
    }
    fn runs(&mut self, filter: &RunFilter) -> Result<Vec<RunRow>, StoreError> {
        self.store.runs(filter)
    }
    fn orphans(&mut self, limit: usize) -> Result<Vec<Orphan>, StoreError> {
        self.store.orphans(limit)
    }
    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<RunKey>, StoreError> {
        self.store.due(now, limit)
    }
    fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.store.next_due()
    }
    fn waiters(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
    ) -> Result<Vec<RunKey>, StoreError> {
        self.store.waiters(place, name, key)
    }
    fn occurrence(
        &mut self,
        place: Place,
        occurrence: &Occurrence,
    ) -> Result<Option<RunKey>, StoreError> {
        self.store.occurrence(place, occurrence)
    }
    fn group(&mut self, place: Place, group: &str) -> Result<Vec<Member>, StoreError> {
        self.store.group(place, group)
    }
    fn program(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.program(hash)
    }
    fn payload(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.payload(hash)
    }
    fn post(&mut self, letter: &NewLetter) -> Result<u64, StoreError> {
        self.store.post(letter)
    }
    fn letters(&mut self, after: u64, limit: usize) -> Result<Vec<Letter>, StoreError> {
        self.store.letters(after, limit)
    }
    fn letters_to(&mut self, key: RunKey) -> Result<Vec<Letter>, StoreError> {
        self.store.letters_to(key)
    }
    fn verdict(&mut self, letter: u64) -> Result<Option<Verdict>, StoreError> {
        self.store.verdict(letter)
    }
    fn post_event(&mut self, event: &NewEvent) -> Result<Posted, StoreError> {
        self.store.post_event(event)
    }
    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.store.events(after, limit)
    }
    fn events_named(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
        since: Timestamp,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.store.events_named(place, name, key, since)
    }
    fn note_stepping(&mut self, runs: &[RunKey]) -> Result<(), StoreError> {
        self.store.note_stepping(runs)
    }
}

#[test]
fn a_callee_that_ends_elsewhere_while_its_caller_is_being_parked_wakes_it() {
    let programs = [
        sequence("main", &[call("call")]),
        sequence("sub", &[approval("ok")]),
    ];
    let mut w = World::new(programs, server());
    let before = Arc::new(Mutex::new(None));
    let store = Interrupted {
        store: w.place.another(OwnerId(70)),
        before: Arc::clone(&before),
    };
    w.engine = Engine::open(Box::new(w.library.clone()), Box::new(store), server());
    let mut other = w.beside();
    let callee = key(0).sibling(key(0).execution.callee(1));
    w.begin("main", 0, 0, None);
    // When the caller is about to be parked, somebody answers elsewhere, and the callee ends there.
    let parks = |batch: &Batch| {
        let parks = |change: &Change| matches!(change, Change::Park { key: run } if *run == key(0));
        batch.changes.iter().any(parks)
    };
    let deed: Deed = Box::new(move || {
        let wanted = other.engine.wanted(callee).unwrap().remove(0);
        other.round(2, vec![approve(2, &wanted)]);
        assert_ne!(other.end(callee), "not ended");
    });
    *before.lock().unwrap() = Some((parks, deed));
    for second in 1..4 {
        w.round(second, vec![]);
        w.engine.poll(at(second)).unwrap();
    }
    assert!(
        before.lock().unwrap().is_none(),
        "the caller was never parked"
    );
    w.round(5, vec![]);
    assert!(w.end(key(0)).contains("approve"), "{}", w.end(key(0)));
}
