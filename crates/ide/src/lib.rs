//! What an editor asks of a workflow, answered as plain data.
//!
//! A [`Host`] takes changes and gives immutable [`Snapshot`]s. Each feature is one file with one function over a
//! snapshot: its answers are in byte ranges and know nothing of any protocol, so that the language server and a
//! browser share them.

pub mod answer;
mod cancel;
mod check;
pub mod completion;
pub mod cursor;
mod docs;
pub mod definition;
mod document;
mod files;
mod holds;
pub mod hover;
pub mod highlight;
mod host;
pub mod linked;
mod meaning;
mod marked;
pub mod names;
mod origin;
pub mod paths;
pub mod references;
pub mod semantic_tokens;
pub mod signature_help;
mod snapshot;
pub mod symbols;
pub mod code_lens;
pub mod formatting;
pub mod inlay_hints;
pub mod inline_values;
mod world;

pub use cancel::{Cancel, Cancelled};
pub use check::CheckedFile;
pub use cursor::Cursor;
pub use document::Document;
pub use files::{Disk, FileSettings};
pub use host::Host;
pub use snapshot::{Dependencies, Snapshot};
