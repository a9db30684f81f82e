//! Circles: a called run that waits for its turn in a group whose runs wait, through what they called, for a run that
//! waits for it. Nothing would ever move, so the call that closes the circle fails.
//!
//! Timeouts and `join: any` might open a circle later; it is not waited for that. Two processes may each close a half of one
//! at the same moment: those that wait here are looked at again with each poll.

use std::collections::BTreeMap;

use wfc_value::{FaultCode, Str, Timestamp, Value};
use wfc_vm::{EffectClass, ErrorRecord, Outcome};

use super::start::{callee_key, state_of};
use super::{Engine, MAX_CALL_DEPTH};
use crate::codec::read_header;
use crate::header::Header;
use crate::id::RunKey;
use crate::store::{RunFilter, RunState, StoreError};

/// How many runs are looked at for one circle at most.
const MOST_RUNS: usize = 256;

/// How many waiting runs a poll looks at.
const MOST_AGAIN: usize = 100;

/// Whether runs wait for one that is searched for. While a run is looked at it counts as one that does not.
type Known = BTreeMap<RunKey, bool>;

impl Engine {
    /// Fails a called run that waits for its turn in a circle; says whether it did.
    pub(super) fn break_circle(&mut self, key: RunKey, now: Timestamp) -> Result<bool, StoreError> {
        let Some(group) = self.waits_in(key) else {
            return Ok(false);
        };
        // Itself and those that wait for it.
        let mut known = Known::from([(key, true)]);
        let mut inner = key;
        while let Some(outer) = self.waiting_caller(inner)?
            && known.len() <= MAX_CALL_DEPTH as usize
        {
            known.insert(outer, true);
            inner = outer;
        }
        if !self.all_wait(key, &group, &mut known)? {
            return Ok(false);
        }
        let Some(run) = self.runs.get_mut(&key) else {
            return Ok(false);
        };
        let workflow = &run.header.workflow;
        let message = format!(
            "`{workflow}` waits for its turn in the group `{group}` behind a run that waits for its caller"
        );
        let error = ErrorRecord::new(FaultCode::Deadlock, message);
        run.outcome = Some(Outcome::Failed(Box::new(error)));
        self.touch(key);
        self.follow(key, now)?;
        Ok(true)
    }

    /// Looks again at called runs that wait for their turn here.
    pub(super) fn break_circles(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let groups = self.groups.values().flatten();
        let waiting = groups.filter(|key| self.waits_in(**key).is_some());
        let waiting: Vec<RunKey> = waiting.take(MOST_AGAIN).copied().collect();
        for key in waiting {
            self.break_circle(key, now)?;
        }
        Ok(())
    }

    /// The group in which a run here waits for its turn while its caller waits for it.
    fn waits_in(&self, key: RunKey) -> Option<Str> {
        let run = self.runs.get(&key)?;
        let called = run.header.parent.is_some_and(|parent| parent.wait);
        let queued = called && !run.is_over() && state_of(run.standing) == RunState::Queued;
        run.header.group.clone().filter(|_| queued)
    }

    /// Whether all runs that hold a group wait for a known one.
    fn all_wait(
        &mut self,
        key: RunKey,
        group: &Str,
        known: &mut Known,
    ) -> Result<bool, StoreError> {
        let holding = self.holding(key.place, group)?;
        for holder in &holding {
            if !self.waits_for_known(*holder, known)? {
                return Ok(false);
            }
        }
        Ok(!holding.is_empty())
    }

    /// Whether a run waits, through what it called, for a known one.
    fn waits_for_known(&mut self, key: RunKey, known: &mut Known) -> Result<bool, StoreError> {
        if let Some(waits) = known.get(&key) {
            return Ok(*waits);
        }
        if known.len() >= MOST_RUNS {
            return Ok(false);
        }
        known.insert(key, false);
        let waits = match self.standing_of(key)? {
            Some((RunState::Queued, Some(group))) => self.all_wait(key, &group, known)?,
            Some((state, _)) if state.is_running() => {
                let mut any = false;
                for callee in self.awaited_by(key)? {
                    any = any || self.waits_for_known(callee, known)?;
                }
                any
            }
            _ => false,
        };
        known.insert(key, waits);
        Ok(waits)
    }

    fn standing_of(&mut self, key: RunKey) -> Result<Option<(RunState, Option<Str>)>, StoreError> {
        if let Some(run) = self.runs.get(&key) {
            let open = !run.is_over();
            return Ok(open.then(|| (state_of(run.standing), run.header.group.clone())));
        }
        Ok(self.store.run(key)?.map(|row| (row.state, row.group)))
    }

    /// The run that waits for a run.
    fn waiting_caller(&mut self, key: RunKey) -> Result<Option<RunKey>, StoreError> {
        let parent = match self.runs.get(&key) {
            Some(run) => run.header.parent,
            None => self.stored_header(key)?.and_then(|header| header.parent),
        };
        let parent = parent.filter(|parent| parent.wait);
        Ok(parent.map(|parent| key.sibling(parent.run)))
    }

    /// The runs that a run called and waits for.
    fn awaited_by(&mut self, key: RunKey) -> Result<Vec<RunKey>, StoreError> {
        if let Some(run) = self.runs.get(&key) {
            let calls = run.outstanding().filter(|effect| {
                let waits = effect.args.get("wait").and_then(Value::as_bool);
                effect.class == EffectClass::Call && !effect.cancelling && waits.unwrap_or(true)
            });
            return Ok(calls.map(|call| callee_key(key, call.id)).collect());
        }
        let mut awaited = Vec::new();
        for row in self.store.runs(&RunFilter {
            place: Some(key.place),
            parent: Some(key.execution),
            states: vec![RunState::Queued, RunState::Active, RunState::Parked],
            limit: MOST_RUNS,
            ..RunFilter::default()
        })? {
            if self.waiting_caller(row.key)? == Some(key) {
                awaited.push(row.key);
            }
        }
        Ok(awaited)
    }

    fn stored_header(&mut self, key: RunKey) -> Result<Option<Header>, StoreError> {
        let stored = self.store.load(key)?;
        Ok(stored.and_then(|stored| read_header(&stored.header, &stored.row).ok()))
    }
}
