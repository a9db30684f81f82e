//! What a program's policy says of runs that overlap.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use wfc_program::{OnOverlap, Program};
use wfc_value::{Str, Value};
use wfc_vm::{Machine, Outcome, Turn};

use crate::header::Header;
use crate::programs::{Admission, Overlap};

/// Longer keys are told apart by their hash, in bytes.
const MAX_KEY_BYTES: usize = 200;

/// The fuel of one call of the machine.
const FUEL: u64 = 1_000_000;

/// The group of a run and what becomes of one more, by its program's policy; the key is evaluated
/// with the run's inputs, within the run's limits.
///
/// # Errors
/// Why there is no key, for people.
pub(crate) fn admission(program: &Program, header: &Header) -> Result<Option<Admission>, String> {
    let policy = &program.policy;
    if policy.on_overlap.is_none() && policy.key.is_none() {
        return Ok(None);
    }
    let slug = &program.identity.slug;
    let group = match &policy.key {
        None => slug.clone(),
        Some(key) => format!("{slug}/{}", text_of(&evaluate(key, header)?)?).into(),
    };
    let on_overlap = match policy.on_overlap {
        None | Some(OnOverlap::Queue) => Overlap::Queue,
        Some(OnOverlap::Skip) => Overlap::Skip,
        Some(OnOverlap::Cancel) => Overlap::Cancel,
    };
    Ok(Some(Admission {
        group,
        max: 1,
        on_overlap,
    }))
}

fn evaluate(key: &Arc<Program>, header: &Header) -> Result<Value, String> {
    let mut machine = Machine::start(key.clone(), &header.inputs, header.meta())
        .map_err(|error| format!("`concurrency_key`: {error}"))?;
    let outcome = loop {
        match machine.run(FUEL) {
            // The run's own limit of fuel ends this.
            Turn::Yielded => {}
            Turn::Quiescent => return Err("`concurrency_key` waits for something".to_owned()),
            Turn::Done(outcome) => break outcome,
        }
    };
    match outcome {
        Outcome::Succeeded(value) => Ok(value),
        Outcome::Failed(error) => Err(format!("`concurrency_key`: {}", error.message)),
        Outcome::Cancelled { .. } => Err("`concurrency_key` has no value".to_owned()),
    }
}

/// A key as the name of a group holds it: JSON, so that `1` and `"1"` are two keys.
fn text_of(key: &Value) -> Result<Str, String> {
    match key {
        Value::String(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Double(_)
        | Value::Bool(_)
        | Value::Duration(_)
        | Value::Timestamp(_) => {}
        Value::Secret(_) => return Err("`concurrency_key` holds a secret".to_owned()),
        _ => return Err("`concurrency_key` is no text, number, truth value or time".to_owned()),
    }
    let text = wfc_value::json::format(key);
    if text.len() <= MAX_KEY_BYTES {
        return Ok(text.as_str().into());
    }
    let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    Ok(format!("sha256:{}", crate::id::Hash(hash)).into())
}
