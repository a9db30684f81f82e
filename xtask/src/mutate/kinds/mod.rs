//! The kinds of faults. Each says what it breaks, and why that is certainly a fault.

mod flow;
mod help;
mod names;
mod shape;
mod syntax;
mod tools;
mod trust;
mod types;
mod yaml;

use super::Kind;

/// All kinds, by family.
pub fn all() -> impl Iterator<Item = &'static Kind> {
    [
        syntax::KINDS,
        yaml::KINDS,
        shape::KINDS,
        names::KINDS,
        types::KINDS,
        tools::KINDS,
        flow::KINDS,
        trust::KINDS,
    ]
    .into_iter()
    .flatten()
}
