//! How an engine goes about its runs.

use wfc_value::Duration;

/// Settings of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether it takes on runs that it did not begin: parked ones when something happens to
    /// them, and those of processes that died. A server does; a process that is there for one run
    /// does not.
    pub adopt: bool,
    /// Whether a run that only waits for the world is parked: nothing of it stays in memory.
    pub park: bool,
    /// A run whose timer is nearer than this stays in memory.
    pub park_after: Duration,
    /// After how many events a run's snapshot is made anew.
    pub snapshot_every: u32,
    /// A run at rest whose whole journal has no more bytes than this has no snapshot: its journal is smaller, and quickly told
    /// again.
    pub short_journal: usize,
    /// What is kept of a run's history.
    pub retention: Retention,
}

/// What is kept of the history of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// Everything, until the run is deleted.
    Keep,
    /// What is needed to go on, no more: `show`, `replay` and `retry` know of nothing before the
    /// last snapshot.
    Suffix,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            adopt: false,
            park: false,
            park_after: Duration::from_secs(1),
            snapshot_every: 64,
            short_journal: 1024,
            retention: Retention::Keep,
        }
    }
}
