//! The standard of the expression language, held against the compiler and the machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod cel;
mod fuzz;
mod mutate;
mod promise;
mod standard;
