//! What a process does, and what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use wfc_engine::store::Occurrence;
use wfc_engine::{Engine, Found, Incoming, Programs, Round, RunKey, Start};
use wfc_program::Program;
use wfc_value::{Duration, FaultCode, Map, Timestamp, Value};
use wfc_vm::{EffectId, EventKind, Limits, TraceWhat};

use super::Sim;
use crate::simulate::store::{Plan, of};

pub(super) struct Books(pub(super) BTreeMap<String, Arc<Program>>);

impl Programs for Books {
    fn find(&self, workflow: &str, _: Option<&str>) -> Result<Found, String> {
        let program = self.0.get(workflow).ok_or("there is no such workflow")?;
        Ok(Found {
            program: Arc::clone(program),
            reference: workflow.to_owned(),
            source_hash: String::new(),
            env: Map::default(),
            calls: Vec::new(),
            catalogues: Vec::new(),
        })
    }
}

pub(super) struct Job {
    pub(super) at: Timestamp,
    pub(super) what: Incoming,
}

pub(super) struct Process {
    pub(super) engine: Engine,
    /// What was handed out, and neither answered nor to be stopped.
    pub(super) under_way: BTreeSet<(RunKey, EffectId)>,
    pub(super) plan: Arc<Mutex<Plan>>,
    pub(super) jobs: Vec<Job>,
    /// How much its clock is ahead, in milliseconds.
    pub(super) ahead: i64,
    pub(super) adopted: bool,
    pub(super) busy: bool,
    pub(super) deadline: Option<Timestamp>,
}

impl Process {
    /// Takes out what has come by now.
    fn due(&mut self, now: Timestamp) -> Vec<Incoming> {
        let (due, later): (Vec<Job>, Vec<Job>) = std::mem::take(&mut self.jobs)
            .into_iter()
            .partition(|j| j.at <= now);
        self.jobs = later;
        due.into_iter().map(|j| j.what).collect()
    }

    /// What these answer is no longer under way.
    fn answered(&mut self, inbox: &[Incoming]) {
        for what in inbox {
            let answered = answers(&what.kind).map(|effect| (what.run, effect));
            self.under_way
                .retain(|open| answered.is_none_or(|answered| *open != answered));
        }
    }
}

impl Sim<'_> {
    /// One process's share of a moment; whether it did something.
    pub(super) fn live(&mut self, n: usize) -> Result<bool, String> {
        let world_now = self.now;
        let begun = self.begun;
        let start = self.start()?;
        let polls = self.random.chance(30);
        let process = &mut self.processes[n];
        let now = world_now
            .checked_add(Duration::from_millis(process.ahead))
            .unwrap_or(world_now);
        let mut polled = None;
        if !process.adopted || polls {
            process.adopted = process.engine.adopt_orphans(now).is_ok();
            polled = process.engine.poll(now).err();
        }
        let aside = &mut self.aside;
        aside.retain(|key| process.engine.release(*key).is_err());
        if !begun {
            let _ = process.engine.start(start);
        }
        let due = process.due(world_now);
        let awake = !due.is_empty()
            || process.busy
            || polls
            || !begun
            || process.deadline.is_none_or(|at| at <= now);
        if !awake {
            return Ok(false);
        }
        process.answered(&due);
        let round = process.engine.round(now, due.clone());
        let (dead, slow) = {
            let mut plan = of(&process.plan);
            if n == 0 {
                self.count.calls = plan.calls;
            }
            (plan.dead, std::mem::take(&mut plan.slow))
        };
        self.now = world_now
            .checked_add(Duration::from_millis(slow))
            .unwrap_or(world_now);
        self.count.rounds += 1;
        if let Some(error) = polled {
            self.say(|| format!("  poll failed: {error}"));
        }
        for incoming in due {
            self.say(|| format!("  told {:?}", incoming.kind));
        }
        if dead {
            // Whatever the round was to say, nobody hears it.
            return Ok(true);
        }
        match round {
            Ok(round) => self.hear(n, round),
            Err(error) => {
                self.count.failed += 1;
                self.processes[n].busy = true;
                self.say(|| format!("  [{n}] round failed: {error}"));
                Ok(true)
            }
        }
    }

    pub(super) fn start(&self) -> Result<Start, String> {
        Ok(Start {
            found: Books(self.subject.programs.clone()).find("w", None)?,
            run: self.run,
            occurrence: Some(Occurrence {
                trigger: "t".into(),
                id: "1".into(),
            }),
            inputs: self.subject.inputs.clone(),
            trigger: Value::record([("type", Value::from("manual"))]).unwrap_or_default(),
            limits: Limits::default(),
            at: self.now,
        })
    }

    /// What a round says.
    pub(super) fn hear(&mut self, n: usize, round: Round) -> Result<bool, String> {
        let busy = round.busy
            || !round.dispatch.is_empty()
            || !round.finished.is_empty()
            || !round.trace.is_empty();
        self.processes[n].busy = round.busy;
        self.processes[n].deadline = round.next_deadline;
        self.begun |= round.begun.iter().any(|b| b.run == self.run);
        if !round.trace.is_empty() {
            self.still = 0;
        }
        for (_, event) in &round.trace {
            self.unknown |= match &event.what {
                TraceWhat::Unknown => true,
                TraceWhat::Failed(error) => error.code == FaultCode::UnknownOutcome,
                _ => false,
            };
            self.say(|| format!("  {} {:?}", event.path, event.what));
        }
        let open = &mut self.processes[n].under_way;
        // A run that comes back may have gone on elsewhere.
        open.retain(|(run, _)| round.begun.iter().all(|begun| begun.run != *run));
        for (key, effect) in &round.cancel {
            open.remove(&(*key, *effect));
        }
        for dispatch in round.dispatch {
            self.say(|| {
                format!(
                    "  -> #{} {:?}",
                    dispatch.effect.id,
                    dispatch.effect.args.get("goal")
                )
            });
            self.hold_to_policy(n, dispatch.run, dispatch.effect.id)?;
            self.dispatch(n, dispatch.run, &dispatch.effect)?;
        }
        for (key, effect) in round.cancel {
            self.stop(n, key, effect);
        }
        for (key, outcome) in round.finished {
            self.say(|| format!("  [{n}] {} => {outcome:?}", key.execution));
            if let Some(known) = self.ended.get(&key)
                && *known != outcome
            {
                return Err(format!("a run ended twice: {known:?}, then {outcome:?}"));
            }
            self.ended.insert(key, outcome);
        }
        for (key, why) in round.quarantined {
            if !why.starts_with("the process died") {
                return Err(format!("a run was set aside: {why}"));
            }
            self.say(|| format!("  set aside: {why}"));
            self.aside.insert(key);
        }
        Ok(busy)
    }

    /// What is stopped says so, or is done already.
    fn stop(&mut self, n: usize, run: RunKey, effect: EffectId) {
        let mine = |j: &Job| j.what.run == run && answers(&j.what.kind) == Some(effect);
        if self.random.chance(70) {
            let jobs = &mut self.processes[n].jobs;
            jobs.retain(|j| !mine(j));
            let at = self
                .now
                .checked_add(Duration::from_millis(200))
                .unwrap_or(self.now);
            jobs.push(Job {
                at,
                what: Incoming {
                    run,
                    kind: EventKind::Cancelled { effect },
                },
            });
        }
    }
}

/// The effect that an event answers.
fn answers(kind: &EventKind) -> Option<EffectId> {
    match kind {
        EventKind::Completed { effect, .. }
        | EventKind::Failed { effect, .. }
        | EventKind::Unknown { effect }
        | EventKind::Cancelled { effect } => Some(*effect),
        _ => None,
    }
}
