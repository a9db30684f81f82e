//! A host that answers effects by a script and keeps the clock itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use wfc_program::Program;
use wfc_testing::sim::{Ask, End, Host, Reply, Start, What, simulate};
use wfc_value::{FaultCode, Map, Timestamp, Value, json};
use wfc_vm::{
    Delivery, Effect, EffectClass, EffectId, ErrorRecord, Event, EventKind, Machine,
    MemoryPayloads, Meta, Outcome, Turn,
};

/// What becomes of an effect.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// It ends with this value.
    Ok(Value),
    /// It fails with this code and message.
    Fail(&'static str, &'static str),
    /// Nothing comes back.
    Never,
    /// It is not known how it ended.
    Unknown,
    /// The run is cancelled while it is under way.
    CancelRun,
}

/// An answer that follows from the effect alone.
type Other = Arc<dyn Fn(&Effect) -> Option<Answer>>;

/// Answers by step path, in the order in which they are asked for; the last one is given again.
#[derive(Clone, Default)]
pub(crate) struct Script {
    pub(crate) answers: BTreeMap<String, VecDeque<Answer>>,
    /// The answers of steps that are not named.
    pub(crate) other: Option<Other>,
    pub(crate) env: Map,
    pub(crate) trigger: Option<Value>,
}

impl Script {
    pub(crate) fn add(&mut self, path: &str, answer: Answer) {
        self.answers
            .entry(path.to_owned())
            .or_default()
            .push_back(answer);
    }

    fn answer(&mut self, effect: &Effect) -> Answer {
        let plain: String = effect.path.split('[').next().unwrap_or_default().to_owned();
        let found = if self.answers.contains_key(&*effect.path) {
            effect.path.to_string()
        } else {
            plain
        };
        if let Some(queue) = self.answers.get_mut(&found) {
            if queue.len() > 1 {
                return queue.pop_front().unwrap();
            }
            return queue.front().unwrap().clone();
        }
        if let Some(answer) = self.other.as_ref().and_then(|other| other(effect)) {
            return answer;
        }
        match effect.kind.word() {
            "bash" if effect.args.get("parse").is_none() => {
                Answer::Ok(json::parse(r#"{"stdout":"","stderr":"","exit_code":0}"#).unwrap())
            }
            "bash" | "agent" => Answer::Ok("done".into()),
            "tool" | "call" => Answer::Ok(Value::Map(Map::default())),
            "message" => Answer::Ok(Value::Null),
            _ => Answer::Never,
        }
    }
}

/// What a run did.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Effects in the order in which they were asked for: path, kind, arguments. Timers: how long.
    pub(crate) effects: Vec<String>,
    /// Idempotency keys of the effects that are no timers.
    pub(crate) keys: Vec<String>,
    pub(crate) outcome: Outcome,
    /// Steps and what happened to them, in order.
    pub(crate) trace: Vec<String>,
    /// Seconds from start to end.
    pub(crate) seconds: i64,
}

impl Run {
    /// The value that the run returned.
    pub(crate) fn value(&self) -> serde_json::Value {
        match &self.outcome {
            Outcome::Succeeded(value) => serde_json::from_str(&json::format(value)).unwrap(),
            other => panic!("did not succeed: {other:?}\n{:#?}", self.effects),
        }
    }

    /// Code and message of the error that the run failed with.
    pub(crate) fn error(&self) -> (String, String) {
        match &self.outcome {
            Outcome::Failed(error) => (error.code.to_string(), error.message.clone()),
            other => panic!("did not fail: {other:?}\n{:#?}", self.effects),
        }
    }

    pub(crate) fn code(&self) -> String {
        self.error().0
    }

    /// Paths of the effects that are no timers, in order.
    pub(crate) fn paths(&self) -> Vec<&str> {
        let paths = self.effects.iter().filter_map(|e| e.split_once(' '));
        paths
            .filter(|(_, rest)| !rest.starts_with("timer"))
            .map(|(path, _)| path)
            .collect()
    }

    /// How long each timer was to take, in seconds.
    pub(crate) fn pauses(&self) -> Vec<f64> {
        let timers = self.effects.iter().filter_map(|e| e.split_once(" timer "));
        timers
            .map(|(_, seconds)| seconds.parse().unwrap())
            .collect()
    }
}

/// How a run is kept between events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Driver {
    /// In memory.
    Plain,
    /// As a snapshot, from which it is made anew before each event.
    Snapshots,
    /// As its events, all of which are told to a new machine before each further one.
    Replay,
}

/// Runs a program to its end, kept in each of the ways that there are: they must do the same.
pub(crate) fn run(program: Program, inputs: &Map, script: Script) -> Run {
    let program = Arc::new(program);
    let plain = run_as_kept(&program, inputs, &script);
    let tested = run_as_tests_do(&program, inputs, script);
    assert_eq!(plain.effects, tested.effects, "the driver of `wfc test`");
    assert_eq!(plain.keys, tested.keys, "the driver of `wfc test`");
    assert_eq!(plain.outcome, tested.outcome, "the driver of `wfc test`");
    assert_eq!(plain.trace, tested.trace, "the driver of `wfc test`");
    assert_eq!(plain.seconds, tested.seconds, "the driver of `wfc test`");
    plain
}

/// The same without the driver of `wfc test`, which tells a message that is being stopped in another way.
pub(crate) fn run_as_kept(program: &Arc<Program>, inputs: &Map, script: &Script) -> Run {
    let plain = run_by(Driver::Plain, program, inputs, script.clone());
    for driver in [Driver::Snapshots, Driver::Replay] {
        let other = run_by(driver, program, inputs, script.clone());
        assert_eq!(plain.effects, other.effects, "{driver:?}");
        assert_eq!(plain.keys, other.keys, "{driver:?}");
        assert_eq!(plain.outcome, other.outcome, "{driver:?}");
        assert_eq!(plain.trace, other.trace, "{driver:?}");
        assert_eq!(plain.seconds, other.seconds, "{driver:?}");
    }
    plain
}

/// The same by the driver that `wfc test` has.
fn run_as_tests_do(program: &Arc<Program>, inputs: &Map, mut script: Script) -> Run {
    let start: Timestamp = Timestamp::from_millis(1_767_225_600_000).unwrap();
    let mut meta = Meta::new("run-1", start);
    meta.env = script.env.clone();
    meta.trigger = script.trigger.clone().unwrap_or(meta.trigger);
    let begin = Start {
        program: Arc::clone(program),
        inputs: inputs.clone(),
        meta,
        workflow: 0,
    };
    let done = simulate(begin, &mut script, Vec::new()).unwrap_or_else(|e| panic!("{e}"));
    let mut run = Run {
        effects: Vec::new(),
        keys: Vec::new(),
        outcome: match done.end {
            End::Outcome(outcome) => outcome,
            other => panic!("the run is stuck: {other:#?}"),
        },
        trace: Vec::new(),
        seconds: seconds_between(start, done.now).round() as i64,
    };
    for entry in done.log {
        match entry.what {
            What::Effect(effect) => {
                if effect.class != EffectClass::Timer {
                    run.keys.push(effect.key.to_string());
                }
                run.effects.push(line(&effect, entry.at));
            }
            What::Trace(event) => {
                let what = format!("{:?}", event.what);
                let word = what.split(['(', ' ']).next().unwrap().to_lowercase();
                run.trace.push(format!("{} {word}", event.path));
            }
        }
    }
    run
}

impl Host for Script {
    fn answer(&mut self, ask: &Ask<'_>) -> wfc_testing::sim::Answer {
        let reply = match self.answer(ask.effect) {
            Answer::Ok(value) => Reply::Value(value),
            Answer::Fail(code, message) => {
                let error = ErrorRecord::new(FaultCode::from_name(code), message);
                Reply::Error(Box::new(error))
            }
            Answer::Never => Reply::Never,
            Answer::Unknown => Reply::Unknown,
            Answer::CancelRun => Reply::CancelRun("asked to".into()),
        };
        reply.now()
    }
}

/// The machine, as its driver kept it.
fn kept(driver: Driver, machine: Machine, inputs: &Map, events: &[Event]) -> Machine {
    let program = Arc::clone(machine.program());
    let meta = machine.meta().clone();
    match driver {
        Driver::Plain => machine,
        Driver::Snapshots => {
            let mut payloads = MemoryPayloads::default();
            let bytes = machine.snapshot(&mut payloads).unwrap();
            let again = Machine::restore(program, inputs, meta, &bytes, &payloads).unwrap();
            assert_eq!(again.snapshot(&mut payloads).unwrap(), bytes);
            again
        }
        Driver::Replay => {
            let mut again = Machine::start(program, inputs, meta).unwrap();
            for event in events {
                while again.run(1_000) == Turn::Yielded {}
                assert_eq!(again.deliver(event.clone()), Delivery::Accepted);
            }
            while again.run(1_000) == Turn::Yielded {}
            again.take_trace();
            again
        }
    }
}

fn run_by(driver: Driver, program: &Arc<Program>, inputs: &Map, mut script: Script) -> Run {
    let start: Timestamp = Timestamp::from_millis(1_767_225_600_000).unwrap();
    let mut meta = Meta::new("run-1", start);
    meta.env = script.env.clone();
    meta.trigger = script.trigger.clone().unwrap_or(meta.trigger);
    let mut machine =
        Machine::start(Arc::clone(program), inputs, meta).unwrap_or_else(|e| panic!("{e}"));
    let mut events = Vec::new();
    let mut effects = Vec::new();
    let mut keys = Vec::new();
    let mut trace = Vec::new();
    let mut planned: BTreeMap<EffectId, Answer> = BTreeMap::new();
    let outcome = loop {
        let turn = machine.run(1_000_000);
        trace.extend(machine.take_trace().iter().map(|t| {
            let what = format!("{:?}", t.what);
            format!(
                "{} {}",
                t.path,
                what.split(['(', ' ']).next().unwrap().to_lowercase()
            )
        }));
        match turn {
            Turn::Yielded => continue,
            Turn::Done(outcome) => break outcome,
            Turn::Quiescent => {}
        }
        machine = kept(driver, machine, inputs, &events);
        let now = machine.now();
        for effect in machine.outstanding() {
            if planned.contains_key(&effect.id) {
                continue;
            }
            effects.push(line(effect, now));
            if effect.class != EffectClass::Timer {
                keys.push(effect.key.to_string());
            }
            planned.insert(effect.id, script.answer(effect));
        }
        let event = next_event(&machine, &mut planned);
        events.push(event.clone());
        let delivery = machine.deliver(event);
        assert!(matches!(delivery, Delivery::Accepted), "{delivery:?}");
    };
    let seconds = seconds_between(start, machine.now()).round() as i64;
    Run {
        effects,
        keys,
        outcome,
        trace,
        seconds,
    }
}

/// The next thing that happens: a stop that was asked for, an answer, or the passing of time.
fn next_event(machine: &Machine, planned: &mut BTreeMap<EffectId, Answer>) -> Event {
    let at = machine.now();
    for effect in machine.outstanding() {
        let id = effect.id;
        if effect.cancelling {
            return Event {
                at,
                kind: EventKind::Cancelled { effect: id },
            };
        }
        if effect.class == EffectClass::Timer {
            continue;
        }
        let kind = match planned.get(&id).cloned().unwrap_or(Answer::Never) {
            Answer::Never => continue,
            Answer::Ok(value) if effect.kind.word() == "event" => EventKind::Message {
                name: match effect.args.get("event") {
                    Some(Value::String(name)) => name.clone(),
                    other => panic!("{other:?}"),
                },
                key: match effect.args.get("key") {
                    Some(Value::String(key)) => Some(key.clone()),
                    _ => None,
                },
                payload: value,
                id: None,
            },
            Answer::Ok(value) => EventKind::Completed {
                effect: id,
                value,
                usage: None,
            },
            Answer::Fail(code, message) => {
                let error = Box::new(ErrorRecord::new(FaultCode::from_name(code), message));
                EventKind::Failed {
                    effect: id,
                    error,
                    usage: None,
                }
            }
            Answer::Unknown => EventKind::Unknown { effect: id },
            Answer::CancelRun => {
                planned.insert(id, Answer::Never);
                EventKind::Cancel {
                    reason: "asked to".into(),
                }
            }
        };
        return Event { at, kind };
    }
    let at = machine.next_wake().unwrap_or_else(|| {
        panic!(
            "the run is stuck: {:#?}",
            machine.outstanding().collect::<Vec<_>>()
        )
    });
    Event {
        at,
        kind: EventKind::Tick,
    }
}

fn line(effect: &Effect, now: Timestamp) -> String {
    let (path, kind) = (&effect.path, effect.kind.word());
    match effect.class {
        EffectClass::Timer => {
            let until = effect
                .deadline
                .map_or(0.0, |until| seconds_between(now, until));
            format!("{path} timer {until}")
        }
        _ => format!("{path} {kind} {}", json::format(&effect.args)),
    }
}

fn seconds_between(a: Timestamp, b: Timestamp) -> f64 {
    let minus = wfc_value::ops::binary(wfc_value::ops::BinaryOp::Sub, &b.into(), &a.into());
    match minus.unwrap() {
        Value::Duration(d) => d.nanos() as f64 / 1e9,
        other => panic!("{other:?}"),
    }
}
