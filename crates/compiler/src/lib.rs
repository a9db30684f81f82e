//! From text to a checked program: names, types, rules, core IR, emission.

mod allow;
pub mod analysis;
pub mod bounds;
mod check;
mod compile;
mod cut;
pub mod diff;
pub mod emit;
mod followers;
pub mod hash;
pub mod incremental;
pub mod ir;
pub mod lower;
mod repair;
pub mod rules;
pub mod settings;
pub mod world;

pub use check::{Checked, check};
pub use compile::{Compiled, compile};
