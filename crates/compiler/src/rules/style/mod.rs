//! Family 07: style and cost.

pub mod agents_without_budget;
pub mod position_reference;
pub mod self_assignment;
pub mod untyped_json;

use wfc_syntax::code::Code;

/// The family's codes.
pub const CODES: &[&Code] = &[
    &agents_without_budget::CODE,
    &position_reference::CODE,
    &untyped_json::CODE,
    &self_assignment::CODE,
];
