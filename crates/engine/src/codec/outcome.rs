//! How runs ended.

use wfc_program::DecodeError;
use wfc_program::bytes::{Reader, Writer};
use wfc_program::codec::{read_value, write_value};
use wfc_value::FaultCode;
use wfc_value::limits::MAX_VALUE_DEPTH;
use wfc_vm::{ErrorRecord, Outcome, Usage};

use super::{end, read_str, read_usage, write_usage};

const SUCCEEDED: u8 = 0;
const FAILED: u8 = 1;
const CANCELLED: u8 = 2;

/// How a run ended, and what it had used up.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// The usage of its effects and of the runs that it called.
    pub usage: Usage,
}

/// An end as a store keeps it.
pub(crate) fn write_outcome(outcome: &Outcome, usage: Usage) -> Vec<u8> {
    let mut out = Writer::default();
    write_usage(&mut out, usage);
    match outcome {
        Outcome::Succeeded(value) => {
            out.u8(SUCCEEDED);
            write_value(&mut out, value);
        }
        Outcome::Failed(error) => {
            out.u8(FAILED);
            out.text(error.code.as_str());
            out.text(&error.message);
            out.option(error.step.as_deref(), Writer::text);
            out.u32(error.attempt);
            write_value(&mut out, &error.details);
            out.option(error.span, |out, (from, to)| {
                out.u32(from);
                out.u32(to);
            });
        }
        Outcome::Cancelled { reason } => {
            out.u8(CANCELLED);
            out.text(reason);
        }
    }
    out.into_bytes()
}

/// Why a run was set aside, as a store keeps it.
pub(crate) fn write_reason(reason: &str) -> Vec<u8> {
    reason.as_bytes().to_vec()
}

/// Reads how a run ended, from its row. Of one that is quarantined the bytes are a text that says
/// why, not an outcome.
///
/// # Errors
/// When the bytes are no outcome.
pub fn read_outcome(bytes: &[u8]) -> Result<Ended, DecodeError> {
    let mut input = Reader::new(bytes);
    let usage = read_usage(&mut input)?;
    let outcome = match input.u8()? {
        SUCCEEDED => Outcome::Succeeded(read_value(&mut input, MAX_VALUE_DEPTH)?),
        FAILED => {
            let code = FaultCode::from_name(input.text()?);
            let mut error = ErrorRecord::new(code, input.text()?);
            error.step = input.option(read_str)?;
            error.attempt = input.u32()?;
            error.details = read_value(&mut input, MAX_VALUE_DEPTH)?;
            error.span = input.option(|input| Ok((input.u32()?, input.u32()?)))?;
            Outcome::Failed(Box::new(error))
        }
        CANCELLED => Outcome::Cancelled {
            reason: read_str(&mut input)?,
        },
        other => return Err(input.error(format!("{other} is no outcome"))),
    };
    end(&input)?;
    Ok(Ended { outcome, usage })
}
