//! All files at one moment, and what is known about them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wfc_compiler::analysis::catalogue::Catalogue;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::cancel::{Cancel, Cancelled};
use crate::check::{self, CheckedFile};
use crate::document::Document;
use crate::files::{FileSettings, Files, Read};
use crate::findings::Kept;
use crate::paths;
use crate::slot::{Slot, Unwanted};
use crate::symbols::{self, DocumentSymbol};
use crate::test_findings::Tested;
use crate::world::{self, Question};

/// All files at one moment. Cheap to clone; never changes. What it finds out is shared with later snapshots as
/// long as it holds for them, too.
#[derive(Clone)]
pub struct Snapshot(Arc<Inner>);

struct Inner {
    revision: u64,
    open: Arc<BTreeMap<String, Arc<Document>>>,
    files: Arc<Files>,
    /// What was found out last, at whatever revision.
    found: Arc<Found>,
    /// What was found out here, or was found to hold here.
    here: Mutex<Here>,
}

/// What is known of a file: nothing when there is no such file.
type OfFile = Arc<Slot<Option<Arc<CheckedFile>>>>;
/// Slugs of a folder with their files, in the order of the files.
type Slugs = Arc<Vec<(String, String)>>;

#[derive(Default)]
struct Here {
    checked: BTreeMap<String, OfFile>,
    slugs: BTreeMap<String, Slugs>,
}

/// What outlives snapshots: the last answer for each path, with what it was made from.
#[derive(Default)]
pub(crate) struct Found {
    /// Files that are being edited.
    pub(crate) sessions: Mutex<BTreeMap<String, Kept>>,
    checked: Mutex<BTreeMap<String, Arc<CheckedFile>>>,
    /// Files of tests.
    pub(crate) tested: Mutex<BTreeMap<String, Tested>>,
    parsed: Arc<Mutex<BTreeMap<String, Outlined>>>,
    catalogues: Arc<Mutex<Catalogues>>,
}

/// Catalogues as they were read, by the paths of their files.
type Catalogues = BTreeMap<String, (Arc<Source>, Arc<Catalogue>)>;

/// What is kept of a file that was only parsed.
#[derive(Clone)]
struct Outlined {
    source: Arc<Source>,
    slug: String,
    symbols: Arc<Vec<DocumentSymbol>>,
}

impl Found {
    /// Forgets what was found out about files that are gone.
    pub(crate) fn forget(&self, path: &str) {
        locked(&self.sessions).remove(path);
        locked(&self.checked).remove(path);
        locked(&self.tested).remove(path);
        locked(&self.parsed).remove(path);
        locked(&self.catalogues).remove(path);
    }
}

/// A panic of another thread leaves nothing half done: each lock is held for one insertion.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the answer about a file depends on, besides its own text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// Files that were read or looked for: other workflows, catalogues, the `wfc.toml`. In order.
    pub files: Vec<String>,
    /// Folders whose workflow files were asked for their slugs. In order.
    pub folders: Vec<String>,
}

impl Snapshot {
    pub(crate) fn new(
        revision: u64,
        open: Arc<BTreeMap<String, Arc<Document>>>,
        files: Arc<Files>,
        found: Arc<Found>,
    ) -> Self {
        Self(Arc::new(Inner {
            revision,
            open,
            files,
            found,
            here: Mutex::default(),
        }))
    }

    /// Grows with every change.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.0.revision
    }

    /// An open file.
    #[must_use]
    pub fn document(&self, path: &str) -> Option<Arc<Document>> {
        self.0.open.get(path).cloned()
    }

    /// Paths of the open files, in order.
    pub fn open_files(&self) -> impl Iterator<Item = &str> {
        self.0.open.keys().map(String::as_str)
    }

    pub(crate) fn read(&self, path: &str) -> Option<Read> {
        match self.0.open.get(path) {
            Some(document) => Some(document.read.clone()),
            None => self.0.files.read(path),
        }
    }

    /// A file's text: as the editor has it, else as the disk has it. Empty for bytes that are no text.
    #[must_use]
    pub fn source(&self, path: &str) -> Option<Arc<Source>> {
        self.read(path).map(|read| read.source)
    }

    /// The same without files that cannot be read as text: other files see them as absent.
    pub(crate) fn usable(&self, path: &str) -> Option<Arc<Source>> {
        let read = self.read(path)?;
        read.refusal.is_empty().then_some(read.source)
    }

    /// What `wfc.toml` says of a file.
    #[must_use]
    pub fn settings(&self, file: &str) -> FileSettings {
        self.0.files.settings(file)
    }

    /// Paths of the tool catalogues that a workflow of this folder may name, for suggestions.
    #[must_use]
    pub fn catalogues(&self, folder: &str) -> Vec<String> {
        self.0.files.catalogues(folder)
    }

    /// All workflow files: those of the workspace and those that are open, in order.
    #[must_use]
    pub fn workflows(&self) -> Vec<String> {
        let mut all = self.0.files.workspace().as_ref().clone();
        all.extend(self.0.open.keys().filter(|p| is_workflow(p)).cloned());
        all.sort();
        all.dedup();
        all
    }

    /// A workflow's file, checked. The work is done once for each state of the file and of what it depends on. None when
    /// there is no such file, and for one that is no workflow by its name: a file of tests, a catalogue, `wfc.toml`.
    ///
    /// # Errors
    /// When the question was taken back.
    pub fn checked(
        &self,
        path: &str,
        cancel: &Cancel,
    ) -> Result<Option<Arc<CheckedFile>>, Cancelled> {
        if is_other(path) {
            return Ok(None);
        }
        self.read_as_workflow(path, cancel)
    }

    /// The same, whatever its name says: for what asks of its lines and brackets alone.
    pub(crate) fn read_as_workflow(
        &self,
        path: &str,
        cancel: &Cancel,
    ) -> Result<Option<Arc<CheckedFile>>, Cancelled> {
        cancel.check()?;
        let slot = Arc::clone(
            locked(&self.0.here)
                .checked
                .entry(path.to_owned())
                .or_default(),
        );
        slot.get_or_work(cancel, |unwanted| self.check(path, unwanted))
    }

    /// The outer nothing: it was given up, since nobody wants it.
    #[expect(clippy::option_option, reason = "no answer is not the same as no file")]
    fn check(&self, path: &str, unwanted: Unwanted<'_>) -> Option<Option<Arc<CheckedFile>>> {
        let last = locked(&self.0.found.checked).get(path).cloned();
        let Some(source) = self.source(path) else {
            return Some(None);
        };
        let version = self.document(path).map(|d| d.version);
        if let Some(last) = &last
            && Arc::ptr_eq(&last.source, &source)
            && last.version == version
            && world::holds(&last.asked, self)
        {
            return Some(Some(Arc::clone(last)));
        }
        let checked = Arc::new(check::run(self, path, unwanted)?);
        self.remember(&checked);
        Some(Some(checked))
    }

    fn remember(&self, file: &Arc<CheckedFile>) {
        let newer = |other: &Arc<CheckedFile>| other.version > file.version;
        let mut all = locked(&self.0.found.checked);
        if !all.get(&file.path).is_some_and(newer) {
            all.insert(file.path.clone(), Arc::clone(file));
        }
    }

    /// Takes a file of this snapshot that was checked while somebody typed.
    pub(crate) fn keep(&self, file: CheckedFile) {
        let file = Arc::new(file);
        self.remember(&file);
        let slot = Arc::clone(
            locked(&self.0.here)
                .checked
                .entry(file.path.clone())
                .or_default(),
        );
        slot.put(Some(file));
    }

    /// A file, when it was checked at this snapshot.
    pub(crate) fn known(&self, path: &str) -> Option<Arc<CheckedFile>> {
        let slot = locked(&self.0.here).checked.get(path).cloned()?;
        slot.get().flatten()
    }

    pub(crate) fn found(&self) -> &Found {
        &self.0.found
    }

    /// The slugs of the workflows in a folder with their files, in the order of the files.
    #[must_use]
    pub fn slugs(&self, folder: &str) -> Arc<Vec<(String, String)>> {
        if let Some(known) = locked(&self.0.here).slugs.get(folder) {
            return Arc::clone(known);
        }
        let mut files = self.0.files.list(folder).as_ref().clone();
        let open = self.0.open.keys();
        files.extend(
            open.filter(|p| paths::folder_of(p) == folder && is_workflow(p))
                .cloned(),
        );
        files.sort();
        files.dedup();
        let slugs: Slugs = Arc::new(
            files
                .into_iter()
                .filter_map(|path| Some((self.slug_of(&path)?, path)))
                .collect(),
        );
        let mut here = locked(&self.0.here);
        Arc::clone(here.slugs.entry(folder.to_owned()).or_insert(slugs))
    }

    /// The file of a folder that others call by a slug.
    #[must_use]
    pub fn by_slug(&self, folder: &str, slug: &str) -> Option<String> {
        let slugs = self.slugs(folder);
        slugs
            .iter()
            .find(|(known, _)| known == slug)
            .map(|(_, path)| path.clone())
    }

    /// What others call a file by.
    #[must_use]
    pub fn slug_of(&self, path: &str) -> Option<String> {
        self.outlined(path).map(|o| o.slug)
    }

    /// The tree of a file's parts, without checking it.
    pub(crate) fn outline(&self, path: &str) -> Option<Arc<Vec<DocumentSymbol>>> {
        self.outlined(path).map(|o| o.symbols)
    }

    fn outlined(&self, path: &str) -> Option<Outlined> {
        let source = self.usable(path)?;
        if let Some(known) = locked(&self.0.found.parsed).get(path)
            && Arc::ptr_eq(&known.source, &source)
        {
            return Some(known.clone());
        }
        let parsed = wfc_syntax::parse(&source, Spelling::of(path, &source.text));
        let outlined = Outlined {
            slug: wfc_syntax::slug::slug_of(&parsed.ast, path),
            symbols: Arc::new(symbols::outline(&source, &parsed.ast)),
            source,
        };
        locked(&self.0.found.parsed).insert(path.to_owned(), outlined.clone());
        Some(outlined)
    }

    /// The same files with other texts, to find out what a change would do.
    pub(crate) fn with_texts(&self, texts: &[(String, String)]) -> Self {
        let mut open = self.0.open.as_ref().clone();
        for (path, text) in texts {
            let version = self.document(path).map_or(0, |d| d.version);
            let document = Document::new(path, text.as_str().into(), version);
            open.insert(path.clone(), Arc::new(document));
        }
        let found = Found {
            sessions: Mutex::default(),
            checked: Mutex::default(),
            tested: Mutex::default(),
            parsed: Arc::clone(&self.0.found.parsed),
            catalogues: Arc::clone(&self.0.found.catalogues),
        };
        let files = Arc::clone(&self.0.files);
        Self::new(self.0.revision, Arc::new(open), files, Arc::new(found))
    }

    pub(crate) fn kept_catalogue(&self, source: &Arc<Source>) -> Option<Arc<Catalogue>> {
        let all = locked(&self.0.found.catalogues);
        let (of, catalogue) = all.get(&source.name)?;
        Arc::ptr_eq(of, source).then(|| Arc::clone(catalogue))
    }

    pub(crate) fn keep_catalogue(&self, source: &Arc<Source>, catalogue: &Arc<Catalogue>) {
        let kept = (Arc::clone(source), Arc::clone(catalogue));
        locked(&self.0.found.catalogues).insert(source.name.clone(), kept);
    }

    /// What the findings of a file depend on, besides its own text: what a host is to watch.
    ///
    /// # Errors
    /// When the question was taken back.
    pub fn dependencies(&self, path: &str, cancel: &Cancel) -> Result<Dependencies, Cancelled> {
        let mut out = Dependencies::default();
        let Some(file) = self.checked(path, cancel)? else {
            return Ok(out);
        };
        out.files.extend(self.settings(path).path);
        for question in file.asked.keys() {
            match question {
                Question::File(path) => out.files.push(path.clone()),
                Question::Slug { folder, .. } | Question::Slugs(folder) => {
                    out.folders.push(folder.clone());
                }
                Question::Settings(_) => {}
            }
        }
        for list in [&mut out.files, &mut out.folders] {
            list.sort();
            list.dedup();
        }
        Ok(out)
    }
}

/// Whether a path is that of a file of the language which is no workflow.
fn is_other(path: &str) -> bool {
    crate::in_tests::is_tests(path)
        || path.ends_with(".tools.json")
        || paths::name_of(path) == "wfc.toml"
}

/// Whether a path is that of a workflow file, by its ending.
#[must_use]
pub(crate) fn is_workflow(path: &str) -> bool {
    [".wf", ".wf.yaml", ".wf.yml", ".wf.json"]
        .iter()
        .any(|ending| path.ends_with(ending))
}
