//! What users of the compiler rely on, from the text of a workflow to what its run asks of the world.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "tests fail by panicking, print what they skip and read the standard's data"
)]

mod bounds;
mod case;
mod examples;
mod expressions;
mod fields;
mod forks;
mod host;
mod kinds;
mod limits;
mod loops;
mod promise_random;
mod resume;
mod root;
mod semantics;
mod shape;
mod sizes;
mod typing;
