//! `cargo bench -p wfc-benches --bench suspended`: a million runs of `examples/triage.wf` that wait for their
//! approval, in SQLite and in memory: bytes each, indexes included, less the live payload; and the time to wake
//! one. `-- --runs N` takes another number, `-- --folder DIR` another disk, `-- --only sqlite` one store.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run says so loudly"
)]

mod measure;
mod ticket;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use wfc_benches::measure::show;
use wfc_benches::quiet::{self, memory};
use wfc_engine::store::MemoryStore;
use wfc_engine::{Engine, Options, OwnerId, Retention};
use wfc_runtime::store::{self, SqliteStore};

use measure::{Suspended, suspend, wake};
use ticket::Ticket;

fn main() {
    if option(CHILD).is_none() {
        quiet::insist();
    }
    let runs = option("--runs")
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    let folder = option("--folder")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    if let Some(which) = option(CHILD) {
        return child(&which, &folder, runs);
    }
    println!(
        "{runs} runs of the ticket example, each waiting for its approval for a day. Live: the inputs, the agent's answer, the prompt.\n"
    );
    println!(
        "| store | history | bytes a run | live values | above them | live texts alone | above them | to suspend one | to wake one (p50, p99) |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let only = option("--only");
    for which in [
        "sqlite-suffix",
        "sqlite-keep",
        "memory-suffix",
        "memory-keep",
    ] {
        if only.as_deref().is_none_or(|only| which.starts_with(only)) {
            // In a process of its own: memory that another one let go of would be counted as its own.
            let program = std::env::current_exe().unwrap();
            let args = std::env::args_os()
                .skip(1)
                .chain([CHILD.into(), which.into()]);
            let done = std::process::Command::new(program)
                .args(args)
                .status()
                .unwrap();
            assert!(done.success());
        }
    }
}

/// By which a process knows which store it measures.
const CHILD: &str = "--measure";

fn child(which: &str, folder: &Path, runs: usize) {
    let (retention, history) = if which.ends_with("keep") {
        (Retention::Keep, "kept")
    } else {
        (Retention::Suffix, "not kept")
    };
    if which.starts_with("sqlite") {
        let tables = in_sqlite(folder, runs, retention, history);
        eprintln!("{tables}");
    } else {
        in_memory(runs, retention, history);
    }
}

fn option(name: &str) -> Option<String> {
    let mut args = std::env::args().skip_while(|arg| arg != name);
    args.nth(1)
}

fn options(retention: Retention) -> Options {
    Options {
        adopt: true,
        park: true,
        retention,
        ..Options::default()
    }
}

fn in_sqlite(folder: &Path, runs: usize, retention: Retention, history: &str) -> String {
    let folder = folder.join("suspended");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("state.db");
    let open = |owner| {
        let store = SqliteStore::open(&path, OwnerId(owner), store::Options::default()).unwrap();
        Engine::open(Box::new(Ticket::new()), Box::new(store), options(retention))
    };
    let mut engine = open(1);
    let suspended = suspend(&mut engine, runs);
    // The last one to close a store moves its log into the file.
    drop(engine);
    let bytes = std::fs::metadata(&path).unwrap().len();
    let tables = measure::tables(&path, runs, history);
    let mut engine = open(2);
    let woken = wake(&mut engine, &suspended.some);
    row("SQLite", history, bytes, &suspended, &woken);
    drop(engine);
    std::fs::remove_dir_all(folder).unwrap();
    tables
}

fn in_memory(runs: usize, retention: Retention, history: &str) {
    let resident = || memory("self", "VmRSS").unwrap_or_default() * 1024;
    // What the program, the first runs and their buffers take is there before.
    let before_store = MemoryStore::new(OwnerId(1));
    let mut engine = Engine::open(
        Box::new(Ticket::new()),
        Box::new(before_store),
        options(retention),
    );
    suspend(&mut engine, 1_000);
    let before = resident();
    let suspended = suspend(&mut engine, runs);
    let bytes = resident().saturating_sub(before);
    let woken = wake(&mut engine, &suspended.some);
    row(
        "memory (a store for tests)",
        history,
        bytes,
        &suspended,
        &woken,
    );
}

fn row(store: &str, history: &str, bytes: u64, suspended: &Suspended, woken: &[Duration]) {
    let runs = suspended.runs as f64;
    let each = bytes as f64 / runs;
    let (values, texts) = (
        suspended.live.values as f64 / runs,
        suspended.live.texts as f64 / runs,
    );
    println!(
        "| {store} | {history} | {each:.0} | {values:.0} | {:.0} | {texts:.0} | {:.0} | {} | {}, {} |",
        each - values,
        each - texts,
        show(suspended.took.div_f64(runs)),
        show(woken[woken.len() / 2]),
        show(woken[woken.len() * 99 / 100]),
    );
}

/// How long something takes.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let done = work();
    (begun.elapsed(), done)
}
