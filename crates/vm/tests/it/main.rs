//! What the machine promises, shown on hand-assembled programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests may fail loudly"
)]

mod cancelling;
mod compensation;
mod corpus;
mod events;
mod expressions;
mod forks;
mod fused;
mod golden;
mod handlers;
mod limits;
mod liveness;
mod plan;
mod random;
mod snapshot;
mod steps;
mod support;
