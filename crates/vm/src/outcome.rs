//! How starts, turns and runs end.

use std::fmt;

use wfc_program::VerifyError;
use wfc_value::{Str, Value};

use crate::error::ErrorRecord;

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// With the workflow's value.
    Succeeded(Value),
    /// With an error that nothing caught.
    Failed(Box<ErrorRecord>),
    /// It was cancelled.
    Cancelled {
        /// Why, as the cancel said.
        reason: Str,
    },
}

/// How a call of `run` ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// The fuel of the call is used up: the same turn goes on with the next call.
    Yielded,
    /// Every fiber waits.
    Quiescent,
    /// The run has ended.
    Done(Outcome),
}

/// Why a run could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartError {
    /// The program cannot be run.
    Invalid(VerifyError),
    /// An input that must be given is not.
    MissingInput {
        /// Its name.
        name: Str,
        /// The type that it is to have.
        ty: String,
    },
    /// An input is not of its type.
    WrongInput {
        /// Its name.
        name: Str,
        /// What is wrong with it.
        message: String,
    },
    /// An input is given that the workflow does not have.
    UnknownInput {
        /// Its name.
        name: Str,
        /// The inputs that there are.
        known: Vec<Str>,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => write!(f, "the program cannot be run: {error}"),
            Self::MissingInput { name, ty } => {
                write!(f, "the input `{name}` is missing: it is to be a `{ty}`")
            }
            Self::WrongInput { name, message } => write!(f, "the input `{name}`: {message}"),
            Self::UnknownInput { name, known } if known.is_empty() => {
                write!(f, "there is no input `{name}`: the workflow has no inputs")
            }
            Self::UnknownInput { name, known } => {
                write!(
                    f,
                    "there is no input `{name}`: there are `{}`",
                    known
                        .iter()
                        .map(Str::as_str)
                        .collect::<Vec<_>>()
                        .join("`, `")
                )
            }
        }
    }
}

impl std::error::Error for StartError {}
