//! `wfc test`: runs the tests beside workflows, under a clock that skips waits and with mocked steps.
//!
//! Exit status: 0 all passed; 1 a test failed, a file of tests is at fault, or coverage is less than asked for; 2 there
//! was nothing to run, or the command could not be carried out.

mod record;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use rayon::prelude::*;
use wfc_testing::coverage::Coverage;
use wfc_testing::run::{Failure, Tested};
use wfc_testing::suite::Suite;

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::Exit;
use crate::files::{Input, inputs_of, is_tests, is_workflow, load};
use crate::output::places::Text;
use crate::output::tests::{Case, Covered, FileReport, Report, human, json, junit};
use crate::settings::SettingsCache;
use crate::world::DiskWorld;
use crate::{term, watch, write};

/// `wfc test`
#[derive(Debug, Args)]
pub struct Test {
    /// Files of tests (`*.wf.test.yaml`, `*.wf.test.json`), workflows whose tests are beside them, and folders
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<String>,
    /// Run only the tests with this text in their name or their file's
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Stop at the first test that fails
    #[arg(long)]
    pub fail_fast: bool,
    /// Tell which steps and which sides of branches no test reaches
    #[arg(long)]
    pub coverage: bool,
    /// Fail when fewer per cent of steps and sides are reached, of any tested workflow
    #[arg(long, value_name = "PERCENT")]
    pub coverage_min: Option<f64>,
    /// How the outcome is printed
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub format: TestFormat,
    /// Write the outcome to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write a test that repeats this durable run (its id, or `last`); to the file of `--output`, or standard output
    #[arg(long, value_name = "RUN", conflicts_with_all = ["filter", "coverage", "watch"])]
    pub record: Option<String>,
    /// The store that the run is in; the nearest `.wfc/state.db` upwards when absent
    #[arg(long, value_name = "FILE", env = "WFC_STORE", hide_env_values = true)]
    pub store: Option<PathBuf>,
    /// Run again whenever a file changes
    #[arg(long)]
    pub watch: bool,
}

/// How the outcome of tests is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// A line a test, with what does not hold below it.
    Human,
    /// One JSON document.
    Json,
    /// One JSON object a line: the tests, then a summary.
    Jsonl,
    /// JUnit XML, for continuous integration.
    Junit,
}

/// Runs tests, once or whenever a file changes.
///
/// # Errors
/// When a path names nothing, there is nothing to run, or a file cannot be written.
pub fn run(cli: &Cli, args: &Test) -> Result<Exit, CliError> {
    if let Some(id) = &args.record {
        return record::run(args, id);
    }
    if args.watch {
        return watch::repeat(&args.paths, || once(cli, args).map(|_| ()));
    }
    once(cli, args)
}

fn once(cli: &Cli, args: &Test) -> Result<Exit, CliError> {
    let started = Instant::now();
    let files = files(&args.paths)?;
    let world = DiskWorld::default();
    let settings = SettingsCache::new(cli.config.as_deref());
    let one = |path: &PathBuf| file(path, args, &world, &settings);
    let done: Vec<Done> = if args.fail_fast {
        let mut done = Vec::new();
        for path in &files {
            done.push(one(path)?);
            if done.last().is_some_and(|d: &Done| d.report.is_bad()) {
                break;
            }
        }
        done
    } else {
        files.par_iter().map(one).collect::<Result<_, _>>()?
    };
    let report = together(args, done, started);
    if report.is_empty() {
        let text = args.filter.as_deref().unwrap_or_default();
        return Err(CliError::usage(
            format!("no test is called anything with `{text}` in it"),
            "leave out `--filter` to see all tests",
        ));
    }
    let colour = args.output.is_none() && term::colours(cli.color);
    let text = match args.format {
        TestFormat::Human => human::print(&report, colour),
        TestFormat::Json => json::print(&report),
        TestFormat::Jsonl => json::print_lines(&report),
        TestFormat::Junit => junit::print(&report),
    };
    write::output(args.output.as_deref(), &text)?;
    if args.output.is_some() {
        term::eprint(&human::summary(&report));
    }
    Ok(if report.is_good() {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

/// The files of tests that the arguments mean.
fn files(paths: &[String]) -> Result<Vec<PathBuf>, CliError> {
    let mut out = Vec::new();
    for input in inputs_of(paths, "", is_tests)? {
        let Input::File(path) = input else {
            return Err(CliError::usage(
                "tests are not read from standard input",
                "name files or folders",
            ));
        };
        if is_tests(&path) {
            out.push(path);
        } else if is_workflow(&path) {
            let beside = beside(&path);
            if beside.is_empty() {
                let shown = path.display();
                return Err(CliError::usage(
                    format!("there are no tests beside `{shown}`"),
                    format!("write them into `{}`", tests_of(&path).display()),
                ));
            }
            out.extend(beside);
        } else {
            return Err(CliError::usage(
                format!(
                    "`{}` is neither a file of tests nor a workflow",
                    path.display()
                ),
                "files of tests are called `*.wf.test.yaml` or `*.wf.test.json`",
            ));
        }
    }
    out.sort();
    out.dedup();
    if out.is_empty() {
        return Err(CliError::usage(
            "no tests are there",
            "files named `*.wf.test.yaml` and `*.wf.test.json` are looked for; docs/testing.md shows one",
        ));
    }
    Ok(out)
}

/// A workflow's name without its ending.
fn stem(workflow: &Path) -> String {
    let name = workflow.file_name().unwrap_or_default().to_string_lossy();
    let at = name.rfind(".wf").unwrap_or(name.len());
    name.get(..at).unwrap_or_default().to_owned()
}

/// Where a workflow's tests are written.
fn tests_of(workflow: &Path) -> PathBuf {
    workflow.with_file_name(format!("{}.wf.test.yaml", stem(workflow)))
}

fn beside(workflow: &Path) -> Vec<PathBuf> {
    let stem = stem(workflow);
    wfc_testing::file::ENDINGS
        .iter()
        .map(|ending| workflow.with_file_name(format!("{stem}{ending}")))
        .filter(|path| path.is_file())
        .collect()
}

/// What came of a file: its report, and what its tests reached.
struct Done {
    report: FileReport,
    covered: Vec<Covered>,
    /// Tests that the filter left out.
    left_out: usize,
}

fn file(
    path: &Path,
    args: &Test,
    world: &DiskWorld,
    settings: &SettingsCache,
) -> Result<Done, CliError> {
    let loaded = load(&Input::File(path.to_path_buf()))?;
    let name = loaded.source.name.clone();
    let checks = settings.checks_of(&name)?;
    let source = loaded.source.clone();
    if !loaded.diagnostics.is_empty() {
        return Ok(Done {
            report: FileReport::faulty(source, loaded.diagnostics),
            covered: Vec::new(),
            left_out: 0,
        });
    }
    let mut suite = Suite::load(loaded.source, world, &checks);
    let mut report = FileReport::faulty(source, std::mem::take(&mut suite.diagnostics));
    report.workflow = suite
        .workflow
        .and_then(|at| Some(suite.subjects.get(at)?.source.name.clone()));
    let mut left_out = 0;
    let mut logs = Vec::new();
    for at in 0..suite.plans.len() {
        let test = suite
            .plans
            .get(at)
            .map(|p| p.name.clone())
            .unwrap_or_default();
        if !is_wanted(args, &name, &test) {
            left_out += 1;
            continue;
        }
        let since = Instant::now();
        let Some(mut tested) = suite.run(at) else {
            continue;
        };
        logs.push(std::mem::take(&mut tested.log));
        let failed = !tested.failures.is_empty();
        report.cases.push(case(tested, &suite, since));
        if failed && args.fail_fast {
            break;
        }
    }
    Ok(Done {
        covered: covered(&suite, &logs, args),
        report,
        left_out,
    })
}

fn is_wanted(args: &Test, file: &str, test: &str) -> bool {
    args.filter
        .as_ref()
        .is_none_or(|text| file.contains(text.as_str()) || test.contains(text.as_str()))
}

/// A test with the places of what does not hold in its workflow.
fn case(tested: Tested, suite: &Suite<'_>, since: Instant) -> Case {
    let place = |failure: &Failure| {
        let (at, span) = failure.at?;
        let text = Text::new(suite.subjects.get(at)?.source.as_ref().clone());
        Some((
            text.source.name.clone(),
            text.place(span, wfc_syntax::line_index::Encoding::Utf32),
        ))
    };
    Case {
        places: tested.failures.iter().map(place).collect(),
        tested,
        wall: since.elapsed(),
    }
}

/// What the tests reached of the workflow that the file is about.
fn covered(suite: &Suite<'_>, logs: &[Vec<wfc_testing::sim::Entry>], args: &Test) -> Vec<Covered> {
    if !args.coverage && args.coverage_min.is_none() {
        return Vec::new();
    }
    let subject = suite
        .workflow
        .and_then(|at| Some((at, suite.subjects.get(at)?)));
    let Some((at, subject)) = subject else {
        return Vec::new();
    };
    let mut coverage = Coverage::new(subject);
    for log in logs {
        coverage.add(subject, at, log);
    }
    vec![Covered {
        text: Text::new(subject.source.as_ref().clone()),
        subject: std::sync::Arc::clone(subject),
        coverage,
    }]
}

/// One report of all files. Tests of one workflow in several files count together.
fn together(args: &Test, done: Vec<Done>, started: Instant) -> Report {
    let mut report = Report {
        coverage_min: args.coverage_min,
        ..Report::default()
    };
    for one in done {
        report.left_out += one.left_out;
        // A file of which the filter left nothing is not spoken of.
        if one.left_out == 0 || !one.report.cases.is_empty() || !one.report.diagnostics.is_empty() {
            report.files.push(one.report);
        }
        for covered in one.covered {
            let name = &covered.text.source.name;
            let known = report
                .coverage
                .iter_mut()
                .find(|c| c.text.source.name == *name);
            match known {
                Some(known) => known.coverage.merge(&covered.coverage),
                None => report.coverage.push(covered),
            }
        }
    }
    report.took = started.elapsed();
    report
}
