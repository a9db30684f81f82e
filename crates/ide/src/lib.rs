//! What an editor asks of a workflow, answered as plain data.
//!
//! A [`Host`] takes changes and gives immutable [`Snapshot`]s. Each feature is one file with one function over a
//! snapshot: its answers are in byte ranges and know nothing of any protocol, so that the language server and a
//! browser share them.

mod anchors;
pub mod answer;
mod broken_names;
pub mod call_hierarchy;
mod cancel;
mod check;
pub mod code_actions;
pub mod code_lens;
pub mod completion;
pub mod cursor;
pub mod definition;
mod docs;
mod document;
mod far;
pub mod file_rename;
mod files;
mod findings;
pub mod folding;
pub mod formatting;
pub mod highlight;
mod holds;
mod host;
pub mod hover;
mod in_tests;
pub mod inlay_hints;
pub mod inline_values;
pub mod linked;
pub mod links;
mod marked;
mod meaning;
pub mod names;
mod origin;
pub mod paths;
pub mod references;
pub mod rename;
pub mod schedules;
pub mod selection;
pub mod semantic_tokens;
pub mod signature_help;
mod slot;
mod snapshot;
mod subject;
pub mod symbols;
mod test_findings;
mod world;

pub use cancel::{Cancel, Cancelled};
pub use check::CheckedFile;
pub use cursor::Cursor;
pub use document::Document;
pub use files::{Disk, FileSettings, NoDisk};
pub use findings::Findings;
pub use host::Host;
pub use in_tests::is_tests;
pub use snapshot::{Dependencies, Snapshot};
