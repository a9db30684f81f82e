//! Payloads: large values, kept once under the hash of their bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Where large values are kept.
pub trait Payloads {
    /// Keeps bytes, which may be there already; gives their [`payload_hash`].
    fn put(&mut self, bytes: &[u8]) -> [u8; 32];
    /// The bytes of a hash.
    fn get(&self, hash: &[u8; 32]) -> Option<Cow<'_, [u8]>>;
}

/// The hash under which bytes are kept: SHA-256.
#[must_use]
pub fn payload_hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Payloads in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryPayloads(pub BTreeMap<[u8; 32], Vec<u8>>);

impl Payloads for MemoryPayloads {
    fn put(&mut self, bytes: &[u8]) -> [u8; 32] {
        let hash = payload_hash(bytes);
        self.0.entry(hash).or_insert_with(|| bytes.to_vec());
        hash
    }

    fn get(&self, hash: &[u8; 32]) -> Option<Cow<'_, [u8]>> {
        self.0
            .get(hash)
            .map(|bytes| Cow::Borrowed(bytes.as_slice()))
    }
}
