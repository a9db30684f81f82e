//! `cargo bench -p wfc-benches --bench durable`: runs of ten trivial steps, the start and the end of every step
//! journaled with a full sync, at 1, 16, 64 and 256 runs at once; beside it the disk's own rate. Refuses to report
//! while a compiler is running. `-- --folder DIR` puts the store onto another disk, `-- --seconds N` measures longer.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run says so loudly"
)]

mod disk;
mod load;
mod process;
mod work;

use std::path::PathBuf;
use std::time::Duration;

use wfc_benches::measure::show;
use wfc_benches::quiet;

use work::Executor;

fn main() {
    if process::is_child() {
        return;
    }
    quiet::insist();
    let seconds = option("--seconds")
        .and_then(|text| text.parse().ok())
        .unwrap_or(3);
    let time = Duration::from_secs(seconds);
    let folder = option("--folder")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let only = option("--only").and_then(|text| text.parse::<usize>().ok());

    let rate = disk::rate(&folder);
    println!(
        "the disk: 4 KiB written and synced again and again: {} each, {:.0} a second\n",
        show(rate),
        1.0 / rate.as_secs_f64()
    );
    println!(
        "| steps by | runs at once | runs/s | steps/s | p50 of a run | p99 | slowest | commits a step | processor a step | memory |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for executor in [Executor::InPlace, Executor::Threads] {
        for at_once in [1, 16, 64, 256] {
            if only.is_some_and(|only| only != at_once) {
                continue;
            }
            let load = load::run(&folder, executor, at_once, time);
            println!(
                "| {} | {at_once} | {:.0} | {:.0} | {} | {} | {} | {:.3} | {} | {:.1} MiB |",
                executor.name(),
                load.runs_a_second(),
                load.runs_a_second() * load::STEPS as f64,
                show(load.percentile(50)),
                show(load.percentile(99)),
                show(load.percentile(100)),
                load.commits as f64 / (load.times.len() * load::STEPS) as f64,
                show(load.used_a_step()),
                load.memory as f64 / 1024.0,
            );
        }
    }
    if only.is_none() {
        process::report(&folder);
    }
}

fn option(name: &str) -> Option<String> {
    let mut args = std::env::args().skip_while(|arg| arg != name);
    args.nth(1)
}
