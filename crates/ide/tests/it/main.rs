//! Features as an editor sees them, in all spellings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod cancelling;
mod code_actions;
mod completion;
mod cursor;
mod definition;
mod everywhere;
mod host;
mod hover;
mod offered;
mod outline;
mod references;
mod rename;
mod rewrites;
mod schedules;
mod support;
mod typing;
mod values;
