//! Runs: open while somebody works on them, packed while nobody does.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::blocks::Blocks;
use super::kept::Kept;
use super::packed::{self, Words};
use crate::id::{ExecutionId, OwnerId, Place, RunKey};
use crate::store::stored::{RunFilter, RunRow, RunState};

/// A run's state and owner.
pub(super) type Standing = (RunState, Option<OwnerId>);

/// Runs of which more is kept stay open: to pack them whenever they park would take too long.
const LARGE: usize = 16 * 1024;

/// Runs as strings of bytes.
type Packed = BTreeMap<Place, Blocks<ExecutionId, Box<[u8]>>>;

/// All runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    /// In boxes: nodes of the tree are half empty.
    open: BTreeMap<RunKey, Box<Kept>>,
    packed: Packed,
    words: Words,
}

impl Runs {
    fn bytes(&self, key: RunKey) -> Option<&[u8]> {
        let bytes = self.packed.get(&key.place)?.get(&key.execution)?;
        Some(bytes)
    }

    pub(super) fn has(&self, key: RunKey) -> bool {
        self.open.contains_key(&key) || self.bytes(key).is_some()
    }

    pub(super) fn standing(&self, key: RunKey) -> Option<Standing> {
        if let Some(run) = self.open.get(&key) {
            return Some((run.row.state, run.row.owner));
        }
        Some((packed::state(self.bytes(key)?)?, None))
    }

    pub(super) fn get(&self, key: RunKey) -> Option<Cow<'_, Kept>> {
        if let Some(run) = self.open.get(&key) {
            return Some(Cow::Borrowed(run));
        }
        let run = packed::unpack(key, self.bytes(key)?, &self.words);
        run.ok().map(Cow::Owned)
    }

    pub(super) fn row(&self, key: RunKey) -> Option<RunRow> {
        if let Some(run) = self.open.get(&key) {
            return Some(run.row.clone());
        }
        packed::row(key, self.bytes(key)?, &self.words).ok()
    }

    /// A run to be changed: it is open from here on, until it is closed.
    pub(super) fn open(&mut self, key: RunKey) -> Option<&mut Kept> {
        let run = match self.open.entry(key) {
            Entry::Occupied(run) => run.into_mut(),
            Entry::Vacant(place) => {
                let bytes = take(&mut self.packed, key)?;
                let run = packed::unpack(key, &bytes, &self.words).ok()?;
                place.insert(Box::new(run))
            }
        };
        Some(run)
    }

    /// Packs a run that nobody works on.
    pub(super) fn close(&mut self, key: RunKey) {
        let Some(run) = self.open.get(&key) else {
            return;
        };
        let working = matches!(run.row.state, RunState::Active | RunState::Queued);
        if working || run.row.owner.is_some() || run.size() > LARGE {
            return;
        }
        let bytes = packed::pack(run, &mut self.words);
        self.open.remove(&key);
        let place = self.packed.entry(key.place).or_default();
        place.insert(key.execution, bytes);
    }

    pub(super) fn insert(&mut self, run: Kept) {
        self.open.insert(run.row.key, Box::new(run));
    }

    pub(super) fn remove(&mut self, key: RunKey) -> Option<Kept> {
        self.open(key)?;
        self.open.remove(&key).map(|run| *run)
    }

    /// The rows of open runs: all active and queued ones are among them.
    pub(super) fn at_work(&self) -> impl Iterator<Item = &RunRow> {
        self.open.values().map(|run| &run.row)
    }

    /// Rows that fit a filter, the last ones first, its number aside.
    pub(super) fn fitting<'a>(
        &'a self,
        filter: &'a RunFilter,
    ) -> impl Iterator<Item = Cow<'a, RunRow>> {
        let open = self.open.iter().rev();
        let mut open = open.map(|(key, run)| (*key, run)).peekable();
        let packed = self.packed.iter().rev().flat_map(|(place, runs)| {
            let runs = runs.iter().rev();
            runs.map(|(execution, bytes)| {
                let (place, execution) = (*place, *execution);
                (RunKey { place, execution }, bytes)
            })
        });
        let mut packed = packed.peekable();
        let all = std::iter::from_fn(move || {
            let next = packed.peek().map(|(key, _)| *key);
            if let Some((_, run)) = open.next_if(|(key, _)| next.is_none_or(|next| *key > next)) {
                return Some(Some(Cow::Borrowed(&run.row)));
            }
            let (key, bytes) = packed.next()?;
            let asked = filter.states.is_empty()
                || packed::state(bytes).is_some_and(|state| filter.states.contains(&state));
            let row = asked.then(|| packed::row(key, bytes, &self.words));
            Some(row.and_then(Result::ok).map(Cow::Owned))
        });
        all.flatten().filter(|row| filter.fits(row))
    }
}

fn take(packed: &mut Packed, key: RunKey) -> Option<Box<[u8]>> {
    let place = packed.get_mut(&key.place)?;
    let bytes = place.remove(&key.execution);
    if place.is_empty() {
        packed.remove(&key.place);
    }
    bytes
}

impl Kept {
    /// About how many bytes are kept of it.
    fn size(&self) -> usize {
        let snapshot = self.snapshot.as_ref().map_or(0, |s| s.bytes.len());
        let rows = self.journal.behind(0).iter();
        let journal: usize = rows.map(|(_, bytes)| bytes.len()).sum();
        self.header.len() + snapshot + journal
    }
}
