//! `wfc check --fix` and `--diff`: what machines can mend, mended, or shown as a diff.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::path::Path;

use clap::{Args, ValueEnum};
use rayon::prelude::*;
use similar::TextDiff;
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::fix::{Mended, mend};
use wfc_syntax::source::Source;

use crate::args::{Check, Cli};
use crate::commands::check;
use crate::error::CliError;
use crate::exit::Exit;
use crate::files::{Input, inputs, load};
use crate::findings::choice::Choice;
use crate::output::{Counts, Found, Report, human};
use crate::settings::SettingsCache;
use crate::world::DiskWorld;
use crate::{term, write};

/// Arguments of mending.
#[derive(Debug, Args)]
pub struct Mending {
    /// Mend what can be mended: what is safe, or with `--fix=suggested` also what is likely meant and changes meaning.
    /// The findings left are printed; standard input comes out mended on standard output
    #[arg(long, value_name = "WHICH", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    pub fix: Option<Which>,
    /// Print what `--fix` would change as a unified diff, and change nothing; exit status 1 if there is anything
    #[arg(long)]
    pub diff: bool,
}

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// Those that keep or restore the evident meaning.
    Safe,
    /// Also those that change meaning, to what was likely meant.
    Suggested,
}

impl Mending {
    /// Whether anything is to be mended, and what.
    pub fn allowed(&self) -> Option<Applicability> {
        match self.fix {
            Some(Which::Suggested) => Some(Applicability::Suggested),
            Some(Which::Safe) => Some(Applicability::Safe),
            None => self.diff.then_some(Applicability::Safe),
        }
    }
}

/// A file and what came of it.
struct Outcome {
    input: Input,
    before: Source,
    after: Mended,
}

impl Outcome {
    fn changed(&self) -> bool {
        *self.before.text != *self.after.text
    }
}

/// Mends the files that the arguments name.
///
/// # Errors
/// When the arguments do not go together or a path names nothing. A file that cannot be read or written keeps none of
/// the others from being mended.
pub fn run(cli: &Cli, args: &Check, allowed: Applicability) -> Result<Exit, CliError> {
    go_together(args)?;
    let choice = Choice::of(&args.choice)?;
    let files = once_each(inputs(&args.paths, &args.stdin_name)?);
    let world = DiskWorld::default();
    let settings = SettingsCache::new(cli.config.as_deref());
    // All are mended in memory before the first is written: each sees the others as they were.
    let mended: Vec<Result<Outcome, CliError>> = files
        .par_iter()
        .map(|input| mend_file(input, &world, &settings, &choice, allowed))
        .collect();
    let mut outcomes = Vec::new();
    let mut failures = Vec::new();
    for (input, result) in files.iter().zip(mended) {
        match result {
            Ok(outcome) => outcomes.push(outcome),
            Err(error) => failures.push((input.name(), error)),
        }
    }
    if args.mending.diff {
        let exit = show(cli, &outcomes);
        return Ok(check::failures(Found::new(Vec::new(), failures), exit));
    }
    settle(cli, args, &choice, outcomes, failures)
}

fn go_together(args: &Check) -> Result<(), CliError> {
    let refuse = |flag: &str, help: &str| {
        let message = format!("`{flag}` does not go together with mending");
        Err(CliError::usage(message, help))
    };
    if args.watch {
        return refuse("--watch", "mend once, then watch");
    }
    if args.choice.write_baseline {
        return refuse("--write-baseline", "mend first, then write what is left");
    }
    if args.choice.baseline.is_some() {
        return refuse(
            "--baseline",
            "choose what is mended with `--select` and `--ignore`",
        );
    }
    Ok(())
}

/// Each file once, also when two paths lead to it.
fn once_each(files: Vec<Input>) -> Vec<Input> {
    let mut known = BTreeSet::new();
    let mut is_new = |input: &Input| match input {
        Input::Stdin(_) => true,
        Input::File(path) => {
            known.insert(std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()))
        }
    };
    files.into_iter().filter(|input| is_new(input)).collect()
}

fn mend_file(
    input: &Input,
    world: &DiskWorld,
    settings: &SettingsCache,
    choice: &Choice,
    allowed: Applicability,
) -> Result<Outcome, CliError> {
    let loaded = load(input)?;
    let checks = settings.checks_of(&loaded.source.name)?;
    let before = loaded.source;
    let after = if loaded.diagnostics.is_empty() {
        mend(&before.text, allowed, |text| {
            let (source, found) = Source::from_text(before.name.as_str(), text);
            if !found.is_empty() {
                return found;
            }
            let mut found = if wfc_testing::file::is_tests(&source.name) {
                wfc_testing::suite::check(source, world, &checks)
            } else {
                wfc_compiler::check(&source, loaded.spelling, world, &checks).diagnostics
            };
            // What was not asked for is looked at, so that nothing gets worse, and left alone.
            for finding in found.iter_mut().filter(|d| !choice.takes(d)) {
                finding.fixes.clear();
            }
            found
        })
    } else {
        Mended {
            text: before.text.to_string(),
            left: loaded.diagnostics,
            mended: 0,
            applied: Vec::new(),
        }
    };
    Ok(Outcome {
        input: input.clone(),
        before,
        after,
    })
}

/// Prints the diffs.
fn show(cli: &Cli, outcomes: &[Outcome]) -> Exit {
    let colour = term::colours(cli.color);
    let mut exit = Exit::Clean;
    for outcome in outcomes.iter().filter(|o| o.changed()) {
        exit = Exit::Findings;
        let diff = diff(
            &outcome.before.name,
            &outcome.before.text,
            &outcome.after.text,
        );
        let diff = if std::io::stdout().is_terminal() {
            term::tame(&diff)
        } else {
            diff
        };
        term::print(&if colour { coloured(&diff) } else { diff });
    }
    let files = outcomes.iter().filter(|o| o.changed()).count();
    let mended = outcomes.iter().map(|o| o.after.mended).sum();
    let left = outcomes.iter().map(|o| o.after.left.len()).sum();
    term::eprint(&summary("would mend", mended, files, left));
    exit
}

/// A unified diff that `git apply` and `patch -p1` take.
fn diff(name: &str, before: &str, after: &str) -> String {
    let name = name.strip_prefix("./").unwrap_or(name);
    let (old, new) = if Path::new(name).is_absolute() {
        (name.to_owned(), name.to_owned())
    } else {
        (format!("a/{name}"), format!("b/{name}"))
    };
    TextDiff::from_lines(before, after)
        .unified_diff()
        .header(&old, &new)
        .to_string()
}

fn coloured(diff: &str) -> String {
    let colour = |line: &str| match line.chars().next() {
        Some('-') => "31",
        Some('+') => "32",
        Some('@') => "36",
        _ => "0",
    };
    let paint = |line: &str| {
        let text = line.strip_suffix('\n').unwrap_or(line);
        format!("\u{1b}[{}m{text}\u{1b}[0m\n", colour(line))
    };
    diff.split_inclusive('\n').map(paint).collect()
}

/// Writes what changed and prints what is left.
fn settle(
    cli: &Cli,
    args: &Check,
    choice: &Choice,
    outcomes: Vec<Outcome>,
    mut failures: Vec<(String, CliError)>,
) -> Result<Exit, CliError> {
    let (mut mended, mut files) = (0, 0);
    let mut reports = Vec::new();
    let mut stdin = false;
    for outcome in outcomes {
        let mut source = outcome.before.clone();
        let mut left = outcome.after.left;
        let changed = *source.text != *outcome.after.text;
        match &outcome.input {
            Input::Stdin(_) => {
                stdin = true;
                print_bytes(&source.to_bytes(&outcome.after.text));
            }
            Input::File(path) if changed => {
                let bytes = source.to_bytes(&outcome.after.text);
                if let Err(error) = write::replace_if(path, &source.to_bytes(&source.text), &bytes)
                {
                    failures.push((outcome.input.name(), error));
                    continue;
                }
            }
            Input::File(_) => {}
        }
        if changed {
            files += 1;
            mended += outcome.after.mended;
            source.text = outcome.after.text.into();
        }
        left.retain(|d: &Diagnostic| choice.takes(d));
        reports.push(Report::new(source, left));
    }
    let mut found = Found::new(reports, failures);
    found.cap(args.print.max_findings);
    let left = found.counts.all();
    if stdin {
        term::eprint(&human::print_found(&found, false));
    } else {
        check::print(cli, args, &found)?;
    }
    term::eprint(&summary("mended", mended, files, left));
    let exit = check::exit(args.choice.fail_on, Counts { ..found.counts });
    Ok(check::failures(found, exit))
}

fn print_bytes(bytes: &[u8]) {
    term::print(&String::from_utf8_lossy(bytes));
}

fn summary(verb: &str, mended: usize, files: usize, left: usize) -> String {
    let s = |n: usize| if n == 1 { "" } else { "s" };
    if files == 0 {
        return format!("nothing to mend, {left} left\n");
    }
    format!(
        "{verb} {mended} finding{} in {files} file{}, {left} left\n",
        s(mended),
        s(files)
    )
}

#[cfg(test)]
mod tests {
    use super::diff;

    #[test]
    fn a_diff_names_the_file_twice_and_keeps_line_ends() {
        let diff = diff("./a.wf", "a\r\nb\nc", "a\r\nx\nc");
        assert_eq!(
            diff,
            "--- a/a.wf\n+++ b/a.wf\n@@ -1,3 +1,3 @@\n a\r\n-b\n+x\n c\n\\ No newline at end of file\n"
        );
    }
}
