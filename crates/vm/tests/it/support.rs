//! A small assembler over `Builder`, so that tests can be read, and a driver for machines.
//!
//! One instruction a line; `name:` binds a label, `@name` uses it, `$x` is a slot, `;` begins a
//! comment. A step gets the slots `$<id>.status` and `$<id>.error`. Each instruction's span is
//! its line.

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_program::isa::{EffectKind, FactKind, Instr, Label, LoopKind, Slot, StepId};
use wfc_program::{Branch, Builder, ForkSpec, InputSpec, Join, Program, StepInfo};
use wfc_value::{Duration, Map, Timestamp, Type, Value, json};
use wfc_vm::{
    Delivery, Effect, EffectId, ErrorRecord, Event, EventKind, Machine, Meta, Outcome, TraceWhat,
    Turn, Usage,
};

#[derive(Default)]
struct Names {
    labels: BTreeMap<String, Label>,
    slots: BTreeMap<String, Slot>,
    steps: BTreeMap<String, StepId>,
}

struct Asm {
    b: Builder,
    names: Names,
}

impl Asm {
    fn label(&mut self, word: &str) -> Label {
        let name = word.strip_prefix('@').expect("a label begins with @");
        let b = &mut self.b;
        *self
            .names
            .labels
            .entry(name.to_owned())
            .or_insert_with(|| b.label())
    }

    fn slot(&mut self, word: &str) -> Slot {
        let name = word.strip_prefix('$').expect("a slot begins with $");
        let b = &mut self.b;
        *self
            .names
            .slots
            .entry(name.to_owned())
            .or_insert_with(|| b.slot(name))
    }

    fn step(&mut self, id: &str) -> StepId {
        if let Some(step) = self.names.steps.get(id) {
            return *step;
        }
        let status_slot = Some(self.slot(&format!("${id}.status")));
        let error_slot = Some(self.slot(&format!("${id}.error")));
        let step = self.b.step(
            StepInfo {
                id: id.into(),
                path: id.into(),
                kind: "test".into(),
                name: None,
                status_slot,
                error_slot,
                retry_on_interrupt: false,
            },
            (0, 0),
        );
        self.names.steps.insert(id.to_owned(), step);
        step
    }

    fn slots(&mut self, list: &str) -> Vec<Slot> {
        let names = list.split(',').filter(|n| !n.is_empty());
        names.map(|n| self.slot(&format!("${n}"))).collect()
    }

    /// `fork JOIN LIMIT name=@entry/merged,slots/always,slots ...`
    fn fork(&mut self, words: &[&str]) -> Instr {
        let branches = words[2..]
            .iter()
            .map(|word| {
                let (name, rest) = word.split_once('=').unwrap();
                let mut rest = rest.split('/');
                let entry = self.label(rest.next().unwrap());
                let merge = self.slots(rest.next().unwrap_or_default());
                let always = self.slots(rest.next().unwrap_or_default());
                Branch {
                    name: name.into(),
                    entry,
                    merge,
                    always,
                }
            })
            .collect();
        let limit = words[1].parse().unwrap();
        Instr::Fork(self.b.fork(ForkSpec::Branches {
            branches,
            limit,
            join: join(words[0]),
        }))
    }

    /// `fork_each JOIN LIMIT $item $index|- @entry [collect]`
    fn fork_each(&mut self, words: &[&str]) -> Instr {
        let spec = ForkSpec::Each {
            join: join(words[0]),
            limit: words[1].parse().unwrap(),
            item: self.slot(words[2]),
            index: (words[3] != "-").then(|| self.slot(words[3])),
            entry: self.label(words[4]),
            collect: words.get(5) == Some(&"collect"),
        };
        Instr::ForkEach(self.b.fork(spec))
    }

    fn line(&mut self, line: &str) {
        if let Some(name) = line.strip_suffix(':') {
            let label = self.label(&format!("@{name}"));
            return self.b.bind(label);
        }
        let (op, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let words: Vec<&str> = rest.split_whitespace().collect();
        let number = |at: usize| words[at].parse::<u32>().unwrap();
        let instr = match op {
            ".input" => {
                let ty = self.b.ty(&ty(words[1]));
                let slot = self.slot(&format!("${}", words[0]));
                let required = words.get(2) != Some(&"optional");
                return self.b.input(InputSpec {
                    name: words[0].into(),
                    ty,
                    slot,
                    required,
                    schema: None,
                });
            }
            "push" => {
                self.b.push(&json::parse(rest).unwrap());
                return;
            }
            "uint" => Instr::Const(self.b.constant(&Value::Uint(rest.parse().unwrap()))),
            "dur" => Instr::Const(self.b.constant(&Duration::parse(rest).unwrap().into())),
            "time" => Instr::Const(self.b.constant(&Timestamp::parse(rest).unwrap().into())),
            "some" => {
                let value = Value::some(json::parse(rest).unwrap()).unwrap();
                Instr::Const(self.b.constant(&value))
            }
            "none" => Instr::Const(self.b.constant(&Value::none())),
            "load" => Instr::Load(self.slot(words[0])),
            "load_opt" => Instr::LoadOpt(self.slot(words[0])),
            "store" => Instr::Store(self.slot(words[0])),
            "clear" => Instr::Clear(self.slot(words[0])),
            "is_set" => Instr::IsSet(self.slot(words[0])),
            "append" => Instr::Append(self.slot(words[0])),
            "put" => Instr::Put(self.slot(words[0])),
            "pop" => Instr::Pop(),
            "dup" => Instr::Dup(),
            "swap" => Instr::Swap(),
            "fact" => Instr::Fact(*FactKind::ALL.iter().find(|f| f.word() == rest).unwrap()),
            "random" => Instr::Random(),
            "not" => Instr::Not(),
            "neg" => Instr::Neg(),
            "add" => Instr::Add(),
            "sub" => Instr::Sub(),
            "mul" => Instr::Mul(),
            "div" => Instr::Div(),
            "mod" => Instr::Mod(),
            "eq" => Instr::Eq(),
            "ne" => Instr::Ne(),
            "lt" => Instr::Lt(),
            "le" => Instr::Le(),
            "gt" => Instr::Gt(),
            "ge" => Instr::Ge(),
            "in" => Instr::In(),
            "index" => Instr::Index(),
            "index_opt" => Instr::IndexOpt(),
            "select" => Instr::Select(self.b.text(rest)),
            "select_opt" => Instr::SelectOpt(self.b.text(rest)),
            "has" => Instr::Has(self.b.text(rest)),
            "call" => Instr::Call(self.b.function(words[0]), number(1)),
            "template" => Instr::Template(number(0)),
            "decode" => Instr::Decode(self.b.ty(&ty(rest))),
            "hold" => Instr::Hold(self.b.constant(&json::parse(rest).unwrap())),
            "list" => Instr::List(number(0)),
            "map" => Instr::Map(number(0)),
            "list_new" => Instr::ListNew(),
            "list_push" => Instr::ListPush(),
            "list_push_opt" => Instr::ListPushOpt(),
            "map_new" => Instr::MapNew(),
            "map_put" => Instr::MapPut(),
            "map_put_opt" => Instr::MapPutOpt(),
            "jump" => Instr::Jump(self.label(rest)),
            "jump_if" => Instr::JumpIf(self.label(rest)),
            "jump_if_not" => Instr::JumpIfNot(self.label(rest)),
            "jump_if_keep" => Instr::JumpIfKeep(self.label(rest)),
            "jump_if_not_keep" => Instr::JumpIfNotKeep(self.label(rest)),
            "guard" => Instr::Guard(self.label(rest)),
            "unguard" => Instr::Unguard(),
            "verdict" => Instr::Verdict(rest == "true"),
            "and" => Instr::And(),
            "or" => Instr::Or(),
            "jump_verdict" => Instr::JumpVerdict(words[0] == "true", self.label(words[1])),
            "settle" => Instr::Settle(),
            "iter" => Instr::Iter(),
            "iter_next" => Instr::IterNext(self.slot(words[0]), self.label(words[1])),
            "iter_next2" => {
                let first = self.slot(words[0]);
                let second = self.slot(words[1]);
                assert_eq!(
                    second.0,
                    first.0 + 1,
                    "name the two for the first time here"
                );
                let pair = wfc_program::isa::SlotPair(first.0);
                Instr::IterNext2(pair, self.label(words[2]))
            }
            "iter_drop" => Instr::IterDrop(),
            "step_enter" => Instr::StepEnter(self.step(rest)),
            "step_leave" => Instr::StepLeave(),
            "step_skip" => Instr::StepSkip(self.step(rest)),
            "loop_enter" => {
                Instr::LoopEnter(*LoopKind::ALL.iter().find(|k| k.word() == rest).unwrap())
            }
            "loop_next" => Instr::LoopNext(),
            "loop_leave" => Instr::LoopLeave(),
            "effect" => Instr::Effect(*EffectKind::ALL.iter().find(|k| k.word() == rest).unwrap()),
            "sleep" => Instr::Sleep(),
            "sleep_until" => Instr::SleepUntil(),
            "catch" => Instr::Catch(self.label(rest)),
            "end_catch" => Instr::EndCatch(),
            "finally" => Instr::Finally(self.label(rest)),
            "end_finally" => Instr::EndFinally(),
            "finally_done" => Instr::FinallyDone(),
            "finally_how" => Instr::FinallyHow(),
            "deadline" => Instr::Deadline(),
            "end_deadline" => Instr::EndDeadline(),
            "budget" => Instr::Budget(),
            "end_budget" => Instr::EndBudget(),
            "leave" => Instr::Leave(number(0), self.label(words[1])),
            "return" => Instr::Return(),
            "raise" => Instr::Raise(),
            "fork" => self.fork(&words),
            "fork_each" => self.fork_each(&words),
            "end_fiber" => Instr::EndFiber(),
            "end_fiber_skip" => Instr::EndFiberSkip(),
            "comp_push" => Instr::CompPush(self.label(rest)),
            "comp_mark" => Instr::CompMark(self.slot(rest)),
            "comp_unwind" => Instr::CompUnwind(self.slot(rest)),
            "comp_drop" => Instr::CompDrop(self.slot(rest)),
            other => panic!("no such line in tests: `{other}`"),
        };
        self.b.emit(instr);
    }
}

fn join(word: &str) -> Join {
    match word {
        "all" => Join::All,
        "any" => Join::Any,
        "settled" => Join::Settled,
        other => panic!("no join `{other}`"),
    }
}

fn ty(word: &str) -> Type {
    match word {
        "int" => Type::Int,
        "string" => Type::String,
        "any" => Type::Any,
        other => panic!("no type `{other}` in tests"),
    }
}

/// The program of a listing.
pub(crate) fn asm(text: &str) -> Program {
    let mut asm = Asm {
        b: Builder::new("test"),
        names: Names::default(),
    };
    let mut start = 0;
    for full in text.split_inclusive('\n') {
        let line = full.split(';').next().unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if !line.is_empty() {
            let from = start + indent;
            let span = |n: usize| u32::try_from(n).unwrap();
            asm.b.span((span(from), span(from + line.len())));
            asm.line(line);
        }
        start += full.len();
    }
    asm.b.finish().unwrap()
}

/// A second of the tests' time.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::new(1_700_000_000 + seconds, 0).unwrap()
}

pub(crate) fn value(text: &str) -> Value {
    json::parse(text).unwrap()
}

/// A machine that is driven by a test.
pub(crate) struct Run {
    pub(crate) machine: Machine,
    now: Timestamp,
}

impl Run {
    pub(crate) fn new(text: &str) -> Self {
        Self::with(text, "{}", Meta::new("exec-1", at(0)))
    }

    pub(crate) fn with(text: &str, inputs: &str, meta: Meta) -> Self {
        let program = asm(text);
        if let Err(error) = program.verify() {
            panic!(
                "{error}\n{}",
                wfc_program::disasm::disassemble(&program, None)
            );
        }
        let inputs = value(inputs);
        let empty = Map::default();
        let inputs = inputs.as_map().unwrap_or(&empty);
        let now = meta.started_at;
        let machine = Machine::start(Arc::new(program), inputs, meta).unwrap();
        let mut run = Self { machine, now };
        run.turn();
        run
    }

    /// Runs the turn to its end.
    pub(crate) fn turn(&mut self) -> Turn {
        match self.machine.run(50_000_000) {
            Turn::Yielded => panic!("the program does not come to rest"),
            turn => turn,
        }
    }

    /// What is asked for, such as `1 bash a[0]` and `2 tool b cancelling`.
    pub(crate) fn asks(&self) -> Vec<String> {
        let show = |e: &Effect| {
            let cancelling = if e.cancelling { " cancelling" } else { "" };
            format!("{} {} {}{cancelling}", e.id, e.kind.word(), e.path)
        };
        self.machine.outstanding().map(show).collect()
    }

    pub(crate) fn effect(&self, id: u64) -> &Effect {
        self.machine
            .effect(EffectId(id))
            .expect("this effect is outstanding")
    }

    /// Sets the time of the events that follow.
    pub(crate) fn at(&mut self, seconds: i64) -> &mut Self {
        self.now = at(seconds);
        self
    }

    pub(crate) fn event(&mut self, kind: EventKind) -> Delivery {
        let delivery = self.machine.deliver(Event { at: self.now, kind });
        if delivery == Delivery::Accepted {
            self.turn();
        }
        delivery
    }

    pub(crate) fn complete(&mut self, id: u64, result: &str) -> Delivery {
        let effect = EffectId(id);
        self.event(EventKind::Completed {
            effect,
            value: value(result),
            usage: None,
        })
    }

    pub(crate) fn complete_using(&mut self, id: u64, usage: Usage) -> Delivery {
        let effect = EffectId(id);
        self.event(EventKind::Completed {
            effect,
            value: Value::Null,
            usage: Some(usage),
        })
    }

    pub(crate) fn fail(&mut self, id: u64, code: &str) -> Delivery {
        let error = ErrorRecord::new(wfc_value::FaultCode::from_name(code), "it went wrong");
        let (effect, error) = (EffectId(id), Box::new(error));
        self.event(EventKind::Failed {
            effect,
            error,
            usage: None,
        })
    }

    pub(crate) fn cancelled(&mut self, id: u64) -> Delivery {
        self.event(EventKind::Cancelled {
            effect: EffectId(id),
        })
    }

    pub(crate) fn cancel(&mut self) -> Delivery {
        self.event(EventKind::Cancel {
            reason: "the test says so".into(),
        })
    }

    pub(crate) fn tick(&mut self, seconds: i64) -> Delivery {
        self.at(seconds).event(EventKind::Tick)
    }

    pub(crate) fn message(&mut self, name: &str, key: Option<&str>, payload: &str) -> Delivery {
        self.event(EventKind::Message {
            name: name.into(),
            key: key.map(Into::into),
            payload: value(payload),
            id: None,
        })
    }

    /// The value of a run that succeeded.
    pub(crate) fn value(&self) -> &Value {
        match self.machine.outcome() {
            Some(Outcome::Succeeded(value)) => value,
            other => panic!(
                "the run has not succeeded: {other:?}, it asks {:?}",
                self.asks()
            ),
        }
    }

    /// The error of a run that failed.
    pub(crate) fn error(&self) -> &ErrorRecord {
        match self.machine.outcome() {
            Some(Outcome::Failed(error)) => error,
            other => panic!(
                "the run has not failed: {other:?}, it asks {:?}",
                self.asks()
            ),
        }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(self.machine.outcome(), Some(Outcome::Cancelled { .. }))
    }

    /// The trace since it was last asked for, such as `a started` and `b[1] failed`.
    pub(crate) fn trace(&mut self) -> Vec<String> {
        let show = |what: &TraceWhat| match what {
            TraceWhat::Started => "started".to_owned(),
            TraceWhat::Attempt(n) => format!("attempt {n}"),
            TraceWhat::Waiting(_) => "waiting".to_owned(),
            TraceWhat::Succeeded => "succeeded".to_owned(),
            TraceWhat::Failed(error) => format!("failed {}", error.code),
            TraceWhat::Skipped => "skipped".to_owned(),
            TraceWhat::Cancelled => "cancelled".to_owned(),
            TraceWhat::Unknown => "unknown".to_owned(),
            TraceWhat::Compensating => "compensating".to_owned(),
            TraceWhat::Compensated => "compensated".to_owned(),
            TraceWhat::CompensationFailed(error) => format!("not compensated {}", error.code),
        };
        let trace = self.machine.take_trace();
        trace
            .iter()
            .map(|t| format!("{} {}", t.path, show(&t.what)))
            .collect()
    }
}

/// Runs a listing that needs nothing from outside, to its value.
pub(crate) fn result(text: &str) -> Value {
    Run::new(text).value().clone()
}
