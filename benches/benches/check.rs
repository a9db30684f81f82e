//! `cargo bench -p wfc-benches --bench check`: from text to findings, beside the bare parser of the same text, in the same run.
//!
//! - `loads`: 1,000 files of 200 lines, and one file of 100,000 lines; workflows as people write them.
//! - `sizes`: 10 to 100,000 lines in each spelling (granit for YAML, `serde_json` for JSON).
//!
//! The names choose among them (`-- loads`); without one both run. `-- once LINES COUNT` checks a file of that many lines that often
//! and prints nothing: for profilers.

use std::time::Duration;

use wfc_benches::generate;
use wfc_benches::measure::{beside, show};
use wfc_benches::realistic::{self, Desk};
use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

/// That of the command line, for the checker and for the bare parser alike.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long each load is measured.
const BUDGET: Duration = Duration::from_secs(20);

const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

fn main() {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    wanted.retain(|w| !w.starts_with('-'));
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|w| w == name);
    if let [mode, lines, count] = wanted.as_slice() {
        return once(mode, lines, count);
    }
    if wants("loads") {
        loads();
    }
    if wants("sizes") {
        sizes();
    }
}

fn events(text: &str) -> usize {
    granit_parser::Parser::new_from_str(text).count()
}

/// What the checker is held to: megabytes a second of one core, beside the bare YAML parser's.
fn loads() {
    println!(
        "| load | bytes | check | MB/s | bare parser | MB/s | check's share of the parser's speed |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let world = Desk::default();
    let settings = Settings::default();
    for (name, files, lines) in [
        ("1,000 files of 200 lines", 1_000, 200),
        ("one file of 100,000 lines", 1, 100_000),
    ] {
        let sources: Vec<Source> = (0..files)
            .map(|n| Source::new(format!("f{n}.wf.yaml"), realistic::yaml(lines)))
            .collect();
        let check = |source| wfc_compiler::check(source, Spelling::Yaml, &world, &settings);
        if let Some(source) = sources.first() {
            let found = check(source).diagnostics;
            assert!(
                found.is_empty(),
                "the generated workflow is not clean: {:?}",
                found.first()
            );
        }
        let bytes: usize = sources.iter().map(|s| s.text.len()).sum();
        let bare = || sources.iter().map(|s| events(&s.text)).sum::<usize>();
        let found = || sources.iter().map(|s| check(s).diagnostics.len());
        let times = beside(BUDGET, || found().sum::<usize>(), bare);
        load_row(name, bytes, times);
        if let [only] = sources.as_slice() {
            // A command that checks one file leaves its memory to the end of the process.
            load_row(
                "the same until its findings",
                bytes,
                beside(BUDGET, || check(only), bare),
            );
        }
    }
}

fn load_row(name: &str, bytes: usize, (time, bare): (Duration, Duration)) {
    let rate = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!(
        "| {name} | {bytes} | {} | {:.1} | {} | {:.1} | {:.0} % |",
        show(time),
        rate(time),
        show(bare),
        rate(bare),
        100.0 * bare.as_secs_f64() / time.as_secs_f64()
    );
}

fn once(mode: &str, lines: &str, count: &str) {
    let lines = lines.parse().unwrap_or(200);
    let count = count.parse().unwrap_or(1);
    let world = Desk::default();
    let source = Source::new("once.wf.yaml", realistic::yaml(lines));
    for _ in 0..count {
        match mode {
            "parse" => std::hint::black_box(events(&source.text)),
            _ => std::hint::black_box(
                wfc_compiler::check(&source, Spelling::Yaml, &world, &Settings::default())
                    .diagnostics
                    .len(),
            ),
        };
    }
}

fn sizes() {
    println!("| spelling | lines | check | a line | MB/s | bare parser | ratio |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (name, spelling, generate) in [
        (
            "YAML",
            Spelling::Yaml,
            generate::yaml as fn(usize) -> String,
        ),
        ("JSON", Spelling::Json, generate::json),
        ("text", Spelling::Text, generate::text),
    ] {
        for lines in SIZES {
            row(name, spelling, &generate(lines));
        }
    }
}

fn row(name: &str, spelling: Spelling, text: &str) {
    let source = Source::new("generated", text);
    let budget = Duration::from_millis(3000);
    let check = || wfc_compiler::check(&source, spelling, &NoWorld, &Settings::default());
    let found = check().diagnostics;
    assert!(
        found.is_empty(),
        "the generated workflow is not clean: {:?}",
        found.first()
    );
    let (time, bare) = beside(budget, check, || match spelling {
        Spelling::Yaml => events(text),
        Spelling::Json => usize::from(serde_json::from_str::<serde_json::Value>(text).is_ok()),
        Spelling::Text => 0,
    });
    let lines = text.lines().count();
    let per_line = time / u32::try_from(lines).unwrap_or(u32::MAX);
    let rate = text.len() as f64 / 1e6 / time.as_secs_f64();
    let (bare_text, ratio) = match spelling {
        Spelling::Text => ("–".to_owned(), "–".to_owned()),
        _ => (
            show(bare),
            format!("{:.2}", time.as_secs_f64() / bare.as_secs_f64()),
        ),
    };
    println!(
        "| {name} | {lines} | {} | {} | {rate:.1} | {bare_text} | {ratio} |",
        show(time),
        show(per_line)
    );
}
