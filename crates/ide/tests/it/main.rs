//! Features as an editor sees them, in all spellings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod cursor;
mod definition;
mod host;
mod references;
mod support;
