//! The engine over a store in memory, with a host that answers, and processes that die.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    reason = "tests may fail loudly, and share programs with the engine"
)]

mod admission;
mod answers;
mod between;
mod budgets;
mod calls;
mod circles;
mod concurrency;
mod crashes;
mod inbox;
mod loose;
mod parking;
mod past;
mod programs;
mod rounds;
mod takeover;
mod world;
