//! Family 06: trust.
//!
//! `flow` walks the file once with a label for every value; the findings about what a label reaches have a file each.

pub mod approvals;
mod env_fix;
pub mod flow;
pub mod hard_coded_secret;
mod label;
mod labels;
pub mod outside_text_in_command;
pub mod secret_exposed;
pub mod secret_in_command;
pub mod steered_agent;
pub mod unapproved_tool;
pub mod unchecked_text_in_command;
mod validated;

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
];
