//! Small runs, and checks that tell what they found.

use std::fmt::Debug;
use std::sync::Arc;

use wfc_value::{Str, Timestamp};

use crate::id::{ExecutionId, Hash, OwnerId, RunKey};
use crate::store::{
    Batch, Change, Contents, NewRun, Payload, RunState, SnapshotRow, Store, StoreError,
    StoreErrorKind,
};

pub(super) const ME: OwnerId = OwnerId(1);
pub(super) const OTHER: OwnerId = OwnerId(u128::MAX);

pub(super) type Checked = Result<(), String>;

/// Whether two things are the same.
pub(super) fn same<T: PartialEq + Debug>(what: &str, found: &T, wanted: &T) -> Checked {
    if found == wanted {
        return Ok(());
    }
    Err(format!(
        "{what}: found {found:?}, and it is to be {wanted:?}"
    ))
}

/// Whether something holds.
pub(super) fn holds(what: &str, it: bool) -> Checked {
    it.then_some(()).ok_or_else(|| what.to_owned())
}

/// What a store gave; what it says when it did not.
pub(super) fn ok<T>(what: &str, given: Result<T, StoreError>) -> Result<T, String> {
    given.map_err(|error| format!("{what}: {error}"))
}

/// What is there.
pub(super) fn there<T>(what: &str, it: Option<T>) -> Result<T, String> {
    it.ok_or_else(|| format!("{what} is missing"))
}

/// Commits what `fill` puts into a batch.
pub(super) fn commit(store: &mut impl Store, fill: impl FnOnce(&mut Batch)) -> Checked {
    let mut batch = Batch::default();
    fill(&mut batch);
    ok("a commit", store.commit(&batch))
}

/// Tries to commit what has to be a conflict.
pub(super) fn conflict(store: &mut impl Store, fill: impl FnOnce(&mut Batch)) -> Checked {
    let mut batch = Batch::default();
    fill(&mut batch);
    match store.commit(&batch) {
        Err(error) if error.kind == StoreErrorKind::Conflict => Ok(()),
        Err(error) => Err(format!("it is no conflict, but: {error}")),
        Ok(()) => Err("it is no conflict, and was committed".to_owned()),
    }
}

pub(super) fn key(n: u64) -> RunKey {
    RunKey::local(ExecutionId::new(1_000 + n, u128::from(n) << 70))
}

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::new(seconds, 123_456_789).unwrap_or_default()
}

pub(super) fn run(n: u64) -> NewRun {
    NewRun {
        key: key(n),
        state: RunState::Active,
        workflow: Str::from("deploy"),
        deployment: Hash::of(b"deployment"),
        parent: None,
        retry_of: None,
        started_at: at(0),
        occurrence: None,
        group: None,
        header: vec![7, 0, 255, n as u8],
    }
}

pub(super) fn contents(bytes: &[u8]) -> Contents {
    Contents {
        hash: Hash::of(bytes),
        bytes: Arc::from(bytes),
    }
}

pub(super) fn payload(n: u64, bytes: &[u8]) -> Payload {
    Payload {
        key: key(n),
        contents: contents(bytes),
    }
}

pub(super) fn snapshot(n: u64, watermark: u64, next_wake: Option<i64>) -> SnapshotRow {
    SnapshotRow {
        key: key(n),
        watermark,
        bytes: vec![1, 2, 3, watermark as u8],
        next_wake: next_wake.map(at),
        waits: Vec::new(),
    }
}

/// Adds a journal row whose bytes tell its number.
pub(super) fn row(batch: &mut Batch, n: u64, number: u64) {
    batch.journal.push(key(n), number, |out| {
        out.extend_from_slice(&[0, number as u8, 0]);
    });
}

/// Parks a run until then.
pub(super) fn park(batch: &mut Batch, n: u64, next_wake: Option<i64>) {
    batch.changes.push(Change::Park { key: key(n) });
    batch.snapshots.push(snapshot(n, 0, next_wake));
}

pub(super) fn end(n: u64) -> Change {
    Change::End {
        key: key(n),
        state: RunState::Succeeded,
        at: at(9),
        outcome: vec![5, 5],
    }
}

/// The state that a run is in.
pub(super) fn state(store: &mut impl Store, n: u64) -> Result<RunState, String> {
    let row = ok("a run's row", store.run(key(n)))?;
    Ok(there("the run", row)?.state)
}

/// The numbers of a run's journal rows.
pub(super) fn numbers(store: &mut impl Store, n: u64) -> Result<Vec<u64>, String> {
    let rows = ok("a journal", store.journal(key(n), 0, usize::MAX))?;
    Ok(rows.iter().map(|row| row.number).collect())
}
