//! Small programs by hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use wfc_engine::{Admission, Found, Programs};
use wfc_program::isa::EffectKind;
use wfc_program::{Branch, Builder, ForkSpec, Instr, Join, Policy, Program, StepInfo};
use wfc_value::{Duration, Map, Timestamp, Value, json};

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

pub(crate) fn info(id: &str, kind: EffectKind, retry: bool) -> StepInfo {
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
pub(crate) fn emit(b: &mut Builder, step: &Step) {
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
    limited(slug, steps, None)
}

/// Steps at once, of which no more than `most` are worked on.
pub(crate) fn limited(slug: &str, steps: &[Step], most: Option<u64>) -> Program {
    let mut b = Builder::new(slug);
    b.policy(Policy {
        max_concurrency: most,
        ..Policy::default()
    });
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

/// What `inner` puts out, within a budget of so many calls of agents.
pub(crate) fn budgeted(slug: &str, calls: i64, steps: &[Step]) -> Program {
    let mut b = Builder::new(slug);
    b.push(&value(&format!(r#"{{"agent_calls":{calls}}}"#)));
    b.emit(Instr::Budget());
    for step in steps {
        emit(&mut b, step);
        b.emit(Instr::Pop());
    }
    b.emit(Instr::EndBudget());
    b.push(&Value::Null);
    b.emit(Instr::Return());
    verified(b)
}

pub(crate) fn agent(id: &'static str) -> Step {
    Step {
        retry: true,
        ..step(id, EffectKind::Agent, r#"{"goal":"x"}"#)
    }
}

pub(crate) fn verified(b: Builder) -> Program {
    let program = b.finish().unwrap();
    program.verify().unwrap();
    program
}

/// A step that may run twice.
pub(crate) fn again(id: &'static str) -> Step {
    Step {
        retry: true,
        ..bash(id)
    }
}

pub(crate) fn approval(id: &'static str) -> Step {
    step(id, EffectKind::Approval, r#"{"prompt":"Go?"}"#)
}

pub(crate) fn call(id: &'static str) -> Step {
    let args = r#"{"workflow":"sub","inputs":{},"wait":true}"#;
    step(id, EffectKind::Call, args)
}

pub(crate) fn event(id: &'static str) -> Step {
    step(id, EffectKind::Event, r#"{"event":"paid","key":"k"}"#)
}

type Rule = fn(&Map) -> Option<Admission>;

/// Programs by their slugs.
#[derive(Clone, Default)]
pub(crate) struct Library(Arc<Mutex<Shelf>>);

#[derive(Default)]
struct Shelf {
    programs: BTreeMap<String, Arc<Program>>,
    calls: BTreeMap<String, Vec<String>>,
    rule: Option<Rule>,
}

impl Library {
    pub(crate) fn of(programs: impl IntoIterator<Item = Program>) -> Self {
        let library = Self::default();
        programs.into_iter().for_each(|p| library.put(p));
        library
    }

    pub(crate) fn put(&self, program: Program) {
        let slug = program.identity.slug.to_string();
        self.0
            .lock()
            .unwrap()
            .programs
            .insert(slug, Arc::new(program));
    }

    pub(crate) fn remove(&self, slug: &str) {
        self.0.lock().unwrap().programs.remove(slug);
    }

    /// What `slug` calls is pinned when it is started.
    pub(crate) fn pin(&self, slug: &str, callee: &str) {
        let mut shelf = self.0.lock().unwrap();
        shelf
            .calls
            .entry(slug.to_owned())
            .or_default()
            .push(callee.to_owned());
    }

    pub(crate) fn rule(&self, rule: Rule) {
        self.0.lock().unwrap().rule = Some(rule);
    }

    pub(crate) fn found(&self, slug: &str) -> Found {
        self.find(slug, None).unwrap()
    }
}

impl Programs for Library {
    fn find(&self, workflow: &str, _: Option<&str>) -> Result<Found, String> {
        let (program, calls) = {
            let shelf = self.0.lock().unwrap();
            let calls = shelf.calls.get(workflow).cloned().unwrap_or_default();
            (shelf.programs.get(workflow).cloned(), calls)
        };
        Ok(Found {
            program: program.ok_or_else(|| format!("there is no workflow `{workflow}`"))?,
            reference: workflow.to_owned(),
            source_hash: "source".to_owned(),
            env: Map::default(),
            calls: calls
                .into_iter()
                .map(|name| (name.clone(), self.found(&name)))
                .collect(),
            catalogues: Vec::new(),
        })
    }

    fn admission(
        &self,
        _: &Program,
        reference: &str,
        inputs: &Map,
    ) -> Result<Option<Admission>, String> {
        let rule = self.0.lock().unwrap().rule;
        Ok(rule
            .filter(|_| reference == "s")
            .and_then(|rule| rule(inputs)))
    }
}
