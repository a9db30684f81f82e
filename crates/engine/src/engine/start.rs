//! Starting runs.

use std::fmt;

use wfc_value::{Map, Timestamp, Value};
use wfc_vm::{Limits, Machine, StartError};

use super::Engine;
use crate::codec::write_header;
use crate::deployment::Deployment;
use crate::header::{Header, Parent};
use crate::id::{ExecutionId, RunKey};
use crate::programs::Found;
use crate::run::{Run, Standing};
use crate::store::{NewRun, Occurrence, RunState, StoreError};

/// What a run is started with.
#[derive(Clone, Debug)]
pub struct Start {
    /// The program, and by which it is found again.
    pub found: Found,
    /// The run's key: new, except for a start that is repeated.
    pub run: RunKey,
    /// What it is started for: a second start for the same gives the first one's run.
    pub occurrence: Option<Occurrence>,
    /// The inputs.
    pub inputs: Map,
    /// What triggered it.
    pub trigger: Value,
    /// Its limits, also those of the runs that it calls.
    pub limits: Limits,
    /// When.
    pub at: Timestamp,
}

/// A run that was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// Its key.
    pub run: RunKey,
    /// Whether it had been started before.
    pub repeated: bool,
    /// Whether it is under way, waits for its turn, or is not begun at all.
    pub state: RunState,
}

/// Why a run was not started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartFault {
    /// The program or the inputs will not do.
    Refused(StartError),
    /// How many may be under way cannot be told: why.
    Policy(String),
    /// The store cannot be read.
    Store(StoreError),
}

impl From<StoreError> for StartFault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for StartFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Policy(why) => write!(f, "how many runs may be under way: {why}"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartFault {}

impl Engine {
    /// Starts a run; it is durable, and stepped, with the next round.
    ///
    /// # Errors
    /// When it cannot be started; nothing is kept then.
    pub fn start(&mut self, start: Start) -> Result<Started, StartFault> {
        if let Some(known) = self.known_start(&start)? {
            return Ok(known);
        }
        let deployment = self.shelf.pin(&start.found);
        let header = Header {
            key: start.run,
            execution: start.run.execution.to_string().into(),
            parent: None,
            purse: None,
            retry_of: None,
            workflow: deployment.pins.workflow.clone(),
            deployment: deployment.hash,
            started_at: start.at,
            group: None,
            group_max: 0,
            attempt: 1,
            depth: 0,
            trigger: start.trigger,
            inputs: start.inputs,
            env: start.found.env,
            limits: start.limits,
        };
        self.begin(header, deployment, start.occurrence)
    }

    /// The run of a start that is repeated.
    fn known_start(&mut self, start: &Start) -> Result<Option<Started>, StoreError> {
        if let Some(run) = self.runs.get(&start.run) {
            return Ok(Some(repeated(start.run, state_of(run.standing))));
        }
        let Some(occurrence) = &start.occurrence else {
            return Ok(None);
        };
        let fresh = (start.run.place, occurrence.clone());
        if let Some(key) = self.fresh.get(&fresh) {
            let standing = self.runs.get(key).map(|run| run.standing);
            return Ok(standing.map(|standing| repeated(*key, state_of(standing))));
        }
        let Some(key) = self.store.occurrence(start.run.place, occurrence)? else {
            return Ok(None);
        };
        let row = self.store.run(key)?;
        Ok(row.map(|row| repeated(key, row.state)))
    }

    /// Puts a new run into memory, admitted or not.
    pub(super) fn begin(
        &mut self,
        mut header: Header,
        deployment: std::sync::Arc<Deployment>,
        occurrence: Option<Occurrence>,
    ) -> Result<Started, StartFault> {
        let key = header.key;
        let machine = Machine::start(deployment.program.clone(), &header.inputs, header.meta());
        let machine = machine.map_err(StartFault::Refused)?;
        let standing = self.admission(&mut header, &deployment)?;
        let state = state_of(standing);
        let new = NewRun {
            key,
            state,
            workflow: header.workflow.clone(),
            deployment: header.deployment,
            parent: header.parent.map(|Parent { run, .. }| run),
            retry_of: header.retry_of,
            started_at: header.started_at,
            occurrence,
            group: header.group.clone(),
            header: write_header(&header),
        };
        if let Some(occurrence) = &new.occurrence {
            self.fresh.insert((key.place, occurrence.clone()), key);
        }
        let mut run = Box::new(Run::idle(header, deployment, standing));
        run.new = Some(Box::new(new));
        if standing == Standing::Active {
            run.begin(machine);
        }
        self.settle_in(run);
        self.touch(key);
        self.make_ready(key);
        Ok(Started {
            run: key,
            repeated: false,
            state,
        })
    }
}

fn repeated(run: RunKey, state: RunState) -> Started {
    Started {
        run,
        repeated: true,
        state,
    }
}

pub(super) const fn state_of(standing: Standing) -> RunState {
    match standing {
        Standing::Queued => RunState::Queued,
        Standing::Active => RunState::Active,
        Standing::Skipped => RunState::Skipped,
    }
}

/// The key of the run that an effect of `caller` calls.
pub(super) fn callee_key(caller: RunKey, effect: wfc_vm::EffectId) -> RunKey {
    caller.sibling(ExecutionId::callee(caller.execution, effect.0))
}
