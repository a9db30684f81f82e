//! A short digest of what an event caused, to tell on recovery that a run goes the same way.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use wfc_value::json;
use wfc_vm::{Effect, Outcome};

use crate::journal::record::Digest;

/// The digest of the effects that are new since the last event, of those that are to be stopped
/// since then, and of the outcome when there is one. The text that is hashed has a line for
/// each, in the order of the effects' numbers.
pub(crate) fn digest<'a>(
    new: impl Iterator<Item = &'a Effect>,
    stopped: impl Iterator<Item = &'a Effect>,
    outcome: Option<&Outcome>,
) -> Digest {
    let mut text = String::new();
    for effect in new {
        // Writing to a text cannot fail.
        let _ = write!(text, "effect {} {:?} ", effect.id, effect.kind);
        let _ = write!(
            text,
            "{} {} ",
            json::quoted(&effect.path),
            json::quoted(&effect.key)
        );
        let _ = write!(text, "{} ", effect.attempt);
        if let Some(deadline) = effect.deadline {
            let _ = write!(text, "{deadline} ");
        }
        text.push_str(&json::to_tagged(&effect.args));
        text.push('\n');
    }
    for effect in stopped {
        let _ = writeln!(text, "stop {}", effect.id);
    }
    match outcome {
        Some(Outcome::Succeeded(value)) => {
            let _ = writeln!(text, "succeeded {}", json::to_tagged(value));
        }
        Some(Outcome::Failed(error)) => {
            let _ = writeln!(
                text,
                "failed {} {}",
                error.code,
                json::quoted(&error.message)
            );
        }
        Some(Outcome::Cancelled { .. }) => text.push_str("cancelled\n"),
        None => {}
    }
    let hash = Sha256::digest(text.as_bytes());
    let mut short = [0_u8; 8];
    short.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    Digest(short)
}
