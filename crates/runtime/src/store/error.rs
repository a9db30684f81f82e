//! Why a store cannot be opened, read or written.

use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};
use wfc_engine::store::StoreError;

use super::codec::Damaged;

/// Why a file cannot be opened as a store, before the file's name is put to it.
#[derive(Debug)]
pub(super) enum OpenError {
    Foreign,
    Newer(i32),
    /// The disk does not do what a store needs.
    Mode(String),
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

/// Why a file cannot be used as a store.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// It is another program's.
    #[error("`{}` is no store of wfc", .0.display())]
    Foreign(PathBuf),
    /// A later version of wfc wrote it.
    #[error("the store `{}` was written by a later version of wfc: its form is {found}, and this one knows {known}", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// The version that this program writes.
        known: i32,
    },
    /// It is damaged.
    #[error("the store `{}` is damaged: {why}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Another process does not let go of it.
    #[error("the store `{}` is in use: another process has been writing to it for too long", .0.display())]
    Busy(PathBuf),
    /// There is no such file.
    #[error("there is no store at `{}`", .0.display())]
    Missing(PathBuf),
    /// The disk is full.
    #[error("the disk is full: the store `{}` cannot be made", .0.display())]
    Full(PathBuf),
    /// The system does not let it be read or written.
    #[error("the store `{}` cannot be {what}: {why}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// Why not.
        why: String,
    },
}

impl SqliteError {
    /// A word for it that never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Foreign(_) => "store_foreign",
            Self::Newer { .. } => "store_newer",
            Self::Damaged { .. } => "store_damaged",
            Self::Busy(_) => "store_busy",
            Self::Missing(_) => "store_missing",
            Self::Full(_) => "store_full",
            Self::Io { .. } => "store_io",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Foreign(_) => "name another file with `--store`",
            Self::Newer { .. } => "use that version of wfc, or another store with `--store`",
            Self::Damaged { .. } => {
                "put a copy of it back; `docs/store.md` tells how to save what can be read"
            }
            Self::Busy(_) => "wait for the other process, or end it",
            Self::Missing(_) => {
                "name the store with `--store FILE`, or make one with `wfc run --durable`"
            }
            Self::Full(_) => "free some room",
            Self::Io { .. } => {
                "see the file's path and rights; a store needs a disk of this machine"
            }
        }
    }

    pub(super) fn io(path: &Path, what: &'static str, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Self::Full(path.to_owned());
        }
        Self::Io {
            path: path.to_owned(),
            what,
            why: error.to_string(),
        }
    }

    pub(super) fn of(path: &Path, error: OpenError) -> Self {
        let path = path.to_owned();
        let error = match error {
            OpenError::Foreign => return Self::Foreign(path),
            OpenError::Newer(found) => {
                return Self::Newer {
                    path,
                    found,
                    known: super::schema::VERSION,
                };
            }
            OpenError::Mode(why) => {
                return Self::Io {
                    path,
                    what: "opened",
                    why,
                };
            }
            OpenError::Sql(error) => error,
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign(path),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged {
                path,
                why: told(&error),
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(path),
            Some(ErrorCode::DiskFull) => Self::Full(path),
            Some(ErrorCode::CannotOpen) => Self::Io {
                why: cause(&path).unwrap_or_else(|| told(&error)),
                path,
                what: "opened",
            },
            _ => Self::Io {
                path,
                what: "opened",
                why: told(&error),
            },
        }
    }
}

/// Why a file cannot be opened to write, which the database does not say. The file itself is not touched: to close it would give up
/// the locks that this process may have on it.
fn cause(path: &Path) -> Option<String> {
    if path.is_dir() {
        return Some("it is a folder".to_owned());
    }
    // The log stands beside it.
    let beside = path.with_extension(format!("probe-{}", std::process::id()));
    match std::fs::File::create_new(&beside) {
        Ok(_) => {
            let _ = std::fs::remove_file(&beside);
            None
        }
        Err(error) => Some(format!("nothing can be written beside it: {error}")),
    }
}

/// An error of one read or commit.
#[derive(Debug)]
pub(super) enum Fault {
    /// Another process was first.
    Conflict,
    /// What is kept makes no sense.
    Damaged(String),
    Sql(rusqlite::Error),
    Io(std::io::Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Damaged> for Fault {
    fn from(Damaged(why): Damaged) -> Self {
        Self::Damaged(why)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl Fault {
    /// Whether a sync failed: it is not known any more what the disk holds.
    pub(super) fn is_of_a_sync(&self) -> bool {
        let Self::Sql(rusqlite::Error::SqliteFailure(error, _)) = self else {
            return false;
        };
        [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC].contains(&error.extended_code)
    }

    /// As the engine is told, of the store at `path`.
    pub(super) fn told(&self, path: &Path) -> StoreError {
        let path = path.display();
        let error = match self {
            Self::Conflict => return StoreError::conflict("another process was first"),
            Self::Damaged(why) => {
                return StoreError::corrupt(format!("the store `{path}` is damaged: {why}"));
            }
            Self::Io(error) => {
                return StoreError::io(format!("the store `{path}` cannot be used: {error}"));
            }
            Self::Sql(error) => error,
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => {
                StoreError::conflict("another process was first")
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::corrupt(format!("the store `{path}` is damaged: {}", told(error)))
            }
            Some(ErrorCode::DiskFull) => StoreError::io(format!(
                "the disk is full: the store `{path}` took nothing of this round, and lost nothing"
            )),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::io(format!(
                "the store `{path}` is in use: another process has been writing to it for too long"
            )),
            _ => StoreError::io(format!(
                "the store `{path}` cannot be read or written: {}",
                told(error)
            )),
        }
    }
}

/// An error of the database in lower case.
fn told(error: &rusqlite::Error) -> String {
    error.to_string().to_lowercase()
}
