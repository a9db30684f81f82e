//! Every fix that the corpus and the codes' own examples offer, in all three spellings and many ways to write each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    unreachable_pub,
    dead_code,
    reason = "tests fail loudly, read files, and nothing is outside of them"
)]

#[path = "../corpus/cases.rs"]
mod cases;
mod ends;
mod one_by_one;
mod sources;
mod table;
