//! A short digest of what an event caused, to tell on recovery that a run goes the same way.

use wfc_program::codec::write_value;
use wfc_vm::{Effect, Outcome};

use crate::codec::{put, quick_hash};

/// The hash of what one turn did: see [`Turned`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) [u8; 8]);

/// Gathers what a turn did, in the order of the effects' numbers: effects that are new, effects
/// that are to be stopped, the outcome. The bytes are reused from turn to turn.
#[derive(Debug, Default)]
pub(crate) struct Turned(Vec<u8>);

const NEW: u8 = 1;
const STOPPED: u8 = 2;
const SUCCEEDED: u8 = 3;
const FAILED: u8 = 4;
const CANCELLED: u8 = 5;

impl Turned {
    pub(crate) fn begin(&mut self) {
        self.0.clear();
    }

    pub(crate) fn asked(&mut self, effect: &Effect) {
        put(&mut self.0, |out| {
            out.u8(NEW);
            out.u64(effect.id.0);
            out.u8(effect.kind as u8);
            out.u32(effect.attempt);
            out.text(&effect.path);
            out.text(&effect.key);
            out.option(effect.deadline, |out, at| {
                out.i64(at.secs());
                out.u32(at.subsec_nanos());
            });
            write_value(out, &effect.args);
        });
    }

    pub(crate) fn stopped(&mut self, effect: &Effect) {
        put(&mut self.0, |out| {
            out.u8(STOPPED);
            out.u64(effect.id.0);
        });
    }

    pub(crate) fn ended(&mut self, outcome: &Outcome) {
        put(&mut self.0, |out| match outcome {
            Outcome::Succeeded(value) => {
                out.u8(SUCCEEDED);
                write_value(out, value);
            }
            Outcome::Failed(error) => {
                out.u8(FAILED);
                out.text(error.code.as_str());
                out.text(&error.message);
            }
            Outcome::Cancelled { .. } => out.u8(CANCELLED),
        });
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest(quick_hash(0, &self.0).to_le_bytes())
    }
}
