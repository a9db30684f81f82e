//! Durable runs without IO: rounds over many machines, and the store that they are kept in.

mod answer;
mod id;
pub mod journal;
mod programs;
pub mod store;

pub use answer::Decision;
pub use id::{ExecutionId, Hash, OwnerId, Place, RunKey};
pub use programs::{Found, Programs};
