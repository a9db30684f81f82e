//! Small programs by hand, and a host that only answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use wfc_engine::journal::{
    Engine, Found, Incoming, MemoryStore, Programs, Record, Round, RunId, Start, Store, StoreError,
};
use wfc_program::isa::EffectKind;
use wfc_program::{Branch, Builder, ForkSpec, Instr, Join, Program, StepInfo};
use wfc_value::{Duration, Map, Timestamp, Value, json};
use wfc_vm::{EffectId, EventKind, Limits};

pub(crate) fn value(text: &str) -> Value {
    json::parse(text).unwrap()
}

/// The time of all tests, and `seconds` later.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-11-22T10:00:00Z")
        .unwrap()
        .checked_add(Duration::from_secs(seconds))
        .unwrap()
}

/// A step's line in a program.
pub(crate) struct Step {
    pub(crate) id: &'static str,
    pub(crate) kind: EffectKind,
    pub(crate) args: &'static str,
    pub(crate) retry: bool,
}

pub(crate) fn step(id: &'static str, kind: EffectKind, args: &'static str) -> Step {
    Step {
        id,
        kind,
        args,
        retry: false,
    }
}

pub(crate) fn bash(id: &'static str) -> Step {
    step(id, EffectKind::Bash, r#"{"command":"x"}"#)
}

fn info(id: &str, kind: EffectKind, retry: bool) -> StepInfo {
    StepInfo {
        id: id.into(),
        path: id.into(),
        kind: format!("{kind:?}").to_lowercase().into(),
        name: None,
        status_slot: None,
        error_slot: None,
        retry_on_interrupt: retry,
    }
}

/// Leaves the effect's result on the stack.
fn emit(b: &mut Builder, step: &Step) {
    let id = b.step(info(step.id, step.kind, step.retry), (0, 0));
    b.emit(Instr::StepEnter(id));
    b.push(&value(step.args));
    b.emit(Instr::Effect(step.kind));
    b.emit(Instr::StepLeave());
}

/// Steps one after the other; the last one's result is the workflow's.
pub(crate) fn sequence(slug: &str, steps: &[Step]) -> Program {
    let mut b = Builder::new(slug);
    for (i, step) in steps.iter().enumerate() {
        if i > 0 {
            b.emit(Instr::Pop());
        }
        emit(&mut b, step);
    }
    b.emit(Instr::Return());
    verified(b)
}

/// Steps at once; the value is the record of their results.
pub(crate) fn parallel(slug: &str, steps: &[Step]) -> Program {
    let mut b = Builder::new(slug);
    let entries: Vec<_> = steps.iter().map(|_| b.label()).collect();
    let branch = |(step, entry): (&Step, &_)| Branch {
        name: step.id.into(),
        entry: *entry,
        merge: Vec::new(),
        always: Vec::new(),
    };
    let branches = steps.iter().zip(&entries).map(branch).collect();
    let fork = b.fork(ForkSpec::Branches {
        branches,
        limit: 0,
        join: Join::All,
    });
    b.emit(Instr::Fork(fork));
    b.emit(Instr::Return());
    for (step, entry) in steps.iter().zip(entries) {
        b.bind(entry);
        emit(&mut b, step);
        b.emit(Instr::EndFiber());
    }
    verified(b)
}

/// A step, and another one as its `finally`.
pub(crate) fn with_finally(slug: &str, step: &Step, last: &Step) -> Program {
    let mut b = Builder::new(slug);
    let cleanup = b.label();
    b.emit(Instr::Finally(cleanup));
    emit(&mut b, step);
    b.emit(Instr::Pop());
    b.emit(Instr::EndFinally());
    b.push(&Value::Null);
    b.emit(Instr::Return());
    b.bind(cleanup);
    emit(&mut b, last);
    b.emit(Instr::Pop());
    b.emit(Instr::FinallyDone());
    verified(b)
}

/// A wait, then a step that may take so many seconds.
pub(crate) fn timed(slug: &str, wait: i64, limit: i64, step: &Step) -> Program {
    let mut b = Builder::new(slug);
    b.push(&Value::Duration(Duration::from_secs(wait)));
    b.emit(Instr::Sleep());
    b.push(&Value::Duration(Duration::from_secs(limit)));
    b.emit(Instr::Deadline());
    emit(&mut b, step);
    b.emit(Instr::EndDeadline());
    b.emit(Instr::Return());
    verified(b)
}

pub(crate) fn verified(b: Builder) -> Program {
    let program = b.finish().unwrap();
    program.verify().unwrap();
    program
}

/// Programs by their slugs.
#[derive(Clone, Default)]
pub(crate) struct Library(Arc<Mutex<BTreeMap<String, Arc<Program>>>>);

impl Library {
    pub(crate) fn of(programs: impl IntoIterator<Item = Program>) -> Self {
        let library = Self::default();
        programs.into_iter().for_each(|p| library.put(p));
        library
    }

    pub(crate) fn put(&self, program: Program) {
        self.0
            .lock()
            .unwrap()
            .insert(program.identity.slug.to_string(), Arc::new(program));
    }

    pub(crate) fn found(&self, slug: &str) -> Found {
        self.find(slug, None).unwrap()
    }
}

impl Programs for Library {
    fn find(&self, workflow: &str, _: Option<&str>) -> Result<Found, String> {
        let program = self.0.lock().unwrap().get(workflow).cloned();
        Ok(Found {
            program: program.ok_or_else(|| format!("there is no workflow `{workflow}`"))?,
            reference: workflow.to_owned(),
            source_hash: "source".to_owned(),
            env: Map::default(),
            calls: Vec::new(),
            catalogues: Vec::new(),
        })
    }
}

/// A store that outlives its engine.
#[derive(Clone, Default)]
pub(crate) struct Shared(pub(crate) Arc<Mutex<MemoryStore>>);

impl Shared {
    pub(crate) fn records(&self) -> Vec<Record> {
        self.0.lock().unwrap().committed().to_vec()
    }
}

impl Store for Shared {
    fn append(&mut self, record: Record) {
        self.0.lock().unwrap().append(record);
    }
    fn commit(&mut self) -> Result<(), StoreError> {
        self.0.lock().unwrap().commit()
    }
}

/// An engine with what it needs.
pub(crate) struct World {
    pub(crate) library: Library,
    pub(crate) store: Shared,
    pub(crate) engine: Engine,
}

impl World {
    /// Starts the workflow `slug` of `programs`.
    pub(crate) fn start(programs: impl IntoIterator<Item = Program>, slug: &str) -> Self {
        let library = Library::of(programs);
        let store = Shared::default();
        let mut engine = Engine::new(Box::new(library.clone()), Box::new(store.clone()));
        let start = Start {
            found: library.found(slug),
            execution: "x".into(),
            inputs: Map::default(),
            trigger: Value::Null,
            limits: Limits::default(),
            at: at(0),
        };
        engine.start(start).unwrap();
        Self {
            library,
            store,
            engine,
        }
    }

    /// What a new process makes of what is durable.
    pub(crate) fn recovered(&self, seconds: i64) -> Self {
        let records = self.store.records();
        // What is written goes through the form that files have.
        let text: String = records
            .iter()
            .map(wfc_engine::journal::codec::encode)
            .collect();
        let read = wfc_engine::journal::codec::decode(text.as_bytes()).unwrap();
        let library = self.library.clone();
        let store = Shared::default();
        for record in read.records.clone() {
            store.0.lock().unwrap().append(record);
        }
        store.0.lock().unwrap().commit().unwrap();
        let programs = Box::new(library.clone());
        let engine =
            Engine::recover(programs, Box::new(store.clone()), read.records, at(seconds)).unwrap();
        Self {
            library,
            store,
            engine,
        }
    }

    pub(crate) fn round(&mut self, seconds: i64, inbox: Vec<Incoming>) -> Round {
        let mut round = self.engine.round(at(seconds), inbox).unwrap();
        while round.busy {
            let next = self.engine.round(at(seconds), Vec::new()).unwrap();
            round.dispatch.extend(next.dispatch);
            round.finished.extend(next.finished);
            round.busy = next.busy;
        }
        round
    }
}

pub(crate) fn completed(run: u32, effect: EffectId, result: &str) -> Incoming {
    let value = value(result);
    Incoming {
        run: RunId(run),
        kind: EventKind::Completed {
            effect,
            value,
            usage: None,
        },
    }
}

pub(crate) fn cancel(run: u32) -> Incoming {
    Incoming {
        run: RunId(run),
        kind: EventKind::Cancel {
            reason: "enough".into(),
        },
    }
}

/// The paths of what is handed out, with their runs.
pub(crate) fn dispatched(round: &Round) -> Vec<String> {
    round
        .dispatch
        .iter()
        .map(|d| format!("{}:{}", d.run, d.effect.path))
        .collect()
}

/// The end of a run, in short.
pub(crate) fn end(round: &Round, run: u32) -> String {
    let outcome = round
        .finished
        .iter()
        .find(|(id, _)| *id == RunId(run))
        .map(|(_, o)| o);
    match outcome {
        None => "not ended".to_owned(),
        Some(wfc_vm::Outcome::Succeeded(v)) => json::format(v),
        Some(wfc_vm::Outcome::Failed(e)) => format!("{}: {}", e.code, e.message),
        Some(wfc_vm::Outcome::Cancelled { reason }) => format!("cancelled: {reason}"),
    }
}
