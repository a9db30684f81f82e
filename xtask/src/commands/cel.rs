//! `cargo xtask cel`: `passed / total` a file, for evaluation and for deduced types.

use std::path::PathBuf;
use std::process::ExitCode;

use xtask::cel::{Tally, default_folder, files, run_file};

pub(crate) fn run(args: &[&str]) -> ExitCode {
    let mut folder: Option<PathBuf> = None;
    let mut verbose = false;
    for arg in args {
        match *arg {
            "--verbose" | "-v" => verbose = true,
            option if option.starts_with('-') => {
                return wrong(&format!("no option `{option}`: there is `--verbose`"));
            }
            path if folder.is_none() => folder = Some(path.into()),
            _ => return wrong("one folder at a time"),
        }
    }
    let folder = folder.unwrap_or_else(default_folder);
    let files = match files(&folder) {
        Ok(files) if files.is_empty() => {
            return wrong(&format!("no `*.jsonl` in {}", folder.display()));
        }
        Ok(files) => files,
        Err(error) => return wrong(&format!("{}: {error}", folder.display())),
    };
    let width = files.iter().map(|f| stem(f).chars().count()).max();
    let width = width.unwrap_or_default();
    let mut all = Tally::default();
    for file in &files {
        let tally = run_file(file);
        println!("{:width$}  {}", stem(file), tally.line());
        if verbose {
            for failure in &tally.failures {
                println!("  {failure}");
            }
        }
        all.join(tally);
    }
    println!("{:width$}  {}", "all", all.line());
    if all.clean() {
        return ExitCode::SUCCESS;
    }
    if !verbose {
        eprintln!("`--verbose` says what failed");
    }
    ExitCode::FAILURE
}

fn stem(path: &std::path::Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}

fn wrong(why: &str) -> ExitCode {
    eprintln!("cel: {why}");
    ExitCode::from(2)
}
