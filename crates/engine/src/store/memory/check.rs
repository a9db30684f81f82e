//! Whether a batch goes through, before anything of it is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::disk::Disk;
use super::runs::Standing;
use crate::id::{OwnerId, RunKey};
use crate::store::batch::{Batch, Change};
use crate::store::stored::RunState;
use crate::store::{Occurrence, StoreError};

/// What a change makes of a run; nothing when somebody else was first.
pub(super) fn changed((state, owner): Standing, change: &Change, me: OwnerId) -> Option<Standing> {
    let mine = owner == Some(me);
    let (fits, next) = match change {
        Change::Claim { from, .. } => {
            let open = state.is_running() || state == RunState::Queued;
            let next = match state {
                RunState::Parked => RunState::Active,
                other => other,
            };
            (open && owner == *from, (next, Some(me)))
        }
        Change::Admit { .. } => {
            let fits = mine && state == RunState::Queued;
            (fits, (RunState::Active, owner))
        }
        Change::Park { .. } => {
            let fits = mine && state == RunState::Active;
            (fits, (RunState::Parked, None))
        }
        Change::End { state, .. } => (mine, (*state, None)),
        Change::Release { .. } => {
            let fits = state == RunState::Quarantined;
            (fits, (RunState::Active, Some(me)))
        }
    };
    fits.then_some(next)
}

/// Runs as they are within the batch.
struct Within<'a> {
    disk: &'a Disk,
    changed: BTreeMap<RunKey, Standing>,
}

impl Within<'_> {
    fn standing(&self, key: RunKey) -> Result<Standing, StoreError> {
        let known = self.changed.get(&key).copied();
        let standing = known.or_else(|| self.disk.runs.standing(key));
        standing.ok_or_else(|| StoreError::conflict(format!("there is no run {key}")))
    }
}

impl Disk {
    /// Whether `batch` can be applied.
    pub(super) fn check(&self, batch: &Batch, me: OwnerId) -> Result<(), StoreError> {
        for check in &batch.checks {
            let members = self.members(check.key.place, &check.group);
            let running = members.iter().filter(|m| m.state.is_running()).count();
            first(running as u64 == u64::from(check.running))?;
        }
        let mut within = Within {
            disk: self,
            changed: BTreeMap::new(),
        };
        self.check_runs(batch, me, &mut within)?;
        for payload in &batch.payloads {
            within.standing(payload.key)?;
        }
        for change in &batch.changes {
            let standing = within.standing(change.key())?;
            let next = changed(standing, change, me);
            first(next.is_some())?;
            within
                .changed
                .extend(next.map(|standing| (change.key(), standing)));
        }
        let mut numbers = BTreeSet::new();
        for (key, number, _) in batch.journal.iter() {
            within.standing(key)?;
            let run = self.runs.get(key);
            let known = run.is_some_and(|run| run.journal.has(number));
            first(!known && numbers.insert((key, number)))?;
        }
        for row in &batch.snapshots {
            within.standing(row.key)?;
        }
        let mut letters = BTreeSet::new();
        for taken in &batch.taken {
            first(self.letters.contains_key(&taken.letter) && letters.insert(taken.letter))?;
        }
        for (key, _) in &batch.forget {
            within.standing(*key)?;
        }
        for key in &batch.delete {
            let (state, _) = within.standing(*key)?;
            first(state.is_over() || state == RunState::Quarantined)?;
        }
        Ok(())
    }

    fn check_runs(
        &self,
        batch: &Batch,
        me: OwnerId,
        within: &mut Within<'_>,
    ) -> Result<(), StoreError> {
        let mut occurrences: BTreeSet<(_, &Occurrence)> = BTreeSet::new();
        for run in &batch.runs {
            let owner = (!run.state.is_over()).then_some(me);
            let new = within.changed.insert(run.key, (run.state, owner)).is_none();
            first(new && !self.runs.has(run.key))?;
            if let Some(occurrence) = &run.occurrence {
                let known = (run.key.place, occurrence.clone());
                let new = occurrences.insert((run.key.place, occurrence));
                first(new && !self.occurrences.contains_key(&known))?;
            }
        }
        Ok(())
    }
}

fn first(ok: bool) -> Result<(), StoreError> {
    let error = || StoreError::conflict("another process was first");
    ok.then_some(()).ok_or_else(error)
}
