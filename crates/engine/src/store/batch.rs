//! What one round commits.

use std::ops::Range;
use std::sync::Arc;

use wfc_value::{Str, Timestamp};

use super::stored::{NewLetter, RunState, Verdict, Wait};
use crate::id::{ExecutionId, Hash, OwnerId, RunKey};

/// Everything that one commit makes durable. A store applies the parts in the order in which
/// they stand here.
#[derive(Debug, Default)]
pub struct Batch {
    /// How many members groups must have, or else the commit is a conflict.
    pub checks: Vec<GroupCheck>,
    /// Programs and deployments. What is there already stays as it is.
    pub programs: Vec<Contents>,
    /// New runs. One whose key or occurrence is there already makes the commit a conflict.
    pub runs: Vec<NewRun>,
    /// Payloads. What is there already stays as it is; that the run uses it is noted besides, so
    /// that a payload goes with the last run that uses it.
    pub payloads: Vec<Payload>,
    /// Runs that this owner takes on, parks, or brings to their end, in this order.
    pub changes: Vec<Change>,
    /// Journal rows. One whose number its run has already makes the commit a conflict.
    pub journal: Rows,
    /// Snapshots, instead of those that their runs had.
    pub snapshots: Vec<SnapshotRow>,
    /// Letters that leave the inbox, with what became of them. One that is not there any more
    /// makes the commit a conflict.
    pub taken: Vec<Taken>,
    /// Letters that are put into the inbox.
    pub letters: Vec<NewLetter>,
    /// Runs whose journal rows up to a number are forgotten.
    pub forget: Vec<(RunKey, u64)>,
    /// Runs that are deleted with all that belongs to them. One that has not ended makes the
    /// commit a conflict.
    pub delete: Vec<RunKey>,
}

impl Batch {
    /// Whether there is nothing to commit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
            && self.programs.is_empty()
            && self.runs.is_empty()
            && self.payloads.is_empty()
            && self.changes.is_empty()
            && self.journal.is_empty()
            && self.snapshots.is_empty()
            && self.taken.is_empty()
            && self.letters.is_empty()
            && self.forget.is_empty()
            && self.delete.is_empty()
    }

    /// Empties it; the room that it takes is kept for the next one.
    pub fn clear(&mut self) {
        self.checks.clear();
        self.programs.clear();
        self.runs.clear();
        self.payloads.clear();
        self.changes.clear();
        self.journal.clear();
        self.snapshots.clear();
        self.taken.clear();
        self.letters.clear();
        self.forget.clear();
        self.delete.clear();
    }
}

/// What a group has to be like for the commit to go through: what was read still holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCheck {
    /// A run in the same place.
    pub key: RunKey,
    /// The group.
    pub group: Str,
    /// How many active or parked members it had before this batch.
    pub running: u32,
}

/// Bytes under their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// SHA-256 of the bytes; of a program without its debug map.
    pub hash: Hash,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

/// A value that is kept once however many use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// A run that uses it.
    pub key: RunKey,
    /// It.
    pub contents: Contents,
}

/// By which a start is told from a repetition of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// Which trigger.
    pub trigger: Str,
    /// Which time of it: a scheduled time, a delivery's id.
    pub id: Str,
}

/// A run that begins. It is this owner's.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRun {
    /// Its key.
    pub key: RunKey,
    /// Active, queued, or skipped.
    pub state: RunState,
    /// Its workflow's slug.
    pub workflow: Str,
    /// The hash of its deployment, which is among the programs.
    pub deployment: Hash,
    /// The run that called it.
    pub parent: Option<ExecutionId>,
    /// The run that it is another try of.
    pub retry_of: Option<ExecutionId>,
    /// When it began.
    pub started_at: Timestamp,
    /// What it was started for; unique in its place.
    pub occurrence: Option<Occurrence>,
    /// The group of runs that limits it.
    pub group: Option<Str>,
    /// The facts of the run.
    pub header: Vec<u8>,
}

/// What becomes of a run's row.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// This owner works on it from now on. A parked run becomes active, a queued one stays so.
    /// A conflict unless `from` is its owner.
    Claim {
        /// Which.
        key: RunKey,
        /// Whose it was; parked runs are nobody's.
        from: Option<OwnerId>,
        /// How many times it is counted to have taken its process down.
        strikes: u8,
    },
    /// A queued run becomes active. A conflict unless it is queued, and this owner's.
    Admit {
        /// Which.
        key: RunKey,
    },
    /// It only waits for the world: it becomes parked and nobody's, its strikes are forgotten.
    /// Its snapshot, with what it waits for, is in the same batch. A conflict unless it is this owner's.
    Park {
        /// Which.
        key: RunKey,
    },
    /// It ended, or is set aside. It is nobody's, and waits for nothing. A conflict unless it is
    /// this owner's.
    End {
        /// Which.
        key: RunKey,
        /// Succeeded, failed, cancelled: its snapshot is dropped; or quarantined: its snapshot
        /// is kept.
        state: RunState,
        /// When.
        at: Timestamp,
        /// How.
        outcome: Vec<u8>,
    },
    /// A quarantined run is let go on: it becomes active, this owner's, without strikes. A
    /// conflict unless it is quarantined.
    Release {
        /// Which.
        key: RunKey,
    },
}

impl Change {
    /// The run that changes.
    #[must_use]
    pub const fn key(&self) -> RunKey {
        match self {
            Self::Claim { key, .. }
            | Self::Admit { key }
            | Self::Park { key }
            | Self::End { key, .. }
            | Self::Release { key } => *key,
        }
    }
}

/// What a run was told and what it did in one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    /// Its number in the run, from 1 without gaps.
    pub number: u64,
    /// Its records.
    pub bytes: Vec<u8>,
}

/// Journal rows of many runs in one piece of memory.
#[derive(Debug, Default)]
pub struct Rows {
    rows: Vec<(RunKey, u64, Range<usize>)>,
    bytes: Vec<u8>,
}

impl Rows {
    /// Adds the row `number` of a run; `write` adds its bytes to those that are there.
    pub fn push(&mut self, key: RunKey, number: u64, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        self.rows.push((key, number, start..self.bytes.len()));
    }

    /// The rows: run, number, bytes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (RunKey, u64, &[u8])> {
        self.rows.iter().map(|(key, number, range)| {
            let bytes = self.bytes.get(range.clone()).unwrap_or_default();
            (*key, *number, bytes)
        })
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.bytes.clear();
    }
}

/// A run's state at the end of a row, and by what it is found.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotRow {
    /// Whose.
    pub key: RunKey,
    /// The number of the last journal row that is in it; 0 for none.
    pub watermark: u64,
    /// The state; empty when the journal is all that it takes.
    pub bytes: Vec<u8>,
    /// When something happens by itself.
    pub next_wake: Option<Timestamp>,
    /// The answers that it waits for.
    pub waits: Vec<Wait>,
}

/// A letter that leaves the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its number.
    pub letter: u64,
    /// What became of it.
    pub verdict: Verdict,
}
