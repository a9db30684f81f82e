//! The compiler's view of the file system: other workflows and catalogues, read once each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use wfc_compiler::analysis::catalogue::Catalogue;
use wfc_compiler::world::World;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::files::{Input, is_workflow, load};

/// The slugs of a folder's workflows, with their files.
type Slugs = Arc<Vec<(String, PathBuf)>>;

/// Files on disk. Relative paths start at the folder of the file that asks.
#[derive(Default)]
pub struct DiskWorld {
    sources: Mutex<BTreeMap<PathBuf, Option<Arc<Source>>>>,
    /// By the name of the file, which is read once.
    catalogues: Mutex<BTreeMap<String, Arc<Catalogue>>>,
    slugs: Mutex<BTreeMap<PathBuf, Slugs>>,
}

impl DiskWorld {
    fn read(&self, path: &Path) -> Option<Arc<Source>> {
        // Named as a user would, and as the file is named when it is checked itself.
        let path = path.strip_prefix(".").unwrap_or(path);
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sources.get(path) {
            return known.clone();
        }
        let loaded = load(&Input::File(path.to_path_buf())).ok();
        let source = loaded
            .filter(|l| l.diagnostics.is_empty())
            .map(|l| Arc::new(l.source));
        sources.insert(path.to_path_buf(), source.clone());
        source
    }

    /// Slugs of the workflows in a folder, sub-folders aside.
    fn slugs_in(&self, folder: &Path) -> Slugs {
        let known = self
            .slugs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(folder)
            .cloned();
        if let Some(known) = known {
            return known;
        }
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .map(|e| e.path())
            .filter(|p| is_workflow(p) && p.is_file())
            .collect();
        paths.sort();
        let found: Vec<(String, PathBuf)> = paths
            .into_iter()
            .filter_map(|path| {
                let source = self.read(&path)?;
                let parsed =
                    wfc_syntax::parse::parse(&source, Spelling::of(&source.name, &source.text));
                Some((wfc_syntax::slug::slug_of(&parsed.ast, &source.name), path))
            })
            .collect();
        let found = Arc::new(found);
        let mut slugs = self.slugs.lock().unwrap_or_else(PoisonError::into_inner);
        slugs.insert(folder.to_path_buf(), Arc::clone(&found));
        found
    }
}

impl DiskWorld {
    /// A file by the name that findings call it by.
    pub fn named(&self, name: &str) -> Option<Arc<Source>> {
        self.read(Path::new(name))
    }

    /// Slugs of the workflows beside a file.
    pub fn slugs_near(&self, from: &str) -> Vec<String> {
        self.slugs_in(&folder_of(from))
            .iter()
            .map(|(slug, _)| slug.clone())
            .collect()
    }
}

/// The folder that a file's relative paths start at.
fn folder_of(file: &str) -> PathBuf {
    let parent = Path::new(file).parent().unwrap_or(Path::new(""));
    if parent.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        parent.to_path_buf()
    }
}

impl World for DiskWorld {
    fn source(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        self.read(&folder_of(from).join(path))
    }

    fn workflow(&self, from: &str, slug: &str) -> Option<Arc<Source>> {
        let found = self.slugs_in(&folder_of(from));
        let path = found
            .iter()
            .find(|(known, _)| known == slug)
            .map(|(_, path)| path.clone())?;
        self.read(&path)
    }

    fn catalogue(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        self.read(&folder_of(from).join(path))
    }

    fn kept(&self, source: &Arc<Source>) -> Option<Arc<Catalogue>> {
        let kept = self.catalogues.lock();
        let kept = kept.unwrap_or_else(PoisonError::into_inner);
        kept.get(&source.name).cloned()
    }

    fn keep(&self, source: &Arc<Source>, catalogue: &Arc<Catalogue>) {
        let kept = self.catalogues.lock();
        let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
        kept.insert(source.name.clone(), Arc::clone(catalogue));
    }

    fn slugs(&self) -> Vec<String> {
        let folders = self.slugs.lock().unwrap_or_else(PoisonError::into_inner);
        folders
            .values()
            .flat_map(|found| found.iter().map(|(slug, _)| slug.clone()))
            .collect()
    }
}
