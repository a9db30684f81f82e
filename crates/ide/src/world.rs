//! The compiler's view of a snapshot's files. It notes what was asked, so that a check's result is known to hold as
//! long as the same questions get the same answers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_compiler::analysis::catalogue::Catalogue;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_syntax::source::Source;

use crate::paths;
use crate::slot::Unwanted;
use crate::snapshot::Snapshot;

/// What a check may ask.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    /// The text of a file.
    File(String),
    /// Which file of a folder has a slug.
    Slug { folder: String, slug: String },
    /// All slugs of a folder.
    Slugs(String),
    /// What holds for a file.
    Settings(String),
}

/// What it was told. Texts and settings are compared by identity: holding them keeps an address from being used again.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Source(Option<Arc<Source>>),
    Path(Option<String>),
    Slugs(Vec<String>),
    Settings(Arc<Settings>),
}

impl Answer {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Source(Some(a)), Self::Source(Some(b))) => Arc::ptr_eq(a, b),
            (Self::Source(None), Self::Source(None)) => true,
            (Self::Path(a), Self::Path(b)) => a == b,
            (Self::Slugs(a), Self::Slugs(b)) => a == b,
            (Self::Settings(a), Self::Settings(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// All questions of a check with their answers.
pub(crate) type Asked = BTreeMap<Question, Answer>;

/// Whether a snapshot would answer all of it as it was answered.
pub(crate) fn holds(asked: &Asked, snapshot: &Snapshot) -> bool {
    asked
        .iter()
        .all(|(question, told)| told.is(&answer(snapshot, question)))
}

fn answer(snapshot: &Snapshot, question: &Question) -> Answer {
    match question {
        Question::File(path) => Answer::Source(snapshot.usable(path)),
        Question::Slug { folder, slug } => Answer::Path(snapshot.by_slug(folder, slug)),
        Question::Slugs(folder) => Answer::Slugs(
            snapshot
                .slugs(folder)
                .iter()
                .map(|(slug, _)| slug.clone())
                .collect(),
        ),
        Question::Settings(file) => Answer::Settings(snapshot.settings(file).settings),
    }
}

/// Answers a check out of a snapshot and keeps what it asked.
pub(crate) struct Recorder<'a> {
    snapshot: &'a Snapshot,
    asked: RefCell<Asked>,
    unwanted: Option<Unwanted<'a>>,
    /// Whether the check was told that nobody wants it: then it is not whole.
    gave_up: Cell<bool>,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            asked: RefCell::default(),
            unwanted: None,
            gave_up: Cell::new(false),
        }
    }

    /// The same for a check that ends early when nobody wants it any more: what it found is to be thrown away then.
    pub(crate) fn giving_up(snapshot: &'a Snapshot, unwanted: Unwanted<'a>) -> Self {
        Self {
            unwanted: Some(unwanted),
            ..Self::new(snapshot)
        }
    }

    pub(crate) fn gave_up(&self) -> bool {
        self.gave_up.get()
    }

    fn ask(&self, question: Question) -> Answer {
        if let Some(told) = self.asked.borrow().get(&question) {
            return told.clone();
        }
        let told = answer(self.snapshot, &question);
        self.asked.borrow_mut().insert(question, told.clone());
        told
    }

    fn file(&self, path: String) -> Option<Arc<Source>> {
        match self.ask(Question::File(path)) {
            Answer::Source(source) => source,
            _ => None,
        }
    }

    /// What holds for a file.
    pub(crate) fn settings(&self, file: &str) -> Arc<Settings> {
        match self.ask(Question::Settings(file.to_owned())) {
            Answer::Settings(settings) => settings,
            _ => Arc::default(),
        }
    }

    pub(crate) fn asked(self) -> Asked {
        self.asked.into_inner()
    }
}

impl World for Recorder<'_> {
    fn source(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        self.file(paths::resolve(from, path))
    }

    fn workflow(&self, from: &str, slug: &str) -> Option<Arc<Source>> {
        let folder = paths::folder_of(from).to_owned();
        let slug = slug.to_owned();
        match self.ask(Question::Slug { folder, slug }) {
            Answer::Path(Some(path)) => self.file(path),
            _ => None,
        }
    }

    fn catalogue(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        self.file(paths::resolve(from, path))
    }

    fn is_cancelled(&self) -> bool {
        if self.unwanted.is_some_and(|unwanted| unwanted()) {
            self.gave_up.set(true);
        }
        self.gave_up.get()
    }

    fn kept(&self, source: &Arc<Source>) -> Option<Arc<Catalogue>> {
        self.snapshot.kept_catalogue(source)
    }

    fn keep(&self, source: &Arc<Source>, catalogue: &Arc<Catalogue>) {
        self.snapshot.keep_catalogue(source, catalogue);
    }

    fn slugs(&self) -> Vec<String> {
        // For suggestions: the slugs of those folders that were asked for one.
        let folders: Vec<String> = self
            .asked
            .borrow()
            .keys()
            .filter_map(|q| match q {
                Question::Slug { folder, .. } => Some(folder.clone()),
                _ => None,
            })
            .collect();
        let mut out = Vec::new();
        for folder in folders {
            if let Answer::Slugs(slugs) = self.ask(Question::Slugs(folder)) {
                out.extend(slugs);
            }
        }
        out.sort();
        out.dedup();
        out
    }
}
