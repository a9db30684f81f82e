//! Files and settings for the language server. Nothing is remembered here: the server remembers, and is told of changes.

use std::any::Any;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use wfc_ide::hover::Now;
use wfc_ide::inline_values::RunValues;
use wfc_ide::{Cancel, Disk, FileSettings};
use wfc_lsp::{House, SettingsFault, Work};
use wfc_syntax::limits::MAX_FILE_BYTES;
use wfc_syntax::span::Span;

use crate::error::CliError;
use crate::files::{Input, inputs, is_workflow};
use crate::findings::choice::codes;
use crate::settings::{FILE, SettingsCache};

/// The files of this machine.
pub struct DiskHouse {
    config: Option<PathBuf>,
    folders: Mutex<Vec<String>>,
    /// By the path of the settings.
    faults: Mutex<BTreeMap<String, SettingsFault>>,
}

impl DiskHouse {
    /// With `config`, that file's settings hold for all.
    pub fn new(config: Option<&Path>) -> Self {
        Self {
            config: config.map(crate::files::plain),
            folders: Mutex::default(),
            faults: Mutex::default(),
        }
    }

    fn faults_now(&self) -> MutexGuard<'_, BTreeMap<String, SettingsFault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn folders(&self) -> Vec<String> {
        let folders = self.folders.lock();
        folders.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The settings' file of a file.
    fn settings_path(&self, file: &str) -> Option<PathBuf> {
        let above = Path::new(file).ancestors().skip(1);
        let found = || above.map(|f| f.join(FILE)).find(|p| p.is_file());
        self.config.clone().or_else(found)
    }
}

impl Disk for DiskHouse {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let file = std::fs::File::open(path).ok()?;
        if !file.metadata().ok()?.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        // As much as shows that a file is too large.
        let limit = MAX_FILE_BYTES as u64 + 1;
        file.take(limit).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|e| e.path())
            .filter(|p| is_workflow(p) && p.is_file())
            .map(|p| shown(&p))
            .collect()
    }

    fn settings(&self, file: &str) -> FileSettings {
        let Some(path) = self.settings_path(file) else {
            return FileSettings::default();
        };
        let name = shown(&path);
        let cache = SettingsCache::new(Some(&path));
        let read = cache.checks_of(file).and_then(|checks| {
            let agents = cache.of(file)?.agents.keys().cloned().collect();
            Ok((checks, agents))
        });
        let (settings, agents) = match read {
            Ok(read) => {
                self.faults_now().remove(&name);
                read
            }
            Err(error) => {
                self.faults_now().insert(name.clone(), fault(&name, &error));
                Default::default()
            }
        };
        FileSettings {
            settings,
            path: Some(name),
            agents,
        }
    }

    fn catalogues(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let paths = entries.map(|e| shown(&e.path()));
        let mut all: Vec<String> = paths.filter(|p| p.ends_with(".tools.json")).collect();
        all.sort();
        all
    }

    fn workspace(&self) -> Vec<String> {
        let folders = self.folders();
        let there = folders.into_iter().filter(|f| Path::new(f).is_dir());
        let there: Vec<String> = there.collect();
        if there.is_empty() {
            return Vec::new();
        }
        let found = inputs(&there, "").unwrap_or_default();
        found
            .into_iter()
            .filter_map(|input| match input {
                Input::File(path) => Some(shown(&path)),
                Input::Stdin(_) => None,
            })
            .collect()
    }
}

impl House for DiskHouse {
    fn set_folders(&self, folders: Vec<String>) {
        *self.folders.lock().unwrap_or_else(PoisonError::into_inner) = folders;
    }

    fn faults(&self) -> Vec<SettingsFault> {
        self.faults_now().values().cloned().collect()
    }

    fn watch(&self, told: Box<dyn Fn(Vec<String>) + Send>) -> Option<Box<dyn Any + Send>> {
        super::watch::begin(&self.folders(), told)
    }

    fn now(&self) -> Option<Now> {
        super::now::now()
    }

    fn page(&self, code: &str) -> Option<String> {
        let known = codes();
        crate::output::json::docs(known.iter().find(|c| c.id == code)?)
    }

    fn last_run(&self, path: &str, slug: &str) -> Option<RunValues> {
        super::last_run::values(path, slug)
    }

    fn carry_out(&self, work: &Work, cancel: &Cancel) -> Result<(i32, String), String> {
        super::work::carry_out(work, cancel)
    }

    fn lives(&self, process: i32) -> bool {
        super::process::lives(process)
    }
}

fn fault(path: &str, error: &CliError) -> SettingsFault {
    let span = match error {
        CliError::Settings(fault) => {
            Span::of(fault.span.offset(), fault.span.offset() + fault.span.len())
        }
        _ => Span::default(),
    };
    SettingsFault {
        path: path.to_owned(),
        span,
        message: error.in_words(),
    }
}

/// A path as the server names it.
pub fn shown(path: &Path) -> String {
    wfc_ide::paths::normal(&path.to_string_lossy())
}
