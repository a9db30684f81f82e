//! Journal rows: what a run was told and what was handed out, in the order in which it happened.
//!
//! ```text
//! row     = record* checksum[4]
//! record  = 1 digest[8]                                  the run began
//!         | 2 seconds nanos kind ... digest[8]           it was told something
//!         | 3 effect attempt                             an effect is about to be handed out
//! ```
//!
//! Times count from the run's beginning. A digest is of what the machine did then. The checksum is
//! of the records, the run's id and the row's number: a row in another one's place is noticed.

use wfc_program::DecodeError;
use wfc_program::bytes::Reader;
use wfc_value::Timestamp;
use wfc_vm::{EffectId, Event};

use super::event::{read_kind, write_kind};
use super::{Lookup, put, read_time, seal, unseal, write_time};
use crate::digest::Digest;
use crate::id::RunKey;
use crate::store::{Contents, JournalRow};

const BEGUN: u8 = 1;
const EVENT: u8 = 2;
const STARTED: u8 = 3;

/// One entry of a journal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Record {
    /// The run began, and did this first.
    Begun(Digest),
    /// It was told something, and did this.
    Event(Box<Event>, Digest),
    /// An effect is about to be handed out, for the how many-th time.
    Started(EffectId, u32),
}

/// Adds the beginning.
pub(crate) fn begun(bytes: &mut Vec<u8>, digest: Digest) {
    bytes.push(BEGUN);
    bytes.extend_from_slice(&digest.0);
}

/// Adds an event; its digest is to follow.
pub(crate) fn event_head(
    bytes: &mut Vec<u8>,
    event: &Event,
    base: Timestamp,
    payloads: &mut Vec<Contents>,
) {
    put(bytes, |out| {
        out.u8(EVENT);
        write_time(out, event.at, base);
    });
    write_kind(bytes, &event.kind, payloads);
}

/// Adds a mark.
pub(crate) fn started(bytes: &mut Vec<u8>, effect: EffectId, attempt: u32) {
    put(bytes, |out| {
        out.u8(STARTED);
        out.u64(effect.0);
        out.u32(attempt);
    });
}

/// Adds the checksum of a row that began at `start`.
pub(crate) fn close_row(bytes: &mut Vec<u8>, start: usize, key: RunKey, number: u64) {
    seal(bytes, start, seed(key, number));
}

fn seed(key: RunKey, number: u64) -> u64 {
    let id = key.execution.0;
    (id as u64) ^ ((id >> 64) as u64) ^ number.rotate_left(32)
}

/// Reads a row.
pub(crate) fn read_row(
    row: &JournalRow,
    key: RunKey,
    base: Timestamp,
    payloads: Lookup<'_>,
) -> Result<Vec<Record>, String> {
    let wrong = |why: String| format!("row {} of the journal is damaged: {why}", row.number);
    let Some(body) = unseal(&row.bytes, seed(key, row.number)) else {
        return Err(wrong("its checksum does not fit".to_owned()));
    };
    records(body, base, payloads).map_err(|error| wrong(error.to_string()))
}

/// Reads the records of a row without its checksum.
pub(crate) fn records(
    body: &[u8],
    base: Timestamp,
    payloads: Lookup<'_>,
) -> Result<Vec<Record>, DecodeError> {
    let mut input = Reader::new(body);
    let mut records = Vec::new();
    while !input.is_empty() {
        records.push(match input.u8()? {
            BEGUN => Record::Begun(digest(&mut input)?),
            EVENT => {
                let event = read_event(&mut input, base, payloads)?;
                Record::Event(Box::new(event), digest(&mut input)?)
            }
            STARTED => Record::Started(EffectId(input.u64()?), input.u32()?),
            other => return Err(input.error(format!("{other} is no record"))),
        });
    }
    Ok(records)
}

/// Reads what [`event_head`] wrote, its tag aside.
fn read_event(
    input: &mut Reader<'_>,
    base: Timestamp,
    payloads: Lookup<'_>,
) -> Result<Event, DecodeError> {
    let at = read_time(input, base)?;
    let kind = read_kind(input, payloads)?;
    Ok(Event { at, kind })
}

/// Reads an event that [`event_head`] wrote and no digest follows.
pub(crate) fn read_open(
    bytes: &[u8],
    base: Timestamp,
    payloads: Lookup<'_>,
) -> Result<Event, DecodeError> {
    let mut input = Reader::new(bytes);
    input.u8()?;
    read_event(&mut input, base, payloads)
}

fn digest(input: &mut Reader<'_>) -> Result<Digest, DecodeError> {
    let mut digest = [0; 8];
    digest.copy_from_slice(input.raw(8)?);
    Ok(Digest(digest))
}
