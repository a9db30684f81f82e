//! The workflow, its store, and who carries out its steps.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{SystemTime, UNIX_EPOCH};

use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_engine::{
    Dispatch, Engine, ExecutionId, Found, Incoming, Options, OwnerId, Programs, RunKey, Start,
};
use wfc_runtime::store::{self, SqliteStore};
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{Map, Timestamp, Value};
use wfc_vm::{EventKind, Limits};

/// A workflow of so many steps, one after the other, each given what the one before it gave.
pub(crate) fn workflow(steps: usize) -> Found {
    let mut text = String::from("workflow w {\n  input n: int\n  let s0 = n\n");
    for step in 1..=steps {
        let _ = writeln!(text, "  let s{step} = tool t.add {{ n: s{} }}", step - 1);
    }
    let _ = writeln!(text, "  return s{steps}\n}}");
    let source = Source::new("bench.wf", text);
    let compiled = wfc_compiler::compile(&source, Spelling::Text, &NoWorld, &Settings::default());
    let Some(program) = compiled.program else {
        panic!("{:?}", compiled.checked.diagnostics);
    };
    Found {
        program: Arc::new(program),
        reference: "bench.wf".to_owned(),
        source_hash: String::new(),
        env: Map::default(),
        calls: Vec::new(),
        catalogues: Vec::new(),
    }
}

/// There is nothing to find.
pub(crate) struct NoPrograms;

impl Programs for NoPrograms {
    fn find(&self, workflow: &str, _: Option<&str>) -> Result<Found, String> {
        Err(format!("there is no workflow `{workflow}`"))
    }
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_nanos(since.as_nanos() as i128).unwrap()
}

/// An engine over a store in this file.
pub(crate) fn engine(path: &Path) -> Engine {
    let owner = OwnerId(now().nanos() as u128);
    let store = SqliteStore::open(path, owner, store::Options::default()).unwrap();
    let options = Options {
        adopt: true,
        ..Options::default()
    };
    Engine::open(Box::new(NoPrograms), Box::new(store), options)
}

/// A place for a store, empty.
pub(crate) fn fresh(folder: &Path) -> PathBuf {
    let folder = folder.join("durable");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("state.db")
}

/// Starts runs, with ids that count up within a millisecond.
pub(crate) struct Starter {
    found: Found,
    count: u128,
}

impl Starter {
    pub(crate) const fn new(found: Found) -> Self {
        Self { found, count: 0 }
    }

    pub(crate) fn start(&mut self, engine: &mut Engine) -> RunKey {
        self.count += 1;
        let at = now();
        let run = RunKey::local(ExecutionId::new(at.millis() as u64, self.count));
        let trigger = Value::record([("type", Value::from("manual")), ("time", Value::from(at))]);
        let start = Start {
            found: self.found.clone(),
            run,
            occurrence: None,
            inputs: Map::record([("n", Value::Int(1))]).unwrap_or_default(),
            trigger: trigger.unwrap_or_default(),
            limits: Limits::default(),
            at,
        };
        engine.start(start).unwrap();
        run
    }
}

/// The answer of a trivial step.
fn answer(dispatch: &Dispatch) -> Incoming {
    let arguments = dispatch
        .effect
        .args
        .get("arguments")
        .cloned()
        .unwrap_or_default();
    let n = arguments
        .get("n")
        .and_then(Value::as_int)
        .unwrap_or_default();
    Incoming {
        run: dispatch.run,
        kind: EventKind::Completed {
            effect: dispatch.effect.id,
            value: Value::Int(n + 1),
            usage: None,
        },
    }
}

/// Who carries out the steps.
#[derive(Clone, Copy)]
pub(crate) enum Executor {
    /// The engine's thread, between two rounds.
    InPlace,
    /// Tasks on other threads, as the host does it: two hand-overs a step.
    Threads,
}

impl Executor {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::InPlace => "the engine's thread",
            Self::Threads => "tasks on other threads",
        }
    }
}

/// Executors at work.
pub(crate) struct Workers {
    runtime: Option<tokio::runtime::Runtime>,
    sender: Sender<Incoming>,
    receiver: Receiver<Incoming>,
    under_way: usize,
    done: Vec<Incoming>,
}

impl Workers {
    pub(crate) fn new(executor: Executor) -> Self {
        let runtime = match executor {
            Executor::InPlace => None,
            Executor::Threads => {
                let mut builder = tokio::runtime::Builder::new_multi_thread();
                Some(builder.worker_threads(1).build().unwrap())
            }
        };
        let (sender, receiver) = channel();
        Self {
            runtime,
            sender,
            receiver,
            under_way: 0,
            done: Vec::new(),
        }
    }

    pub(crate) fn start(&mut self, dispatch: Dispatch) {
        let Some(runtime) = &self.runtime else {
            self.done.push(answer(&dispatch));
            return;
        };
        self.under_way += 1;
        let sender = self.sender.clone();
        runtime.spawn(async move {
            let _ = sender.send(answer(&dispatch));
        });
    }

    /// What is done; waits for something when nothing is.
    pub(crate) fn take(&mut self) -> Vec<Incoming> {
        let mut done = std::mem::take(&mut self.done);
        if done.is_empty() && self.under_way > 0 {
            done.extend(self.receiver.recv());
            self.under_way -= 1;
        }
        while let Ok(more) = self.receiver.try_recv() {
            self.under_way -= 1;
            done.push(more);
        }
        done
    }
}
