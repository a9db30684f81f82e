//! What every store promises, and which files are stores.

use tempfile::TempDir;
use wfc_engine::OwnerId;
use wfc_engine::store::contract::{self, Places};
use wfc_engine::store::{RunFilter, Store as _};
use wfc_runtime::store::{Options, SqliteError, SqliteStore};

use super::support::{begin, file, key, numbers, open};

/// Places in folders, which go with this.
#[derive(Default)]
struct Folders(Vec<TempDir>);

fn opened(path: &std::path::Path, owner: OwnerId) -> SqliteStore {
    SqliteStore::open(path, owner, Options::default()).unwrap()
}

impl Places for Folders {
    type Store = SqliteStore;

    fn fresh(&mut self, owner: OwnerId) -> SqliteStore {
        let folder = tempfile::tempdir().unwrap();
        let store = opened(&file(folder.path()), owner);
        self.0.push(folder);
        store
    }

    fn another(&mut self, store: &SqliteStore, owner: OwnerId) -> SqliteStore {
        opened(store.path(), owner)
    }

    fn crash(&mut self, store: SqliteStore, owner: OwnerId) -> SqliteStore {
        // Its files as they are: what a process that is killed leaves, apart from its locks.
        let folder = tempfile::tempdir().unwrap();
        let from = store.path().parent().unwrap();
        copy(from, folder.path());
        let path = file(folder.path());
        self.0.push(folder);
        drop(store);
        opened(&path, owner)
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn it_keeps_to_the_contract_of_stores() {
    assert_eq!(contract::check(&mut Folders::default()), Ok(()));
}

#[test]
fn a_store_is_made_with_its_folder_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/.wfc/state.db");
    let must = Options {
        must_exist: true,
        ..Options::default()
    };
    let error = SqliteStore::open(&path, OwnerId(1), must).unwrap_err();
    assert_eq!(error.code(), "store_missing");
    assert!(!path.exists());
    let mut store = open(&path, 1);
    store.commit(&begin(1)).unwrap();
    drop(store);
    let mut store = SqliteStore::open(&path, OwnerId(2), must).unwrap();
    assert_eq!(numbers(&mut store, 1), [1]);
    assert_eq!(store.verify().unwrap(), Vec::<String>::new());
}

#[test]
fn a_process_that_ends_without_runs_leaves_no_files_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let mut store = open(&path, 1);
    store.commit(&begin(1)).unwrap();
    let owners = folder.path().join("state.db-owners");
    assert!(owners.exists());
    let mut batch = wfc_engine::store::Batch::default();
    batch.changes.push(super::support::end(1));
    store.commit(&batch).unwrap();
    drop(store);
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left, ["state.db"]);
}

#[test]
fn files_that_are_no_stores_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let refused = |what: &str| {
        let before = std::fs::read(&path).unwrap();
        let error = SqliteStore::open(&path, OwnerId(1), Options::default()).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), before, "{what}");
        error
    };
    std::fs::write(
        &path,
        "no database at all, and longer than a header of one. ".repeat(40),
    )
    .unwrap();
    assert!(matches!(refused("a text"), SqliteError::Foreign(_)));
    std::fs::remove_file(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE theirs (a)").unwrap();
    drop(other);
    assert_eq!(refused("another's").code(), "store_foreign");
    std::fs::remove_file(&path).unwrap();
    drop(open(&path, 1));
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    newer.pragma_update(None, "journal_mode", "delete").unwrap();
    drop(newer);
    let error = refused("a newer one");
    assert_eq!(error.code(), "store_newer");
    assert!(error.to_string().contains("its form is 99"), "{error}");
}

#[test]
fn an_empty_file_becomes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    std::fs::write(&path, "").unwrap();
    open(&path, 1).commit(&begin(1)).unwrap();
    assert_eq!(numbers(&mut open(&path, 2), 1), [1]);
}

#[test]
fn a_copy_is_made_while_the_store_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&file(folder.path()), 1);
    store.commit(&begin(1)).unwrap();
    let copy = folder.path().join("copy.db");
    // As `docs/store.md` says it is made.
    let db = rusqlite::Connection::open(store.path()).unwrap();
    db.execute("VACUUM INTO ?", [copy.to_str().unwrap()])
        .unwrap();
    store.commit(&begin(2)).unwrap();
    let mut copy = open(&copy, 3);
    assert_eq!(numbers(&mut copy, 1), [1]);
    assert_eq!(copy.run(key(2)), Ok(None));
    assert_eq!(copy.runs(&RunFilter::default()).unwrap().len(), 1);
}
