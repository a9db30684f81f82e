//! A run as it is kept while somebody works on it.

use std::collections::BTreeSet;

use crate::id::Hash;
use crate::store::batch::Occurrence;
use crate::store::stored::{RunRow, Snapshot};

/// A run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    pub(super) row: RunRow,
    pub(super) header: Box<[u8]>,
    pub(super) occurrence: Option<Occurrence>,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) journal: Journal,
    pub(super) payloads: BTreeSet<Hash>,
}

/// Journal rows by their numbers, in their order; a few bytes besides their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Journal(Vec<(u64, Box<[u8]>)>);

impl Journal {
    /// How many rows take no more room than they need.
    const FEW: usize = 8;

    pub(super) fn has(&self, number: u64) -> bool {
        self.place(number).is_ok()
    }

    fn place(&self, number: u64) -> Result<usize, usize> {
        self.0.binary_search_by_key(&number, |row| row.0)
    }

    pub(super) fn put(&mut self, number: u64, bytes: &[u8]) {
        if self.0.len() < Self::FEW {
            self.0.reserve_exact(1);
        }
        match self.place(number) {
            Ok(_) => {}
            Err(place) => self.0.insert(place, (number, bytes.into())),
        }
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Box<[u8]>> {
        let place = self.place(number).ok()?;
        self.0.get_mut(place).map(|row| &mut row.1)
    }

    /// Those with numbers above `after`.
    pub(super) fn behind(&self, after: u64) -> &[(u64, Box<[u8]>)] {
        let first = self.0.partition_point(|row| row.0 <= after);
        self.0.get(first..).unwrap_or_default()
    }

    pub(super) fn forget(&mut self, upto: u64) {
        self.0.retain(|row| row.0 > upto);
        self.0.shrink_to_fit();
    }
}
