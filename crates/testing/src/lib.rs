//! Tests of workflows, without IO: files of tests, a virtual clock, mocked steps, expectations, coverage, dry runs.
//!
//! [`sim`] runs machines under a clock that jumps. Everything else says what the world answers there, and compares.
//! The forms of a file of tests are the table in [`file::table`].

pub mod codes;
pub mod coverage;
pub mod dry;
pub mod file;
pub mod matcher;
pub mod plan;
pub mod record;
pub mod run;
pub mod sample;
pub mod sim;
pub mod subject;
pub mod suite;

/// When runs start, unless it is said: 2026-01-01T00:00:00Z, in milliseconds.
pub(crate) const START: i64 = 1_767_225_600_000;
