//! How keys, times, waits and checked bytes stand in columns.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef};
use rusqlite::{Row, ToSql};
use wfc_engine::store::{Wait, WaitKind};
use wfc_engine::{ExecutionId, Hash, OwnerId, Place, RunKey};
use wfc_program::bytes::{DecodeError, Reader, Writer};
use wfc_value::{Str, Timestamp};

/// What is kept and makes no sense.
#[derive(Debug)]
pub(super) struct Damaged(pub(super) String);

/// A time in a column: nanoseconds from 1970, or 12 bytes where those are beyond 64 bits (before the year 1678,
/// after 2261).
#[derive(Clone, Copy)]
pub(super) struct Time(pub(super) Timestamp);

impl Time {
    fn long(self) -> Vec<u8> {
        let mut bytes = self.0.secs().to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.0.subsec_nanos().to_be_bytes());
        bytes
    }
}

impl ToSql for Time {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match i64::try_from(self.0.nanos()) {
            Ok(nanos) => nanos.into(),
            Err(_) => self.long().into(),
        })
    }
}

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let time = match value {
            ValueRef::Integer(nanos) => Timestamp::from_nanos(i128::from(nanos)),
            ValueRef::Blob(bytes) => bytes.split_first_chunk().and_then(|(secs, nanos)| {
                let nanos = u32::from_be_bytes(nanos.try_into().ok()?);
                Timestamp::new(i64::from_be_bytes(*secs), nanos)
            }),
            _ => return Err(FromSqlError::InvalidType),
        };
        time.map(Time).ok_or(FromSqlError::InvalidType)
    }
}

/// The beginning of a run, in nanoseconds after the millisecond in its id, which are few; 12 bytes as of
/// [`Time`] where those are beyond 64 bits.
pub(super) fn from_start(id: ExecutionId, at: Timestamp) -> Value {
    let offset = at.nanos() - id_nanos(id);
    match (i64::try_from(offset), Time(at).long()) {
        (Ok(offset), _) => Value::Integer(offset),
        (Err(_), long) => Value::Blob(long),
    }
}

pub(super) fn to_start(id: ExecutionId, value: ValueRef<'_>) -> FromSqlResult<Timestamp> {
    match value {
        ValueRef::Integer(offset) => Timestamp::from_nanos(id_nanos(id) + i128::from(offset)),
        other => Some(Time::column_result(other)?.0),
    }
    .ok_or(FromSqlError::InvalidType)
}

/// The time in an id.
fn id_nanos(id: ExecutionId) -> i128 {
    // 48 bits.
    (id.0 >> 80) as i128 * 1_000_000
}

/// A time as a number that others are compared with: the nearest one when it is beyond 64 bits.
pub(super) fn nearest(at: Timestamp) -> i64 {
    let nanos = at.nanos();
    let bound = if nanos < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(nanos).unwrap_or(bound)
}

/// Columns `at`, `at + 1`, `at + 2`: tenant, shard, execution.
pub(super) fn key(row: &Row<'_>, at: usize) -> rusqlite::Result<RunKey> {
    Ok(RunKey {
        place: Place {
            tenant: row.get(at)?,
            shard: row.get(at + 1)?,
        },
        execution: execution(row.get(at + 2)?),
    })
}

pub(super) const fn execution(bytes: [u8; 16]) -> ExecutionId {
    ExecutionId(u128::from_be_bytes(bytes))
}

pub(super) const fn from_execution(id: ExecutionId) -> [u8; 16] {
    id.0.to_be_bytes()
}

pub(super) const fn owner(bytes: [u8; 16]) -> OwnerId {
    OwnerId(u128::from_be_bytes(bytes))
}

pub(super) const fn from_owner(id: OwnerId) -> [u8; 16] {
    id.0.to_be_bytes()
}

pub(super) const fn hash(bytes: [u8; 32]) -> Hash {
    Hash(bytes)
}

/// The length of a checksum.
const SUM: usize = 4;

/// Of a header, and of the run that it belongs to. Journal rows and snapshots bring their own.
fn checksum(key: RunKey, bytes: &[u8]) -> [u8; SUM] {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&from_execution(key.execution));
    sum.update(bytes);
    sum.finalize().to_le_bytes()
}

/// A header and its checksum.
pub(super) fn seal(key: RunKey, header: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(header.len() + SUM);
    out.extend_from_slice(header);
    out.extend_from_slice(&checksum(key, header));
    out
}

/// A header whose checksum is right.
pub(super) fn unseal(mut row: Vec<u8>, key: RunKey) -> Result<Vec<u8>, Damaged> {
    let len = row.len().checked_sub(SUM);
    let parts = len.and_then(|len| row.split_at_checked(len));
    if parts.is_none_or(|(bytes, sum)| sum != checksum(key, bytes)) {
        return Err(Damaged(format!("the header of the run {key} is damaged")));
    }
    row.truncate(row.len().saturating_sub(SUM));
    Ok(row)
}

/// What a snapshot waits for, as one column; nothing for nothing.
pub(super) fn from_waits(waits: &[Wait]) -> Option<Vec<u8>> {
    if waits.is_empty() {
        return None;
    }
    let mut out = Writer::default();
    out.len(waits.len());
    for wait in waits {
        out.u64(wait.effect);
        out.u8(match wait.kind {
            WaitKind::Approval => 1,
            WaitKind::Event => 2,
            WaitKind::Message => 3,
            WaitKind::Call => 4,
        });
        out.text(&wait.path);
        out.option(wait.event.as_deref(), Writer::text);
        out.option(wait.key.as_deref(), Writer::text);
    }
    Some(out.into_bytes())
}

pub(super) fn to_waits(bytes: Option<&[u8]>) -> Result<Vec<Wait>, Damaged> {
    let Some(bytes) = bytes else {
        return Ok(Vec::new());
    };
    let mut input = Reader::new(bytes);
    let waits = input.many(wait);
    waits.map_err(|error| Damaged(format!("what a run waits for makes no sense: {error}")))
}

fn wait(input: &mut Reader<'_>) -> Result<Wait, DecodeError> {
    let text = |input: &mut Reader<'_>| input.text().map(Str::from);
    Ok(Wait {
        effect: input.u64()?,
        kind: match input.u8()? {
            1 => WaitKind::Approval,
            2 => WaitKind::Event,
            3 => WaitKind::Message,
            4 => WaitKind::Call,
            other => return Err(input.error(format!("{other} is no kind of answer"))),
        },
        path: text(input)?,
        event: input.option(text)?,
        key: input.option(text)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_told_from_anothers_and_from_a_damaged_one() {
        let key = RunKey::local(ExecutionId(7));
        let row = seal(key, b"abc");
        let read = |row: &[u8], key| unseal(row.to_vec(), key).map_err(|damaged| damaged.0);
        assert_eq!(read(&row, key), Ok(b"abc".to_vec()));
        assert!(read(&row, RunKey::local(ExecutionId(8))).is_err());
        for at in 0..row.len() {
            let mut bad = row.clone();
            bad[at] ^= 0x10;
            let error = read(&bad, key).unwrap_err();
            assert!(error.starts_with("the header of the run"), "{error}");
        }
        assert!(read(&row[..3], key).is_err());
        assert!(read(&row[..row.len() - 1], key).is_err());
    }

    #[test]
    fn waits_are_read_back_and_hostile_bytes_are_an_error() {
        let wait = Wait {
            effect: u64::MAX,
            kind: WaitKind::Event,
            path: "a.b[3]".into(),
            event: Some("paid".into()),
            key: None,
        };
        let waits = vec![
            wait.clone(),
            Wait {
                event: None,
                key: Some("".into()),
                ..wait
            },
        ];
        let bytes = from_waits(&waits).unwrap();
        assert!(to_waits(Some(&bytes)).is_ok_and(|read| read == waits));
        assert_eq!(from_waits(&[]), None);
        for end in 0..bytes.len() {
            assert!(to_waits(Some(&bytes[..end])).is_err());
        }
    }

    #[test]
    fn every_beginning_is_read_back_and_most_take_few_bytes() {
        let at = Timestamp::new(1_800_000_000, 123_456_789).unwrap();
        let usual = ExecutionId::new(1_800_000_000_123, 7);
        assert_eq!(from_start(usual, at), Value::Integer(456_789));
        for id in [usual, ExecutionId(0), ExecutionId(u128::MAX)] {
            for at in [at, Timestamp::EPOCH, Timestamp::MIN, Timestamp::MAX] {
                let value = from_start(id, at);
                assert_eq!(to_start(id, ValueRef::from(&value)).unwrap(), at);
            }
        }
    }

    #[test]
    fn every_time_is_read_back() {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        let near = Timestamp::new(-5, 3).unwrap();
        for at in [Timestamp::EPOCH, near, Timestamp::MIN, Timestamp::MAX] {
            let back: Time = db
                .query_row("SELECT ?", [Time(at)], |row| row.get(0))
                .unwrap();
            assert_eq!(back.0, at);
        }
        assert!(nearest(Timestamp::MIN) < nearest(near) && nearest(near) < nearest(Timestamp::MAX));
    }
}
