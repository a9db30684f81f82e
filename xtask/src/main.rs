//! The project's own automation: `cargo xtask`.

mod commands;

use std::process::{Command, ExitCode};

const USAGE: &str = "usage: cargo xtask COMMAND

  corpus            runs the corpus of tests/suite
  corpus --update   writes what was found into it; read the difference before you commit it
  cel [DIR]         runs the cases of the expressions' standard in DIR/*.jsonl (../shared/conformance/cel by default)
  cel --verbose     and says what failed and why
  crash             kills real runs at --points N (1000) places and compares their ends; --disk-full, --torn, --seed N (docs/verification.md)
  differential      runs random workflows in the machine and in a naive interpreter; --programs N, --seed N [--trace] (docs/verification.md)
  fuzz [TARGET]     runs the fuzz targets for a minute each; --seconds N, --list (docs/fuzzing.md)
  mutate            injects faults of every kind into valid workflows and counts what is found (docs/mutation.md)
  simulate          plays seeds in worlds where writes, processes and clocks fail; --seeds N, --seed N [--trace], --points N (docs/verification.md)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["corpus"] => corpus(false),
        ["corpus", "--update"] => corpus(true),
        ["cel", rest @ ..] => commands::cel::run(rest),
        ["crash", rest @ ..] => commands::crash::run(rest),
        ["differential", rest @ ..] => commands::differential::run(rest),
        ["fuzz", rest @ ..] => commands::fuzz::run(rest),
        ["simulate", rest @ ..] => commands::simulate::run(rest),
        ["mutate", rest @ ..] => commands::mutate::run(rest),
        _ => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn corpus(update: bool) -> ExitCode {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args([
        "test", "--quiet", "-p", "wfc-cli", "--test", "all", "corpus",
    ]);
    if update {
        command.env("WFC_UPDATE", "1");
    }
    match command.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo could not be started: {error}");
            ExitCode::from(2)
        }
    }
}
