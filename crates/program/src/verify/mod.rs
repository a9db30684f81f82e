//! The verifier: a program that passes cannot make the machine panic, whatever bytes it came
//! from.
//!
//! Code is walked once along every path with an abstract state: the heights of the three stacks
//! and the scopes that are open. Where paths meet, their states must be equal. The walk keeps a
//! worklist, so hostile programs cannot make it recurse.

pub(crate) mod flow;
mod forks;
pub(crate) mod scopes;
mod tables;

use std::collections::BTreeMap;
use std::fmt;

use wfc_value::FnId;

use crate::isa::Slot;
use crate::program::Parts;

pub use scopes::{FiberKind, Heights, ScopeTag};

/// The most slots of a fiber.
pub const MAX_SLOTS: u32 = 1 << 20;

/// The highest stack of values; the longest `list` or `call` instruction follows from it.
pub const MAX_STACK: u32 = 4096;

/// The most iterators, or verdicts, of a fiber at once.
pub const MAX_SMALL_STACK: u32 = 512;

/// The most scopes inside of each other in one fiber.
pub const MAX_SCOPES: u32 = 4096;

/// The most forks and compensations inside of each other.
pub const MAX_FORK_DEPTH: u32 = 64;

/// The most branches of one fork.
pub const MAX_BRANCHES: usize = 4096;

/// Why a program cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// The instruction that is wrong; nothing when it is a table.
    pub at: Option<u32>,
    /// What is wrong with it.
    pub message: String,
}

impl VerifyError {
    fn table(message: impl Into<String>) -> Self {
        Self {
            at: None,
            message: message.into(),
        }
    }

    fn code(at: u32, message: impl Into<String>) -> Self {
        Self {
            at: Some(at),
            message: message.into(),
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "instruction {at}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for VerifyError {}

/// What verifying found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The highest stack of values of any fiber.
    pub max_stack: u32,
    /// Whether the program can wait, fork or enter steps: if not, it can be evaluated at once.
    pub has_effects: bool,
    /// What the functions that the program names are in this build's registry.
    pub functions: Vec<FnId>,
    /// The slots that each compensation reads, by its entry: what it captures.
    pub captures: BTreeMap<u32, Vec<Slot>>,
}

/// Verifies a program's parts; [`crate::Program::verify`] keeps the answer.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(parts: &Parts) -> Result<Facts, VerifyError> {
    let functions = tables::check(parts)?;
    flow::check(parts, functions)
}
