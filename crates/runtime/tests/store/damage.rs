//! Disks that are full, and files that are damaged.

use std::os::unix::fs::FileExt as _;

use wfc_engine::OwnerId;
use wfc_engine::store::{Batch, Store as _, StoreErrorKind};
use wfc_runtime::store::{Options, SqliteStore};

use super::support::{begin, file, key, numbers, open, row};

#[test]
fn a_full_disk_loses_nothing_and_the_next_commit_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let small = Options {
        max_bytes: Some(40 * 4096),
        ..Options::default()
    };
    let mut store = SqliteStore::open(&path, OwnerId(1), small).unwrap();
    store.commit(&begin(1)).unwrap();
    let mut number = 2;
    let error = loop {
        let mut batch = Batch::default();
        (0..10).for_each(|more| row(&mut batch, 1, number + more));
        match store.commit(&batch) {
            Ok(()) => number += 10,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind, StoreErrorKind::Io);
    assert!(error.message.starts_with("the disk is full"), "{error}");
    assert!(number > 100);
    assert_eq!(numbers(&mut store, 1), (1..number).collect::<Vec<_>>());
    // Room is made, and it goes on where it was.
    let mut batch = Batch::default();
    batch.forget.push((key(1), number - 5));
    store.commit(&batch).unwrap();
    let mut batch = Batch::default();
    row(&mut batch, 1, number);
    store.commit(&batch).unwrap();
    drop(store);
    let mut store = open(&path, 2);
    assert_eq!(
        numbers(&mut store, 1),
        (number - 4..=number).collect::<Vec<_>>()
    );
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

/// A store of a process that was killed: the log is not moved into the file.
fn killed(folder: &std::path::Path, rows: u64) -> std::path::PathBuf {
    let path = file(folder);
    let mut store = open(&path, 1);
    store.commit(&begin(1)).unwrap();
    for number in 2..=rows {
        let mut batch = Batch::default();
        row(&mut batch, 1, number);
        store.commit(&batch).unwrap();
    }
    let left = folder.join("left");
    std::fs::create_dir(&left).unwrap();
    for end in ["", "-wal"] {
        std::fs::copy(
            format!("{}{end}", path.display()),
            left.join(format!("state.db{end}")),
        )
        .unwrap();
    }
    left.join("state.db")
}

#[test]
fn a_log_that_was_not_written_to_its_end_gives_every_whole_commit() {
    let folder = tempfile::tempdir().unwrap();
    let path = killed(folder.path(), 12);
    let log = std::fs::read(format!("{}-wal", path.display())).unwrap();
    let mut seen = Vec::new();
    for cut in (0..=log.len()).rev().step_by(977) {
        let torn = folder.path().join(format!("cut-{cut}.db"));
        std::fs::copy(&path, &torn).unwrap();
        std::fs::write(format!("{}-wal", torn.display()), &log[..cut]).unwrap();
        // A log that is cut before the tables are in the file leaves an empty one.
        let mut store = open(&torn, 2);
        let found = numbers(&mut store, 1);
        assert_eq!(found, (1..=found.len() as u64).collect::<Vec<_>>());
        assert_eq!(store.verify().unwrap(), Vec::<String>::new());
        seen.push(found.len());
    }
    assert_eq!(seen.first(), Some(&12));
    assert!(seen.is_sorted_by(|a, b| a >= b), "{seen:?}");
    assert!(seen.contains(&6), "{seen:?}");
}

#[test]
fn a_last_page_that_was_torn_is_as_if_it_were_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = killed(folder.path(), 12);
    let log = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(format!("{}-wal", path.display()))
        .unwrap();
    let len = log.metadata().unwrap().len();
    // Half of the last page holds what was there before.
    log.write_all_at(&[0; 2048], len - 2048).unwrap();
    let mut store = open(&path, 2);
    assert_eq!(numbers(&mut store, 1), (1..12).collect::<Vec<_>>());
    let mut batch = Batch::default();
    row(&mut batch, 1, 12);
    store.commit(&batch).unwrap();
}

#[test]
fn a_changed_byte_of_a_header_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let mut store = open(&path, 1);
    store.commit(&begin(1)).unwrap();
    store.commit(&begin(2)).unwrap();
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    let wanted = super::support::run(1).header;
    let place = whole
        .windows(wanted.len())
        .position(|w| w == wanted)
        .unwrap();
    let mut bytes = whole;
    bytes[place] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    let mut store = open(&path, 2);
    let error = store.load(key(1)).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Corrupt);
    assert!(error.message.contains("the header of the run"), "{error}");
    assert!(store.load(key(2)).unwrap().is_some());
    assert_eq!(store.verify().unwrap().len(), 1);
}

#[test]
fn a_damaged_page_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let mut store = open(&path, 1);
    for n in 0..40 {
        store.commit(&begin(n)).unwrap();
    }
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    for page in 0..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..][..200].fill(0xa5);
        std::fs::write(&path, &bytes).unwrap();
        let opened = SqliteStore::open(&path, OwnerId(2), Options::default());
        let mut store = match opened {
            Ok(store) => store,
            Err(error) => {
                assert!(
                    ["store_damaged", "store_foreign"].contains(&error.code()),
                    "{error}"
                );
                continue;
            }
        };
        match store.verify() {
            Ok(wrong) => assert!(!wrong.is_empty(), "page {page}"),
            Err(error) => assert_eq!(error.kind, StoreErrorKind::Corrupt, "{error}"),
        }
    }
}
