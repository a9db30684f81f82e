//! From text to a checked program: names, types, rules, core IR, emission.

mod allow;
pub mod analysis;
mod check;
pub mod rules;
pub mod settings;
pub mod world;

pub use check::{Checked, check};
