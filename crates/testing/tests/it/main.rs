//! What authors of tests rely on: mocks, the clock that jumps, expectations and what they say when they do not hold.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

mod coverage;
mod dry;
mod faults;
mod record;
mod runs;
mod samples;
mod world;
