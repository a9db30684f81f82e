//! `wfc test --record RUN`: a durable run as a file of tests.

use std::path::{Path, PathBuf};

use wfc_engine::store::RunFilter;
use wfc_engine::{Engine, ExecutionId, Found, History, Options, OwnerId, Programs, RunKey};
use wfc_runtime::store::{Options as Opening, SqliteStore};
use wfc_testing::file::is_tests;
use wfc_testing::record::{Recorded, RunEvents, record};

use super::{Test, tests_of};
use crate::error::CliError;
use crate::exit::Exit;
use crate::world::DiskWorld;
use crate::{term, write};

/// The store, unless another is named.
const USUAL: &str = ".wfc/state.db";

/// Writes a test that repeats a run.
///
/// # Errors
/// When there is no such run, or it cannot be repeated.
pub fn run(args: &Test, id: &str) -> Result<Exit, CliError> {
    let past = Past::read(&store_path(args), id)?;
    let Some(first) = past.0.first() else {
        return Err(unknown(id));
    };
    let workflow = PathBuf::from(&first.reference);
    let beside = tests_of(&workflow);
    let target = args.output.clone().unwrap_or_else(|| beside.clone());
    if !is_tests(&target.display().to_string()) {
        return Err(CliError::usage(
            format!("`{}` is no name of a file of tests", target.display()),
            "such files are called `*.wf.test.yaml`",
        ));
    }
    let name = workflow.file_name().unwrap_or_default().to_string_lossy();
    let is_beside = folder(&target) == folder(&beside);
    let named = if is_beside {
        name.into_owned()
    } else {
        workflow.display().to_string()
    };
    let title = format!("as in run {}", first.header.execution);
    let file = target.display().to_string();
    let text = record(&title, &file, &named, &past, &DiskWorld::default()).map_err(|error| {
        CliError::host(
            format!("run `{id}` makes no test: {error}"),
            "record a run that has ended, of the workflow as it is now",
        )
    })?;
    write::output(args.output.as_deref(), &text)?;
    if let Some(path) = &args.output {
        term::eprint(&format!("`wfc test {}` repeats the run\n", path.display()));
    }
    Ok(Exit::Clean)
}

/// A file's folder, seen from the root.
fn folder(file: &Path) -> PathBuf {
    let file = crate::files::plain(file);
    file.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The store's file: the one that is named, else the nearest upwards.
fn store_path(args: &Test) -> PathBuf {
    if let Some(path) = &args.store {
        return path.clone();
    }
    let here = std::env::current_dir().unwrap_or_default();
    let found = here.ancestors().map(|folder| folder.join(USUAL));
    let found = found.into_iter().find(|path| path.is_file());
    found.unwrap_or_else(|| PathBuf::from(USUAL))
}

fn unknown(id: &str) -> CliError {
    CliError::usage(
        format!("there is no run `{id}`"),
        "give the id of a run that `wfc run --durable` kept, or `last`",
    )
}

/// The pasts of a run and of those that it called, callers first.
struct Past(Vec<History>);

impl Past {
    fn read(path: &Path, id: &str) -> Result<Self, CliError> {
        let fault =
            |error: String| CliError::host(error, "`--store FILE` or `WFC_STORE` names the store");
        let must_exist = Opening {
            must_exist: true,
            ..Opening::default()
        };
        let store =
            SqliteStore::open(path, reader(), must_exist).map_err(|e| fault(e.to_string()))?;
        let mut engine = Engine::open(Box::new(NoPrograms), Box::new(store), Options::default());
        let mut keys = vec![key(&mut engine, id)?];
        let mut past = Vec::new();
        while let Some(key) = keys.get(past.len()).copied() {
            let history = engine.history(key).map_err(|e| fault(e.to_string()))?;
            past.push(history);
            let called = RunFilter {
                parent: Some(key.execution),
                ..RunFilter::default()
            };
            let mut rows = engine
                .store()
                .runs(&called)
                .map_err(|e| fault(e.to_string()))?;
            // The last ones come first.
            rows.reverse();
            keys.extend(rows.into_iter().map(|row| row.key));
        }
        Ok(Self(past))
    }
}

fn key(engine: &mut Engine, id: &str) -> Result<RunKey, CliError> {
    if id != "last" {
        return ExecutionId::parse(id)
            .map(RunKey::local)
            .ok_or_else(|| unknown(id));
    }
    let last = RunFilter {
        roots: true,
        limit: 1,
        ..RunFilter::default()
    };
    let rows = engine.store().runs(&last).map_err(|error| {
        CliError::host(
            error.to_string(),
            "`--store FILE` or `WFC_STORE` names the store",
        )
    })?;
    rows.first().map(|row| row.key).ok_or_else(|| unknown(id))
}

/// Whose way to the store this is. It only reads: that no other process is called so is enough.
fn reader() -> OwnerId {
    let now = u128::try_from(wfc_runtime::now().nanos()).unwrap_or_default();
    OwnerId(u128::from(std::process::id()) << 96 | now)
}

/// No programs: what is read of the past is pinned.
struct NoPrograms;

impl Programs for NoPrograms {
    fn find(&self, workflow: &str, _: Option<&str>) -> Result<Found, String> {
        Err(format!("`{workflow}` is not run here"))
    }
}

impl RunEvents for Past {
    fn runs(&self) -> Vec<Recorded> {
        let place = |id: ExecutionId| self.0.iter().position(|h| h.header.key.execution == id);
        let recorded = self.0.iter().map(|history| Recorded {
            program: history.program.clone(),
            inputs: history.header.inputs.clone(),
            meta: history.header.meta(),
            parent: history
                .header
                .parent
                .and_then(|parent| Some((place(parent.run)?, parent.effect))),
            events: history
                .points
                .iter()
                .filter_map(|p| p.event.clone())
                .collect(),
        });
        recorded.collect()
    }
}
