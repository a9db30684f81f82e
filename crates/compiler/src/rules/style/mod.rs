//! Family 07: style and cost.

pub mod agents_without_budget;
pub mod braces_in_string;
pub mod budget_always_exceeded;
pub mod budget_may_run_out;
pub mod budget_without_spending;
pub mod concurrency_never_reached;
pub mod declaration_as_value;
pub mod max_steps_too_low;
pub mod path_as_text;
pub mod position_reference;
pub mod self_assignment;
pub mod unknown_allow;
pub mod untyped_json;
pub mod unused_allow;

use wfc_syntax::code::Code;

/// The family's codes.
pub const CODES: &[&Code] = &[
    &agents_without_budget::CODE,
    &position_reference::CODE,
    &untyped_json::CODE,
    &self_assignment::CODE,
    &budget_always_exceeded::CODE,
    &budget_may_run_out::CODE,
    &budget_without_spending::CODE,
    &max_steps_too_low::CODE,
    &concurrency_never_reached::CODE,
    &braces_in_string::CODE,
    &declaration_as_value::CODE,
    &path_as_text::CODE,
    &unused_allow::CODE,
    &unknown_allow::CODE,
];

/// `1 call`, `2 calls`
fn plural(n: u128, word: &str) -> String {
    if n == 1 {
        format!("1 {word}")
    } else {
        format!("{n} {word}s")
    }
}
