//! `benches/counts.sh`: instructions that the processor executes for a handful of works, counted by `gungraun` under
//! callgrind, so that a busy machine does not matter, and held to the counts that stand at each work here. One that is
//! more than the margin above fails; find out why, or write the new count.

#![allow(
    missing_docs,
    unused_qualifications,
    reason = "what the macros make of the works"
)]
#![allow(clippy::panic, reason = "a benchmark that cannot run says so loudly")]

use std::hint::black_box;
use std::sync::Arc;

use gungraun::{
    Callgrind, EventKind as Counted, LibraryBenchmarkConfig, library_benchmark,
    library_benchmark_group, main,
};
use wfc_benches::generate;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_program::{Program, codec};
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{CallCtx, Map, Timestamp, Value};
use wfc_vm::{Evaluator, Event, EventKind, Machine, MemoryPayloads, Meta, Turn};

/// How much more than its count a work may take: other processors and libraries of the system make a little difference.
const MARGIN_PERCENT: u64 = 3;

/// The count that a work is held to.
fn kept(count: u64) -> LibraryBenchmarkConfig {
    let mut callgrind = Callgrind::with_args(["cache-sim=no"]);
    callgrind.hard_limits([(Counted::Ir, count + count * MARGIN_PERCENT / 100)]);
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(callgrind);
    config
}

/// A workflow of 200 lines.
fn source() -> Source {
    Source::new("counts.wf", generate::text(200))
}

fn compiled(source: &Source) -> Program {
    let done = wfc_compiler::compile(source, Spelling::Text, &NoWorld, &Settings::default());
    match done.program {
        Some(program) => program,
        None => panic!("{:?}", done.checked.diagnostics),
    }
}

// Text to findings.
#[library_benchmark(config = kept(3_267_899))]
#[bench::lines_200(source())]
fn check(source: Source) -> bool {
    let settings = Settings::default();
    let checked = wfc_compiler::check(&source, Spelling::Text, &NoWorld, &settings);
    !checked.has_errors()
}

// Text to a program.
#[library_benchmark(config = kept(4_807_452))]
#[bench::lines_200(source())]
fn compile(source: Source) -> Program {
    compiled(&source)
}

// A program to bytes, and back, and verified.
#[library_benchmark(config = kept(1_811_913))]
#[bench::lines_200(compiled(&source()))]
fn encode_and_decode(program: Program) -> bool {
    match codec::decode(&codec::encode(&program)) {
        Ok(again) => again.verify().is_ok(),
        Err(error) => panic!("{error}"),
    }
}

/// An expression over numbers, texts and a list, and what it is over.
fn expression() -> (Program, Vec<Value>) {
    let program = compiled(&Source::new(
        "counts.wf",
        "workflow w {\n  input n: int\n  input name: string\n  input list: list<int>\n  \
         return n * n > 10 && (name + '!').startsWith('rel') && list.exists(x, x * 2 > 90)\n}\n",
    ));
    let items = [10, 20, 30, 40, 50].map(Value::Int).to_vec();
    let values = [
        Value::Int(42),
        Value::from("release"),
        Value::list(items).unwrap_or_default(),
    ];
    (program, values.to_vec())
}

// A thousand evaluations.
#[library_benchmark(config = kept(1_942_772))]
#[bench::times_1000(expression())]
fn evaluate((program, values): (Program, Vec<Value>)) {
    let ctx = CallCtx::new(Timestamp::EPOCH);
    let mut evaluator = match Evaluator::new(&program) {
        Ok(evaluator) => evaluator,
        Err(error) => panic!("{error}"),
    };
    for (input, value) in program.inputs.iter().zip(values) {
        evaluator.set(input.slot.index(), value);
    }
    for _ in 0..1_000 {
        assert_eq!(black_box(evaluator.run(&ctx)), Ok(Value::Bool(true)));
    }
}

const LOOP: &str = "workflow w {\n  var i: int = 0\n  while true max 1000000 { let got = tool t.add { n: i } set i = int(got) }\n  \
                    return i\n}\n";

fn meta() -> Meta {
    Meta::new("counts", Timestamp::EPOCH)
}

/// A run that waits for its first effect.
fn looping() -> Machine {
    let program = Arc::new(compiled(&Source::new("counts.wf", LOOP)));
    match Machine::start(program, &Map::default(), meta()) {
        Ok(mut machine) => {
            assert!(matches!(machine.run(u64::MAX), Turn::Quiescent));
            machine
        }
        Err(error) => panic!("{error}"),
    }
}

/// Answers so many effects one after the other.
fn answer(machine: &mut Machine, times: i64) {
    for n in 0..times {
        let Some(effect) = machine.outstanding().map(|effect| effect.id).next() else {
            panic!("the run waits for nothing");
        };
        let kind = EventKind::Completed {
            effect,
            value: Value::Int(n),
            usage: None,
        };
        machine.deliver(Event {
            at: machine.now(),
            kind,
        });
        assert!(matches!(machine.run(u64::MAX), Turn::Quiescent));
        machine.take_trace();
    }
}

// A thousand steps, one after the other.
#[library_benchmark(config = kept(16_635_078))]
#[bench::times_1000(looping())]
fn step(mut machine: Machine) -> Machine {
    answer(&mut machine, 1_000);
    machine
}

/// A run that has done ten steps and waits.
fn waiting() -> Machine {
    let mut machine = looping();
    answer(&mut machine, 10);
    machine
}

// A run that waits to bytes, and back, a hundred times.
#[library_benchmark(config = kept(2_986_352))]
#[bench::times_100(waiting())]
fn snapshot(machine: Machine) {
    let mut payloads = MemoryPayloads::default();
    for _ in 0..100 {
        let again = machine.snapshot(&mut payloads).and_then(|bytes| {
            let program = Arc::clone(machine.program());
            Machine::restore(program, &Map::default(), meta(), &bytes, &payloads)
        });
        assert!(again.is_ok());
    }
}

library_benchmark_group!(
    name = works,
    benchmarks = [check, compile, encode_and_decode, evaluate, step, snapshot]
);

main!(library_benchmark_groups = works);
