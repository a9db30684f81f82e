//! Snapshots: a run at rest as bytes, and back.
//!
//! What a program says itself is not written: where a fiber waits tells the scopes that are open,
//! the heights of its stacks and the slots that are still read (`wfc_program::suspend`); from
//! these follow the effects' paths, keys and deadlines. What is written are the values, counters,
//! times and marks that only this run has. Reading holds all of it against the program, so that
//! bytes from anywhere give an error or a machine that cannot panic.
//!
//! # Layout
//!
//! Numbers are LEB128. Two bytes of machine ABI, four of the program's fingerprint, flags, the
//! time, fuel and steps that were used, counters; then the fibers in the order of their numbers,
//! each naming its children, so that their numbers and roles are written once. Values are a tag
//! and what they hold; what is shared is written once, what the program or the run's start holds
//! is a number, and what takes more than 1 KiB is a payload that is named by its hash.

mod migrate;
mod payload;
mod read;
mod read_fork;
mod read_scope;
mod read_value;
mod shared;
mod times;
mod write;
mod write_value;

use std::fmt;

use wfc_program::codec::DecodeError;

pub use migrate::MACHINE_ABI;
pub use payload::{MemoryPayloads, Payloads, payload_hash};

use crate::outcome::StartError;

/// Why a snapshot could not be made, or a machine not be made of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// The machine's turn has not ended: `run` comes first.
    Unsettled,
    /// The run has ended: its outcome is all that is left.
    Ended,
    /// The snapshot was made by a version of the machine that this one does not read.
    Version {
        /// The snapshot's.
        found: u16,
        /// The newest that can be read.
        newest: u16,
    },
    /// The snapshot is of a run of another program.
    Program,
    /// The program or the inputs are not those of the run.
    Start(StartError),
    /// A payload is not in the store.
    Missing([u8; 32]),
    /// A payload's bytes are not what its hash says.
    Payload([u8; 32]),
    /// The bytes are no state that a run of the program can be in.
    Corrupt(DecodeError),
}

impl From<DecodeError> for SnapshotError {
    fn from(error: DecodeError) -> Self {
        Self::Corrupt(error)
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |hash: &[u8; 32]| hash.iter().map(|b| format!("{b:02x}")).collect::<String>();
        match self {
            Self::Unsettled => f.write_str("the run is in the middle of a turn"),
            Self::Ended => f.write_str("the run has ended"),
            Self::Version { found, newest } => write!(
                f,
                "the snapshot was made by machine version {found}, and this one reads up to {newest}"
            ),
            Self::Program => f.write_str("the snapshot is of a run of another program"),
            Self::Start(error) => error.fmt(f),
            Self::Missing(hash) => write!(f, "the payload {} is missing", hex(hash)),
            Self::Payload(hash) => write!(f, "the payload {} is damaged", hex(hash)),
            Self::Corrupt(error) => write!(f, "the snapshot is damaged: {error}"),
        }
    }
}

impl std::error::Error for SnapshotError {}
