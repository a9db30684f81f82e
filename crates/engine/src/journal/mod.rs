//! Runs of one journal that is kept as lines of text: see [`codec`].
//!
//! An [`Engine`] owns the machines and the store. The host calls [`Engine::round`] with what came
//! in and the time, hands what comes out to executors, and calls again when something came in or
//! a deadline was met. Nothing is handed out before its mark is durable.

pub mod codec;
mod digest;
mod engine;
mod header;
mod link;
mod record;
mod recover;
mod round;
mod run;
mod store;

pub use engine::{Engine, Start};
pub use header::{Header, Parent, RunId};
pub use link::{MAX_CALL_DEPTH, MAX_RUNS};
pub use record::{Digest, Record};
pub use recover::RecoverError;
pub use round::{Begun, Dispatch, Incoming, Round, Waiting};
pub use store::{MemoryStore, NoStore, Store, StoreError};

pub use crate::{Decision, Found, Programs};
