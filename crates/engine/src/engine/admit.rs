//! Admission: how many runs of a group are under way.
//!
//! What the store says of a group is read for every decision, and the commit checks that it still
//! holds: two processes never let in one too many.

use wfc_value::{Str, Timestamp};
use wfc_vm::EventKind;

use super::Engine;
use super::start::StartFault;
use crate::deployment::Deployment;
use crate::header::Header;
use crate::id::{Place, RunKey};
use crate::programs::Overlap;
use crate::run::Standing;
use crate::store::{NewLetter, RunState, StoreError};

/// A group's members as they are with what this round did.
struct Members {
    running: Vec<RunKey>,
    queued: Vec<RunKey>,
}

impl Engine {
    /// Where a new run stands in its group, if it is of one; it is noted in its header.
    pub(super) fn admission(
        &mut self,
        header: &mut Header,
        deployment: &Deployment,
    ) -> Result<Standing, StartFault> {
        let reference = &deployment.pins.reference;
        let admission = self
            .programs
            .admission(&deployment.program, reference, &header.inputs)
            .map_err(StartFault::Policy)?;
        let admission = match admission {
            Some(said) => Some(said),
            None => {
                crate::policy::admission(&deployment.program, header).map_err(StartFault::Policy)?
            }
        };
        let Some(admission) = admission else {
            return Ok(Standing::Active);
        };
        if self.is_inside(header, &admission.group) {
            return Ok(Standing::Active);
        }
        let max = admission.max.max(1);
        header.group = Some(admission.group.clone());
        header.group_max = max;
        let place = header.key.place;
        let members = self.members(place, &admission.group)?;
        if members.running.len() < max as usize && members.queued.is_empty() {
            return Ok(Standing::Active);
        }
        match admission.on_overlap {
            Overlap::Queue => Ok(Standing::Queued),
            Overlap::Skip => Ok(Standing::Skipped),
            Overlap::Cancel => {
                let reason = Str::from("another run took its place");
                for other in members.running.into_iter().chain(members.queued) {
                    self.cancel_one(other, header.started_at, &reason)?;
                }
                Ok(Standing::Queued)
            }
        }
    }

    /// Whether a run that waits for this one is of the group: it would wait for itself.
    fn is_inside(&self, header: &Header, group: &Str) -> bool {
        let mut inner = header;
        while inner.parent.is_some_and(|parent| parent.wait)
            && let Some(outer) = inner.parent_key().and_then(|key| self.runs.get(&key))
        {
            inner = &outer.header;
            if inner.group.as_ref() == Some(group) {
                return true;
            }
        }
        false
    }

    /// Cancels a run, wherever it is.
    pub(super) fn cancel_one(
        &mut self,
        key: RunKey,
        now: Timestamp,
        reason: &Str,
    ) -> Result<(), StoreError> {
        let reason = reason.clone();
        let kind = EventKind::Cancel { reason };
        if self.runs.contains_key(&key) {
            self.push(key, now, kind);
            return Ok(());
        }
        let body = crate::codec::letter(&kind);
        let letter = NewLetter {
            to: key,
            at: now,
            body,
        };
        self.store.post(&letter).map(|_| ())
    }

    /// The runs that hold a group.
    pub(super) fn holding(&mut self, place: Place, group: &Str) -> Result<Vec<RunKey>, StoreError> {
        Ok(self.members(place, group)?.running)
    }

    fn members(&mut self, place: Place, group: &Str) -> Result<Members, StoreError> {
        let stored = self.store.group(place, group)?;
        let running = stored.iter().filter(|m| m.state.is_running()).count();
        let check = (place, group.clone());
        self.checks
            .insert(check.clone(), u32::try_from(running).unwrap_or(u32::MAX));
        let mut members = Members {
            running: Vec::new(),
            queued: Vec::new(),
        };
        let mut add = |key: RunKey, state: RunState| match state {
            RunState::Queued => members.queued.push(key),
            state if state.is_running() => members.running.push(key),
            _ => {}
        };
        let here = self.groups.get(&check);
        for member in stored {
            if !here.is_some_and(|here| here.contains(&member.key)) {
                add(member.key, member.state);
            }
        }
        for key in here.into_iter().flatten() {
            if let Some(run) = self.runs.get(key).filter(|run| !run.is_over()) {
                add(*key, super::start::state_of(run.standing));
            }
        }
        members.queued.sort_unstable();
        Ok(members)
    }

    /// Lets in runs that wait for their turn, where there is room; says whether any was.
    pub(super) fn let_in(&mut self) -> Result<bool, StoreError> {
        let mut any = false;
        while let Some((place, group)) = self.roomy.pop_first() {
            let members = self.members(place, &group)?;
            let mut running = members.running.len();
            for key in members.queued {
                // Those of other processes are let in by them.
                let Some(run) = self.runs.get_mut(&key) else {
                    continue;
                };
                if run.standing != Standing::Queued || running >= run.header.group_max as usize {
                    continue;
                }
                running += 1;
                run.standing = Standing::Active;
                run.admitted = true;
                match run.fresh_machine() {
                    Ok(machine) => run.begin(machine),
                    Err(why) => run.set_aside(why),
                }
                self.touch(key);
                self.make_ready(key);
                any = true;
            }
        }
        Ok(any)
    }

    /// Looks again at the groups in which runs wait here.
    pub(super) fn look_at_groups(&mut self) {
        let queued = |key: &RunKey| {
            let run = self.runs.get(key);
            run.is_some_and(|run| run.standing == Standing::Queued)
        };
        let waiting = self
            .groups
            .iter()
            .filter(|(_, members)| members.iter().any(queued));
        let waiting: Vec<(Place, Str)> = waiting.map(|(group, _)| group.clone()).collect();
        self.roomy.extend(waiting);
    }
}
