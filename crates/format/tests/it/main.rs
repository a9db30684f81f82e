//! What `fmt` and `convert` promise: nothing changes but the layout, no comment is lost, twice is once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests fail loudly, and read files"
)]

mod corpus;
mod files;
mod random;
mod round_trip;
mod write;
