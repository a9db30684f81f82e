//! The tables, their version, and how a file of an earlier version becomes one of this.

use rusqlite::{Connection, TransactionBehavior};

use super::OpenError;

/// `wfcs`, in the header of the file: by this it is known as a store.
pub(super) const APPLICATION: i32 = i32::from_be_bytes(*b"wfcs");

/// The version that this program reads and writes.
pub(super) const VERSION: i32 = 1;

/// One script for each version: from the one before it to it.
const STEPS: [&str; VERSION as usize] = [V1];

/// Rows of runs are small, since they are changed: what is written once (headers, ends) and what is
/// replaced as a whole (snapshots) stands beside them, under the run's number. Tables are keyed by
/// what they are read by, so that most have no index.
///
/// States are the codes of `RunState`: 1 queued, 2 active, 3 parked, 8 quarantined. Times are
/// nanoseconds from 1970, see `codec::Time`; beginnings count from the id's, see `codec::from_start`.
const V1: &str = "
CREATE TABLE deployments (
    deployment INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    workflow TEXT NOT NULL,
    UNIQUE (hash, workflow)
);
CREATE TABLE owners (
    owner INTEGER PRIMARY KEY,
    token BLOB NOT NULL UNIQUE
);
CREATE TABLE runs (
    tenant INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    execution BLOB NOT NULL,
    run INTEGER NOT NULL,
    state INTEGER NOT NULL,
    owner INTEGER,
    strikes INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    started_at NOT NULL,
    parent BLOB,
    retry_of BLOB,
    grp TEXT,
    trigger TEXT,
    occurrence TEXT,
    PRIMARY KEY (tenant, shard, execution)
) WITHOUT ROWID;
CREATE INDEX runs_open ON runs (owner) WHERE state IN (1, 2);
CREATE INDEX runs_grp ON runs (tenant, shard, grp) WHERE grp IS NOT NULL AND state IN (1, 2, 3, 8);
CREATE INDEX runs_parent ON runs (tenant, shard, parent) WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX runs_occurrence ON runs (tenant, shard, trigger, occurrence) WHERE trigger IS NOT NULL;
CREATE TABLE headers (
    run INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
);
CREATE TABLE ends (
    run INTEGER PRIMARY KEY,
    at NOT NULL,
    outcome BLOB
);
CREATE TABLE journal (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE TABLE snapshots (
    run INTEGER PRIMARY KEY,
    watermark INTEGER NOT NULL,
    wake,
    waits BLOB,
    bytes BLOB NOT NULL
);
CREATE TABLE due (
    secs INTEGER NOT NULL,
    nanos INTEGER NOT NULL,
    tenant INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    execution BLOB NOT NULL,
    PRIMARY KEY (secs, nanos, tenant, shard, execution)
) WITHOUT ROWID;
CREATE TABLE waiting (
    tenant INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    name TEXT NOT NULL,
    key BLOB NOT NULL,
    execution BLOB NOT NULL,
    PRIMARY KEY (tenant, shard, name, key, execution)
) WITHOUT ROWID;
CREATE TABLE programs (
    program INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    bytes BLOB NOT NULL
);
CREATE TABLE payloads (
    payload INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    uses INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
CREATE TABLE uses (
    run INTEGER NOT NULL,
    payload INTEGER NOT NULL,
    PRIMARY KEY (run, payload)
) WITHOUT ROWID;
CREATE TABLE letters (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    execution BLOB NOT NULL,
    at NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX letters_to ON letters (tenant, shard, execution);
CREATE TABLE verdicts (
    number INTEGER PRIMARY KEY,
    letter INTEGER NOT NULL UNIQUE,
    verdict INTEGER NOT NULL
);
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    name TEXT NOT NULL,
    key TEXT,
    id TEXT,
    at INTEGER NOT NULL,
    payload BLOB NOT NULL
);
CREATE INDEX events_named ON events (tenant, shard, name, key);
";

/// Refuses files that are no store, before anything of them is changed.
pub(super) fn look(db: &Connection) -> Result<(), OpenError> {
    version_at_once(db).map(|_| ())
}

/// Makes the tables, or brings them to this version.
pub(super) fn prepare(db: &mut Connection) -> Result<(), OpenError> {
    let found = version_at_once(db)?;
    if found == Some(VERSION) {
        return Ok(());
    }
    let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been first.
    let from = version(&change)?.unwrap_or(0);
    let steps = usize::try_from(from)
        .ok()
        .and_then(|from| STEPS.get(from..));
    for step in steps.unwrap_or_default() {
        change.execute_batch(step)?;
    }
    change.pragma_update(None, "application_id", APPLICATION)?;
    change.pragma_update(None, "user_version", VERSION)?;
    change.commit()?;
    Ok(())
}

/// The version of a store, of one moment: another process may be making its tables, and its mark must not be
/// missed where its tables are seen.
fn version_at_once(db: &Connection) -> Result<Option<i32>, OpenError> {
    let moment = db.unchecked_transaction()?;
    let found = version(&moment)?;
    moment.finish()?;
    Ok(found)
}

/// The version of a store, asked inside of a transaction; nothing when the file is empty.
fn version(db: &Connection) -> Result<Option<i32>, OpenError> {
    let number = |name| db.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, version) {
        (0, 0) if tables == 0 => Ok(None),
        (APPLICATION, 1..=VERSION) => Ok(Some(version)),
        (APPLICATION, newer) if newer > VERSION => Err(OpenError::Newer(newer)),
        _ => Err(OpenError::Foreign),
    }
}
