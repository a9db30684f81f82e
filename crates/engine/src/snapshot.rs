//! Snapshots of machines, with payloads in the store.

use std::borrow::Cow;
use std::cell::RefCell;

use wfc_vm::{Machine, Payloads, payload_hash};

use crate::deployment::Deployment;
use crate::header::Header;
use crate::id::Hash;
use crate::run::Payload;
use crate::store::Contents;

/// Takes payloads for the next commit.
struct Keep<'a>(&'a mut Vec<Contents>);

impl Payloads for Keep<'_> {
    fn put(&mut self, bytes: &[u8]) -> [u8; 32] {
        let hash = payload_hash(bytes);
        self.0.push(Contents {
            hash: Hash(hash),
            bytes: bytes.into(),
        });
        hash
    }

    fn get(&self, _: &[u8; 32]) -> Option<Cow<'_, [u8]>> {
        None
    }
}

/// Reads payloads.
struct Find<'a, 'b>(RefCell<&'a mut (dyn FnMut(Hash) -> Result<Vec<u8>, String> + 'b)>);

impl Payloads for Find<'_, '_> {
    fn put(&mut self, bytes: &[u8]) -> [u8; 32] {
        payload_hash(bytes)
    }

    fn get(&self, hash: &[u8; 32]) -> Option<Cow<'_, [u8]>> {
        let mut find = self.0.try_borrow_mut().ok()?;
        find(Hash(*hash)).ok().map(Cow::Owned)
    }
}

/// The machine at rest as bytes; nothing when it is not at rest.
pub(crate) fn take(machine: &Machine, payloads: &mut Vec<Contents>) -> Option<Vec<u8>> {
    machine.snapshot(&mut Keep(payloads)).ok()
}

/// The machine that was at rest.
pub(crate) fn restore(
    header: &Header,
    deployment: &Deployment,
    bytes: &[u8],
    payload: Payload<'_>,
) -> Result<Machine, String> {
    let payloads = Find(RefCell::new(payload));
    let program = deployment.program.clone();
    Machine::restore(program, &header.inputs, header.meta(), bytes, &payloads)
        .map_err(|error| format!("its snapshot cannot be used: {error}"))
}
