//! Programs: building, bytes, verifying, listing, documentation.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod build;
mod codec;
mod disasm;
mod docs;
mod sample;
mod verify;
