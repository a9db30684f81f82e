//! The store of durable runs, and runs by the names that people give them.

use std::path::{Path, PathBuf};

use clap::Args;
use wfc_engine::store::{RunFilter, RunRow, Store as _, StoreError, StoreErrorKind};
use wfc_engine::{Engine, ExecutionId, Options, RunKey};
use wfc_runtime::store::{Options as Opening, SqliteStore};

use crate::callees::DiskPrograms;
use crate::error::CliError;
use crate::program::Library;

/// The store's file, below the folder of the project.
const USUAL: &str = ".wfc/state.db";

/// Which store.
#[derive(Clone, Debug, Default, Args)]
pub struct StoreArg {
    /// The store's file; without it `WFC_STORE`, or the nearest `.wfc/state.db` upwards
    #[arg(long, value_name = "FILE")]
    pub store: Option<PathBuf>,
}

impl StoreArg {
    /// The file.
    pub fn path(&self) -> PathBuf {
        if let Some(path) = &self.store {
            return path.clone();
        }
        if let Some(path) = std::env::var_os("WFC_STORE").filter(|path| !path.is_empty()) {
            return PathBuf::from(path);
        }
        let here = std::env::current_dir().unwrap_or_default();
        let found = here.ancestors().map(|folder| folder.join(USUAL));
        let found = found.into_iter().find(|path| path.is_file());
        found.unwrap_or_else(|| PathBuf::from(USUAL))
    }

    /// What has to be said to name this store again: nothing for the usual one.
    pub fn again(&self) -> String {
        let named = self.store.as_ref();
        named.map_or_else(String::new, |path| format!(" --store {}", path.display()))
    }

    /// Opens the store, or makes it.
    ///
    /// # Errors
    /// When it cannot be made or read.
    pub fn make(&self) -> Result<SqliteStore, CliError> {
        let path = self.path();
        let store = open(&path, Opening::default())?;
        if path.ends_with(USUAL)
            && let Some(folder) = path.parent()
        {
            // Runs are no part of a project's history. That it cannot be said is no reason not to run.
            let ignore = folder.join(".gitignore");
            if !ignore.exists() {
                let _ = std::fs::write(ignore, "*\n");
            }
        }
        Ok(store)
    }

    /// Opens a store that is there.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open(&self) -> Result<SqliteStore, CliError> {
        let must_exist = Opening {
            must_exist: true,
            ..Opening::default()
        };
        open(&self.path(), must_exist)
    }
}

fn open(path: &Path, options: Opening) -> Result<SqliteStore, CliError> {
    let owner = wfc_runtime::new_owner().map_err(|error| {
        CliError::host(
            format!("the system gives no random bytes: {error}"),
            "try again",
        )
    })?;
    SqliteStore::open(path, owner, options)
        .map_err(|error| CliError::host(error.to_string(), error.help()))
}

/// An engine to read the past of runs with.
pub fn reader(store: SqliteStore) -> Engine {
    let programs = DiskPrograms::new(None, Library::default());
    Engine::open(Box::new(programs), Box::new(store), Options::default())
}

/// A store that cannot be read.
pub fn fault(error: &StoreError) -> CliError {
    CliError::host(error.to_string(), help(error))
}

/// What to do about a store that does not do what it is asked to.
pub fn help(error: &StoreError) -> &'static str {
    match error.kind {
        StoreErrorKind::Corrupt => {
            "put a copy of it back; `docs/store.md` tells how to save what can be read"
        }
        StoreErrorKind::Conflict => "try again: another process was quicker",
        StoreErrorKind::Io => "free some room, then go on with `wfc resume`",
    }
}

/// The run that people mean by `text`: its id, a part of the id that no other has, or `last`.
///
/// # Errors
/// When there is none, or there are several.
pub fn find(store: &mut SqliteStore, text: &str) -> Result<RunRow, CliError> {
    if let Some(id) = ExecutionId::parse(text)
        && let Some(row) = store.run(RunKey::local(id)).map_err(|e| fault(&e))?
    {
        return Ok(row);
    }
    let all = RunFilter {
        roots: text == "last",
        limit: usize::from(text == "last"),
        ..RunFilter::default()
    };
    let mut rows = store.runs(&all).map_err(|e| fault(&e))?;
    let wanted = text.to_ascii_uppercase();
    rows.retain(|row| text == "last" || row.key.execution.to_string().contains(&wanted));
    let several = rows.len();
    match (rows.pop(), several) {
        (Some(row), 1) => Ok(row),
        (None, _) => Err(CliError::usage(
            format!("there is no run `{text}`"),
            "`wfc runs` lists them",
        )),
        (Some(_), several) => Err(CliError::usage(
            format!("`{text}` is part of the ids of {several} runs"),
            "give more of the id: `wfc runs` lists them",
        )),
    }
}

/// The run to go on with when none is named: the only one that has not ended.
///
/// # Errors
/// When there is none, or there are several.
pub fn only_open(store: &mut SqliteStore) -> Result<RunRow, CliError> {
    let roots = RunFilter {
        roots: true,
        ..RunFilter::default()
    };
    let mut rows = store.runs(&roots).map_err(|e| fault(&e))?;
    rows.retain(|row| !row.state.is_over());
    match (rows.len(), rows.pop()) {
        (1, Some(row)) => Ok(row),
        (0, _) => Err(CliError::usage(
            "no run is under way in this store",
            "`wfc runs` lists those that were",
        )),
        (several, _) => Err(CliError::usage(
            format!("{several} runs are under way in this store"),
            "name one of them: `wfc runs` lists them",
        )),
    }
}
