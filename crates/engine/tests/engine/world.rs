//! A host that answers.

use wfc_engine::store::{MemoryStore, Occurrence, RunRow, RunState, Store as _};
use wfc_engine::{
    Decision, Dispatch, Engine, ExecutionId, Incoming, Options, OwnerId, Round, RunKey, Start,
    Started, Waiting,
};
use wfc_program::Program;
use wfc_value::{Map, Value, json};
use wfc_vm::{EffectId, EventKind, Limits, Outcome};

use crate::programs::*;

/// Options of a server.
pub(crate) fn server() -> Options {
    Options {
        adopt: true,
        park: true,
        ..Options::default()
    }
}

/// The key of the `n`th run.
pub(crate) fn key(n: u64) -> RunKey {
    RunKey::local(ExecutionId::new(1_000 + n, 1))
}

/// An engine with what it needs, and what happened so far.
pub(crate) struct World {
    pub(crate) library: Library,
    /// A way to the place that outlives processes; it works on nothing.
    pub(crate) place: MemoryStore,
    pub(crate) options: Options,
    pub(crate) engine: Engine,
    pub(crate) processes: u128,
    pub(crate) dispatched: Vec<(RunKey, String)>,
    pub(crate) finished: Vec<(RunKey, Outcome)>,
    pub(crate) parked: usize,
}

impl World {
    pub(crate) fn new(programs: impl IntoIterator<Item = Program>, options: Options) -> Self {
        let library = Library::of(programs);
        let place = MemoryStore::new(OwnerId(0));
        let store = place.another(OwnerId(1));
        let engine = Engine::open(Box::new(library.clone()), Box::new(store), options.clone());
        Self {
            library,
            place,
            options,
            engine,
            processes: 1,
            dispatched: Vec::new(),
            finished: Vec::new(),
            parked: 0,
        }
    }

    /// A world whose workflow `slug` was started as run 0.
    pub(crate) fn start(
        programs: impl IntoIterator<Item = Program>,
        slug: &str,
        options: Options,
    ) -> Self {
        let mut world = Self::new(programs, options);
        world.begin(slug, 0, 0, None);
        world
    }

    pub(crate) fn begin(
        &mut self,
        slug: &str,
        n: u64,
        seconds: i64,
        occurrence: Option<&str>,
    ) -> Started {
        let occurrence = occurrence.map(|id| Occurrence {
            trigger: "t".into(),
            id: id.into(),
        });
        let start = Start {
            found: self.library.found(slug),
            run: key(n),
            occurrence,
            inputs: Map::default(),
            trigger: Value::Null,
            limits: Limits::default(),
            at: at(seconds),
        };
        self.engine.start(start).unwrap()
    }

    /// Another process on the same place; this one goes on.
    pub(crate) fn beside(&mut self) -> Self {
        self.processes += 1;
        let owner = OwnerId(self.processes + 100);
        Self {
            library: self.library.clone(),
            place: self.place.another(OwnerId(owner.0 + 1000)),
            options: self.options.clone(),
            engine: Engine::open(
                Box::new(self.library.clone()),
                Box::new(self.place.another(owner)),
                self.options.clone(),
            ),
            processes: owner.0,
            dispatched: Vec::new(),
            finished: Vec::new(),
            parked: 0,
        }
    }

    /// The process dies, and another one takes on what it finds.
    pub(crate) fn crash(&mut self, seconds: i64) {
        self.processes += 1;
        let library = Box::new(self.library.clone());
        // The old engine's store is closed before the new one looks.
        let nothing = MemoryStore::new(OwnerId(0));
        self.engine = Engine::open(library.clone(), Box::new(nothing), self.options.clone());
        let store = Box::new(self.place.another(OwnerId(self.processes)));
        self.engine = Engine::open(library, store, self.options.clone());
        self.engine.adopt_orphans(at(seconds)).unwrap();
    }

    pub(crate) fn try_round(
        &mut self,
        seconds: i64,
        inbox: Vec<Incoming>,
    ) -> Result<Round, wfc_engine::store::StoreError> {
        let mut round = self.engine.round(at(seconds), inbox)?;
        self.note(&round);
        while round.busy {
            let next = self.engine.round(at(seconds), Vec::new())?;
            self.note(&next);
            round.dispatch.extend(next.dispatch);
            round.cancel.extend(next.cancel);
            round.waiting.extend(next.waiting);
            round.begun.extend(next.begun);
            round.finished.extend(next.finished);
            round.quarantined.extend(next.quarantined);
            round.refused.extend(next.refused);
            round.parked.extend(next.parked);
            round.next_deadline = next.next_deadline;
            round.busy = next.busy;
        }
        Ok(round)
    }

    pub(crate) fn round(&mut self, seconds: i64, inbox: Vec<Incoming>) -> Round {
        self.try_round(seconds, inbox).unwrap()
    }

    fn note(&mut self, round: &Round) {
        let paths = round.dispatch.iter();
        self.dispatched
            .extend(paths.map(|d| (d.run, d.effect.path.to_string())));
        self.finished.extend(round.finished.iter().cloned());
        self.parked += round.parked.len();
    }

    pub(crate) fn row(&mut self, key: RunKey) -> RunRow {
        self.place.run(key).unwrap().unwrap()
    }

    pub(crate) fn state(&mut self, n: u64) -> RunState {
        self.row(key(n)).state
    }

    pub(crate) fn end(&self, key: RunKey) -> String {
        let ends: Vec<_> = self.finished.iter().filter(|(k, _)| *k == key).collect();
        match ends.as_slice() {
            [] => "not ended".to_owned(),
            [(_, outcome)] => shown(outcome),
            _ => "ended more than once".to_owned(),
        }
    }
}

pub(crate) fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Succeeded(v) => json::format(v),
        Outcome::Failed(e) => format!("{}: {}", e.code, e.message),
        Outcome::Cancelled { reason } => format!("cancelled: {reason}"),
    }
}

pub(crate) fn completed(run: RunKey, effect: EffectId, result: &str) -> Incoming {
    let kind = EventKind::Completed {
        effect,
        value: value(result),
        usage: None,
    };
    Incoming { run, kind }
}

/// The answer of a step: its own path.
pub(crate) fn done(dispatch: &Dispatch) -> Incoming {
    let result = format!("\"{}\"", dispatch.effect.path);
    completed(dispatch.run, dispatch.effect.id, &result)
}

pub(crate) fn decision() -> Decision {
    Decision {
        approve: true,
        by: Some("ada".to_owned()),
        comment: None,
    }
}

pub(crate) fn approve(seconds: i64, waiting: &Waiting) -> Incoming {
    Incoming {
        run: waiting.run,
        kind: decision().event(waiting.effect, at(seconds)).unwrap(),
    }
}

pub(crate) fn cancel(run: RunKey) -> Incoming {
    let reason = "enough".into();
    let kind = EventKind::Cancel { reason };
    Incoming { run, kind }
}

pub(crate) fn paths(round: &Round) -> Vec<&str> {
    round.dispatch.iter().map(|d| &*d.effect.path).collect()
}
