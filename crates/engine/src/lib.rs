//! Durable runs without IO: rounds over many machines, and the store that they are kept in.
//!
//! An [`Engine`] owns the machines and the store. The host calls [`Engine::round`] with what came
//! in and the time, hands what comes out to executors, and calls again when something came in or
//! a deadline was met. Nothing is handed out before its mark is durable.

mod answer;
mod codec;
mod deployment;
mod digest;
mod engine;
mod header;
mod history;
mod id;
mod options;
mod policy;
mod programs;
mod round;
mod run;
mod snapshot;
pub mod store;

pub use answer::Decision;
pub use codec::{
    Ended, LetterError, letter, permission_letter, read_outcome, read_value_bytes, value_bytes,
};
pub use engine::{
    Engine, MAX_CALL_DEPTH, MAX_STRIKES, ResumeError, RetryError, Start, StartFault, Started,
};
pub use header::{Header, Parent};
pub use history::{History, HistoryError, Point, StepState, StepView, Variables};
pub use id::{ExecutionId, Hash, OwnerId, Place, RunKey};
pub use options::{Options, Retention};
pub use programs::{Admission, Found, Overlap, Programs};
pub use round::{Begun, Dispatch, Incoming, Permission, Round, Waiting};
