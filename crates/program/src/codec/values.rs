//! Constants as bytes: a tag, then what the value holds.

use wfc_value::limits::MAX_VALUE_DEPTH;
use wfc_value::{Duration, Key, Secret, Segment, Timestamp, TypeValue, Value};

use crate::bytes::{DecodeError, Reader, Writer};

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const UINT: u8 = 4;
const DOUBLE: u8 = 5;
const STRING: u8 = 6;
const BYTES: u8 = 7;
const TIMESTAMP: u8 = 8;
const DURATION: u8 = 9;
const LIST: u8 = 10;
const MAP: u8 = 11;
const TYPE: u8 = 12;
const NONE: u8 = 13;
const SOME: u8 = 14;
const SECRET: u8 = 15;

/// Writes a value. The recursion is bounded by the value's own depth limit.
pub fn write_value(out: &mut Writer, value: &Value) {
    match value {
        Value::Null => out.u8(NULL),
        Value::Bool(false) => out.u8(FALSE),
        Value::Bool(true) => out.u8(TRUE),
        Value::Int(i) => {
            out.u8(INT);
            out.i64(*i);
        }
        Value::Uint(u) => {
            out.u8(UINT);
            out.u64(*u);
        }
        Value::Double(d) => {
            out.u8(DOUBLE);
            out.raw(&d.to_bits().to_le_bytes());
        }
        Value::String(s) => {
            out.u8(STRING);
            out.text(s);
        }
        Value::Bytes(b) => {
            out.u8(BYTES);
            out.blob(b);
        }
        Value::Timestamp(t) => {
            out.u8(TIMESTAMP);
            out.i64(t.secs());
            out.u32(t.subsec_nanos());
        }
        Value::Duration(d) => {
            out.u8(DURATION);
            out.i64(d.nanos());
        }
        Value::List(list) => {
            out.u8(LIST);
            out.len(list.len());
            list.iter().for_each(|item| write_value(out, item));
        }
        Value::Map(map) => {
            out.u8(MAP);
            out.len(map.len());
            for (key, value) in map.iter() {
                write_value(out, &key.to_value());
                write_value(out, value);
            }
        }
        Value::Type(t) => {
            out.u8(TYPE);
            out.text(t.name());
        }
        Value::Optional(None) => out.u8(NONE),
        Value::Optional(Some(inner)) => {
            out.u8(SOME);
            write_value(out, inner);
        }
        Value::Secret(secret) => write_secret(out, secret),
    }
}

fn write_secret(out: &mut Writer, secret: &Secret) {
    out.u8(SECRET);
    out.len(secret.segments().len());
    for segment in secret.segments() {
        let (tag, text) = match segment {
            Segment::Text(text) => (0, text),
            Segment::Ref(name) => (1, name),
            Segment::JsonRef(name) => (2, name),
        };
        out.u8(tag);
        out.text(text);
    }
}

/// Reads a value of at most `depth` more levels.
///
/// # Errors
/// When the bytes are no value, or one of more levels.
pub fn read_value(input: &mut Reader<'_>, depth: u32) -> Result<Value, DecodeError> {
    Ok(match input.u8()? {
        NULL => Value::Null,
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        INT => Value::Int(input.i64()?),
        UINT => Value::Uint(input.u64()?),
        DOUBLE => {
            let mut bits = [0; 8];
            bits.copy_from_slice(input.raw(8)?);
            Value::Double(f64::from_bits(u64::from_le_bytes(bits)))
        }
        STRING => Value::string(input.text()?),
        BYTES => Value::bytes(input.blob()?),
        TIMESTAMP => {
            let (secs, nanos) = (input.i64()?, input.u32()?);
            match Timestamp::new(secs, nanos) {
                Some(t) => Value::Timestamp(t),
                None => return Err(input.error("a timestamp is out of range")),
            }
        }
        DURATION => Value::Duration(Duration::from_nanos(input.i64()?)),
        LIST | MAP | SOME if depth == 0 => {
            return Err(input.error(format!("a value is nested over {MAX_VALUE_DEPTH} levels")));
        }
        LIST => {
            let items = input.many(|input| read_value(input, depth - 1))?;
            Value::list(items).map_err(|fault| input.error(fault.message))?
        }
        MAP => {
            let entries = input.many(|input| read_entry(input, depth - 1))?;
            Value::map(entries).map_err(|fault| input.error(fault.message))?
        }
        TYPE => Value::Type(TypeValue::new(input.text()?)),
        NONE => Value::none(),
        SOME => {
            let inner = read_value(input, depth - 1)?;
            Value::some(inner).map_err(|fault| input.error(fault.message))?
        }
        SECRET => read_secret(input)?,
        other => return Err(input.error(format!("{other} is no kind of value"))),
    })
}

fn read_entry(input: &mut Reader<'_>, depth: u32) -> Result<(Key, Value), DecodeError> {
    // A key is a scalar: no depth is left for it.
    let key = read_value(input, 0)?;
    let Some(key) = Key::from_value(&key) else {
        return Err(input.error(format!("a {} cannot be a map's key", key.type_name())));
    };
    Ok((key, read_value(input, depth)?))
}

/// Reads a secret: the segments that it is joined from, as [`write_value`] puts them behind its tag.
///
/// # Errors
/// When the bytes are none, or segments that are texts stand beside each other.
pub fn read_secret(input: &mut Reader<'_>) -> Result<Value, DecodeError> {
    let segments = input.many(|input| {
        let tag = input.u8()?;
        let text = input.text()?.into();
        match tag {
            0 => Ok(Segment::Text(text)),
            1 => Ok(Segment::Ref(text)),
            2 => Ok(Segment::JsonRef(text)),
            other => Err(input.error(format!("{other} is no part of a secret"))),
        }
    })?;
    let secret = Secret::from_segments(segments.iter().cloned())
        .map_err(|fault| input.error(fault.message))?;
    if secret.segments() != segments {
        return Err(input.error("a secret's texts are not joined"));
    }
    Ok(Value::Secret(secret))
}
