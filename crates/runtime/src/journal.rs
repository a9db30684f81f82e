//! Journals in files: appended and synced once a round, one process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use wfc_engine::journal::codec::{self, Journal, JournalError};
use wfc_engine::journal::{Record, Store, StoreError};

/// A journal in a file, locked for as long as this lives.
#[derive(Debug)]
pub struct FileStore {
    file: File,
    path: PathBuf,
    added: String,
}

/// Why a journal's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Another process goes on with it.
    #[error("the journal `{}` is in use by another process", .0.display())]
    InUse(PathBuf),
    /// It is to be made and is there.
    #[error("the journal `{}` holds a run already: go on with it by `wfc resume`, or name another file", .0.display())]
    Exists(PathBuf),
    /// It holds nothing.
    #[error("the journal `{}` holds no run", .0.display())]
    Empty(PathBuf),
    /// It is damaged.
    #[error("`{}`: {error}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where and how.
        error: JournalError,
    },
    /// The system does not let it be read or written.
    #[error("the journal `{}` cannot be {what}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// Why not.
        error: std::io::Error,
    },
}

impl FileStore {
    /// Makes the journal of a new run at `path`, where there is no file or an empty one.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let io = io_error(path, "made");
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(&io)?;
        let store = Self::lock(file, path)?;
        if store.file.metadata().map_err(&io)?.len() > 0 {
            return Err(FileError::Exists(path.to_owned()));
        }
        // The name of a new file is durable once its folder is.
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
        Ok(store)
    }

    /// Opens a journal to go on with it. A last line that was not written to its end is cut off.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn open(path: &Path) -> Result<(Self, Journal), FileError> {
        let io = io_error(path, "read");
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).open(path).map_err(&io)?;
        let mut store = Self::lock(file, path)?;
        let mut bytes = Vec::new();
        store.file.seek(SeekFrom::Start(0)).map_err(&io)?;
        store.file.read_to_end(&mut bytes).map_err(&io)?;
        let journal = codec::decode(&bytes).map_err(|error| FileError::Damaged {
            path: path.to_owned(),
            error,
        })?;
        if journal.records.is_empty() {
            return Err(FileError::Empty(path.to_owned()));
        }
        if journal.torn > 0 {
            let len = u64::try_from(journal.valid_len).unwrap_or(u64::MAX);
            let cut = store.file.set_len(len).and_then(|()| store.file.sync_all());
            cut.map_err(io_error(path, "mended"))?;
        }
        Ok((store, journal))
    }

    fn lock(file: File, path: &Path) -> Result<Self, FileError> {
        match file.try_lock() {
            Ok(()) => Ok(Self {
                file,
                path: path.to_owned(),
                added: String::new(),
            }),
            Err(TryLockError::WouldBlock) => Err(FileError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(io_error(path, "locked")(error)),
        }
    }
}

fn io_error<'a>(path: &'a Path, what: &'static str) -> impl Fn(std::io::Error) -> FileError + 'a {
    move |error| FileError::Io {
        path: path.to_owned(),
        what,
        error,
    }
}

impl Store for FileStore {
    fn append(&mut self, record: Record) {
        self.added.push_str(&codec::encode(&record));
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let added = std::mem::take(&mut self.added);
        let written = self
            .file
            .write_all(added.as_bytes())
            .and_then(|()| self.file.sync_data());
        written.map_err(|error| StoreError {
            message: format!(
                "the journal `{}` cannot be written: {error}",
                self.path.display()
            ),
        })
    }
}
