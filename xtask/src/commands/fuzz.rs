//! `cargo xtask fuzz`: each target for a while, from seeds of the repository's own files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use xtask::fuzz::{TARGETS, Target, find, seeds};

/// The longest input, in bytes, by what an input costs: these go over a file many times.
const fn max_len(target: &str) -> u32 {
    match target.as_bytes() {
        b"check" | b"fix" | b"format" | b"convert" => 4 * 1024,
        _ => 16 * 1024,
    }
}
/// A single input that takes longer is a finding, in seconds. The build looks for faults of memory, so it is slow.
const TIMEOUT: u32 = 5;
/// What a process may take, in MiB, with the tables of that build.
const MEMORY: u32 = 1024;

pub(crate) fn run(args: &[&str]) -> ExitCode {
    let mut seconds = 60;
    let mut chosen: Vec<&Target> = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match *arg {
            "--list" => {
                for target in TARGETS {
                    println!("{:<12} {}", target.name, target.doc);
                }
                return ExitCode::SUCCESS;
            }
            "--seconds" => match args.next().and_then(|n| n.parse().ok()) {
                Some(n) => seconds = n,
                None => return wrong("`--seconds` takes a number"),
            },
            name => match find(name) {
                Some(target) => chosen.push(target),
                None => return wrong(&format!("no target `{name}`: `--list` shows them")),
            },
        }
    }
    if chosen.is_empty() {
        chosen = TARGETS.iter().collect();
    }
    if let Some(missing) = missing() {
        eprintln!("skipped: {missing}");
        return ExitCode::SUCCESS;
    }
    let mut failed = Vec::new();
    for target in chosen {
        match fuzz(target, seconds) {
            Ok(true) => println!("{}: nothing found in {seconds} s", target.name),
            Ok(false) => failed.push(target.name),
            Err(error) => return wrong(&format!("{}: {error}", target.name)),
        }
    }
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("found something: {}", failed.join(", "));
    ExitCode::FAILURE
}

/// What it takes and is not there.
fn missing() -> Option<&'static str> {
    let works = |args: &[&str]| {
        let mut command = Command::new("cargo");
        command
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|s| s.success())
    };
    if !works(&["+nightly", "--version"]) {
        return Some("there is no nightly toolchain: `rustup toolchain install nightly`");
    }
    if !works(&["+nightly", "fuzz", "--version"]) {
        return Some("there is no cargo-fuzz: `cargo install cargo-fuzz --locked`");
    }
    None
}

/// Runs one target; whether nothing was found.
fn fuzz(target: &Target, seconds: u32) -> std::io::Result<bool> {
    let root = seeds::root();
    let corpus = root.join("fuzz/corpus").join(target.name);
    plant(target, &corpus)?;
    let words = root.join("fuzz/corpus/words.dict");
    std::fs::write(&words, seeds::dictionary())?;
    let mut words_option = OsString::from("-dict=");
    words_option.push(words.canonicalize()?);
    let mut command = Command::new("cargo");
    command
        .current_dir(root.join("fuzz"))
        .args(["+nightly", "fuzz", "run", target.name, "--fuzz-dir", "."])
        .arg(corpus.canonicalize()?)
        .args(["--", "-print_final_stats=1", "-verbosity=1"])
        .arg(words_option)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={}", max_len(target.name)))
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!("-rss_limit_mb={MEMORY}"));
    // The toolchain of the caller is another one.
    for name in ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTC"] {
        command.env_remove(name);
    }
    Ok(command.status()?.success())
}

/// Puts the seeds and what was found before into the corpus.
fn plant(target: &Target, corpus: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(corpus)?;
    for (number, seed) in seeds::of(target.name)?.iter().enumerate() {
        std::fs::write(corpus.join(format!("seed-{number}")), seed)?;
    }
    for kept in kept(target.name)? {
        if let Some(name) = kept.file_name() {
            std::fs::copy(&kept, corpus.join(name))?;
        }
    }
    Ok(())
}

fn kept(target: &str) -> std::io::Result<Vec<PathBuf>> {
    let folder = seeds::root().join("tests/fuzz-corpus").join(target);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    std::fs::read_dir(folder)?
        .map(|e| e.map(|e| e.path()))
        .collect()
}

fn wrong(why: &str) -> ExitCode {
    eprintln!("fuzz: {why}");
    ExitCode::from(2)
}
