//! Small programs by hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use wfc_engine::{Found, Programs};
use wfc_program::isa::EffectKind;
use wfc_program::{Branch, Builder, ForkSpec, Instr, Join, Program, StepInfo};
use wfc_value::{Duration, Map, Value};

use crate::support::value;

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

/// Leaves the effect's result on the stack.
fn emit(b: &mut Builder, step: &Step) {
    let info = StepInfo {
        id: step.id.into(),
        path: step.id.into(),
        kind: "step".into(),
        name: None,
        status_slot: None,
        error_slot: None,
        retry_on_interrupt: step.retry,
    };
    let id = b.step(info, (0, 0));
    b.emit(Instr::StepEnter(id));
    b.push(&value(step.args));
    b.emit(Instr::Effect(step.kind));
    b.emit(Instr::StepLeave());
}

fn verified(b: Builder) -> Program {
    let program = b.finish().unwrap();
    program.verify().unwrap();
    program
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

/// A step that may take so many seconds.
pub(crate) fn timed(slug: &str, limit: i64, step: &Step) -> Program {
    let mut b = Builder::new(slug);
    b.push(&Value::Duration(Duration::from_secs(limit)));
    b.emit(Instr::Deadline());
    emit(&mut b, step);
    b.emit(Instr::EndDeadline());
    b.emit(Instr::Return());
    verified(b)
}

/// A step whose arguments hold what JSON has no form for.
pub(crate) fn sealed(slug: &str, kind: EffectKind, args: &Value) -> Program {
    let mut b = Builder::new(slug);
    let constant = b.constant(args);
    b.emit(Instr::Const(constant));
    b.emit(Instr::Effect(kind));
    b.emit(Instr::Return());
    verified(b)
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
