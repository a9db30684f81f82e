//! `cargo xtask simulate`: the engine in worlds where everything goes wrong.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use xtask::simulate::{Totals, every_point, examples, run_seed, subject, workflow};

struct Args {
    seeds: u64,
    seed: Option<u64>,
    trace: bool,
    points: u64,
    examples: bool,
}

pub(crate) fn run(args: &[&str]) -> ExitCode {
    let args = match parse(args) {
        Ok(args) => args,
        Err(why) => {
            eprintln!("simulate: {why}");
            return ExitCode::from(2);
        }
    };
    if let (Some(seed), 0, 0) = (args.seed, args.seeds, args.points) {
        return alone(seed, args.trace);
    }
    if args.examples {
        return all_examples();
    }
    let first = args.seed.unwrap_or(0);
    if args.points > 0 {
        return many(first, args.points, |seed, totals| {
            if let Ok(subject) = subject(seed) {
                totals.count.rounds += every_point(&subject, seed, false)?;
                totals.seeds += 1;
            }
            Ok(())
        });
    }
    many(first, args.seeds, |seed, totals| {
        run_seed(seed, false, totals)
    })
}

fn parse(args: &[&str]) -> Result<Args, String> {
    let mut out = Args {
        seeds: 0,
        seed: None,
        trace: false,
        points: 0,
        examples: false,
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut number = || super::number(arg, args.next());
        match *arg {
            "--seeds" => out.seeds = number()?,
            "--points" => out.points = number()?,
            "--seed" => out.seed = Some(number()?),
            "--trace" => out.trace = true,
            "--examples" => out.examples = true,
            other => return Err(format!("no option `{other}`")),
        }
    }
    if out.seeds == 0 && out.seed.is_none() && out.points == 0 && !out.examples {
        out.seeds = 1000;
    }
    Ok(out)
}

fn all_examples() -> ExitCode {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let subjects = match examples::subjects(&folder) {
        Ok(subjects) => subjects,
        Err(why) => {
            eprintln!("simulate: {why}");
            return ExitCode::from(2);
        }
    };
    let mut findings = 0;
    for (name, subject) in subjects {
        match every_point(&subject, 1, false) {
            Ok(points) => println!("{name}: {points} points, three deaths at each"),
            Err(why) => {
                findings += 1;
                println!("{name}: {why}");
            }
        }
    }
    ExitCode::from(u8::from(findings > 0))
}

fn alone(seed: u64, trace: bool) -> ExitCode {
    if trace {
        println!("{:#}", workflow::workflow(seed));
    }
    match run_seed(seed, trace, &mut Totals::default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("seed {seed}: {why}");
            ExitCode::FAILURE
        }
    }
}

fn many(
    first: u64,
    seeds: u64,
    play: impl Fn(u64, &mut Totals) -> Result<(), String> + Sync,
) -> ExitCode {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicU64::new(first);
    let sum = Mutex::new((Totals::default(), Vec::<(u64, String)>::new()));
    let last = first.saturating_add(seeds);
    let work = || {
        let mut totals = Totals::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= last {
                break;
            }
            if let Err(why) = play(seed, &mut totals)
                && let Ok(mut sum) = sum.lock()
            {
                sum.1.push((seed, why));
            }
        }
        if let Ok(mut sum) = sum.lock() {
            sum.0.add(totals.seeds, &totals.count);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let Ok((totals, mut findings)) = sum.into_inner() else {
        return ExitCode::FAILURE;
    };
    findings.sort();
    let count = totals.count;
    println!(
        "{} seeds: {} rounds, {} of them failed; {} processes died; {} pieces of work, {} letters and events",
        totals.seeds, count.rounds, count.failed, count.deaths, count.dispatched, count.posted
    );
    for (seed, why) in findings.iter().take(20) {
        println!("seed {seed}: {why}again: cargo xtask simulate --seed {seed} --trace");
    }
    println!("{} findings", findings.len());
    if findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
