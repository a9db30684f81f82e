//! What values share: tags, and what a run holds besides its own state.

use wfc_value::{Key, Secret, Str, Type, Value};

use crate::machine::Machine;

/// What values begin with.
pub(super) mod tag {
    pub(crate) const NULL: u8 = 0x00;
    pub(crate) const FALSE: u8 = 0x01;
    pub(crate) const TRUE: u8 = 0x02;
    pub(crate) const INT: u8 = 0x03;
    pub(crate) const UINT: u8 = 0x04;
    pub(crate) const DOUBLE: u8 = 0x05;
    pub(crate) const STRING: u8 = 0x06;
    pub(crate) const BYTES: u8 = 0x07;
    pub(crate) const TIMESTAMP: u8 = 0x08;
    pub(crate) const DURATION: u8 = 0x09;
    pub(crate) const LIST: u8 = 0x0a;
    pub(crate) const MAP: u8 = 0x0b;
    pub(crate) const TYPE: u8 = 0x0c;
    pub(crate) const NONE: u8 = 0x0d;
    pub(crate) const SOME: u8 = 0x0e;
    pub(crate) const SECRET: u8 = 0x0f;
    /// A value that was written before.
    pub(crate) const REF: u8 = 0x10;
    /// A value that the program or the run's start holds.
    pub(crate) const EXTERNAL: u8 = 0x11;
    /// A value that is kept by its hash.
    pub(crate) const PAYLOAD: u8 = 0x12;
    /// One of [`super::WORDS`], and those after it.
    pub(crate) const WORD: u8 = 0x18;
    /// A list of up to 15 items; the number is added.
    pub(crate) const SHORT_LIST: u8 = 0x20;
    /// A map of up to 15 entries.
    pub(crate) const SHORT_MAP: u8 = 0x30;
    /// An int from 0 to 63.
    pub(crate) const SHORT_INT: u8 = 0x40;
    /// A string of up to 63 bytes.
    pub(crate) const SHORT_STRING: u8 = 0x80;
    /// One of the first 32 external values.
    pub(crate) const SHORT_EXTERNAL: u8 = 0xc0;
    /// One of the first 32 values that were written.
    pub(crate) const SHORT_REF: u8 = 0xe0;
}

/// Texts that the machine itself makes: the statuses of steps.
pub(super) const WORDS: [&str; 7] = [
    "not_started",
    "running",
    "succeeded",
    "failed",
    "skipped",
    "cancelled",
    "unknown",
];

/// A value whose bytes are more than this is a payload of its own.
pub(super) const MAX_INLINE: u64 = 1024;

/// Texts and bytes that are shorter are written each time.
pub(super) const MIN_SHARED: usize = 3;

/// The most external values: the first ones are found, the others are written.
const MAX_EXTERNALS: usize = 4096;

/// The version of payloads' own layout; their first byte.
pub(super) const PAYLOAD_FORMAT: u8 = 1;

/// An address that tells shared values from others while they live; nothing for what is written
/// each time.
pub(super) fn address(value: &Value) -> Option<usize> {
    match value {
        Value::String(s) => text_address(s),
        Value::Bytes(b) => (b.len() >= MIN_SHARED).then(|| b.as_ptr().addr()),
        Value::List(list) => (!list.is_empty()).then(|| list.address()),
        Value::Map(map) => (!map.is_empty()).then(|| map.address()),
        _ => None,
    }
}

/// As [`address`], of a text.
pub(super) fn text_address(text: &Str) -> Option<usize> {
    (text.len() >= MIN_SHARED && word(text).is_none()).then(|| text.as_ptr().addr())
}

/// The place of a text among [`WORDS`].
pub(super) fn word(text: &str) -> Option<u8> {
    let at = WORDS.iter().position(|word| *word == text)?;
    u8::try_from(at).ok()
}

/// Whether a secret's bytes are too many to be written in place.
pub(super) fn is_large(secret: &Secret) -> bool {
    secret.size() > MAX_INLINE
}

/// The values that the program and the run's start hold, and what is inside of them, numbered in
/// one order by what they are (never by what they share, which differs between processes).
pub(super) fn each_external(machine: &Machine, found: &mut dyn FnMut(&Value)) {
    let mut left = MAX_EXTERNALS;
    let env = Value::Map(machine.meta.env.clone());
    let execution = Value::String(machine.meta.execution.clone());
    let start = [&machine.inputs, &machine.meta.trigger, &env, &execution];
    for value in machine.program.consts.iter().chain(start) {
        visit(value, &mut left, found);
    }
    // Records that were read by a type have its names.
    let named = machine.program.type_table.iter().map(|(_, ty)| ty);
    for ty in machine.program.types.iter().chain(named) {
        visit_names(ty, &mut left, found);
    }
}

/// The names of fields; the recursion is bounded by the type's own depth.
fn visit_names(ty: &Type, left: &mut usize, found: &mut dyn FnMut(&Value)) {
    match ty {
        Type::Record(record) => {
            for field in &record.fields {
                visit(&Value::String(field.name.clone()), left, found);
                visit_names(&field.ty, left, found);
            }
        }
        Type::List(item) | Type::Optional(item) => visit_names(item, left, found),
        Type::Map(key, value) => {
            visit_names(key, left, found);
            visit_names(value, left, found);
        }
        Type::Union(members) => members
            .iter()
            .for_each(|member| visit_names(member, left, found)),
        _ => {}
    }
}

/// The recursion is bounded by the value's own depth.
fn visit(value: &Value, left: &mut usize, found: &mut dyn FnMut(&Value)) {
    if *left == 0 || address(value).is_none() {
        return;
    }
    *left -= 1;
    found(value);
    match value {
        Value::List(list) => list.iter().for_each(|item| visit(item, left, found)),
        Value::Map(map) => {
            for (key, value) in map.iter() {
                if let Key::String(_) = key {
                    visit(&key.to_value(), left, found);
                }
                visit(value, left, found);
            }
        }
        _ => {}
    }
}
