//! Values as bytes.

use std::collections::BTreeMap;

use wfc_program::bytes::Writer;
use wfc_value::{Key, Secret, Segment, Str, Value};

use super::payload::Payloads;
use super::shared::{
    MAX_INLINE, MIN_SHARED, PAYLOAD_FORMAT, address, each_external, is_large, tag, text_address,
    word,
};
use crate::machine::Machine;

/// Bytes of a snapshot that are being written.
pub(super) struct Out<'a> {
    pub(super) bytes: Writer,
    table: Table,
    large: Large<'a>,
    externals: Externals,
}

/// Values that the program and the run's start hold, and their numbers.
#[derive(Default)]
struct Externals {
    /// By address, sorted.
    by_address: Vec<(usize, u32)>,
    /// Texts, for maps' keys: a map that came from outside has keys of its own, mostly with the
    /// program's names.
    by_text: BTreeMap<Str, u32>,
}

/// What was written so far, in a snapshot or in one payload.
#[derive(Default)]
struct Table {
    by_address: BTreeMap<usize, u32>,
    by_hash: BTreeMap<[u8; 32], u32>,
    next: u32,
}

impl Table {
    fn add(&mut self, address: Option<usize>) -> u32 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        if let Some(address) = address {
            self.by_address.insert(address, number);
        }
        number
    }
}

/// Payloads, and what is known of values in memory.
struct Large<'a> {
    payloads: &'a mut dyn Payloads,
    /// How many bytes lists and maps take in place, about.
    sizes: BTreeMap<usize, u64>,
    hashes: BTreeMap<usize, [u8; 32]>,
}

impl<'a> Out<'a> {
    pub(super) fn new(machine: &Machine, payloads: &'a mut dyn Payloads) -> Self {
        let mut externals = Externals::default();
        let mut number = 0_u32;
        each_external(machine, &mut |value| {
            if let Some(address) = address(value) {
                externals.by_address.push((address, number));
            }
            if let Value::String(text) = value
                && text.len() < MAX_NAME
            {
                externals.by_text.entry(text.clone()).or_insert(number);
            }
            number += 1;
        });
        externals.by_address.sort_unstable();
        let same = |a: &mut (usize, u32), b: &mut (usize, u32)| a.0 == b.0;
        externals.by_address.dedup_by(same);
        Self {
            bytes: Writer::default(),
            table: Table::default(),
            large: Large {
                payloads,
                sizes: BTreeMap::new(),
                hashes: BTreeMap::new(),
            },
            externals,
        }
    }

    pub(super) fn value(&mut self, value: &Value) {
        let mut values = Values {
            out: &mut self.bytes,
            table: &mut self.table,
            large: &mut self.large,
            externals: &self.externals,
        };
        values.value(value);
    }

    /// A text that values may share.
    pub(super) fn shared_text(&mut self, text: &Str) {
        let mut values = Values {
            out: &mut self.bytes,
            table: &mut self.table,
            large: &mut self.large,
            externals: &self.externals,
        };
        values.text(text);
    }

    /// A text of any length that nothing shares: its length and one, or 0 and a payload's hash.
    pub(super) fn long_text(&mut self, text: &str) {
        if text.len() as u64 > MAX_INLINE {
            self.bytes.u8(0);
            let hash = self.large.payloads.put(text.as_bytes());
            self.bytes.raw(&hash);
        } else {
            self.bytes.len(text.len() + 1);
            self.bytes.raw(text.as_bytes());
        }
    }
}

/// Values of one table: those of a snapshot, or of one payload.
struct Values<'t, 'a> {
    out: &'t mut Writer,
    table: &'t mut Table,
    large: &'t mut Large<'a>,
    externals: &'t Externals,
}

impl Values<'_, '_> {
    /// The recursion is bounded by the value's own depth.
    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => return self.text(text),
            Value::Secret(secret) if is_large(secret) => return self.payload(value, None),
            _ => {}
        }
        let address = address(value);
        if address.is_some_and(|address| self.known(address)) {
            return;
        }
        if self.large.is_large(value) {
            return self.payload(value, address);
        }
        self.in_place(value);
        if address.is_some() {
            self.table.add(address);
        }
    }

    fn text(&mut self, text: &Str) {
        if let Some(word) = word(text) {
            return self.out.u8(tag::WORD + word);
        }
        let address = text_address(text);
        if address.is_some_and(|address| self.known(address)) {
            return;
        }
        if text.len() as u64 > MAX_INLINE {
            return self.payload(&Value::String(text.clone()), address);
        }
        self.text_in_place(text);
        if address.is_some() {
            self.table.add(address);
        }
    }

    fn text_in_place(&mut self, text: &Str) {
        match u8::try_from(text.len()) {
            Ok(len @ ..64) => {
                self.out.u8(tag::SHORT_STRING + len);
                self.out.raw(text.as_bytes());
            }
            _ => {
                self.out.u8(tag::STRING);
                self.out.text(text);
            }
        }
    }

    /// Names a value that was written before or is held elsewhere; whether it is one.
    fn known(&mut self, address: usize) -> bool {
        if let Some(number) = self.table.by_address.get(&address) {
            self.named(tag::SHORT_REF, tag::REF, *number);
            return true;
        }
        let list = self.externals.by_address.as_slice();
        let found = list.binary_search_by_key(&address, |(a, _)| *a);
        if let Some((_, number)) = found.ok().and_then(|at| list.get(at)) {
            self.named(tag::SHORT_EXTERNAL, tag::EXTERNAL, *number);
            return true;
        }
        false
    }

    fn named(&mut self, short: u8, long: u8, number: u32) {
        match u8::try_from(number) {
            Ok(number @ ..32) => self.out.u8(short + number),
            _ => {
                self.out.u8(long);
                self.out.u32(number);
            }
        }
    }

    /// Names a value by the hash of its bytes, which are kept elsewhere.
    fn payload(&mut self, value: &Value, address: Option<usize>) {
        let hash = self.large.hash(value, address);
        if let Some(number) = self.table.by_hash.get(&hash).copied() {
            if let Some(address) = address {
                self.table.by_address.insert(address, number);
            }
            return self.named(tag::SHORT_REF, tag::REF, number);
        }
        self.out.u8(tag::PAYLOAD);
        self.out.raw(&hash);
        let number = self.table.add(address);
        self.table.by_hash.insert(hash, number);
    }

    /// The value itself, whatever its size.
    fn in_place(&mut self, value: &Value) {
        match value {
            Value::Null => self.out.u8(tag::NULL),
            Value::Bool(false) => self.out.u8(tag::FALSE),
            Value::Bool(true) => self.out.u8(tag::TRUE),
            Value::Int(n) => match u8::try_from(*n) {
                Ok(n @ ..64) => self.out.u8(tag::SHORT_INT + n),
                _ => {
                    self.out.u8(tag::INT);
                    self.out.i64(*n);
                }
            },
            Value::Uint(n) => {
                self.out.u8(tag::UINT);
                self.out.u64(*n);
            }
            Value::Double(n) => {
                self.out.u8(tag::DOUBLE);
                self.out.raw(&n.to_bits().to_le_bytes());
            }
            Value::String(text) => self.text_in_place(text),
            Value::Bytes(bytes) => {
                self.out.u8(tag::BYTES);
                self.out.blob(bytes);
            }
            Value::Timestamp(t) => {
                self.out.u8(tag::TIMESTAMP);
                self.out.i64(t.secs());
                self.out.u32(t.subsec_nanos());
            }
            Value::Duration(d) => {
                self.out.u8(tag::DURATION);
                self.out.i64(d.nanos());
            }
            Value::List(list) => {
                self.length(tag::SHORT_LIST, tag::LIST, list.len());
                list.iter().for_each(|item| self.value(item));
            }
            Value::Map(map) => {
                self.length(tag::SHORT_MAP, tag::MAP, map.len());
                for (key, value) in map.iter() {
                    self.key(key);
                    self.value(value);
                }
            }
            Value::Type(t) => {
                self.out.u8(tag::TYPE);
                self.out.text(t.name());
            }
            Value::Optional(None) => self.out.u8(tag::NONE),
            Value::Optional(Some(inner)) => {
                self.out.u8(tag::SOME);
                self.value(inner);
            }
            Value::Secret(secret) => self.secret(secret),
        }
    }

    fn length(&mut self, short: u8, long: u8, len: usize) {
        match u8::try_from(len) {
            Ok(len @ ..16) => self.out.u8(short + len),
            _ => {
                self.out.u8(long);
                self.out.len(len);
            }
        }
    }

    fn key(&mut self, key: &Key) {
        match key {
            Key::String(text) => {
                let known = text_address(text).is_some_and(|address| self.known(address));
                match self.externals.by_text.get(text) {
                    _ if known => {}
                    Some(number) => self.named(tag::SHORT_EXTERNAL, tag::EXTERNAL, *number),
                    None => self.text(text),
                }
            }
            other => self.in_place(&other.to_value()),
        }
    }

    fn secret(&mut self, secret: &Secret) {
        self.out.u8(tag::SECRET);
        self.out.len(secret.segments().len());
        for segment in secret.segments() {
            let (kind, text) = match segment {
                Segment::Text(text) => (0, text),
                Segment::Ref(name) => (1, name),
                Segment::JsonRef(name) => (2, name),
            };
            self.out.u8(kind);
            self.out.text(text);
        }
    }
}

impl Large<'_> {
    fn is_large(&mut self, value: &Value) -> bool {
        // A scalar takes 15 bytes at the most: small values need no closer look.
        value.size().saturating_mul(15) > MAX_INLINE && self.size(value) > MAX_INLINE
    }

    /// How many bytes a value takes in place when nothing in it is shared, about. It follows from
    /// what the value is, so that equal values are written alike.
    fn size(&mut self, value: &Value) -> u64 {
        /// A payload's tag and hash.
        const NAMED: u64 = 33;
        let address = match value {
            Value::List(list) => list.address(),
            Value::Map(map) => map.address(),
            other => return other.size().saturating_add(2),
        };
        if let Some(size) = self.sizes.get(&address) {
            return *size;
        }
        let mut total = 2_u64;
        let mut add = |size: u64| {
            total = total.saturating_add(if size > MAX_INLINE { NAMED } else { size });
        };
        match value {
            Value::List(list) => list.iter().for_each(|item| add(self.size(item))),
            Value::Map(map) => {
                for (key, value) in map.iter() {
                    add(key.as_str().map_or(10, |text| text.len() as u64 + 2));
                    add(self.size(value));
                }
            }
            _ => {}
        }
        self.sizes.insert(address, total);
        total
    }

    /// Keeps the value as a payload; gives its hash.
    fn hash(&mut self, value: &Value, address: Option<usize>) -> [u8; 32] {
        if let Some(hash) = address.and_then(|address| self.hashes.get(&address)) {
            return *hash;
        }
        let mut out = Writer::default();
        out.u8(PAYLOAD_FORMAT);
        let mut values = Values {
            out: &mut out,
            table: &mut Table::default(),
            large: self,
            externals: &Externals::default(),
        };
        values.in_place(value);
        let hash = self.payloads.put(&out.into_bytes());
        if let Some(address) = address {
            self.hashes.insert(address, hash);
        }
        hash
    }
}

/// Names are shorter than this.
const MAX_NAME: usize = 64;

const _: () = assert!(MIN_SHARED > 0, "an empty text has no address of its own");
