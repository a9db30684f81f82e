//! `cargo bench -p wfc-benches --bench machine`: a million in-memory steps of one run, without IO: a loop of `set` steps (the machine
//! alone), and a loop of steps with an effect each, answered at once (machine, effect, event).

#![allow(clippy::panic, reason = "a benchmark that cannot run says so loudly")]

use std::sync::Arc;
use std::time::Instant;

use wfc_benches::measure::show;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_program::Program;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{Map, Value};
use wfc_vm::{Event, EventKind, Limits, Machine, Meta, Outcome, Turn};

const STEPS: u32 = 1_000_000;

fn main() {
    println!("| a million steps of | time | a step |");
    println!("| --- | ---: | ---: |");
    row(
        "`set` in a `while` loop",
        "workflow w {\n  input n: int\n  var i: int = 0\n  while i < n max 1000000 { set i = i + 1 }\n  return i\n}\n",
    );
    row(
        "`tool` in a `while` loop, each an effect and its event",
        "workflow w {\n  input n: int\n  var i: int = 0\n  while i < n max 1000000 { let got = tool t.add { n: i } set i = int(got) }\n  return i\n}\n",
    );
}

fn compile(text: &str) -> Arc<Program> {
    let source = Source::new("bench.wf", text);
    let compiled = wfc_compiler::compile(&source, Spelling::Text, &NoWorld, &Settings::default());
    match compiled.program {
        Some(program) => Arc::new(program),
        None => panic!("{:?}", compiled.checked.diagnostics),
    }
}

fn row(name: &str, text: &str) {
    let program = compile(text);
    let inputs = Map::record([("n", Value::Int(i64::from(STEPS)))]).unwrap_or_default();
    let limits = Limits {
        fuel: u64::MAX,
        max_steps: u64::MAX,
        ..Limits::default()
    };
    let meta = Meta {
        limits,
        ..Meta::new("bench", wfc_value::Timestamp::default())
    };
    let mut machine = match Machine::start(program, &inputs, meta) {
        Ok(machine) => machine,
        Err(error) => panic!("{error}"),
    };
    let begun = Instant::now();
    let outcome = drive(&mut machine);
    let time = begun.elapsed();
    assert_eq!(outcome, Outcome::Succeeded(Value::Int(i64::from(STEPS))));
    println!("| {name} | {} | {} |", show(time), show(time / STEPS));
}

fn drive(machine: &mut Machine) -> Outcome {
    loop {
        match machine.run(u64::MAX) {
            Turn::Yielded => {}
            Turn::Done(outcome) => return outcome,
            Turn::Quiescent => {
                machine.take_trace();
                let effects: Vec<_> = machine.outstanding().cloned().collect();
                for effect in effects {
                    let arguments = effect.args.get("arguments").cloned().unwrap_or_default();
                    let n = arguments
                        .get("n")
                        .and_then(Value::as_int)
                        .unwrap_or_default();
                    let kind = EventKind::Completed {
                        effect: effect.id,
                        value: Value::Int(n + 1),
                        usage: None,
                    };
                    machine.deliver(Event {
                        at: machine.now(),
                        kind,
                    });
                }
            }
        }
    }
}
