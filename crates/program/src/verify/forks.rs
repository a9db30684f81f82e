//! Fibers' entries, and which fiber starts which: a graph without cycles, of bounded depth.

use std::collections::{BTreeMap, BTreeSet};

use super::scopes::FiberKind;
use super::{MAX_FORK_DEPTH, VerifyError};
use crate::isa::{Label, Slot};

/// The entries that were met.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    list: Vec<(Label, FiberKind)>,
    known: BTreeSet<(u32, u8)>,
    /// Who starts whom.
    edges: BTreeSet<(u32, u32)>,
}

impl Entries {
    pub(super) fn kind(&self, entry: u32) -> FiberKind {
        self.list
            .get(entry as usize)
            .map_or(FiberKind::Main, |(_, kind)| *kind)
    }

    /// The entries, in the order of their numbers.
    pub(crate) fn list(&self) -> &[(Label, FiberKind)] {
        &self.list
    }

    /// Adds an entry that fiber `from` starts; whether it is new.
    pub(super) fn add(&mut self, from: Option<u32>, at: Label, kind: FiberKind) -> (u32, bool) {
        let new = self.known.insert((at.0, kind as u8));
        if new {
            self.list.push((at, kind));
        }
        let place = self
            .list
            .iter()
            .position(|e| *e == (at, kind))
            .unwrap_or_default();
        let id = u32::try_from(place).unwrap_or(u32::MAX);
        if let Some(from) = from {
            self.edges.insert((from, id));
        }
        (id, new)
    }

    /// Checks that no fiber starts itself, however indirectly, and how deep they start.
    pub(super) fn check_depth(&self) -> Result<(), VerifyError> {
        let mut depth = vec![0_u32; self.list.len()];
        // One round for each level: without cycles the depths settle within the bound.
        for _ in 0..=MAX_FORK_DEPTH {
            let mut changed = false;
            for (from, to) in &self.edges {
                let above = depth.get(*from as usize).copied().unwrap_or_default();
                if let Some(depth) = depth.get_mut(*to as usize)
                    && *depth <= above
                {
                    *depth = above + 1;
                    changed = true;
                }
            }
            if depth.iter().any(|d| *d > MAX_FORK_DEPTH) {
                break;
            }
            if !changed {
                return Ok(());
            }
        }
        Err(VerifyError::table(format!(
            "forks are nested over {MAX_FORK_DEPTH} levels, or in a circle"
        )))
    }

    /// The slots that each compensation's code and the fibers that it starts read. Call after
    /// [`Entries::check_depth`]: the edges have no cycles.
    pub(super) fn captures(&self, reads: &BTreeSet<(u32, Slot)>) -> BTreeMap<u32, Vec<Slot>> {
        let mut out = BTreeMap::new();
        for (id, (at, kind)) in (0_u32..).zip(&self.list) {
            if *kind != FiberKind::Compensation {
                continue;
            }
            let mut fibers = BTreeSet::from([id]);
            let mut work = vec![id];
            while let Some(from) = work.pop() {
                for (_, to) in self.edges.range((from, 0)..=(from, u32::MAX)) {
                    if fibers.insert(*to) {
                        work.push(*to);
                    }
                }
            }
            let slots: BTreeSet<Slot> = fibers
                .iter()
                .flat_map(|f| reads.range((*f, Slot(0))..=(*f, Slot(u32::MAX))))
                .map(|(_, slot)| *slot)
                .collect();
            out.insert(at.0, slots.into_iter().collect());
        }
        out
    }
}
