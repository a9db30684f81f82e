//! What a store tells.

use wfc_value::{Str, Timestamp};

use super::batch::JournalRow;
use crate::id::{ExecutionId, Hash, OwnerId, Place, RunKey};

/// How many events of one name and key are kept.
pub const EVENTS_KEPT: usize = 1024;

/// How many verdicts are remembered at least.
pub const VERDICTS_KEPT: usize = 10_000;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunState {
    /// It waits for its turn in its group.
    Queued,
    /// A process works on it, or has to.
    Active,
    /// It waits for the world, and no process holds it.
    Parked,
    /// It ended well.
    Succeeded,
    /// It failed.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// It was not begun, since others of its group were under way.
    Skipped,
    /// It cannot go on: its journal makes no sense, or it took its process down.
    Quarantined,
}

impl RunState {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Active,
        Self::Parked,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
        Self::Skipped,
        Self::Quarantined,
    ];

    /// Whether nothing more comes of it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Succeeded | Self::Failed | Self::Cancelled | Self::Skipped
        )
    }

    /// Whether it counts among the runs of its group that are under way.
    #[must_use]
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Active | Self::Parked)
    }

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Active => "active",
            Self::Parked => "parked",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::Quarantined => "quarantined",
        }
    }

    /// A number for it that never changes.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Queued => 1,
            Self::Active => 2,
            Self::Parked => 3,
            Self::Succeeded => 4,
            Self::Failed => 5,
            Self::Cancelled => 6,
            Self::Skipped => 7,
            Self::Quarantined => 8,
        }
    }

    /// The state of a code.
    #[must_use]
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitKind {
    /// A decision.
    Approval,
    /// A named event.
    Event,
    /// A reply to a message.
    Message,
    /// The end of a run that it called.
    Call,
}

/// An answer that a run waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The number of the effect that it answers.
    pub effect: u64,
    /// What for.
    pub kind: WaitKind,
    /// The path of the step, with iterations.
    pub path: Str,
    /// The event's name.
    pub event: Option<Str>,
    /// The event's key; without one any will do.
    pub key: Option<Str>,
}

/// A run's row.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// Its key.
    pub key: RunKey,
    /// Where it stands.
    pub state: RunState,
    /// Its workflow's slug.
    pub workflow: Str,
    /// The hash of its deployment.
    pub deployment: Hash,
    /// The run that called it.
    pub parent: Option<ExecutionId>,
    /// The run that it is another try of.
    pub retry_of: Option<ExecutionId>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended, or was set aside.
    pub ended_at: Option<Timestamp>,
    /// Who works on it, or did.
    pub owner: Option<OwnerId>,
    /// How many times it is counted to have taken its process down.
    pub strikes: u8,
    /// Its group.
    pub group: Option<Str>,
    /// When something happens by itself, as its last snapshot says.
    pub next_wake: Option<Timestamp>,
    /// The answers that it waits for, as its last snapshot says.
    pub waits: Vec<Wait>,
    /// How it ended.
    pub outcome: Option<Vec<u8>>,
}

/// A run's state as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The number of the last journal row that is in it; 0 for none.
    pub watermark: u64,
    /// The state.
    pub bytes: Vec<u8>,
}

/// All that it takes to go on with a run.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    /// Its row.
    pub row: RunRow,
    /// Its facts.
    pub header: Vec<u8>,
    /// Its last snapshot.
    pub snapshot: Option<Snapshot>,
    /// The journal rows behind the snapshot.
    pub journal: Vec<JournalRow>,
}

/// Which runs are asked for. What is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Where they live.
    pub place: Option<Place>,
    /// Their workflow.
    pub workflow: Option<Str>,
    /// Their states; empty for all.
    pub states: Vec<RunState>,
    /// The run that called them.
    pub parent: Option<ExecutionId>,
    /// Only those that no other run called.
    pub roots: bool,
    /// Only those before this one.
    pub before: Option<ExecutionId>,
    /// How many at most; 0 for all.
    pub limit: usize,
}

impl RunFilter {
    /// Whether a run is among them, the number aside.
    #[must_use]
    pub fn fits(&self, row: &RunRow) -> bool {
        self.place.is_none_or(|place| row.key.place == place)
            && self
                .workflow
                .as_ref()
                .is_none_or(|name| row.workflow == *name)
            && (self.states.is_empty() || self.states.contains(&row.state))
            && self.parent.is_none_or(|parent| row.parent == Some(parent))
            && (!self.roots || row.parent.is_none())
            && self.before.is_none_or(|id| row.key.execution < id)
    }
}

/// A run that nobody works on although somebody should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Which.
    pub key: RunKey,
    /// Active or queued.
    pub state: RunState,
    /// Who worked on it.
    pub owner: Option<OwnerId>,
    /// How many times it is counted to have taken its process down.
    pub strikes: u8,
    /// Whether its owner's last note says that it was being stepped.
    pub stepped: bool,
}

/// A run of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which.
    pub key: RunKey,
    /// Queued, active, parked or quarantined.
    pub state: RunState,
    /// Who works on it.
    pub owner: Option<OwnerId>,
}

/// Something to tell a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLetter {
    /// Which run.
    pub to: RunKey,
    /// When it was accepted.
    pub at: Timestamp,
    /// What.
    pub body: Vec<u8>,
}

/// A letter in the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its number.
    pub number: u64,
    /// To which run.
    pub to: RunKey,
    /// When it was accepted.
    pub at: Timestamp,
    /// What it says.
    pub body: Vec<u8>,
}

/// What became of something that a run was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken.
    Accepted,
    /// It was said before, or another answer was first.
    Duplicate,
    /// Nothing waits for it any more, or the run has ended.
    Stale,
    /// Too much is kept for the run already.
    Full,
    /// It makes no sense.
    Malformed,
    /// There is no such run.
    Unknown,
    /// Who sent it may not decide.
    Forbidden,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 7] = [
        Self::Accepted,
        Self::Duplicate,
        Self::Stale,
        Self::Full,
        Self::Malformed,
        Self::Unknown,
        Self::Forbidden,
    ];

    /// A number for it that never changes.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Accepted => 1,
            Self::Duplicate => 2,
            Self::Stale => 3,
            Self::Full => 4,
            Self::Malformed => 5,
            Self::Unknown => 6,
            Self::Forbidden => 7,
        }
    }

    /// The verdict of a code.
    #[must_use]
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.code() == code)
    }
}

/// A named event for whoever waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Whose runs hear it.
    pub place: Place,
    /// Its name.
    pub name: Str,
    /// Its key.
    pub key: Option<Str>,
    /// By which a repetition is told.
    pub id: Option<Str>,
    /// When it was accepted.
    pub at: Timestamp,
    /// What it carries.
    pub payload: Vec<u8>,
}

/// What became of an event that was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its number; of a repetition the first one's.
    pub number: u64,
    /// Whether it was there already.
    pub repeated: bool,
}

/// An event that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its number, higher than all before it.
    pub number: u64,
    /// It.
    pub event: NewEvent,
}
