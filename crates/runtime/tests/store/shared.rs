//! Several processes on one store.

use wfc_engine::OwnerId;
use wfc_engine::store::{Batch, Change, NewLetter, Store as _, StoreErrorKind};

use super::support::{at, begin, end, file, key, numbers, open, row};

#[test]
fn what_another_commits_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let mut one = open(&path, 1);
    let mut two = open(&path, 2);
    one.commit(&begin(1)).unwrap();
    assert_eq!(one.letters(0, 10).unwrap().len(), 0);
    let letter = NewLetter {
        to: key(1),
        at: at(1),
        body: vec![1],
    };
    two.post(&letter).unwrap();
    assert_eq!(one.letters(0, 10).unwrap().len(), 1);
}

#[test]
fn two_that_commit_at_once_both_get_through() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let work = |owner: u64| {
        let path = path.clone();
        std::thread::spawn(move || {
            let mut store = open(&path, owner.into());
            for n in 0..30 {
                let n = owner * 1_000 + n;
                store.commit(&begin(n)).unwrap();
                let mut batch = Batch::default();
                row(&mut batch, n, 2);
                batch.changes.push(end(n));
                store.commit(&batch).unwrap();
            }
        })
    };
    let all: Vec<_> = (1..=3).map(work).collect();
    all.into_iter().for_each(|thread| thread.join().unwrap());
    let mut store = open(&path, 9);
    for owner in 1..=3 {
        for n in 0..30 {
            assert_eq!(numbers(&mut store, owner * 1_000 + n), [1, 2]);
        }
    }
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn many_that_open_a_new_store_at_once_all_get_it() {
    let folder = tempfile::tempdir().unwrap();
    // Each file gives the race one chance: somebody looks while another makes the tables.
    for round in 0..40 {
        let path = folder.path().join(format!("{round}.db"));
        let start = std::sync::Arc::new(std::sync::Barrier::new(8));
        let opened: Vec<_> = (1..=8)
            .map(|owner| {
                let (path, start) = (path.clone(), start.clone());
                std::thread::spawn(move || {
                    start.wait();
                    drop(open(&path, owner));
                })
            })
            .collect();
        for thread in opened {
            thread.join().unwrap();
        }
    }
}

#[test]
fn a_number_of_a_deleted_run_is_not_another_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let mut slow = open(&path, 1);
    slow.commit(&begin(1)).unwrap();
    // Somebody takes the run away, ends and deletes it, and another run begins.
    let mut two = open(&path, 2);
    let mut batch = Batch::default();
    batch.changes.push(Change::Claim {
        key: key(1),
        from: Some(OwnerId(1)),
        strikes: 0,
    });
    batch.changes.push(end(1));
    batch.delete.push(key(1));
    two.commit(&batch).unwrap();
    two.commit(&begin(2)).unwrap();
    let mut batch = Batch::default();
    row(&mut batch, 1, 2);
    batch.changes.push(end(1));
    assert_eq!(
        slow.commit(&batch).unwrap_err().kind,
        StoreErrorKind::Conflict
    );
    assert_eq!(numbers(&mut slow, 2), [1]);
}

#[test]
fn what_dead_owners_left_is_cleared_away_once_their_runs_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let left = || {
        let owners = std::fs::read_dir(folder.path().join("state.db-owners")).unwrap();
        let mut names: Vec<String> = owners
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    // It ends with a run in its hands.
    open(&path, 1).commit(&begin(1)).unwrap();
    let mut two = open(&path, 2);
    two.commit(&begin(2)).unwrap();
    assert_eq!(left(), [OwnerId(1).to_string(), OwnerId(2).to_string()]);
    assert_eq!(two.orphans(9).unwrap().len(), 1);
    let mut batch = Batch::default();
    batch.changes.push(Change::Claim {
        key: key(1),
        from: Some(OwnerId(1)),
        strikes: 0,
    });
    batch.changes.extend([end(1), end(2)]);
    two.commit(&batch).unwrap();
    let mut three = open(&path, 3);
    three.commit(&begin(3)).unwrap();
    assert_eq!(left(), [OwnerId(2).to_string(), OwnerId(3).to_string()]);
    // And the living one goes on.
    two.commit(&begin(4)).unwrap();
    assert_eq!(three.orphans(9).unwrap(), []);
}
