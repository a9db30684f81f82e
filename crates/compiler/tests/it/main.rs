//! What users of the compiler rely on, from the text of a workflow to what its run asks of the world.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod case;
mod cel;
mod cel_data;
mod expressions;
mod fields;
mod forks;
mod host;
mod kinds;
mod loops;
mod root;
mod shape;
