//! The engine with a host that only answers, and the journal as a process would leave it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    reason = "tests may fail loudly, and share a store with the engine"
)]

mod calls;
mod journal;
mod recovery;
mod rounds;
mod support;
