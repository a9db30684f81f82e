//! Bytes of what a store keeps: numbers are LEB128, texts and lists begin with their length.
//!
//! Every form begins with a version or is part of one that does. Reading bytes from anywhere gives
//! an error at the worst.

mod deployment;
mod event;
mod header;
mod letter;
mod marks;
mod outcome;
mod row;
#[cfg(test)]
mod tests;

use twox_hash::XxHash3_64;
use wfc_program::DecodeError;
use wfc_program::bytes::{Reader, Writer};
use wfc_program::codec::{read_value, write_value};
use wfc_value::limits::MAX_VALUE_DEPTH;
use wfc_value::{Map, Str, Timestamp, Value};
use wfc_vm::Usage;

use crate::id::Hash;
use crate::store::Contents;

pub(crate) use deployment::{read_deployment, write_deployment};
pub(crate) use header::{read_header, write_header};
pub use letter::{LetterError, letter, permission_letter};
pub(crate) use letter::{Said, ended_letter, read_letter};
pub(crate) use marks::{Marks, read_marks, write_marks};
pub use outcome::{Ended, read_outcome};
pub(crate) use outcome::{write_outcome, write_reason};
pub(crate) use row::{Record, begun, close_row, event_head, read_open, read_row, records, started};

/// Values that take more bytes than this are kept as payloads.
const INLINE: usize = 1024;

/// Where payloads are read from.
pub(crate) type Lookup<'a> = &'a mut dyn FnMut(Hash) -> Result<Vec<u8>, String>;

/// Lets `write` add to `bytes`.
pub(crate) fn put(bytes: &mut Vec<u8>, write: impl FnOnce(&mut Writer)) {
    let mut out = Writer::from(std::mem::take(bytes));
    write(&mut out);
    *bytes = out.into_bytes();
}

/// A hash that is quick and always the same (XXH3, 64 bits): for digests and checksums.
pub(crate) fn quick_hash(seed: u64, bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot_with_seed(seed, bytes)
}

/// Adds four bytes by which damage is noticed.
pub(crate) fn seal(bytes: &mut Vec<u8>, start: usize, seed: u64) {
    let sum = quick_hash(seed, bytes.get(start..).unwrap_or_default()) as u32;
    bytes.extend_from_slice(&sum.to_le_bytes());
}

/// The bytes that were sealed.
pub(crate) fn unseal(bytes: &[u8], seed: u64) -> Option<&[u8]> {
    let (body, sum) = bytes.split_last_chunk::<4>()?;
    let whole = quick_hash(seed, body) as u32 == u32::from_le_bytes(*sum);
    whole.then_some(body)
}

/// Adds a value; a large one goes to `payloads`, and its hash is added.
fn write_large(bytes: &mut Vec<u8>, value: &Value, payloads: &mut Vec<Contents>) {
    let start = bytes.len();
    bytes.push(0);
    put(bytes, |out| write_value(out, value));
    if bytes.len() - start > INLINE {
        let contents = bytes.get(start + 1..).unwrap_or_default();
        let contents = Contents {
            hash: Hash::of(contents),
            bytes: contents.into(),
        };
        bytes.truncate(start);
        bytes.push(1);
        bytes.extend_from_slice(&contents.hash.0);
        payloads.push(contents);
    }
}

fn read_large(input: &mut Reader<'_>, payloads: Lookup<'_>) -> Result<Value, DecodeError> {
    match input.u8()? {
        0 => read_value(input, MAX_VALUE_DEPTH),
        1 => {
            let hash = read_hash(input)?;
            let bytes = payloads(hash).map_err(|why| input.error(why))?;
            let mut payload = Reader::new(&bytes);
            let value = read_value(&mut payload, MAX_VALUE_DEPTH)?;
            if payload.is_empty() {
                Ok(value)
            } else {
                Err(input.error("a payload has bytes behind its value"))
            }
        }
        other => Err(input.error(format!("{other} is no way to keep a value"))),
    }
}

fn read_hash(input: &mut Reader<'_>) -> Result<Hash, DecodeError> {
    let mut hash = [0; 32];
    hash.copy_from_slice(input.raw(32)?);
    Ok(Hash(hash))
}

fn write_map(out: &mut Writer, map: &Map) {
    write_value(out, &Value::Map(map.clone()));
}

fn read_map(input: &mut Reader<'_>) -> Result<Map, DecodeError> {
    match read_value(input, MAX_VALUE_DEPTH)? {
        Value::Map(map) => Ok(map),
        other => Err(input.error(format!("a {} is no map", other.type_name()))),
    }
}

fn read_str(input: &mut Reader<'_>) -> Result<Str, DecodeError> {
    input.text().map(Str::from)
}

/// A time as a distance from another one.
fn write_time(out: &mut Writer, at: Timestamp, base: Timestamp) {
    out.i64(at.secs().wrapping_sub(base.secs()));
    out.u32(at.subsec_nanos());
}

fn read_time(input: &mut Reader<'_>, base: Timestamp) -> Result<Timestamp, DecodeError> {
    let (secs, nanos) = (input.i64()?, input.u32()?);
    let at = Timestamp::new(base.secs().wrapping_add(secs), nanos);
    at.ok_or_else(|| input.error("a time is out of range"))
}

fn write_usage(out: &mut Writer, usage: Usage) {
    out.raw(&usage.usd.to_bits().to_le_bytes());
    out.u64(usage.tokens);
    out.u64(usage.agent_calls);
}

fn read_usd(input: &mut Reader<'_>) -> Result<f64, DecodeError> {
    let mut usd = [0; 8];
    usd.copy_from_slice(input.raw(8)?);
    Ok(f64::from_bits(u64::from_le_bytes(usd)))
}

fn read_usage(input: &mut Reader<'_>) -> Result<Usage, DecodeError> {
    Ok(Usage {
        usd: read_usd(input)?,
        tokens: input.u64()?,
        agent_calls: input.u64()?,
    })
}

/// A value as bytes, as kept events carry it.
#[must_use]
pub fn value_bytes(value: &Value) -> Vec<u8> {
    let mut out = Writer::default();
    write_value(&mut out, value);
    out.into_bytes()
}

/// Reads what [`value_bytes`] gave.
///
/// # Errors
/// When the bytes are no value.
pub fn read_value_bytes(bytes: &[u8]) -> Result<Value, DecodeError> {
    let mut input = Reader::new(bytes);
    let value = read_value(&mut input, MAX_VALUE_DEPTH)?;
    end(&input)?;
    Ok(value)
}

/// Whether everything was read.
fn end(input: &Reader<'_>) -> Result<(), DecodeError> {
    if input.is_empty() {
        return Ok(());
    }
    Err(input.error(format!("{} bytes too many", input.left())))
}
