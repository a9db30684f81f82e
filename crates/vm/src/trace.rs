//! What happens in a run, for live progress. Nothing depends on traces.

use wfc_program::isa::StepId;
use wfc_value::{Str, Timestamp};

use crate::effect::EffectId;
use crate::error::ErrorRecord;

/// Something that happened to a step.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceEvent {
    /// The machine's time.
    pub at: Timestamp,
    /// The step, in the program's table.
    pub step: StepId,
    /// Its path with iterations.
    pub path: Str,
    /// What happened.
    pub what: TraceWhat,
}

/// What happened to a step.
#[derive(Clone, Debug, PartialEq)]
pub enum TraceWhat {
    /// It began.
    Started,
    /// This attempt of it began; the first is not told.
    Attempt(u32),
    /// It waits for this effect.
    Waiting(EffectId),
    /// It ended well.
    Succeeded,
    /// It failed.
    Failed(Box<ErrorRecord>),
    /// It is not run.
    Skipped,
    /// It was cancelled.
    Cancelled,
    /// It ended, and it is not known whether its work was done.
    Unknown,
    /// Its compensation begins.
    Compensating,
    /// Its compensation ended well.
    Compensated,
    /// Its compensation failed; the others go on.
    CompensationFailed(Box<ErrorRecord>),
}
