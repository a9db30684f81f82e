//! Files that no editor has open: the host's disk, remembered until the host says that it changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wfc_compiler::settings::Settings;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::limits::MAX_FILE_BYTES;
use wfc_syntax::source::Source;

use crate::paths;

/// What the host knows of the disk. Paths are plain, as [`crate::paths::normal`] makes them. Answers are remembered
/// until [`crate::Host::disk_changed`] names the path. What a host leaves out is as on a disk without files.
pub trait Disk: Send + Sync {
    /// A file's bytes; none when there is no such file.
    fn read(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }

    /// Paths of the workflow files that lie in a folder itself.
    fn list(&self, _folder: &str) -> Vec<String> {
        Vec::new()
    }

    /// What `wfc.toml` says to the checker of a file.
    fn settings(&self, _file: &str) -> FileSettings {
        FileSettings::default()
    }

    /// Paths of all workflow files of the workspace.
    fn workspace(&self) -> Vec<String> {
        Vec::new()
    }

    /// Paths of the tool catalogues that a workflow of this folder may name, for suggestions.
    fn catalogues(&self, _folder: &str) -> Vec<String> {
        Vec::new()
    }
}

/// A disk without files: there is what is open, and nothing else.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoDisk;

impl Disk for NoDisk {}

/// Settings that hold for a file.
#[derive(Clone, Debug, Default)]
pub struct FileSettings {
    /// What the checker reads of them.
    pub settings: Arc<Settings>,
    /// The `wfc.toml` that they come from.
    pub path: Option<String>,
    /// Names of the runners of `agent` steps, for suggestions.
    pub agents: Arc<[String]>,
}

/// A file as it was read: the source, and what is wrong with bytes that are none.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) source: Arc<Source>,
    pub(crate) refusal: Arc<[Diagnostic]>,
}

impl Read {
    pub(crate) fn from_bytes(path: &str, bytes: Vec<u8>) -> Self {
        let (source, refusal) = Source::from_bytes(path, bytes);
        Self {
            source: Arc::new(source),
            refusal: refusal.into(),
        }
    }

    /// From an editor's text, which is shared where nothing is wrong with it.
    pub(crate) fn from_text(path: &str, text: &Arc<str>) -> Self {
        let plain = text.len() <= MAX_FILE_BYTES
            && !text.starts_with('\u{feff}')
            && !text.as_bytes().contains(&0)
            && !text.trim_start().is_empty();
        if plain {
            let source = Source {
                name: path.to_owned(),
                text: Arc::clone(text),
                bom: false,
            };
            return Self {
                source: Arc::new(source),
                refusal: Arc::default(),
            };
        }
        let (source, refusal) = Source::from_text(path, text);
        Self {
            source: Arc::new(source),
            refusal: refusal.into(),
        }
    }
}

/// What was read of the disk. A change makes a new one, so that snapshots keep what they saw.
pub(crate) struct Files {
    disk: Arc<dyn Disk>,
    known: Mutex<Known>,
}

#[derive(Clone, Default)]
struct Known {
    files: BTreeMap<String, Option<Read>>,
    folders: BTreeMap<String, Arc<Vec<String>>>,
    settings: BTreeMap<String, FileSettings>,
    workspace: Option<Arc<Vec<String>>>,
}

impl Files {
    pub(crate) fn new(disk: Arc<dyn Disk>) -> Self {
        Self {
            disk,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn read(&self, path: &str) -> Option<Read> {
        if let Some(known) = self.known().files.get(path) {
            return known.clone();
        }
        // Read outside the lock: another thread may do the same at once, and the first one's answer stays.
        let read = self
            .disk
            .read(path)
            .map(|bytes| Read::from_bytes(path, bytes));
        self.known()
            .files
            .entry(path.to_owned())
            .or_insert(read)
            .clone()
    }

    pub(crate) fn list(&self, folder: &str) -> Arc<Vec<String>> {
        if let Some(known) = self.known().folders.get(folder) {
            return Arc::clone(known);
        }
        let mut list = self.disk.list(folder);
        list.sort();
        let mut known = self.known();
        let entry = known.folders.entry(folder.to_owned());
        Arc::clone(entry.or_insert_with(|| Arc::new(list)))
    }

    pub(crate) fn settings(&self, file: &str) -> FileSettings {
        if let Some(known) = self.known().settings.get(file) {
            return known.clone();
        }
        let settings = self.disk.settings(file);
        let mut known = self.known();
        known
            .settings
            .entry(file.to_owned())
            .or_insert(settings)
            .clone()
    }

    pub(crate) fn catalogues(&self, folder: &str) -> Vec<String> {
        self.disk.catalogues(folder)
    }

    pub(crate) fn workspace(&self) -> Arc<Vec<String>> {
        if let Some(known) = &self.known().workspace {
            return Arc::clone(known);
        }
        let mut all = self.disk.workspace();
        all.sort();
        all.dedup();
        Arc::clone(self.known().workspace.get_or_insert_with(|| Arc::new(all)))
    }

    /// The same without what the changed paths may have changed: files, or folders with all that lies in them.
    pub(crate) fn without(&self, changed: &[String]) -> Self {
        let mut known = self.known().clone();
        for path in changed {
            let inside = format!("{path}/");
            known
                .files
                .retain(|file, _| file != path && !file.starts_with(&inside));
            known.folders.retain(|folder, _| {
                folder != path && folder != paths::folder_of(path) && !folder.starts_with(&inside)
            });
        }
        // A `wfc.toml` holds for all below it, and one that goes uncovers that of a folder further up.
        let is_settings = |path: &String| {
            paths::name_of(path).ends_with(".toml") || !paths::name_of(path).contains('.')
        };
        if changed.iter().any(is_settings) {
            known.settings.clear();
        }
        known.workspace = None;
        Self {
            disk: Arc::clone(&self.disk),
            known: Mutex::new(known),
        }
    }
}
