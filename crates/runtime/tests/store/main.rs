//! The store in files: what every store promises, and what a disk and other processes do to it.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod crash;
mod damage;
mod files;
mod shared;
mod support;
