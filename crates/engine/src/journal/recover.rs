//! From a journal back to where its runs were.
//!
//! Every event is told to its machine again; what that causes has to be what it caused when it
//! was journaled. Nothing that was started is started twice by this: see [`Engine::recover`].

use std::fmt;

use wfc_value::Timestamp;
use wfc_vm::{EffectClass, EventKind};

use crate::journal::engine::{Engine, hash};
use crate::journal::header::{Header, RunId};
use crate::journal::record::{Digest, Record};
use crate::journal::run::Run;
use crate::journal::store::Store;
use crate::programs::Programs;

/// Why a journal makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoverError {
    /// The record, from 1: in a file of lines its line.
    pub record: usize,
    /// What is wrong: lower case, no full stop.
    pub message: String,
}

impl fmt::Display for RecoverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} of the journal: {}", self.record, self.message)
    }
}

impl std::error::Error for RecoverError {}

impl Engine {
    /// The runs of a journal, where they were. Of the effects that were handed out and not
    /// answered, those that may run twice are handed out again in the next round (messages, and
    /// steps with `on_interrupt: retry`); of the others it is not known how they ended, and their
    /// runs are told so.
    ///
    /// A run that goes another way than it went before, or whose program is not the one that it
    /// began with, is quarantined: see [`Engine::quarantined`].
    ///
    /// # Errors
    /// When the records are not in an order that an engine writes.
    pub fn recover(
        programs: Box<dyn Programs + Send>,
        store: Box<dyn Store + Send>,
        records: Vec<Record>,
        now: Timestamp,
    ) -> Result<Self, RecoverError> {
        let mut engine = Self::new(programs, store);
        for (at, record) in records.into_iter().enumerate() {
            engine.replay(record).map_err(|message| RecoverError {
                record: at + 1,
                message,
            })?;
        }
        engine.find_children();
        for run in &mut engine.runs {
            run.interrupted(now);
        }
        Ok(engine)
    }

    /// The runs that cannot go on, and why: lower case, no full stop.
    pub fn quarantined(&self) -> impl Iterator<Item = (RunId, &str)> {
        self.runs
            .iter()
            .filter_map(|run| Some((run.header.run, run.quarantined.as_deref()?)))
    }

    fn replay(&mut self, record: Record) -> Result<(), String> {
        let id = record.run();
        let known = usize::try_from(id.0).is_ok_and(|n| n < self.runs.len());
        match record {
            Record::Begun { header, digest } => {
                if usize::try_from(id.0).ok() != Some(self.runs.len()) {
                    return Err(format!(
                        "run {id} begins where run {} is due",
                        self.runs.len()
                    ));
                }
                if header.parent.is_some_and(|parent| parent.run >= id) {
                    return Err(format!("run {id} is called by a run that began after it"));
                }
                let run = self.begin_again(*header, digest);
                self.runs.push(run);
            }
            _ if !known => return Err(format!("run {id} has not begun")),
            Record::Event { event, digest, .. } => {
                if let Some(run) = self.run_mut(id).filter(|run| run.quarantined.is_none()) {
                    let what = format!("an event of {}", event.at);
                    let replayed = run.replay(Some(&event));
                    compare(run, replayed, digest, &what);
                }
            }
            Record::Started {
                effect, attempt, ..
            } => {
                if let Some(known) = self.run_mut(id).and_then(|r| r.effects.get_mut(&effect)) {
                    known.started = attempt;
                }
            }
        }
        Ok(())
    }

    fn begin_again(&self, header: Header, digest: Digest) -> Run {
        let found = match self.programs.find(&header.reference, None) {
            Ok(found) => found,
            Err(why) => {
                let why = format!("the workflow `{}` is not there: {why}", header.reference);
                return Run::quarantined(header, why);
            }
        };
        if hash(&found.program) != header.program_hash {
            let why = format!(
                "the workflow `{}` was changed since this run began, and a run goes on with the \
                 program that it began with: put the earlier version back, or start a new run",
                header.reference
            );
            return Run::quarantined(header, why);
        }
        match Run::start(header.clone(), found.program) {
            Ok(mut run) => {
                let replayed = run.replay(None);
                compare(&mut run, replayed, digest, "its beginning");
                run
            }
            Err(error) => Run::quarantined(header, error.to_string()),
        }
    }

    /// Ties the runs that were called to the effects that called them.
    fn find_children(&mut self) {
        let parents: Vec<_> = self
            .runs
            .iter()
            .filter_map(|r| Some((r.header.run, r.header.parent?)))
            .collect();
        for (child, parent) in parents {
            let effects = self.run_mut(parent.run).map(|run| &mut run.effects);
            if let Some(known) = effects.and_then(|effects| effects.get_mut(&parent.effect)) {
                known.child = Some(child);
            }
        }
        for run in &mut self.runs {
            // Ends that were told before need not be told again.
            run.end_told = run.is_over();
        }
        let step = |run: &Run| {
            let parent = run.header.parent?;
            let caller = self.run(parent.run)?.outstanding();
            caller
                .into_iter()
                .find(|effect| effect.id == parent.effect)
                .map(|effect| effect.path)
        };
        self.begun = self
            .runs
            .iter()
            .map(|run| (run.header.run, step(run)))
            .collect();
    }
}

fn compare(run: &mut Run, replayed: Option<Digest>, journaled: Digest, what: &str) {
    if replayed != Some(journaled) {
        run.quarantine(format!(
            "the run does not go the way that its journal tells from {what} on: the journal was \
             changed, or it was written by another version of wfc"
        ));
    }
}

impl Run {
    /// Deals with effects that were handed out before the process ended.
    fn interrupted(&mut self, now: Timestamp) {
        if self.is_over() {
            return;
        }
        for effect in self.outstanding() {
            let Some(known) = self.effects.get(&effect.id) else {
                continue;
            };
            let working = matches!(effect.class, EffectClass::Await | EffectClass::Notify);
            if working && known.started > 0 && (effect.cancelling || !self.may_repeat(&effect)) {
                if let Some(known) = self.effects.get_mut(&effect.id) {
                    known.out = true;
                }
                self.push(now, EventKind::Unknown { effect: effect.id });
            }
        }
    }
}
