//! What a journal holds.

use std::fmt;

use wfc_vm::{EffectId, Event};

use crate::journal::header::{Header, RunId};

/// The first 8 bytes of a SHA-256 over what an event caused: see `digest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(pub [u8; 8]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One entry of a journal.
#[derive(Clone, Debug)]
pub enum Record {
    /// A run began.
    Begun {
        /// Its facts.
        header: Box<Header>,
        /// What it asked for at first.
        digest: Digest,
    },
    /// A run was told something.
    Event {
        /// Which run.
        run: RunId,
        /// What.
        event: Box<Event>,
        /// What that caused.
        digest: Digest,
    },
    /// An effect is about to be handed to an executor.
    Started {
        /// Whose.
        run: RunId,
        /// Which.
        effect: EffectId,
        /// For the how many-th time, from 1.
        attempt: u32,
    },
}

impl Record {
    /// The run that it is about.
    #[must_use]
    pub fn run(&self) -> RunId {
        match self {
            Self::Begun { header, .. } => header.run,
            Self::Event { run, .. } | Self::Started { run, .. } => *run,
        }
    }
}
