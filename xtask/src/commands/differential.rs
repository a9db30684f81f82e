//! `cargo xtask differential`: the machine against the naive interpreter, on random workflows.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use xtask::differential::compare::Subject;
use xtask::differential::shrink::shrink;
use xtask::differential::{Difference, Totals, generate, run_seed};

struct Args {
    programs: u64,
    /// The first seed; alone when no number of programs is given.
    seed: Option<u64>,
    trace: bool,
}

pub(crate) fn run(args: &[&str]) -> ExitCode {
    let args = match parse(args) {
        Ok(args) => args,
        Err(why) => {
            eprintln!("differential: {why}");
            return ExitCode::from(2);
        }
    };
    if let (Some(seed), 0) = (args.seed, args.programs) {
        return alone(seed, args.trace);
    }
    many(args.seed.unwrap_or(0), args.programs.max(1))
}

fn parse(args: &[&str]) -> Result<Args, String> {
    let mut out = Args {
        programs: 0,
        seed: None,
        trace: false,
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut number = || super::number(arg, args.next());
        match *arg {
            "--programs" => out.programs = number()?,
            "--seed" => out.seed = Some(number()?),
            "--trace" => out.trace = true,
            other => return Err(format!("no option `{other}`")),
        }
    }
    if out.programs == 0 && out.seed.is_none() {
        out.programs = 10_000;
    }
    Ok(out)
}

fn many(first: u64, programs: u64) -> ExitCode {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, done, stop) = (
        AtomicU64::new(first),
        AtomicU64::new(0),
        AtomicBool::new(false),
    );
    let work = || {
        let mut totals = Totals::default();
        let mut found = None;
        while done.load(Ordering::Relaxed) < programs && !stop.load(Ordering::Relaxed) {
            let before = totals.programs;
            match run_seed(next.fetch_add(1, Ordering::Relaxed), &mut totals) {
                Ok(()) => drop(done.fetch_add(totals.programs - before, Ordering::Relaxed)),
                Err(difference) => {
                    stop.store(true, Ordering::Relaxed);
                    found = Some(difference);
                }
            }
        }
        (totals, found)
    };
    let mut totals = Totals::default();
    let mut found: Option<Box<Difference>> = None;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            if let Ok((part, difference)) = thread.join() {
                totals.add(part);
                let earlier = |d: &Difference| found.as_ref().is_none_or(|f| d.seed < f.seed);
                if let Some(d) = difference.filter(|d| earlier(d)) {
                    found = Some(d);
                }
            }
        }
    });
    let [succeeded, failed, cancelled] = totals.ends;
    println!(
        "{} programs, {} effects, {} events; {succeeded} succeeded, {failed} failed, {cancelled} were cancelled",
        totals.programs, totals.effects, totals.events
    );
    let refused: u64 = totals.refused.values().sum();
    println!(
        "{refused} more were refused by the checker: {:?}",
        totals.refused
    );
    match found {
        None => {
            println!("no difference");
            ExitCode::SUCCESS
        }
        Some(difference) => {
            report(&difference);
            ExitCode::FAILURE
        }
    }
}

fn report(difference: &Difference) {
    println!("seed {}: {}", difference.seed, difference.what);
    let (small, world) = shrink(&difference.workflow, difference.seed, &difference.what);
    println!("smaller, in the world of seed {world}:\n{small:#}");
    show(&small.to_string(), world);
    println!(
        "again: cargo xtask differential --seed {} --trace",
        difference.seed
    );
}

fn show(text: &str, world: u64) {
    match Subject::new(text) {
        Ok(subject) => {
            let mut log = String::new();
            let end = subject.compare(world, Some(&mut log));
            println!("{}\n{log}", subject.dump(text));
            match end {
                Ok(ended) => println!("no difference: {ended:?}"),
                Err(what) => println!("difference: {what}"),
            }
        }
        Err(why) => println!("the checker refuses it: {why}"),
    }
}

fn alone(seed: u64, trace: bool) -> ExitCode {
    let workflow = generate::workflow(seed);
    if trace {
        println!("{workflow:#}");
        show(&workflow.to_string(), seed);
    }
    match run_seed(seed, &mut Totals::default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(difference) => {
            report(&difference);
            ExitCode::FAILURE
        }
    }
}
