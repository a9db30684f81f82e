//! Values from bytes, which may be anything.

use std::collections::BTreeMap;

use wfc_program::bytes::{DecodeError, Reader};
use wfc_program::codec::read_secret;
use wfc_value::limits::MAX_VALUE_DEPTH;
use wfc_value::{Duration, Key, Str, Timestamp, TypeValue, Value};

use super::SnapshotError;
use super::payload::{Payloads, payload_hash};
use super::shared::{PAYLOAD_FORMAT, WORDS, address, each_external, tag};
use crate::machine::Machine;

/// What reading a value may end with.
type Read<T> = Result<T, SnapshotError>;

/// What values are read with, besides their bytes.
pub(super) struct In<'a> {
    payloads: &'a dyn Payloads,
    table: Vec<Value>,
    externals: Vec<Value>,
    /// Payloads that were read: each is read once.
    cache: BTreeMap<[u8; 32], Value>,
}

impl<'a> In<'a> {
    pub(super) fn new(machine: &Machine, payloads: &'a dyn Payloads) -> Self {
        let mut externals = Vec::new();
        each_external(machine, &mut |value| externals.push(value.clone()));
        Self {
            payloads,
            table: Vec::new(),
            externals,
            cache: BTreeMap::new(),
        }
    }

    pub(super) fn value(&mut self, input: &mut Reader<'_>) -> Read<Value> {
        self.read(input, MAX_VALUE_DEPTH)
    }

    /// A text that values may share.
    pub(super) fn shared_text(&mut self, input: &mut Reader<'_>) -> Read<Str> {
        match self.read(input, 0)? {
            Value::String(text) => Ok(text),
            other => Err(input
                .error(format!(
                    "a text is expected here, not a {}",
                    other.type_name()
                ))
                .into()),
        }
    }

    /// A text that nothing shares.
    pub(super) fn long_text(&mut self, input: &mut Reader<'_>) -> Read<String> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec());
        let not_text = |input: &Reader<'_>| SnapshotError::from(input.error("a text is not UTF-8"));
        match input.u64()? {
            0 => {
                let hash = read_hash(input)?;
                text(&self.fetch(&hash)?).map_err(|_| not_text(input))
            }
            len => {
                let len = usize::try_from(len - 1).unwrap_or(usize::MAX);
                text(input.raw(len)?).map_err(|_| not_text(input))
            }
        }
    }

    fn fetch(&self, hash: &[u8; 32]) -> Read<std::borrow::Cow<'a, [u8]>> {
        let bytes = self
            .payloads
            .get(hash)
            .ok_or(SnapshotError::Missing(*hash))?;
        if payload_hash(&bytes) == *hash {
            Ok(bytes)
        } else {
            Err(SnapshotError::Payload(*hash))
        }
    }

    /// Reads a value of at most `depth` more levels; each of them, payloads included, is a
    /// recursion.
    fn read(&mut self, input: &mut Reader<'_>, depth: u32) -> Read<Value> {
        let first = input.u8()?;
        let known = match first {
            tag::REF => Some(find(input, &self.table, input_number)?),
            tag::SHORT_REF.. => Some(find(input, &self.table, |_| {
                Ok(first.saturating_sub(tag::SHORT_REF).into())
            })?),
            tag::EXTERNAL => Some(find(input, &self.externals, input_number)?),
            tag::SHORT_EXTERNAL.. => Some(find(input, &self.externals, |_| {
                Ok(first.saturating_sub(tag::SHORT_EXTERNAL).into())
            })?),
            _ => None,
        };
        if let Some(value) = known {
            if value.depth() > depth {
                return Err(too_deep(input));
            }
            return Ok(value);
        }
        if first == tag::PAYLOAD {
            let value = self.payload(input, depth)?;
            self.table.push(value.clone());
            return Ok(value);
        }
        let value = self.in_place(input, first, depth)?;
        if address(&value).is_some() {
            self.table.push(value.clone());
        }
        Ok(value)
    }

    fn payload(&mut self, input: &mut Reader<'_>, depth: u32) -> Read<Value> {
        let hash = read_hash(input)?;
        if let Some(value) = self.cache.get(&hash) {
            return if value.depth() > depth {
                Err(too_deep(input))
            } else {
                Ok(value.clone())
            };
        }
        let bytes = self.fetch(&hash)?;
        let mut inner = Reader::new(&bytes);
        if inner.u8()? != PAYLOAD_FORMAT {
            return Err(SnapshotError::Payload(hash));
        }
        // What is shared inside of it is numbered on its own.
        let outer = std::mem::take(&mut self.table);
        let externals = std::mem::take(&mut self.externals);
        let first = inner.u8()?;
        let value = self.in_place(&mut inner, first, depth);
        self.table = outer;
        self.externals = externals;
        let value = value?;
        if !inner.is_empty() {
            return Err(SnapshotError::Payload(hash));
        }
        self.cache.insert(hash, value.clone());
        Ok(value)
    }

    /// A value that is neither known nor kept elsewhere.
    fn in_place(&mut self, input: &mut Reader<'_>, first: u8, depth: u32) -> Read<Value> {
        Ok(match first {
            tag::NULL => Value::Null,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::INT => Value::Int(input.i64()?),
            tag::SHORT_INT..tag::SHORT_STRING => Value::Int(i64::from(first - tag::SHORT_INT)),
            tag::UINT => Value::Uint(input.u64()?),
            tag::DOUBLE => {
                let mut bits = [0; 8];
                bits.copy_from_slice(input.raw(8)?);
                Value::Double(f64::from_bits(u64::from_le_bytes(bits)))
            }
            tag::STRING => Value::string(input.text()?),
            tag::SHORT_STRING..tag::SHORT_EXTERNAL => {
                let bytes = input.raw(usize::from(first - tag::SHORT_STRING))?;
                let text = std::str::from_utf8(bytes);
                Value::string(text.map_err(|_| input.error("a text is not UTF-8"))?)
            }
            tag::BYTES => Value::bytes(input.blob()?),
            tag::TIMESTAMP => {
                let (secs, nanos) = (input.i64()?, input.u32()?);
                let time = Timestamp::new(secs, nanos);
                Value::Timestamp(time.ok_or_else(|| input.error("a timestamp is out of range"))?)
            }
            tag::DURATION => Value::Duration(Duration::from_nanos(input.i64()?)),
            tag::TYPE => Value::Type(TypeValue::new(input.text()?)),
            tag::NONE => Value::none(),
            tag::SECRET => read_secret(input)?,
            tag::LIST => {
                let len = input.len()?;
                self.list(input, len, depth)?
            }
            tag::SHORT_LIST..tag::SHORT_MAP => {
                self.list(input, usize::from(first - tag::SHORT_LIST), depth)?
            }
            tag::MAP => {
                let len = input.len()?;
                self.map(input, len, depth)?
            }
            tag::SHORT_MAP..tag::SHORT_INT => {
                self.map(input, usize::from(first - tag::SHORT_MAP), depth)?
            }
            tag::SOME => {
                let inner = self.read(input, below(input, depth)?)?;
                Value::some(inner).map_err(|fault| input.error(fault.message))?
            }
            other => match WORDS.get(usize::from(other.wrapping_sub(tag::WORD))) {
                Some(word) => Value::string(*word),
                None => return Err(input.error(format!("{other} is no kind of value")).into()),
            },
        })
    }

    fn list(&mut self, input: &mut Reader<'_>, len: usize, depth: u32) -> Read<Value> {
        let depth = below(input, depth)?;
        let mut items = Vec::with_capacity(len.min(1024));
        for _ in 0..len {
            items.push(self.read(input, depth)?);
        }
        Ok(Value::list(items).map_err(|fault| input.error(fault.message))?)
    }

    fn map(&mut self, input: &mut Reader<'_>, len: usize, depth: u32) -> Read<Value> {
        let depth = below(input, depth)?;
        let mut entries = Vec::with_capacity(len.min(1024));
        for _ in 0..len {
            // A key is a scalar: no depth is left for it.
            let key = self.read(input, 0)?;
            let Some(key) = Key::from_value(&key) else {
                let message = format!("a {} cannot be a map's key", key.type_name());
                return Err(input.error(message).into());
            };
            entries.push((key, self.read(input, depth)?));
        }
        Ok(Value::map(entries).map_err(|fault| input.error(fault.message))?)
    }
}

fn input_number(input: &mut Reader<'_>) -> Result<u32, DecodeError> {
    input.u32()
}

/// The value of a number that is read.
fn find(
    input: &mut Reader<'_>,
    table: &[Value],
    number: impl FnOnce(&mut Reader<'_>) -> Result<u32, DecodeError>,
) -> Read<Value> {
    let number = number(input)?;
    match table.get(number as usize) {
        Some(value) => Ok(value.clone()),
        None => Err(input.error(format!("there is no value {number}")).into()),
    }
}

fn below(input: &Reader<'_>, depth: u32) -> Read<u32> {
    depth.checked_sub(1).ok_or_else(|| too_deep(input))
}

fn too_deep(input: &Reader<'_>) -> SnapshotError {
    let message = format!("a value is nested over {MAX_VALUE_DEPTH} levels");
    input.error(message).into()
}

fn read_hash(input: &mut Reader<'_>) -> Result<[u8; 32], DecodeError> {
    let mut hash = [0; 32];
    hash.copy_from_slice(input.raw(32)?);
    Ok(hash)
}
