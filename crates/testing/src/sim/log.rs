//! What happened in a simulation.

use wfc_value::Timestamp;
use wfc_vm::{Effect, TraceEvent};

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Entry {
    /// In a run of which workflow, as its start named it.
    pub workflow: usize,
    /// Which step's path, behind those of the steps that called: `welcome/mail[2]`.
    pub path: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// The step asked for something.
    Effect(Box<Effect>),
    /// Something happened to the step.
    Trace(TraceEvent),
}
