//! Files in memory, and texts with marks in them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use wfc_ide::{Disk, FileSettings, Host, paths};

/// A disk in memory.
#[derive(Default)]
pub(crate) struct MemoryDisk {
    pub(crate) files: Mutex<BTreeMap<String, String>>,
    pub(crate) settings: Mutex<FileSettings>,
}

impl MemoryDisk {
    pub(crate) fn of(files: &[(&str, &str)]) -> Arc<Self> {
        let disk = Self::default();
        for (path, text) in files {
            disk.write(path, text);
        }
        Arc::new(disk)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let mut files = self.files.lock().unwrap();
        files.insert(path.to_owned(), text.to_owned());
    }
}

impl Disk for MemoryDisk {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let files = self.files.lock().unwrap();
        files.get(path).map(|text| text.clone().into_bytes())
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let all = self.workspace();
        all.into_iter()
            .filter(|path| paths::folder_of(path) == folder)
            .collect()
    }

    fn settings(&self, _: &str) -> FileSettings {
        self.settings.lock().unwrap().clone()
    }

    fn workspace(&self) -> Vec<String> {
        let files = self.files.lock().unwrap();
        let endings = [".wf", ".wf.yaml", ".wf.yml", ".wf.json"];
        files
            .keys()
            .filter(|path| endings.iter().any(|e| path.ends_with(e)))
            .cloned()
            .collect()
    }
}

/// A host on files in memory.
pub(crate) fn host(files: &[(&str, &str)]) -> (Host, Arc<MemoryDisk>) {
    let disk = MemoryDisk::of(files);
    (Host::new(disk.clone()), disk)
}
