//! What every store must keep to, as a suite that its tests call.
//!
//! ```
//! use wfc_engine::store::contract::{self, Memory};
//! assert_eq!(contract::check(&mut Memory), Ok(()));
//! ```

mod found;
mod inbox;
mod kept;
mod owners;
mod support;

use super::{MemoryStore, Store};
use crate::id::OwnerId;

/// Makes stores of one kind.
pub trait Places {
    /// The kind.
    type Store: Store;

    /// A new, empty place, open for `owner`.
    fn fresh(&mut self, owner: OwnerId) -> Self::Store;

    /// The place of `store`, which stays open, opened by another process for `owner`.
    fn another(&mut self, store: &Self::Store, owner: OwnerId) -> Self::Store;

    /// The process of `store` dies without another word; then the place is opened for `owner`.
    fn crash(&mut self, store: Self::Store, owner: OwnerId) -> Self::Store;
}

/// One thing to check: what it is about, and the check.
type Case<P> = (&'static str, fn(&mut P) -> Result<(), String>);

/// Checks everything.
///
/// # Errors
/// The first thing that does not hold.
pub fn check<P: Places>(places: &mut P) -> Result<(), String> {
    let cases: Vec<Case<P>> = [
        kept::cases::<P>(),
        found::cases(),
        owners::cases(),
        inbox::cases(),
    ]
    .concat();
    for (about, case) in cases {
        case(places).map_err(|why| format!("{about}: {why}"))?;
    }
    Ok(())
}

/// Stores in memory.
#[derive(Debug)]
pub struct Memory;

impl Places for Memory {
    type Store = MemoryStore;

    fn fresh(&mut self, owner: OwnerId) -> MemoryStore {
        MemoryStore::new(owner)
    }

    fn another(&mut self, store: &MemoryStore, owner: OwnerId) -> MemoryStore {
        store.another(owner)
    }

    fn crash(&mut self, store: MemoryStore, owner: OwnerId) -> MemoryStore {
        store.copy(owner)
    }
}
