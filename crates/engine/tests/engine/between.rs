//! What another process does between a process's look at the store and what it does next.

use std::sync::{Arc, Mutex};

use wfc_engine::store::*;
use wfc_engine::{Engine, Hash, HistoryError, OwnerId, Place, RunKey};
use wfc_value::{Timestamp, Value};
use wfc_vm::EventKind;

use crate::programs::*;
use crate::world::*;

type Deed = Box<dyn FnOnce() + Send>;

/// When, and what.
type Plan = Option<(fn(&Batch) -> bool, Deed)>;

/// A store before whose commits and after whose looks at a run something may happen.
struct Interrupted {
    store: MemoryStore,
    /// Asked before each commit.
    before: Arc<Mutex<Plan>>,
    /// Done after the next look at a run.
    after: Option<Deed>,
}

impl Interrupted {
    fn seen<T>(&mut self, look: T) -> T {
        if let Some(deed) = self.after.take() {
            deed();
        }
        look
    }
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
        let look = self.store.load(key);
        self.seen(look)
    }
    fn past(&mut self, key: RunKey) -> Result<Option<StoredRun>, StoreError> {
        let look = self.store.past(key);
        self.seen(look)
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
        after: None,
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

#[test]
fn a_past_that_is_read_while_another_process_goes_on_is_of_one_moment() {
    let mut w = World::start([sequence("s", &[bash("a"), bash("b")])], "s", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    let mut reader = w.beside();
    let store = Interrupted {
        store: w.place.another(OwnerId(70)),
        before: Arc::default(),
        after: Some(Box::new(move || {
            let b = w.round(1, vec![done(&a)]).dispatch.remove(0);
            w.round(2, vec![done(&b)]);
            assert_ne!(w.end(key(0)), "not ended");
        })),
    };
    reader.engine = Engine::open(Box::new(reader.library.clone()), Box::new(store), server());
    let history = reader.engine.history(key(0)).unwrap();
    let ended = history.points.last().unwrap().outcome.is_some();
    assert_eq!(
        history.row.state.is_over(),
        ended,
        "{:?}",
        history.row.state
    );
}

#[test]
fn a_run_that_another_process_deletes_while_its_past_is_read_is_told_as_gone() {
    let mut w = World::start([sequence("s", &[bash("a")])], "s", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    let mut done = done(&a);
    if let EventKind::Completed { value, .. } = &mut done.kind {
        *value = Value::from("long ".repeat(1_000));
    }
    w.round(1, vec![done]);
    let mut reader = w.beside();
    let store = Interrupted {
        store: w.place.another(OwnerId(70)),
        before: Arc::default(),
        after: Some(Box::new(move || w.engine.delete(key(0)).unwrap())),
    };
    reader.engine = Engine::open(Box::new(reader.library.clone()), Box::new(store), server());
    let history = reader.engine.history(key(0));
    assert_eq!(history.err(), Some(HistoryError::Unknown));
}
