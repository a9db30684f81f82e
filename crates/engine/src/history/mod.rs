//! A run's past: what it was told, what it did then, and what its variables were.
//!
//! A history is made by stepping the journal again. No effect is done again, and nothing is
//! written.

mod steps;

use std::sync::Arc;

use wfc_program::Program;
use wfc_value::{Str, Timestamp, Value};
use wfc_vm::{Effect, EffectId, Event, Outcome, TraceEvent, TraceWhat};

use crate::codec::{Record, read_header, read_outcome, read_row};
use crate::deployment::{Deployment, Shelf};
use crate::digest::Turned;
use crate::header::Header;
use crate::id::{Hash, RunKey};
use crate::run::{Run, Standing};
use crate::store::{JournalRow, RunRow, RunState, Store, StoreError};

pub use steps::{StepState, StepView};

/// A run's past.
#[derive(Debug)]
pub struct History {
    /// Its row.
    pub row: RunRow,
    /// Its facts.
    pub header: Header,
    /// Its program.
    pub program: Arc<Program>,
    /// By which its program was found.
    pub reference: String,
    /// The points, from its beginning on: each is what one event caused.
    pub points: Vec<Point>,
    /// Why there are no more points, when the journal does not fit the run.
    pub broken: Option<String>,
}

/// What one event caused.
#[derive(Clone, Debug)]
pub struct Point {
    /// The number of the journal row that tells it.
    pub row: u64,
    /// When: the machine's time.
    pub at: Timestamp,
    /// What it was told; nothing for the beginning.
    pub event: Option<Event>,
    /// What happened to steps.
    pub trace: Vec<TraceEvent>,
    /// What it asked for.
    pub asked: Vec<Effect>,
    /// What it wanted stopped.
    pub stopped: Vec<EffectId>,
    /// What was handed out after it, and for the how many-th time.
    pub started: Vec<(EffectId, u32)>,
    /// What every fiber held after it.
    pub fibers: Vec<Variables>,
    /// How the run ended with it.
    pub outcome: Option<Outcome>,
}

/// What a fiber held.
#[derive(Clone, Debug, PartialEq)]
pub struct Variables {
    /// The fiber's number; the main one's is 0.
    pub fiber: u64,
    /// The fiber that waits for it.
    pub parent: Option<u64>,
    /// The path of the step that it is in, with iterations.
    pub step: Option<Str>,
    /// The place in the source at which it waits, in bytes.
    pub span: Option<(u32, u32)>,
    /// The variables that are set and that what follows may still read, by their names.
    pub values: Vec<(Str, Value)>,
}

/// Why there is no history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryError {
    /// There is no such run.
    Unknown,
    /// What is stored of it makes no sense: why.
    Damaged(String),
    /// The beginning of its journal was not kept.
    Forgotten,
    /// The store cannot be read.
    Store(StoreError),
}

impl From<StoreError> for HistoryError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl std::fmt::Display for HistoryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown => f.write_str("there is no such run"),
            Self::Damaged(why) => f.write_str(why),
            Self::Forgotten => f.write_str("the beginning of the run's journal was not kept"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for HistoryError {}

/// A run's journal with what it is read with.
pub(crate) struct Past {
    pub(crate) row: RunRow,
    pub(crate) header: Header,
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) records: Vec<(u64, Record)>,
    pub(crate) broken: Option<String>,
}

impl Past {
    pub(crate) fn read(
        key: RunKey,
        store: &mut dyn Store,
        shelf: &mut Shelf,
    ) -> Result<Self, HistoryError> {
        // The row and the journal are of one moment, whoever works on the run meanwhile; what both
        // refer to never changes, and goes only with the run.
        let stored = store.past(key)?.ok_or(HistoryError::Unknown)?;
        let row = stored.row;
        let damaged = |error| HistoryError::Damaged(format!("its header is damaged {error}"));
        let header = read_header(&stored.header, &row).map_err(damaged)?;
        let deployment = shelf.get(row.deployment, store)?;
        let deployment = deployment.map_err(HistoryError::Damaged)?;
        let mut past = Self {
            row,
            header,
            deployment,
            records: Vec::new(),
            broken: None,
        };
        past.read_rows(&stored.journal, store)?;
        if past.broken.is_some() && store.run(key)?.is_none() {
            return Err(HistoryError::Unknown);
        }
        Ok(past)
    }

    fn read_rows(
        &mut self,
        rows: &[JournalRow],
        store: &mut dyn Store,
    ) -> Result<(), HistoryError> {
        let key = self.header.key;
        // A run that was never begun has no journal, one that ended by itself had one.
        let had = matches!(self.row.state, RunState::Succeeded | RunState::Failed);
        if rows.first().map_or(had, |row| row.number != 1) {
            return Err(HistoryError::Forgotten);
        }
        for (row, expected) in rows.iter().zip(1..) {
            if row.number != expected {
                self.broken = Some(format!("row {expected} of its journal is missing"));
                return Ok(());
            }
            let mut failed = None;
            let mut payload = |hash: Hash| match store.payload(hash) {
                Ok(Some(bytes)) => Ok(bytes),
                Ok(None) => Err("a payload is not in the store".to_owned()),
                Err(error) => {
                    failed = Some(error.clone());
                    Err(error.message)
                }
            };
            let records = read_row(row, key, self.header.started_at, &mut payload);
            match (records, failed) {
                (_, Some(error)) => return Err(error.into()),
                (Ok(records), None) => {
                    let records = records.into_iter();
                    self.records
                        .extend(records.map(|record| (row.number, record)));
                }
                (Err(why), None) => {
                    self.broken = Some(why);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The points of the journal, and why there are no more.
    pub(crate) fn points(&self) -> (Vec<Point>, Option<String>) {
        let mut run = match self.at_the_beginning() {
            Ok(run) => run,
            Err(why) => return (Vec::new(), Some(why)),
        };
        let mut turned = Turned::default();
        let mut points: Vec<Point> = Vec::new();
        let mut last_effect = 0;
        for (row, record) in &self.records {
            if let Record::Started(effect, times) = record {
                if let Some(point) = points.last_mut() {
                    point.started.push((*effect, *times));
                }
                continue;
            }
            let event = match record {
                Record::Event(event, _) => Some(event.as_ref().clone()),
                Record::Begun(_) | Record::Started(..) => None,
            };
            let broken = run.again(record.clone(), &mut turned).err();
            let point = self.point(*row, event, &mut run, last_effect);
            last_effect = point.asked.last().map_or(last_effect, |e| e.id.0);
            if broken.is_some() {
                return (points, broken);
            }
            points.push(point);
        }
        (points, self.broken.clone())
    }

    /// The run before anything happened; its trace is whole.
    fn at_the_beginning(&self) -> Result<Run, String> {
        let mut header = self.header.clone();
        header.limits.trace = header.limits.trace.max(65_536);
        let mut run = Run::idle(header, self.deployment.clone(), Standing::Active);
        let machine = run.fresh_machine()?;
        run.begin(machine);
        Ok(run)
    }

    fn point(&self, row: u64, event: Option<Event>, run: &mut Run, last_effect: u64) -> Point {
        let asked = run.outstanding().filter(|e| e.id.0 > last_effect);
        let asked: Vec<Effect> = asked.cloned().collect();
        let stopped = std::mem::take(&mut run.look);
        let stopped = stopped.into_iter().filter(|id| id.0 <= last_effect);
        let stopped = stopped.collect();
        let at = run.machine.as_ref().map(wfc_vm::Machine::now);
        let fibers = run.machine.iter().flat_map(wfc_vm::Machine::fibers);
        let fibers = fibers.map(|view| self.variables(view)).collect();
        Point {
            row,
            at: at.unwrap_or(self.header.started_at),
            event,
            trace: run.take_trace(),
            asked,
            stopped,
            started: Vec::new(),
            fibers,
            outcome: run.outcome.clone(),
        }
    }

    fn variables(&self, view: wfc_vm::FiberView) -> Variables {
        let program = &self.deployment.program;
        let debug = program.debug.as_ref();
        let named = |(slot, value): (usize, Value)| {
            let name = debug?.slots.get(slot)?.clone();
            (!name.is_empty()).then_some((name, value))
        };
        Variables {
            fiber: view.fiber,
            parent: view.parent,
            step: view.step.map(|(_, path)| path),
            span: debug.and_then(|debug| debug.span(view.pc.saturating_sub(1))),
            values: view.slots.into_iter().filter_map(named).collect(),
        }
    }
}

impl History {
    pub(crate) fn of(past: Past) -> Self {
        let (points, broken) = past.points();
        Self {
            row: past.row,
            header: past.header,
            program: past.deployment.program.clone(),
            reference: past.deployment.pins.reference.clone(),
            points,
            broken,
        }
    }

    /// How the run ended.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        let stored = self.row.outcome.as_deref()?;
        match self.row.state.is_over() {
            true => read_outcome(stored).ok().map(|ended| ended.outcome),
            false => None,
        }
    }

    /// Why it was set aside, if it is.
    #[must_use]
    pub fn quarantine(&self) -> Option<String> {
        let quarantined = self.row.state == RunState::Quarantined;
        let why = self.row.outcome.as_deref().filter(|_| quarantined)?;
        Some(String::from_utf8_lossy(why).into_owned())
    }

    /// The point with which a step began: by its path with iterations, or, without them, the
    /// first time that it began.
    #[must_use]
    pub fn began(&self, step: &str) -> Option<usize> {
        self.points
            .iter()
            .position(|point| begins(&self.program, &point.trace, step))
    }
}

/// Whether a step begins in a trace.
pub(crate) fn begins(program: &Program, trace: &[TraceEvent], step: &str) -> bool {
    trace.iter().any(|event| {
        let info = program.steps.get(event.step.index());
        event.what == TraceWhat::Started
            && (*event.path == *step
                || info.is_some_and(|info| *info.path == *step || *info.id == *step))
    })
}
