//! What an editor asks of a workflow, answered as plain data.
//!
//! A [`Host`] takes changes and gives immutable [`Snapshot`]s. Each feature is one file with one function over a
//! snapshot: its answers are in byte ranges and know nothing of any protocol, so that the language server and a
//! browser share them.

pub mod answer;
mod cancel;
mod check;
mod document;
mod files;
mod host;
pub mod paths;
mod snapshot;
mod world;

pub use cancel::{Cancel, Cancelled};
pub use check::CheckedFile;
pub use document::Document;
pub use files::{Disk, FileSettings};
pub use host::Host;
pub use snapshot::{Dependencies, Snapshot};
