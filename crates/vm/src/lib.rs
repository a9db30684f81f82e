//! The machine: fibers, effects and events, without IO.
//!
//! A [`Machine`] runs a verified program. It asks for work by [`Effect`]s, learns what happened
//! by [`Event`]s, and is otherwise a function of its program, inputs and [`Meta`]: no clock, no
//! randomness, no threads. [`eval`] evaluates a pure expression at once.

mod effect;
mod error;
mod eval;
mod event;
mod exec;
mod fiber;
mod frame;
mod machine;
mod meta;
mod outcome;
mod plan;
mod scope;
mod snapshot;
mod trace;

pub use effect::{Effect, EffectClass, EffectId, approvers};
pub use error::ErrorRecord;
pub use eval::{DEFAULT_EVAL_FUEL, Evaluator, PlacedFault, eval, eval_placed, eval_with};
pub use event::{Allowance, Delivery, Event, EventKind, Usage};
pub use machine::{FiberView, Machine};
pub use meta::{
    DEFAULT_FUEL, DEFAULT_LIVE_BYTES, DEFAULT_MAX_STEPS, Limits, MAX_CHILDREN_AT_ONCE, MAX_FIBERS,
    MAX_MESSAGE_IDS, MAX_WITHDRAWN, Meta,
};
pub use outcome::{Outcome, StartError, Turn};
pub use snapshot::{MACHINE_ABI, MemoryPayloads, Payloads, SnapshotError, payload_hash};
pub use trace::{TraceEvent, TraceWhat};
pub use wfc_program::isa::EffectKind;
