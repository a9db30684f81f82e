//! Where journals are kept.

use std::fmt;

use crate::journal::record::Record;

/// A journal that records are added to.
pub trait Store {
    /// Adds a record. It counts once [`Store::commit`] was told that it does.
    fn append(&mut self, record: Record);

    /// Makes everything that was added durable, all of it or nothing.
    ///
    /// # Errors
    /// When that did not work; the store takes no more after that.
    fn commit(&mut self) -> Result<(), StoreError>;
}

/// Why a journal could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// What went wrong: lower case, no full stop.
    pub message: String,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}

/// Keeps nothing: for runs that do not outlive their process.
#[derive(Debug, Default)]
pub struct NoStore;

impl Store for NoStore {
    fn append(&mut self, _: Record) {}
    fn commit(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Keeps records in memory: for tests and simulators.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    committed: Vec<Record>,
    added: Vec<Record>,
    /// How many commits go well before one fails; without it all do.
    pub fails_after: Option<u32>,
}

impl MemoryStore {
    /// What a process that died now would leave.
    #[must_use]
    pub fn committed(&self) -> &[Record] {
        &self.committed
    }
}

impl Store for MemoryStore {
    fn append(&mut self, record: Record) {
        self.added.push(record);
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        match &mut self.fails_after {
            Some(0) => {
                return Err(StoreError {
                    message: "the store was told to fail".to_owned(),
                });
            }
            Some(left) => *left -= 1,
            None => {}
        }
        self.committed.append(&mut self.added);
        Ok(())
    }
}
