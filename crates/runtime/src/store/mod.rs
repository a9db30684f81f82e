//! Runs kept in a file: SQLite, synced with each commit, shared by several processes.
//!
//! `docs/store.md` tells what stands in the file and what is promised.

mod codec;
mod commit;
mod error;
mod inbox;
mod owner;
mod read;
mod schema;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use wfc_engine::store::{
    Batch, JournalRow, Letter, Member, NewEvent, NewLetter, Occurrence, Orphan, Posted, RunFilter,
    RunRow, Store, StoreError, StoredEvent, StoredRun, Verdict,
};
use wfc_engine::{Hash, OwnerId, Place, RunKey};
use wfc_value::Timestamp;

use commit::{Apply, Known};
pub use error::SqliteError;
use error::{Fault, OpenError};
use owner::Owner;

/// How long another process may hold the file before a commit gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pages of the log that are written before they are moved into the file: 8 MiB.
const LOG_PAGES: i64 = 2_000;

/// Memory for pages of the file, in KiB.
const CACHE_KIB: i64 = 4_096;

/// Prepared statements that are kept.
const STATEMENTS: usize = 96;

/// How a store is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether there has to be a store already.
    pub must_exist: bool,
    /// How many bytes the file may take; it is as if the disk were full beyond them.
    pub max_bytes: Option<u64>,
}

/// A store in a file.
#[derive(Debug)]
pub struct SqliteStore {
    db: Connection,
    path: PathBuf,
    owner: Owner,
    known: Known,
    /// Why it is of no more use.
    broken: Option<StoreError>,
}

impl SqliteStore {
    /// Opens the store at `path` for this process, which is called `owner`; makes it, and its folder, when
    /// there is none.
    ///
    /// # Errors
    /// See [`SqliteError`].
    pub fn open(path: &Path, owner: OwnerId, options: Options) -> Result<Self, SqliteError> {
        let is_new = !path.exists();
        if is_new && options.must_exist {
            return Err(SqliteError::Missing(path.to_owned()));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|_| is_new) {
            make_folder(folder).map_err(|error| SqliteError::io(path, "made", &error))?;
        }
        let db = connect(path, options).map_err(|error| SqliteError::of(path, error))?;
        Ok(Self {
            db,
            path: path.to_owned(),
            owner: Owner::new(path, owner),
            known: Known::default(),
            broken: None,
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether another process that is alive works on a run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_worked_on(&mut self, run: RunKey) -> Result<bool, StoreError> {
        let owner = self.run(run)?.and_then(|row| row.owner);
        Ok(owner.is_some_and(|owner| self.is_of_another(owner)))
    }

    fn is_of_another(&self, owner: OwnerId) -> bool {
        owner != self.owner.id && self.owner.is_alive(owner)
    }

    /// Whether another process that is alive works on a run, by a row that was read of it; nothing when the row has
    /// changed since, and has to be read again.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn works_on(&mut self, row: &RunRow) -> Result<Option<bool>, StoreError> {
        let Some(owner) = row.owner else {
            return Ok(Some(false));
        };
        if self.is_of_another(owner) {
            return Ok(Some(true));
        }
        // A process that ended between the two looks may have ended the run first.
        Ok((self.run(row.key)?.as_ref() == Some(row)).then_some(false))
    }

    /// Looks through the whole file: its pages, its tables, the checksums of headers. Gives what is wrong. Whether
    /// journal rows and snapshots are whole the engine tells when it reads them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn verify(&mut self) -> Result<Vec<String>, StoreError> {
        let mut wrong: Vec<String> = self.read(|db| {
            let mut check = db.prepare("PRAGMA integrity_check")?;
            let found = check.query_map([], |row| row.get(0))?;
            Ok(found.collect::<Result<_, _>>()?)
        })?;
        wrong.retain(|line| line != "ok");
        let rows = self.runs(&RunFilter::default())?;
        for row in rows {
            let looked = self
                .load(row.key)
                .and_then(|_| self.journal(row.key, 0, usize::MAX));
            wrong.extend(looked.err().map(|error| error.message));
        }
        Ok(wrong)
    }

    fn usable(&self) -> Result<(), StoreError> {
        self.broken.clone().map_or(Ok(()), Err)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.usable()?;
        read(&self.db).map_err(|fault| fault.told(&self.path))
    }

    /// Does `write` in one transaction, durable when this returns.
    fn write<T>(
        &mut self,
        write: impl FnOnce(&Connection, &Known, OwnerId) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.usable()?;
        let done = transact(&self.db, |db| write(db, &self.known, self.owner.id));
        done.map_err(|fault| {
            let told = fault.told(&self.path);
            if fault.is_of_a_sync() {
                // After a sync that failed the system may show pages that the disk does not hold: only a
                // new process reads what there is.
                self.broken = Some(told.clone());
            }
            told
        })
    }

    fn appear(&mut self) -> Result<(), StoreError> {
        let appeared = self.owner.appear();
        let first = appeared.map_err(|error| Fault::Io(error).told(&self.path))?;
        if first {
            self.clear_owners();
        }
        Ok(())
    }

    /// Clears away what owners left that are dead and have no runs any more. It does no harm when it fails: then
    /// somebody else does it.
    fn clear_owners(&mut self) {
        let dead = |db: &Connection, owner: &Owner| -> Result<Vec<i64>, Fault> {
            let mut find = db.prepare(
                "SELECT o.owner, o.token FROM owners o \
                 WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.owner = o.owner AND r.state IN (1, 2))",
            )?;
            let found = find.query_map([], |row| Ok((row.get(0)?, codec::owner(row.get(1)?))))?;
            let mut dead = Vec::new();
            for one in found {
                let (number, id) = one?;
                if !owner.is_alive(id) {
                    dead.push(number);
                    owner.clear(id);
                }
            }
            Ok(dead)
        };
        if let Ok(dead) = dead(&self.db, &self.owner)
            && !dead.is_empty()
        {
            let _ = self.write(|db, _, _| {
                let mut delete = db.prepare("DELETE FROM owners WHERE owner = ?")?;
                dead.iter()
                    .try_for_each(|number| delete.execute([number]).map(|_| ()))?;
                Ok(())
            });
        }
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.owner.leave(!self.known.runs.is_empty());
    }
}

/// Makes a folder whose name is durable.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    if let Some(above) = folder.parent() {
        let above = if above.as_os_str().is_empty() {
            Path::new(".")
        } else {
            above
        };
        // Not every system can sync a folder, and then there is nothing else to do.
        if let Ok(above) = File::open(above) {
            let _ = above.sync_all();
        }
    }
    Ok(())
}

fn connect(path: &Path, options: Options) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    // Counts for a new file only.
    db.pragma_update(None, "page_size", 4096)?;
    schema::look(&db)?;
    write_ahead(&db)?;
    for (name, value) in [
        ("synchronous", 2),
        ("fullfsync", 1),
        ("checkpoint_fullfsync", 1),
        ("wal_autocheckpoint", LOG_PAGES),
        ("cache_size", -CACHE_KIB),
        ("temp_store", 2),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
    ] {
        // Some of them answer.
        db.pragma_update_and_check(None, name, value, |_| Ok(()))
            .or_else(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => Ok(()),
                other => Err(other),
            })?;
    }
    schema::prepare(&mut db)?;
    if let Some(most) = options.max_bytes {
        let pages = i64::try_from(most / 4096).unwrap_or(i64::MAX);
        db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(db)
}

/// Writes ahead into a log. The database does not wait for others that are doing the same.
fn write_ahead(db: &Connection) -> Result<(), OpenError> {
    let begun = std::time::Instant::now();
    loop {
        let mode =
            db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let why = format!("its disk takes no write-ahead log (the mode stays `{mode}`)");
                return Err(OpenError::Mode(why));
            }
            Err(error) => {
                let busy = error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
                if !busy || begun.elapsed() > PATIENCE {
                    return Err(error.into());
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

fn transact<T>(
    db: &Connection,
    write: impl FnOnce(&Connection) -> Result<T, Fault>,
) -> Result<T, Fault> {
    db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let done = write(db).and_then(|done| {
        db.prepare_cached("COMMIT")?.execute([])?;
        Ok(done)
    });
    if done.is_err() && !db.is_autocommit() {
        // The first error is the one to tell.
        let _ = db.execute_batch("ROLLBACK");
    }
    done
}

impl Store for SqliteStore {
    fn owner(&self) -> OwnerId {
        self.owner.id
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return self.usable();
        }
        if !batch.runs.is_empty() || !batch.changes.is_empty() {
            self.appear()?;
        }
        let learned = self.write(|db, known, owner| Apply::new(db, known, owner).all(batch))?;
        self.known.learn(learned);
        Ok(())
    }

    fn load(&mut self, key: RunKey) -> Result<Option<StoredRun>, StoreError> {
        self.read(|db| read::load(db, key, false))
    }

    fn past(&mut self, key: RunKey) -> Result<Option<StoredRun>, StoreError> {
        self.read(|db| read::load(db, key, true))
    }

    fn run(&mut self, key: RunKey) -> Result<Option<RunRow>, StoreError> {
        self.read(|db| Ok(read::run(db, key)?.map(|(row, _)| row)))
    }

    fn journal(
        &mut self,
        key: RunKey,
        after: u64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError> {
        self.read(|db| read::journal(db, key, after, limit))
    }

    fn runs(&mut self, filter: &RunFilter) -> Result<Vec<RunRow>, StoreError> {
        self.read(|db| read::runs(db, filter))
    }

    fn orphans(&mut self, limit: usize) -> Result<Vec<Orphan>, StoreError> {
        self.read(|db| read::orphans(db, &self.owner, limit))
    }

    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<RunKey>, StoreError> {
        self.read(|db| read::due(db, now, limit))
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.read(read::next_due)
    }

    fn waiters(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
    ) -> Result<Vec<RunKey>, StoreError> {
        self.read(|db| read::waiters(db, place, name, key))
    }

    fn occurrence(
        &mut self,
        place: Place,
        occurrence: &Occurrence,
    ) -> Result<Option<RunKey>, StoreError> {
        self.read(|db| read::occurrence(db, place, occurrence))
    }

    fn group(&mut self, place: Place, group: &str) -> Result<Vec<Member>, StoreError> {
        self.read(|db| read::group(db, place, group))
    }

    fn program(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|db| read::contents(db, "SELECT bytes FROM programs WHERE hash = ?", hash))
    }

    fn payload(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|db| read::contents(db, "SELECT bytes FROM payloads WHERE hash = ?", hash))
    }

    fn post(&mut self, letter: &NewLetter) -> Result<u64, StoreError> {
        self.write(|db, _, _| inbox::post(db, letter))
    }

    fn letters(&mut self, after: u64, limit: usize) -> Result<Vec<Letter>, StoreError> {
        self.read(|db| inbox::letters(db, after, limit))
    }

    fn letters_to(&mut self, key: RunKey) -> Result<Vec<Letter>, StoreError> {
        self.read(|db| inbox::letters_to(db, key))
    }

    fn verdict(&mut self, letter: u64) -> Result<Option<Verdict>, StoreError> {
        self.read(|db| inbox::verdict(db, letter))
    }

    fn post_event(&mut self, event: &NewEvent) -> Result<Posted, StoreError> {
        self.write(|db, _, _| inbox::post_event(db, event))
    }

    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(|db| inbox::events(db, after, limit))
    }

    fn events_named(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
        since: Timestamp,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.read(|db| inbox::events_named(db, place, name, key, since))
    }

    fn note_stepping(&mut self, runs: &[RunKey]) -> Result<(), StoreError> {
        self.usable()?;
        let noted = self.owner.note(runs);
        noted.map_err(|error| Fault::Io(error).told(&self.path))
    }
}
