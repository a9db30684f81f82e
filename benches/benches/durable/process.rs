//! A whole process: how soon its first step is durable, and what it holds while it has nothing to do.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wfc_benches::measure::show;
use wfc_benches::quiet::memory;

use crate::work::{Executor, Starter, Workers, engine, fresh, now, workflow};

const CHILD: &str = "WFC_BENCH_CHILD";

/// Whether this process is a child that is measured; it has done its work then.
pub(crate) fn is_child() -> bool {
    let Some(path) = std::env::var_os(CHILD) else {
        return false;
    };
    let mut engine = engine(path.as_ref());
    let mut starter = Starter::new(workflow(10));
    let mut workers = Workers::new(Executor::Threads);
    starter.start(&mut engine);
    let mut rounds = 0;
    loop {
        let round = engine.round(now(), workers.take()).unwrap();
        rounds += 1;
        // In the second round the end of the first step became durable.
        if rounds == 2 {
            println!("durable");
            let _ = std::io::stdout().flush();
        }
        if !round.finished.is_empty() {
            break;
        }
        round
            .dispatch
            .into_iter()
            .for_each(|dispatch| workers.start(dispatch));
    }
    // Until it is killed it has nothing to do.
    std::thread::sleep(Duration::from_secs(60));
    drop((engine, workers));
    true
}

fn child(path: &Path) -> (Child, Duration) {
    let begun = Instant::now();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "durable");
    (child, begun.elapsed())
}

/// Measures processes with a new store and with one that is there, and prints it.
pub(crate) fn report(folder: &Path) {
    let (mut new, mut old) = (Vec::new(), Vec::new());
    let (mut all, mut own) = (Vec::new(), Vec::new());
    for _ in 0..21 {
        let path = fresh(folder);
        for times in [&mut new, &mut old] {
            let (mut child, time) = child(&path);
            times.push(time);
            std::thread::sleep(Duration::from_millis(50));
            let id = child.id().to_string();
            all.push(memory(&id, "VmRSS").unwrap_or_default());
            own.push(memory(&id, "RssAnon").unwrap_or_default());
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
    new.sort_unstable();
    old.sort_unstable();
    all.sort_unstable();
    own.sort_unstable();
    let mebibytes = |sizes: &[u64]| sizes[sizes.len() / 2] as f64 / 1024.0;
    println!("\n| a process | |");
    println!("| --- | ---: |");
    println!(
        "| from its start to the first step durable, the store made by it (median of {}) | {} |",
        new.len(),
        show(new[new.len() / 2])
    );
    println!(
        "| the same, the store was there | {} |",
        show(old[old.len() / 2])
    );
    println!(
        "| memory after a run of ten steps, idle | {:.1} MiB |\n| of it not the program's and the libraries' own files | {:.1} MiB |",
        mebibytes(&all),
        mebibytes(&own)
    );
}
