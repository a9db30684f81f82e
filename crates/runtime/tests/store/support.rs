//! Stores in folders of their own, and small runs.

use std::path::{Path, PathBuf};

use wfc_engine::store::{Batch, Change, NewRun, RunState, Store as _};
use wfc_engine::{ExecutionId, Hash, OwnerId, RunKey};
use wfc_runtime::store::{Options, SqliteStore};
use wfc_value::Timestamp;

pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join("state.db")
}

pub(crate) fn open(path: &Path, owner: u128) -> SqliteStore {
    SqliteStore::open(path, OwnerId(owner), Options::default()).unwrap()
}

pub(crate) fn key(n: u64) -> RunKey {
    RunKey::local(ExecutionId::new(1_000 + n, 7))
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::new(seconds, 0).unwrap()
}

pub(crate) fn run(n: u64) -> NewRun {
    NewRun {
        key: key(n),
        state: RunState::Active,
        workflow: "w".into(),
        deployment: Hash::of(b"deployment"),
        parent: None,
        retry_of: None,
        started_at: at(5),
        occurrence: None,
        group: None,
        header: format!("the facts of {n}").into_bytes(),
    }
}

/// A batch with one new run and its first row.
pub(crate) fn begin(n: u64) -> Batch {
    let mut batch = Batch::default();
    batch.runs.push(run(n));
    row(&mut batch, n, 1);
    batch
}

/// Bytes of a row by which it is known.
pub(crate) fn bytes(n: u64, number: u64) -> Vec<u8> {
    let mut bytes = vec![number as u8; 90];
    bytes.extend_from_slice(&n.to_le_bytes());
    bytes
}

pub(crate) fn row(batch: &mut Batch, n: u64, number: u64) {
    batch
        .journal
        .push(key(n), number, |out| out.extend(bytes(n, number)));
}

pub(crate) fn end(n: u64) -> Change {
    Change::End {
        key: key(n),
        state: RunState::Succeeded,
        at: at(9),
        outcome: vec![5],
    }
}

/// The rows of a run, whole.
pub(crate) fn numbers(store: &mut SqliteStore, n: u64) -> Vec<u64> {
    let rows = store.journal(key(n), 0, usize::MAX).unwrap();
    for row in &rows {
        assert_eq!(row.bytes, bytes(n, row.number));
    }
    rows.iter().map(|row| row.number).collect()
}
