//! `wfc check`: many files in parallel, findings in the order of the files.

use std::time::Instant;

use rayon::prelude::*;
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;

use crate::args::{Check, CheckFormat, Cli, FailOn};
use crate::error::CliError;
use crate::exit::Exit;
use crate::files::{Input, inputs_of, is_tests, is_workflow, load};
use crate::findings::baseline::{self, Baseline};
use crate::findings::choice::Choice;
use crate::output::places::Text;
use crate::output::{
    Baselined, Counts, Found, Report, bounds, gcc, github, human, json, jsonl, sarif,
};
use crate::settings::SettingsCache;
use crate::world::DiskWorld;
use crate::{term, watch, write};

/// Checks, once or whenever a file changes.
///
/// # Errors
/// When the arguments do not go together, a path names nothing, or a file cannot be written.
pub fn run(cli: &Cli, args: &Check) -> Result<Exit, CliError> {
    if let Some(allowed) = args.mending.allowed() {
        return super::fix::run(cli, args, allowed);
    }
    if args.watch {
        if args.paths.iter().any(|p| p == "-") {
            return Err(CliError::usage(
                "`--watch` cannot watch standard input",
                "name files or folders",
            ));
        }
        return watch::repeat(&args.paths, || once(cli, args).map(|_| ()));
    }
    once(cli, args)
}

fn once(cli: &Cli, args: &Check) -> Result<Exit, CliError> {
    let started = Instant::now();
    let choice = Choice::of(&args.choice)?;
    let known = match &args.choice.baseline {
        Some(path) if !args.choice.write_baseline => Some(Baseline::read(path)?),
        _ => None,
    };
    let wanted = |path: &std::path::Path| is_workflow(path) || is_tests(path);
    let files = inputs_of(&args.paths, &args.stdin_name, wanted)?;
    if files.is_empty() {
        term::eprint(
            "no workflows are there: files named `*.wf`, `*.wf.yaml`, `*.wf.yml` and `*.wf.json` are looked for\n",
        );
    }
    let world = DiskWorld::default();
    let mut found = check_all(
        &files,
        &world,
        &SettingsCache::new(cli.config.as_deref()),
        args.bounds,
        !args.watch,
    );
    if !choice.is_all() {
        for report in &mut found.reports {
            report.retain(|d, _| choice.takes(d));
        }
    }
    if let Some(path) = args
        .choice
        .baseline
        .as_deref()
        .filter(|_| args.choice.write_baseline)
    {
        let written = baseline::write(path, &found.reports)?;
        term::eprint(&format!(
            "`{}` knows {} now\n",
            path.display(),
            human::plural(written, "finding")
        ));
        return Ok(failures(found, Exit::Clean));
    }
    if let Some(known) = known {
        let (known, gone) = known.apply(&mut found.reports, &choice);
        found.baseline = Some(Baselined { known, gone });
    }
    found.cap(args.print.max_findings);
    for name in found.other_files() {
        if let Some(source) = world.named(&name) {
            found
                .others
                .insert(name, Text::new(source.as_ref().clone()));
        }
    }
    found.took = started.elapsed();
    print(cli, args, &found)?;
    let exit = exit(args.choice.fail_on, found.counts);
    Ok(failures(found, exit))
}

fn check_all(
    files: &[Input],
    world: &DiskWorld,
    settings: &SettingsCache,
    with_bounds: bool,
    leaves: bool,
) -> Found {
    // What a lone file takes in memory is left to the end of the process: letting go of it takes a seventh of the time of a check.
    let leave = files.len() == 1 && leaves;
    let checked: Vec<Result<Report, CliError>> = files
        .par_iter()
        .map(|input| check_file(input, world, settings, with_bounds, leave))
        .collect();
    let mut reports = Vec::new();
    let mut failures = Vec::new();
    for (input, result) in files.iter().zip(checked) {
        match result {
            Ok(report) => reports.push(report),
            Err(error) => failures.push((input.name(), error)),
        }
    }
    Found::new(reports, failures)
}

fn check_file(
    input: &Input,
    world: &DiskWorld,
    settings: &SettingsCache,
    with_bounds: bool,
    leave: bool,
) -> Result<Report, CliError> {
    let loaded = load(input)?;
    let checks = settings.checks_of(&loaded.source.name)?;
    if !loaded.diagnostics.is_empty() {
        return Ok(Report::new(loaded.source, loaded.diagnostics));
    }
    if wfc_testing::file::is_tests(&loaded.source.name) {
        let found = wfc_testing::suite::check(loaded.source.clone(), world, &checks);
        return Ok(Report::new(loaded.source, found));
    }
    let checked = wfc_compiler::check(&loaded.source, loaded.spelling, world, &checks);
    let settings = settings.of(&loaded.source.name)?;
    // Of a file with errors the bounds would mean little.
    let bounds = (with_bounds && !checked.has_errors()).then(|| {
        let (ast, analysis) = (&checked.parsed.ast, &checked.analysis);
        let assume = bounds::assumptions(&settings);
        let name = &loaded.source.name;
        wfc_compiler::bounds::bounds(ast, analysis, name, world, &assume)
    });
    let mut report = Report::new(loaded.source, checked.diagnostics);
    report.bounds = bounds.map(Box::new);
    if leave {
        std::mem::forget((checked.parsed, checked.analysis));
    }
    Ok(report)
}

/// Prints everything in the form that was asked for.
pub(super) fn print(cli: &Cli, args: &Check, found: &Found) -> Result<(), CliError> {
    let path = args.print.output.as_deref();
    let colour =
        path.is_none() && term::colours(cli.color) || cli.color == crate::args::Colour::Always;
    let text = match args.print.format {
        // Nothing was checked: what is wrong is told on standard error.
        CheckFormat::Human if found.reports.is_empty() && !found.failures.is_empty() => {
            String::new()
        }
        CheckFormat::Human => bounds::people(found) + &human::print_found(found, colour),
        CheckFormat::Json => json::print(found),
        CheckFormat::Jsonl => jsonl::print(found),
        CheckFormat::Sarif => sarif::print(found),
        CheckFormat::Github => github::print(found),
        CheckFormat::Gcc => gcc::print(found),
    };
    write::output(path, &text)?;
    if path.is_some() {
        term::eprint(&human::summary(found));
    }
    Ok(())
}

/// Tells on standard error what could not be checked, each reason once.
pub(super) fn failures(found: Found, otherwise: Exit) -> Exit {
    let mut told = std::collections::BTreeSet::new();
    let mut exit = otherwise;
    for (_, error) in found.failures {
        exit = Exit::Usage;
        if told.insert(error.in_words()) {
            error.show();
        }
    }
    exit
}

pub(super) fn exit(fail_on: FailOn, counts: Counts) -> Exit {
    let failing = match fail_on {
        FailOn::Error => counts.errors,
        FailOn::Warning => counts.errors + counts.warnings,
        FailOn::Note => counts.all(),
        FailOn::Never => 0,
    };
    if failing > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

/// Whether a workflow with these findings may run.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}
