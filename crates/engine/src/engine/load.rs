//! Runs from the store: those that something happens to, those whose process died, and those
//! whose commit failed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use wfc_value::Timestamp;

use super::start::{StartFault, state_of};
use super::{Engine, MAX_STRIKES, callee_key};
use crate::codec::{read_header, read_outcome, write_reason};
use crate::id::{OwnerId, RunKey};
use crate::run::{Claimed, Leftover, Run, Standing, revive};
use crate::store::{
    Batch, Change, Orphan, RunFilter, RunRow, RunState, StoreError, StoreErrorKind, StoredRun,
};

/// How many orphans are taken on at once.
const ORPHANS: usize = 1024;

/// A run that could not be brought back.
pub(super) struct Aside {
    pub(super) key: RunKey,
    pub(super) why: String,
    pub(super) claimed: Option<Claimed>,
    /// Whether it counted in its group.
    pub(super) group: Option<wfc_value::Str>,
}

/// Why a run cannot be resumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResumeError {
    /// There is no such run.
    Unknown,
    /// It has ended, or is set aside.
    Over(RunState),
    /// Another process works on it.
    Busy,
    /// The store cannot be read or written.
    Store(StoreError),
}

impl From<StoreError> for ResumeError {
    fn from(error: StoreError) -> Self {
        match error.kind {
            StoreErrorKind::Conflict => Self::Busy,
            _ => Self::Store(error),
        }
    }
}

impl fmt::Display for ResumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("there is no such run"),
            Self::Over(RunState::Quarantined) => f.write_str("the run is set aside"),
            Self::Over(state) => write!(f, "the run has ended: it {}", verb(*state)),
            Self::Busy => f.write_str("another process works on the run"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ResumeError {}

const fn verb(state: RunState) -> &'static str {
    match state {
        RunState::Succeeded => "succeeded",
        RunState::Failed => "failed",
        RunState::Cancelled => "was cancelled",
        RunState::Skipped => "was skipped",
        _ => "goes on",
    }
}

impl Engine {
    /// Takes on the runs of processes that died, to be called when a server starts and now and
    /// then after; gives how many there were. Those that were being stepped when their process
    /// died are counted a strike and stepped alone, one a round; with the third strike they are
    /// set aside.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn adopt_orphans(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let orphans = self.store.orphans(ORPHANS)?;
        self.claim(&orphans, now)?;
        Ok(orphans.len())
    }

    /// Takes on one run and those that it called, whose process died or that are parked.
    ///
    /// # Errors
    /// When it has ended, another process works on it, or the store cannot be read or written.
    pub fn resume(&mut self, key: RunKey, now: Timestamp) -> Result<(), ResumeError> {
        if self.runs.contains_key(&key) {
            return Ok(());
        }
        let Some(row) = self.store.run(key)? else {
            return Err(ResumeError::Unknown);
        };
        if row.state.is_over() || row.state == RunState::Quarantined {
            return Err(ResumeError::Over(row.state));
        }
        let orphans = self.store.orphans(usize::MAX)?;
        let orphans: BTreeMap<RunKey, Orphan> = orphans.into_iter().map(|o| (o.key, o)).collect();
        let mut claimed = Vec::new();
        let mut rows = VecDeque::from([row]);
        while let Some(row) = rows.pop_front() {
            match (row.state, orphans.get(&row.key)) {
                (RunState::Parked, _) => self.arriving.push_back(row.key),
                (_, Some(orphan)) => claimed.push(*orphan),
                (_, None) if row.key == key => return Err(ResumeError::Busy),
                (_, None) => {}
            }
            rows.extend(self.open_callees(row.key)?);
        }
        self.claim(&claimed, now)?;
        Ok(())
    }

    fn open_callees(&mut self, caller: RunKey) -> Result<Vec<RunRow>, StoreError> {
        self.store.runs(&RunFilter {
            place: Some(caller.place),
            parent: Some(caller.execution),
            states: vec![RunState::Queued, RunState::Active, RunState::Parked],
            ..RunFilter::default()
        })
    }

    /// Lets a run that is set aside go on, as if it had never been.
    ///
    /// # Errors
    /// When it is not set aside, or the store cannot be read or written.
    pub fn release(&mut self, key: RunKey) -> Result<(), ResumeError> {
        let Some(row) = self.store.run(key)? else {
            return Err(ResumeError::Unknown);
        };
        if row.state != RunState::Quarantined {
            return Err(if row.state.is_over() {
                ResumeError::Over(row.state)
            } else {
                ResumeError::Busy
            });
        }
        let mut batch = Batch::default();
        batch.changes.push(Change::Release { key });
        let committed = self.store.commit(&batch);
        // After an error it may be ours all the same.
        self.arriving.push_back(key);
        committed.map_err(ResumeError::from)
    }

    /// Deletes a run that has ended or is set aside, with all that belongs to it.
    ///
    /// # Errors
    /// When it has not ended, or the store cannot be written.
    pub fn delete(&mut self, key: RunKey) -> Result<(), ResumeError> {
        let mut batch = Batch::default();
        batch.delete.push(key);
        Ok(self.store.commit(&batch)?)
    }

    fn claim(&mut self, orphans: &[Orphan], now: Timestamp) -> Result<(), StoreError> {
        if orphans.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::default();
        for orphan in orphans {
            let key = orphan.key;
            let strikes = orphan.strikes + u8::from(orphan.stepped);
            batch.changes.push(Change::Claim {
                key,
                from: orphan.owner,
                strikes,
            });
            if strikes >= MAX_STRIKES {
                let why = format!(
                    "the process died {strikes} times while it was at work on this run: it is not \
                     tried again by itself"
                );
                batch.changes.push(Change::End {
                    key,
                    state: RunState::Quarantined,
                    at: now,
                    outcome: write_reason(&why),
                });
                self.told_aside.push((key, why));
            }
        }
        let committed = self.store.commit(&batch);
        if let Err(error) = &committed {
            self.told_aside.clear();
            if error.kind == StoreErrorKind::Conflict {
                return committed;
            }
            // They may be ours all the same, and nobody's orphans: each is looked at when its turn comes.
        }
        for orphan in orphans {
            if orphan.strikes + u8::from(orphan.stepped) >= MAX_STRIKES {
                continue;
            }
            // One that has a strike was not stepped alone since.
            if orphan.stepped || orphan.strikes > 0 {
                self.suspects.push_back(orphan.key);
            } else {
                self.arriving.push_back(orphan.key);
            }
        }
        committed
    }

    /// Brings a run of the store into memory, to be stepped. `dead` is an owner whose runs may be
    /// taken. Says whether it is there.
    pub(super) fn bring(
        &mut self,
        key: RunKey,
        dead: Option<OwnerId>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if self.runs.contains_key(&key) {
            return Ok(true);
        }
        let Some(stored) = self.store.load(key)? else {
            return Ok(false);
        };
        let row = &stored.row;
        let open = row.state.is_running() || row.state == RunState::Queued;
        let mine = row.owner == Some(self.store.owner());
        if !open || !(mine || row.owner.is_none() || row.owner == dead) {
            self.is_elsewhere(row);
            return Ok(false);
        }
        let claimed = (!mine).then_some(Claimed {
            from: row.owner,
            strikes: row.strikes,
        });
        if let Some(mut run) = self.revive(&stored, claimed)? {
            run.claimed = claimed;
            let came = self.come_in(run, Leftover::default(), now);
            if came.is_err()
                && let Some(mut run) = self.move_out(key)
            {
                // Not all of it was looked at: it is brought anew.
                self.touched.retain(|touched| *touched != key);
                let leftover = run.discard();
                self.bring_back(key, leftover);
            }
            return came.map(|()| true);
        }
        Ok(false)
    }

    /// A run that was to come here has ended, or is another process's: its caller looks at it with the next polls.
    fn is_elsewhere(&mut self, row: &RunRow) {
        let caller = row.parent.map(|parent| row.key.sibling(parent));
        let Some((caller, run)) = caller.and_then(|key| Some((key, self.runs.get(&key)?))) else {
            return;
        };
        let called = run.outstanding().map(|effect| effect.id);
        let called = called.filter(|id| callee_key(caller, *id) == row.key);
        self.foreign
            .extend(called.map(|id| (caller, id)).collect::<Vec<_>>());
    }

    /// The run that is stored; nothing when it makes no sense and is set aside.
    pub(super) fn revive(
        &mut self,
        stored: &StoredRun,
        claimed: Option<Claimed>,
    ) -> Result<Option<Box<Run>>, StoreError> {
        let row = &stored.row;
        let read = read_header(&stored.header, row);
        let deployment = self.shelf.get(row.deployment, &mut *self.store)?;
        let both = read
            .map_err(|error| format!("its header is damaged {error}"))
            .and_then(|header| deployment.map(|deployment| (header, deployment)));
        let mut failed = None;
        let store = &mut self.store;
        let mut payload = |hash| match store.payload(hash) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err("a payload is not in the store".to_owned()),
            Err(error) => {
                failed = Some(error.clone());
                Err(error.message)
            }
        };
        let turned = &mut self.turned;
        let revived = both.and_then(|(header, deployment)| {
            revive(stored, header, deployment, &mut payload, turned)
        });
        match (revived, failed) {
            (_, Some(error)) => Err(error),
            (Ok(run), None) => Ok(Some(run)),
            (Err(why), None) => {
                self.aside.push(Aside {
                    key: row.key,
                    why,
                    claimed,
                    group: row.group.clone(),
                });
                Ok(None)
            }
        }
    }

    /// Puts a run that was brought back into memory, and sees what is to be done for it.
    fn come_in(
        &mut self,
        mut run: Box<Run>,
        leftover: Leftover,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = run.header.key;
        run.take_over(leftover);
        run.interrupted(now);
        run.wake = run.next_wake();
        self.timers.extend(run.wake.map(|at| Reverse((at, key))));
        self.settle_in(run);
        self.touch(key);
        for letter in self.store.letters_to(key)? {
            self.deliver(&letter);
        }
        if let Some(group) = self.runs.get(&key).and_then(|run| {
            let queued = run.standing == Standing::Queued;
            run.header.group.clone().filter(|_| queued)
        }) {
            self.roomy.insert((key.place, group));
        }
        self.make_ready(key);
        self.follow(key, now)
    }

    /// Loads runs again whose commit failed.
    pub(super) fn load_again(&mut self, now: Timestamp) -> Result<(), StoreError> {
        while let Some(key) = self.reload.pop() {
            if self.runs.get(&key).is_none_or(|run| run.stale.is_none()) {
                continue;
            }
            let stored = match self.store.load(key) {
                Ok(stored) => stored,
                Err(error) => {
                    self.reload.push(key);
                    return Err(error);
                }
            };
            let Some(run) = self.move_out(key) else {
                continue;
            };
            if let Err((error, run)) = self.again(run, stored, now) {
                // One that came in already is among the touched ones, and dropped with them.
                if let Some(run) = run {
                    self.settle_in(run);
                    self.reload.push(key);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    #[allow(
        clippy::type_complexity,
        reason = "the run goes back to where it was when the store fails"
    )]
    fn again(
        &mut self,
        mut old: Box<Run>,
        stored: Option<StoredRun>,
        now: Timestamp,
    ) -> Result<(), (StoreError, Option<Box<Run>>)> {
        let leftover = old.stale.take().unwrap_or_default();
        let key = old.header.key;
        let Some(stored) = stored else {
            return self.once_more(old, leftover, now);
        };
        let row = &stored.row;
        let me = self.store.owner();
        let open = row.state.is_running() || row.state == RunState::Queued;
        if open && (row.owner == Some(me) || row.owner.is_none()) {
            let claimed = row.owner.is_none().then_some(Claimed {
                from: None,
                strikes: row.strikes,
            });
            let revived = match self.revive(&stored, claimed) {
                Ok(revived) => revived,
                Err(error) => {
                    old.stale = Some(leftover);
                    return Err((error, Some(old)));
                }
            };
            if let Some(mut run) = revived {
                run.claimed = claimed;
                run.begun_told = old.begun_told;
                return self
                    .come_in(run, leftover, now)
                    .map_err(|error| (error, None));
            }
            self.leave_off(key, &leftover);
            return Ok(());
        }
        self.leave_off(key, &leftover);
        self.is_elsewhere(row);
        if row.state.is_over() {
            let ended = row.outcome.as_deref().map(read_outcome);
            if let Some(Ok(ended)) = ended {
                self.late.push((key, ended.outcome));
            }
        } else {
            self.lost.push(key);
        }
        Ok(())
    }

    /// What is worked on for a run that is here no more is stopped.
    fn leave_off(&mut self, key: RunKey, leftover: &Leftover) {
        let open = leftover.not_stopped();
        self.astray.extend(open.map(|effect| (key, effect)));
    }

    /// A run that is not in the store has not begun: it begins once more, if it still may.
    #[allow(
        clippy::type_complexity,
        reason = "the run goes back to where it was when the store fails"
    )]
    fn once_more(
        &mut self,
        mut old: Box<Run>,
        leftover: Leftover,
        now: Timestamp,
    ) -> Result<(), (StoreError, Option<Box<Run>>)> {
        let standing = match self.admission(&mut old.header, &old.deployment) {
            Ok(standing) => Ok(standing),
            Err(StartFault::Store(error)) => {
                old.stale = Some(leftover);
                return Err((error, Some(old)));
            }
            Err(why) => Err(why.to_string()),
        };
        let place = standing.as_ref().copied().unwrap_or(Standing::Active);
        let mut run = Box::new(Run::idle(old.header, old.deployment, place));
        run.new = old.new;
        if let Some(new) = &mut run.new {
            new.state = state_of(place);
        }
        let machine = standing.and_then(|_| run.fresh_machine());
        match (machine, place) {
            (Ok(machine), Standing::Active) => run.begin(machine),
            (Ok(_), Standing::Queued | Standing::Skipped) => {}
            (Err(why), _) => run.set_aside(why),
        }
        self.come_in(run, leftover, now)
            .map_err(|error| (error, None))
    }
}
