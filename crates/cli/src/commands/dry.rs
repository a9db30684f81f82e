//! `wfc run --dry`: what a run would do, with made-up results of the right types. Nothing is carried out.

use std::path::Path;
use std::sync::Arc;

use wfc_syntax::source::Source;
use wfc_testing::dry::{Dry, Options, dry};
use wfc_testing::file::TestFile;
use wfc_testing::plan::{Mocks, only_mocks};
use wfc_testing::subject::Subjects;
use wfc_vm::Meta;

use crate::args::{Cli, Run, RunFormat};
use crate::error::CliError;
use crate::exit::Exit;
use crate::files::{Input, load};
use crate::output::dry::{Shown, human, json};
use crate::output::places::Text;
use crate::output::{Found, Report, bounds, human as findings};
use crate::program::Ready;
use crate::settings::SettingsCache;
use crate::world::DiskWorld;
use crate::{inputs, term};

/// Runs a workflow dry, and prints what it would do.
///
/// # Errors
/// When the inputs or the mocks do not fit, or it is a program file, of which the types are not known.
pub fn run(
    cli: &Cli,
    args: &Run,
    ready: &Ready,
    settings: &SettingsCache,
) -> Result<Exit, CliError> {
    let Some(source) = &ready.source else {
        return Err(CliError::usage(
            "a program file cannot be run dry: it does not say what its steps yield",
            "name the workflow itself",
        ));
    };
    let world = DiskWorld::default();
    let checks = settings.checks_of(&source.name)?;
    let mut subjects = Subjects::new(&world, &checks);
    let workflow = subjects.add(Arc::new(source.clone()));
    let mocks = match mocks(cli, args, workflow, &mut subjects)? {
        Ok(mocks) => mocks,
        Err(exit) => return Ok(exit),
    };
    let mut meta = Meta::new("dry-run", wfc_runtime::now());
    meta.env = ready.found.env.clone();
    let options = Options {
        seed: args.seed,
        deny: args.answers.deny.clone(),
        mocks,
    };
    let inputs = inputs::read(args, &ready.found.program)?;
    let done = dry(workflow, inputs, meta, &mut subjects, &options).map_err(|error| {
        CliError::usage(
            format!("the run cannot be started: {error}"),
            "give inputs with `--input name=value`; those that are left out are made up",
        )
    })?;
    let Some(done) = done else {
        return Ok(Exit::Findings);
    };
    let found = costs(source, &subjects, workflow, &world, settings)?;
    print(cli, args, &done, &subjects, source, &found);
    Ok(exit(&done))
}

fn exit(done: &Dry) -> Exit {
    match &done.end {
        wfc_testing::sim::End::Outcome(wfc_vm::Outcome::Succeeded(_)) => Exit::Clean,
        wfc_testing::sim::End::Outcome(_) => Exit::Findings,
        _ => Exit::Pending,
    }
}

fn print(
    cli: &Cli,
    args: &Run,
    done: &Dry,
    subjects: &Subjects<'_>,
    source: &Source,
    found: &Found,
) {
    let shown = Shown {
        dry: done,
        subjects,
        source,
        found,
    };
    let text = match args.answers.format {
        RunFormat::Human => human(&shown, term::colours(cli.color)),
        RunFormat::Jsonl => json(&shown),
    };
    term::print(&text);
}

/// The bounds, as `check --bounds` has them.
fn costs(
    source: &Source,
    subjects: &Subjects<'_>,
    workflow: usize,
    world: &DiskWorld,
    settings: &SettingsCache,
) -> Result<Found, CliError> {
    let mut report = Report::new(source.clone(), Vec::new());
    if let Some(subject) = subjects.get(workflow) {
        let assume = bounds::assumptions(&*settings.of(&source.name)?);
        let checked = &subject.checked;
        let (ast, analysis) = (&checked.parsed.ast, &checked.analysis);
        let all = wfc_compiler::bounds::bounds(ast, analysis, &source.name, world, &assume);
        report.bounds = Some(Box::new(all));
    }
    let mut found = Found::new(vec![report], Vec::new());
    for name in found.other_files() {
        if let Some(other) = world.named(&name) {
            found.others.insert(name, Text::new(other.as_ref().clone()));
        }
    }
    Ok(found)
}

/// The mocks of `--mocks`; an exit status when their file is at fault.
fn mocks(
    cli: &Cli,
    args: &Run,
    workflow: usize,
    subjects: &mut Subjects<'_>,
) -> Result<Result<Mocks, Exit>, CliError> {
    let Some(path) = &args.mocks else {
        return Ok(Ok(Mocks::default()));
    };
    let loaded = load(&Input::File(path.clone()))?;
    let mut found = loaded.diagnostics;
    let source = loaded.source.clone();
    let file = TestFile::read(loaded.source);
    found.extend(file.diagnostics.iter().cloned());
    let test = chosen(&file, args.mocks_of.as_deref(), path)?;
    let mut mocks = None;
    if found.is_empty() {
        mocks = only_mocks(&file, test, workflow, subjects, &mut found);
    }
    if found.is_empty() {
        return Ok(Ok(mocks.unwrap_or_default()));
    }
    let report = Report::new(source, found);
    term::eprint(&findings::print(&[report], 1, term::colours(cli.color)));
    Ok(Err(Exit::Findings))
}

/// The test whose mocks are meant: the one that is named, or the only one.
fn chosen<'a>(
    file: &'a TestFile,
    name: Option<&str>,
    path: &Path,
) -> Result<Option<&'a wfc_testing::file::Written>, CliError> {
    let Some(name) = name else {
        return Ok(file.tests.first().filter(|_| file.tests.len() == 1));
    };
    let found = file.tests.iter().find(|t| t.name == name);
    let names: Vec<&str> = file.tests.iter().map(|t| t.name.as_str()).collect();
    match found {
        Some(test) => Ok(Some(test)),
        None => Err(CliError::usage(
            format!("`{}` has no test `{name}`", path.display()),
            format!("there are `{}`", names.join("`, `")),
        )),
    }
}
