//! Family 06: trust.
//!
//! `flow` walks the file once with a label for every value and with what people have said yes to; the findings have a file
//! each. `docs/trust.md` says what is proven and what is not.

pub mod blind_approval;
mod env_fix;
pub mod flow;
mod guard;
pub mod hard_coded_secret;
mod hints;
mod in_callee;
mod label;
mod labels;
mod memory;
pub mod outside_destructive_argument;
pub mod outside_host;
pub mod outside_text_in_command;
pub mod secret_exposed;
pub mod secret_in_command;
mod shell;
pub mod steered_agent;
mod summary;
#[cfg(test)]
mod tests;
mod trail;
pub mod unapproved_tool;
pub mod unchecked_text_in_command;
pub mod unhinted_tool;
pub mod unknown_tool_setting;
mod validated;

pub use unapproved_tool::approval_before;

use wfc_syntax::code::Code;

/// The family's codes.
pub const CODES: &[&Code] = &[
    &outside_text_in_command::CODE,
    &unchecked_text_in_command::CODE,
    &secret_in_command::CODE,
    &secret_exposed::CODE,
    &hard_coded_secret::CODE,
    &unapproved_tool::CODE,
    &steered_agent::CODE,
    &outside_destructive_argument::CODE,
    &blind_approval::CODE,
    &unhinted_tool::CODE,
    &unknown_tool_setting::CODE,
    &outside_host::CODE,
];
