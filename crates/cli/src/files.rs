//! Which files a command means, and their text.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::error::CliError;

/// Endings of workflow files, as found in folders.
const ENDINGS: [&str; 4] = [".wf", ".wf.yaml", ".wf.yml", ".wf.json"];

/// A file to work on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// Standard input, under this name.
    Stdin(String),
    /// A file.
    File(PathBuf),
}

impl Input {
    /// The name that it is shown by.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin(name) => name.clone(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// A file that was read.
pub struct Loaded {
    /// Its text.
    pub source: Source,
    /// How it is spelled.
    pub spelling: Spelling,
    /// What was wrong with its bytes.
    pub diagnostics: Vec<Diagnostic>,
}

/// All files that the arguments mean, in order, each once. Folders are searched for workflows; what `.gitignore`
/// leaves out and hidden folders are passed over.
///
/// # Errors
/// When an argument names nothing.
pub fn inputs(paths: &[String], stdin_name: &str) -> Result<Vec<Input>, CliError> {
    inputs_of(paths, stdin_name, is_workflow)
}

/// The same, with what `wanted` says of the names of files in folders.
///
/// # Errors
/// When an argument names nothing.
pub fn inputs_of(
    paths: &[String],
    stdin_name: &str,
    wanted: impl Fn(&Path) -> bool + Copy,
) -> Result<Vec<Input>, CliError> {
    let mut found = BTreeSet::new();
    for path in paths {
        if path == "-" {
            found.insert(Input::Stdin(stdin_name.to_owned()));
            continue;
        }
        let path = PathBuf::from(path);
        let meta = std::fs::metadata(&path).map_err(|source| CliError::Read {
            path: path.clone(),
            source,
        })?;
        if meta.is_dir() {
            found.extend(in_folder(&path, wanted).into_iter().map(Input::File));
        } else {
            found.insert(Input::File(path));
        }
    }
    Ok(found.into_iter().collect())
}

fn in_folder(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    ignore::WalkBuilder::new(folder)
        .require_git(false)
        .build()
        .filter_map(|entry| match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|t| t.is_file());
                (is_file && wanted(entry.path())).then(|| entry.path().to_path_buf())
            }
            // A folder that cannot be looked into is named as what could not be read, not passed over.
            Err(error) => unread(&error),
        })
        .map(|path| {
            path.strip_prefix("./")
                .map(Path::to_path_buf)
                .unwrap_or(path)
        })
        .collect()
}

/// The path that an error of the walk is about; none for a pattern of `.gitignore` that cannot be read.
fn unread(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, err } => err.io_error().is_some().then(|| path.clone()),
        ignore::Error::WithDepth { err, .. } => unread(err),
        _ => None,
    }
}

/// A path as it is seen from the root, without `.` and `..`; links are not followed.
pub fn plain(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// Whether a file in a folder is taken for a workflow, by its name.
pub fn is_workflow(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy())
        .unwrap_or_default();
    ENDINGS
        .iter()
        .any(|e| name.len() > e.len() && name.ends_with(e))
}

/// Whether a file holds tests, by its name.
pub fn is_tests(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy());
    name.is_some_and(|name| wfc_testing::file::is_tests(&name))
}

/// Reads a file. Bytes that are no text are a finding, not an error.
///
/// # Errors
/// When it cannot be read.
pub fn load(input: &Input) -> Result<Loaded, CliError> {
    let (name, bytes) = match input {
        Input::Stdin(name) => {
            let mut bytes = Vec::new();
            let read = capped(std::io::stdin().lock(), &mut bytes);
            read.map_err(|source| CliError::Read {
                path: "-".into(),
                source,
            })?;
            (name.clone(), bytes)
        }
        Input::File(path) => {
            let mut bytes = Vec::new();
            std::fs::File::open(path)
                .and_then(|file| capped(file, &mut bytes))
                .map_err(|source| CliError::Read {
                    path: path.clone(),
                    source,
                })?;
            (path.display().to_string(), bytes)
        }
    };
    let (source, diagnostics) = Source::from_bytes(name, bytes);
    let spelling = Spelling::of(&source.name, &source.text);
    Ok(Loaded {
        source,
        spelling,
        diagnostics,
    })
}

/// Reads no more than it takes to see that a file is too large.
fn capped(reader: impl std::io::Read, bytes: &mut Vec<u8>) -> std::io::Result<usize> {
    let limit = wfc_syntax::limits::MAX_FILE_BYTES as u64 + 1;
    reader.take(limit).read_to_end(bytes)
}
