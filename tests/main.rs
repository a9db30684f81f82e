//! All end-to-end tests, in one binary: the corpus, the command line, hostile files, the examples.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "tests fail loudly, read files, and nothing is outside of them"
)]

mod cli;
mod corpus;
mod docs;
mod examples;
mod lsp;
#[path = "../crates/runtime/tests/runtime/npm.rs"]
mod npm;
