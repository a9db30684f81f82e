//! Where runs are kept: one trait, and what goes in and out of it.
//!
//! A store holds rows that it does not look into: headers, snapshots, journal rows, outcomes and
//! letters are bytes to it. What it has to find runs by stands beside them. [`contract`] checks
//! everything that an engine relies on; the tests of every store call it.

mod batch;
pub mod contract;
mod memory;
mod stored;

use std::fmt;

use wfc_value::Timestamp;

use crate::id::{Hash, OwnerId, Place, RunKey};
pub use batch::{
    Batch, Change, Contents, GroupCheck, JournalRow, NewRun, Occurrence, Payload, Rows,
    SnapshotRow, Taken,
};
pub use memory::{CommitFault, MemoryStore};
pub use stored::{
    EVENTS_KEPT, Letter, Member, NewEvent, NewLetter, Orphan, Posted, RunFilter, RunRow, RunState,
    Snapshot, StoredEvent, StoredRun, VERDICTS_KEPT, Verdict, Wait, WaitKind,
};

/// A place that keeps runs. One value of it is one process's way to it: several may be open on
/// the same place at once.
///
/// Reads see everything that was committed, by whomever, and nothing else.
pub trait Store {
    /// Whose way to the store this is: what it commits as new or claimed is this owner's. An
    /// owner is alive for as long as its store is open; the place finds out when it is not.
    fn owner(&self) -> OwnerId;

    /// Makes everything in `batch` durable, all of it or nothing, before it returns.
    ///
    /// # Errors
    /// [`StoreErrorKind::Conflict`] when another process was first: nothing was kept. After any
    /// other error nobody knows whether it was kept: reading tells.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// All that it takes to go on with a run: its row, header and snapshot, and the journal rows
    /// behind the snapshot's watermark, in their order.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn load(&mut self, key: RunKey) -> Result<Option<StoredRun>, StoreError>;

    /// What [`Store::load`] gives, with all journal rows that are kept instead of those behind
    /// the watermark: all of it as it was at one moment.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn past(&mut self, key: RunKey) -> Result<Option<StoredRun>, StoreError>;

    /// A run's row.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn run(&mut self, key: RunKey) -> Result<Option<RunRow>, StoreError>;

    /// Journal rows of a run with numbers above `after`, in their order, `limit` at most.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn journal(
        &mut self,
        key: RunKey,
        after: u64,
        limit: usize,
    ) -> Result<Vec<JournalRow>, StoreError>;

    /// Runs that fit `filter`, the last ones first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn runs(&mut self, filter: &RunFilter) -> Result<Vec<RunRow>, StoreError>;

    /// Active and queued runs whose owner is not alive any more, the first ones first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn orphans(&mut self, limit: usize) -> Result<Vec<Orphan>, StoreError>;

    /// Parked runs whose next time is `now` or before it, by that time, `limit` at most.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<RunKey>, StoreError>;

    /// The next time of all parked runs.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError>;

    /// Parked runs that wait for an event of this name: those that wait for any key, and those
    /// that wait for this one.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn waiters(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
    ) -> Result<Vec<RunKey>, StoreError>;

    /// The run that was started for an occurrence.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn occurrence(
        &mut self,
        place: Place,
        occurrence: &Occurrence,
    ) -> Result<Option<RunKey>, StoreError>;

    /// The runs of a group that have not ended, the first ones first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn group(&mut self, place: Place, group: &str) -> Result<Vec<Member>, StoreError>;

    /// Contents that were kept under their hash: programs and deployments.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn program(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError>;

    /// A payload that was kept under its hash.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn payload(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError>;

    /// Puts a letter into the durable inbox, from whichever process; gives its number, which is
    /// higher than all before it.
    ///
    /// # Errors
    /// When it could not be kept.
    fn post(&mut self, letter: &NewLetter) -> Result<u64, StoreError>;

    /// Letters that were not taken with numbers above `after`, in their order, `limit` at most.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn letters(&mut self, after: u64, limit: usize) -> Result<Vec<Letter>, StoreError>;

    /// All letters to a run that were not taken, in their order.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn letters_to(&mut self, key: RunKey) -> Result<Vec<Letter>, StoreError>;

    /// What became of a letter; nothing while it was not taken, or so long after that it is
    /// forgotten: the last [`VERDICTS_KEPT`] are remembered at least.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn verdict(&mut self, letter: u64) -> Result<Option<Verdict>, StoreError>;

    /// Keeps a named event for the runs that wait for it, or will. Of one name and key the last
    /// [`EVENTS_KEPT`] are kept; one whose id is among them is not kept again.
    ///
    /// # Errors
    /// When it could not be kept.
    fn post_event(&mut self, event: &NewEvent) -> Result<Posted, StoreError>;

    /// Kept events with numbers above `after`, whatever their names, in their order.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError>;

    /// Kept events of a name, of any key or of this one, of the time `since` and after it, in
    /// their order.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn events_named(
        &mut self,
        place: Place,
        name: &str,
        key: Option<&str>,
        since: Timestamp,
    ) -> Result<Vec<StoredEvent>, StoreError>;

    /// Notes that these runs are about to be stepped, instead of those that it said before. The
    /// note outlives the process, it need not outlive the machine's loss of power: it is written
    /// without a sync. [`Store::orphans`] tells it.
    ///
    /// # Errors
    /// When it could not be noted.
    fn note_stepping(&mut self, runs: &[RunKey]) -> Result<(), StoreError>;
}

/// What went wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// Another process was first. Nothing was kept; it can be tried again.
    Conflict,
    /// What is kept makes no sense.
    Corrupt,
    /// It cannot be read or written.
    Io,
}

/// Why a store did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// What kind of thing went wrong.
    pub kind: StoreErrorKind,
    /// What went wrong: lower case, no full stop.
    pub message: String,
}

impl StoreError {
    /// Another process was first.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self {
            kind: StoreErrorKind::Conflict,
            message: message.into(),
        }
    }

    /// What is kept makes no sense.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self {
            kind: StoreErrorKind::Corrupt,
            message: message.into(),
        }
    }

    /// It cannot be read or written.
    pub fn io(message: impl Into<String>) -> Self {
        Self {
            kind: StoreErrorKind::Io,
            message: message.into(),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}
