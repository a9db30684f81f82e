//! `cargo bench -p wfc-benches --bench counts`: instructions that the processor executes for a handful of works, counted by
//! `valgrind --tool=callgrind`, so that a busy machine does not matter, and held to those of `benches/counts.txt`. One that
//! is more than the margin above its line fails; `-- --update` writes the file anew. Where there is no valgrind a line says so.

#![allow(clippy::panic, reason = "a benchmark that cannot run says so loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use wfc_benches::generate;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_program::{Program, codec};
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{CallCtx, Map, Timestamp, Value};
use wfc_vm::{Evaluator, Event, EventKind, Machine, MemoryPayloads, Meta, Turn};

/// How much more than its line a count may be: other versions of the compiler and the library of the system
/// make a little difference.
const MARGIN_PERCENT: u64 = 3;

/// What is counted.
const WORKS: [&str; 6] = ["check", "compile", "codec", "evaluate", "step", "snapshot"];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, name] = words.as_slice()
        && mode == "work"
    {
        work(name);
        return ExitCode::SUCCESS;
    }
    let there = Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !there.is_ok_and(|status| status.success()) {
        println!("skipped: valgrind is not installed, so that no instructions are counted");
        return ExitCode::SUCCESS;
    }
    let counts: Vec<(&str, u64)> = WORKS.map(|name| (name, count(name))).into();
    if words.iter().any(|word| word == "--update") {
        let lines: String = (counts.iter().map(|(name, n)| format!("{name} {n}\n"))).collect();
        return match std::fs::write(kept_path(), lines) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => panic!("benches/counts.txt: {error}"),
        };
    }
    compare(&counts)
}

fn kept_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("counts.txt")
}

/// Prints each count beside its line.
fn compare(counts: &[(&str, u64)]) -> ExitCode {
    let kept = match std::fs::read_to_string(kept_path()) {
        Ok(text) => text,
        Err(error) => panic!("benches/counts.txt: {error}"),
    };
    let kept: BTreeMap<&str, u64> = kept
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, n)| Some((name, n.parse().ok()?)))
        .collect();
    let mut good = true;
    println!("| work | instructions | kept | more |");
    println!("| --- | ---: | ---: | ---: |");
    for (name, now) in counts {
        let Some(before) = kept.get(name) else {
            println!("| {name} | {now} | – | it has no line in benches/counts.txt |");
            good = false;
            continue;
        };
        let percent = (*now as f64 / *before as f64 - 1.0) * 100.0;
        let within = now.saturating_mul(100) <= before.saturating_mul(100 + MARGIN_PERCENT);
        let mark = if within { "" } else { ": too much" };
        println!("| {name} | {now} | {before} | {percent:+.1} %{mark} |");
        good &= within;
    }
    if good {
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "more than {MARGIN_PERCENT} % above benches/counts.txt: find out why, or keep the new counts with \
         `cargo bench -p wfc-benches --bench counts -- --update`"
    );
    ExitCode::FAILURE
}

/// The instructions of one work, without those that prepare it.
fn count(name: &str) -> u64 {
    let this = match std::env::current_exe() {
        Ok(this) => this,
        Err(error) => panic!("{error}"),
    };
    let out = std::env::temp_dir().join(format!("wfc-counts-{}-{name}", std::process::id()));
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--toggle-collect=*counted*"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(this)
        .args(["work", name])
        .status();
    assert!(status.is_ok_and(|s| s.success()), "{name} does not run");
    let report = std::fs::read_to_string(&out).unwrap_or_default();
    std::fs::remove_file(&out).ok();
    let total = report
        .lines()
        .find_map(|line| line.strip_prefix("summary:")?.trim().parse().ok());
    match total {
        Some(total) if total > 0 => total,
        _ => panic!("valgrind counted nothing of {name}"),
    }
}

/// What valgrind counts: it looks for this name.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    std::hint::black_box(work)();
}

fn work(name: &str) {
    match name {
        "check" => check(),
        "compile" => {
            let source = source();
            counted(&mut || drop(compiled(&source)));
        }
        "codec" => encode_and_decode(),
        "evaluate" => evaluate(),
        "step" => {
            let mut machine = looping();
            counted(&mut || answer(&mut machine, 1_000));
        }
        "snapshot" => snapshot(),
        other => panic!("no work is called {other}"),
    }
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

/// Text to findings.
fn check() {
    let source = source();
    let settings = Settings::default();
    counted(&mut || {
        let checked = wfc_compiler::check(&source, Spelling::Text, &NoWorld, &settings);
        assert!(!checked.has_errors());
    });
}

/// A program to bytes, and back, and verified.
fn encode_and_decode() {
    let program = compiled(&source());
    counted(&mut || match codec::decode(&codec::encode(&program)) {
        Ok(again) => assert!(again.verify().is_ok()),
        Err(error) => panic!("{error}"),
    });
}

/// A thousand evaluations of a workflow that is one expression: numbers, texts and a list.
fn evaluate() {
    let program = compiled(&Source::new(
        "counts.wf",
        "workflow w {\n  input n: int\n  input name: string\n  input list: list<int>\n  \
         return n * n > 10 && (name + '!').startsWith('rel') && list.exists(x, x * 2 > 90)\n}\n",
    ));
    let ctx = CallCtx::new(Timestamp::EPOCH);
    let mut evaluator = match Evaluator::new(&program) {
        Ok(evaluator) => evaluator,
        Err(error) => panic!("{error}"),
    };
    let items = [10, 20, 30, 40, 50].map(Value::Int).to_vec();
    let values = [
        Value::Int(42),
        Value::from("release"),
        Value::list(items).unwrap_or_default(),
    ];
    for (input, value) in program.inputs.iter().zip(values) {
        evaluator.set(input.slot.index(), value);
    }
    counted(&mut || {
        for _ in 0..1_000 {
            assert_eq!(evaluator.run(&ctx), Ok(Value::Bool(true)));
        }
    });
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

/// A run that waits to bytes, and back, a hundred times.
fn snapshot() {
    let mut machine = looping();
    answer(&mut machine, 10);
    let mut payloads = MemoryPayloads::default();
    counted(&mut || {
        for _ in 0..100 {
            let again = machine.snapshot(&mut payloads).and_then(|bytes| {
                let program = Arc::clone(machine.program());
                Machine::restore(program, &Map::default(), meta(), &bytes, &payloads)
            });
            assert!(again.is_ok());
        }
    });
}
