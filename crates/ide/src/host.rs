//! The one place that changes: which files are open, and what the disk is known to say.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::answer::TextEdit;
use crate::document::Document;
use crate::files::{Disk, Files};
use crate::snapshot::{Found, Snapshot};

/// Takes changes, gives snapshots. Paths are plain, as [`crate::paths::normal`] makes them.
pub struct Host {
    revision: u64,
    open: Arc<BTreeMap<String, Arc<Document>>>,
    files: Arc<Files>,
    found: Arc<Found>,
    /// The snapshot of this revision, so that all who ask at it share what is found out.
    current: Snapshot,
}

impl Host {
    /// A host without open files.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        let open = Arc::default();
        let files = Arc::new(Files::new(disk));
        let found = Arc::default();
        let current = Snapshot::new(0, Arc::clone(&open), Arc::clone(&files), Arc::clone(&found));
        Self {
            revision: 0,
            open,
            files,
            found,
            current,
        }
    }

    /// All files as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.current.clone()
    }

    /// A file is opened, or its text is given anew.
    pub fn open(&mut self, path: &str, text: impl Into<Arc<str>>, version: i32) {
        let document = Document::new(path, text.into(), version);
        Arc::make_mut(&mut self.open).insert(path.to_owned(), Arc::new(document));
        self.next();
    }

    /// An open file is edited: the edits in order, each in the text that the ones before it left. Returns whether
    /// there is such an open file.
    pub fn change(&mut self, path: &str, edits: &[TextEdit], version: i32) -> bool {
        let Some(before) = self.open.get(path) else {
            return false;
        };
        let document = before.changed(edits, version);
        Arc::make_mut(&mut self.open).insert(path.to_owned(), Arc::new(document));
        self.next();
        true
    }

    /// A file is closed: from now on the disk says what is in it.
    pub fn close(&mut self, path: &str) {
        if Arc::make_mut(&mut self.open).remove(path).is_some() {
            self.found.forget(path);
            self.disk_changed(&[path.to_owned()]);
        }
    }

    /// Files or folders on disk were made, written, renamed or deleted: workflows, catalogues, `wfc.toml`.
    pub fn disk_changed(&mut self, paths: &[String]) {
        self.files = Arc::new(self.files.without(paths));
        self.next();
    }

    fn next(&mut self) {
        self.revision += 1;
        self.current = Snapshot::new(
            self.revision,
            Arc::clone(&self.open),
            Arc::clone(&self.files),
            Arc::clone(&self.found),
        );
    }
}
