//! What a run is started with.

use wfc_value::{Duration, Map, Str, Timestamp, Value};

/// Facts of a run, fixed at its start.
#[derive(Clone, Debug)]
pub struct Meta {
    /// The execution's id, unique with the host; part of idempotency keys.
    pub execution: Str,
    /// When it was started: the first `now`.
    pub started_at: Timestamp,
    /// 1, and one more for each `retry` of the run.
    pub attempt: u32,
    /// What the run was triggered by.
    pub trigger: Value,
    /// The environment.
    pub env: Map,
    /// The run's limits.
    pub limits: Limits,
}

impl Meta {
    /// Facts of a first attempt, with a manual trigger, no environment and the usual limits.
    pub fn new(execution: impl Into<Str>, started_at: Timestamp) -> Self {
        let trigger = [
            ("type", Value::from("manual")),
            ("time", Value::from(started_at)),
        ];
        Self {
            execution: execution.into(),
            started_at,
            attempt: 1,
            trigger: Value::record(trigger).unwrap_or_default(),
            env: Map::default(),
            limits: Limits::default(),
        }
    }
}

/// The limits of a run. The first three end it when they are met: no handler sees that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Instructions, and what costs as much, of the whole run.
    pub fuel: u64,
    /// Steps that the run enters, repetitions included. A program's own limit holds besides.
    pub max_steps: u64,
    /// Bytes of data that the run holds at once, about: shared values count in each variable.
    pub live_bytes: u64,
    /// How long a cancelled effect may take to stop.
    pub effect_grace: Duration,
    /// How long `finally` code may take once its fiber was cancelled.
    pub finally_grace: Duration,
    /// How long one compensation may take once the run is being cancelled.
    pub compensation_grace: Duration,
    /// Messages that are kept for effects that do not wait yet.
    pub mailbox: usize,
    /// Trace events that are kept until they are taken; the oldest are dropped. 0: none.
    pub trace: usize,
}

/// Instructions of a run, unless the host says otherwise: minutes of computing.
pub const DEFAULT_FUEL: u64 = 20_000_000_000;
/// Steps of a run, unless the host says otherwise.
pub const DEFAULT_MAX_STEPS: u64 = 1_000_000;
/// Live bytes of a run, unless the host says otherwise.
pub const DEFAULT_LIVE_BYTES: u64 = 256 * 1024 * 1024;
/// Children that a fork without a limit of its own runs at once.
pub const MAX_CHILDREN_AT_ONCE: usize = 1024;
/// Fibers of a run. A fork always starts one child, more only below this.
pub const MAX_FIBERS: usize = 16_384;
/// Ids of messages that are remembered, to tell repetitions.
pub const MAX_MESSAGE_IDS: usize = 4096;
/// Effects that were given up and are remembered, to tell late answers from repeated ones.
pub const MAX_WITHDRAWN: usize = 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: DEFAULT_FUEL,
            max_steps: DEFAULT_MAX_STEPS,
            live_bytes: DEFAULT_LIVE_BYTES,
            effect_grace: Duration::from_secs(10),
            finally_grace: Duration::from_secs(300),
            compensation_grace: Duration::from_secs(600),
            mailbox: 1024,
            trace: 65_536,
        }
    }
}
