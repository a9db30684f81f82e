//! `wfc check`: many files in parallel, findings in the order of the files.

use rayon::prelude::*;
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;

use crate::args::{Check, CheckFormat, Cli};
use crate::error::CliError;
use crate::exit::Exit;
use crate::files::{Input, inputs, load};
use crate::output::{Counts, Report, human, json};
use crate::settings::{SettingsCache, checks};
use crate::world::DiskWorld;
use crate::{term, watch};

/// Checks, once or whenever a file changes.
///
/// # Errors
/// When a path, a file or the settings cannot be read.
pub fn run(cli: &Cli, args: &Check) -> Result<Exit, CliError> {
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
    let files = inputs(&args.paths, &args.stdin_name)?;
    let world = DiskWorld::default();
    let settings = SettingsCache::new(cli.config.as_deref());
    let checked: Vec<Result<Report, CliError>> = files
        .par_iter()
        .map(|input| check_file(input, &world, &settings))
        .collect();
    let mut reports = Vec::new();
    let mut failed = None;
    for result in checked {
        match result {
            Ok(report) => reports.push(report),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    let text = match args.format {
        CheckFormat::Human => human::print(&reports, files.len(), term::colours(cli.color)),
        CheckFormat::Json => json::print(&reports, files.len()),
    };
    term::print(&text);
    if let Some(error) = failed {
        return Err(error);
    }
    let counts = Counts::of(&reports);
    Ok(if counts.errors + counts.warnings > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

fn check_file(
    input: &Input,
    world: &DiskWorld,
    settings: &SettingsCache,
) -> Result<Report, CliError> {
    let loaded = load(input)?;
    let settings = settings.of(&loaded.source.name)?;
    let diagnostics = if loaded.diagnostics.is_empty() {
        wfc_compiler::check(&loaded.source, loaded.spelling, world, &checks(&settings)).diagnostics
    } else {
        loaded.diagnostics
    };
    Ok(Report {
        source: loaded.source,
        diagnostics,
    })
}

/// Whether a workflow with these findings may run.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}
