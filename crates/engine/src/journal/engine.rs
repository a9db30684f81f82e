//! Rounds over all runs.

use std::sync::Arc;

use wfc_program::Program;
use wfc_program::isa::EffectKind;
use wfc_value::{Map, Str, Timestamp, Value};
use wfc_vm::{Effect, EffectClass, EventKind, Limits, Outcome, StartError, TraceEvent};

use crate::journal::header::{Header, Parent, RunId};
use crate::journal::record::Record;
use crate::journal::round::{Begun, Dispatch, Incoming, Round, Waiting};
use crate::journal::run::{Run, Stepped};
use crate::journal::store::{Store, StoreError};
use crate::programs::{Found, Programs};

/// How many calls of machines a round makes at most, so that the host gets to listen.
const CALLS: u32 = 64;

/// Many runs, their journal, and nothing of the outside world.
pub struct Engine {
    pub(crate) runs: Vec<Run>,
    pub(crate) programs: Box<dyn Programs + Send>,
    store: Box<dyn Store + Send>,
    /// Records of turns that ended and are not committed.
    pub(crate) records: Vec<Record>,
    /// Runs whose beginning is to be told, with the paths of the steps that called them.
    pub(crate) begun: Vec<(RunId, Option<Str>)>,
    /// Why no more rounds can be.
    broken: Option<StoreError>,
}

/// What a run is started with.
#[derive(Clone, Debug)]
pub struct Start {
    /// The program, and by which it is found again.
    pub found: Found,
    /// The execution's id, unique with the host.
    pub execution: Str,
    /// The inputs.
    pub inputs: Map,
    /// What triggered it.
    pub trigger: Value,
    /// Its limits, also those of the runs that it calls.
    pub limits: Limits,
    /// When.
    pub at: Timestamp,
}

impl Engine {
    /// An engine without runs.
    #[must_use]
    pub fn new(programs: Box<dyn Programs + Send>, store: Box<dyn Store + Send>) -> Self {
        Self {
            runs: Vec::new(),
            programs,
            store,
            records: Vec::new(),
            begun: Vec::new(),
            broken: None,
        }
    }

    /// Journals in `store` from now on, before the first round.
    pub fn keep_in(&mut self, store: Box<dyn Store + Send>) {
        self.store = store;
    }

    /// What happened to steps since this was last asked; the next round tells it otherwise.
    pub fn take_trace(&mut self) -> Vec<(RunId, TraceEvent)> {
        let traces = self
            .runs
            .iter_mut()
            .map(|run| (run.header.run, run.take_trace()));
        traces
            .flat_map(|(id, all)| all.into_iter().map(move |event| (id, event)))
            .collect()
    }

    /// The runs that began, or were recovered, since this was last asked; the next round tells it
    /// otherwise.
    pub fn take_begun(&mut self) -> Vec<Begun> {
        let begun = std::mem::take(&mut self.begun);
        let tell = |(id, step)| {
            let header = &self.run(id)?.header;
            Some(Begun {
                run: id,
                execution: header.execution.clone(),
                workflow: header.workflow.clone(),
                parent: header.parent.map(|parent| parent.run),
                step,
            })
        };
        begun.into_iter().filter_map(tell).collect()
    }

    /// Starts a run; it is stepped in the next round.
    ///
    /// # Errors
    /// When the inputs do not fit the program; nothing is journaled then.
    pub fn start(&mut self, start: Start) -> Result<RunId, StartError> {
        self.begin(start, None, 1)
    }

    pub(crate) fn begin(
        &mut self,
        start: Start,
        parent: Option<(Parent, Str)>,
        attempt: u32,
    ) -> Result<RunId, StartError> {
        let run = RunId(u32::try_from(self.runs.len()).unwrap_or(u32::MAX));
        let program = start.found.program;
        let (parent, step) = parent.unzip();
        let header = Header {
            run,
            execution: start.execution,
            parent,
            reference: start.found.reference,
            workflow: program.identity.slug.clone(),
            source_hash: start.found.source_hash,
            program_hash: hash(&program),
            inputs: start.inputs,
            started_at: start.at,
            attempt,
            trigger: start.trigger,
            env: start.found.env,
            limits: start.limits,
        };
        self.runs.push(Run::start(header, program)?);
        self.begun.push((run, step));
        Ok(run)
    }

    /// One round at the time `now`: what came in is taken, then timers that are due, the machines
    /// are stepped, everything is committed at once; what comes out is to be done then.
    ///
    /// # Errors
    /// When the commit failed: nothing of the round counts, and the engine is of no more use.
    /// What is durable can be recovered from the store.
    pub fn round(&mut self, now: Timestamp, inbox: Vec<Incoming>) -> Result<Round, StoreError> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let mut round = Round::default();
        for incoming in inbox {
            match self.run_mut(incoming.run) {
                Some(run) => run.push(now, incoming.kind),
                None => round.refused.push((incoming, wfc_vm::Delivery::Stale)),
            }
        }
        self.tick(now);
        round.busy = self.step_all(now);
        self.hand_out(&mut round);
        self.commit()?;
        self.tell(&mut round);
        round.next_deadline = self.next_deadline();
        Ok(round)
    }

    /// Lets time pass for the runs in which something is due.
    fn tick(&mut self, now: Timestamp) {
        for run in &mut self.runs {
            if run.next_deadline().is_some_and(|due| due <= now) {
                run.push(now, EventKind::Tick);
            }
        }
    }

    /// Steps all runs until they wait or the calls are used up. Runs act on each other through
    /// calls, so it goes around until nothing changes.
    fn step_all(&mut self, now: Timestamp) -> bool {
        let mut calls = CALLS;
        loop {
            let mut busy = false;
            for run in &mut self.runs {
                if run.is_runnable() {
                    busy |= run.step(&mut calls, &mut self.records) == Stepped::Busy;
                }
            }
            self.link(now);
            if busy {
                return true;
            }
            if !self.runs.iter().any(Run::is_runnable) {
                return false;
            }
        }
    }

    /// Adds the marks of what is handed out, and puts it into the round.
    fn hand_out(&mut self, round: &mut Round) {
        for run in &mut self.runs {
            // Effects of a run in the midst of a turn may change.
            if !run.is_settled() {
                continue;
            }
            let over = run.is_over();
            for effect in run.outstanding() {
                let Some(known) = run.effects.get_mut(&effect.id) else {
                    continue;
                };
                let works = matches!(effect.class, EffectClass::Await | EffectClass::Notify);
                if known.out || effect.cancelling || over {
                    if effect.cancelling && works && known.out && !known.stop_told {
                        known.stop_told = true;
                        round.cancel.push((run.header.run, effect.id));
                    }
                    continue;
                }
                if wants_answer(&effect) {
                    known.out = true;
                    let waiting = waiting(run, &effect);
                    round.waiting.push(waiting);
                } else if works {
                    known.out = true;
                    known.started += 1;
                    self.records.push(Record::Started {
                        run: run.header.run,
                        effect: effect.id,
                        attempt: known.started,
                    });
                    let execution = run.header.execution.clone();
                    let allowance = run.allowance(effect.id);
                    round.dispatch.push(Dispatch {
                        run: run.header.run,
                        execution,
                        effect,
                        allowance,
                    });
                }
            }
        }
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        if self.records.is_empty() {
            return Ok(());
        }
        for record in self.records.drain(..) {
            self.store.append(record);
        }
        self.store
            .commit()
            .inspect_err(|error| self.broken = Some(error.clone()))
    }

    /// Puts into the round what people are told.
    fn tell(&mut self, round: &mut Round) {
        round.begun = self.take_begun();
        round.trace = self.take_trace();
        for run in &mut self.runs {
            let id = run.header.run;
            for (kind, why) in std::mem::take(&mut run.refused) {
                round.refused.push((Incoming { run: id, kind }, why));
            }
            if let (Some(outcome), false) = (&run.outcome, run.end_told) {
                run.end_told = true;
                round.finished.push((id, outcome.clone()));
                run.forget();
            }
        }
    }

    pub(crate) fn run(&self, id: RunId) -> Option<&Run> {
        self.runs.get(usize::try_from(id.0).ok()?)
    }

    pub(crate) fn run_mut(&mut self, id: RunId) -> Option<&mut Run> {
        self.runs.get_mut(usize::try_from(id.0).ok()?)
    }

    /// When the next round has to be at the latest.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.runs.iter().filter_map(Run::next_deadline).min()
    }

    /// All answers that are wanted now.
    #[must_use]
    pub fn waiting(&self) -> Vec<Waiting> {
        let runs = self.runs.iter().filter(|run| !run.is_over());
        runs.flat_map(|run| {
            let wanted = run.outstanding().into_iter().filter(wants_answer);
            wanted
                .map(|effect| waiting(run, &effect))
                .collect::<Vec<_>>()
        })
        .collect()
    }

    /// The facts of the runs, in the order in which they began.
    pub fn headers(&self) -> impl ExactSizeIterator<Item = &Header> {
        self.runs.iter().map(|run| &run.header)
    }

    /// How a run ended, if it has.
    #[must_use]
    pub fn outcome(&self, run: RunId) -> Option<&Outcome> {
        self.run(run)?.outcome.as_ref()
    }

    /// The program of a run.
    #[must_use]
    pub fn program(&self, run: RunId) -> Option<&Arc<Program>> {
        self.run(run)?.program.as_ref()
    }

    /// Whether every run has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.runs.iter().all(Run::is_over)
    }
}

/// Whether an effect is answered from outside and not by an executor.
fn wants_answer(effect: &Effect) -> bool {
    !effect.cancelling
        && (effect.class == EffectClass::Promise
            || (effect.kind == EffectKind::Message && effect.class == EffectClass::Await))
}

fn waiting(run: &Run, effect: &Effect) -> Waiting {
    Waiting {
        run: run.header.run,
        execution: run.header.execution.clone(),
        effect: effect.id,
        path: effect.path.clone(),
        step: run.step_id(effect),
        kind: effect.kind,
        args: effect.args.clone(),
        deadline: effect.deadline,
    }
}

/// A program's hash in hexadecimal digits.
pub(crate) fn hash(program: &Program) -> String {
    wfc_program::program_hash(program)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
