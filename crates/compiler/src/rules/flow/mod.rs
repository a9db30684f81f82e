//! Family 04: flow.

pub mod branches_share_a_name;
pub mod constant_condition;
pub mod duplicate_case;
pub mod duplicate_trigger;
pub mod empty_failure;
pub mod empty_loop;
mod ends;
pub mod jump_across_fork;
pub mod jump_outside_loop;
pub mod limit_zero;
pub mod list_exceeds_limit;
pub mod loop_never_changes;
pub mod never_approved;
pub mod same_output_variable;
pub mod single_branch;
pub mod subworkflow_cycle;
pub(crate) mod truth;
pub mod unbounded_loop;
pub mod uncovered_switch;
pub mod unreachable_step;
pub mod verify_without_secret;

pub(crate) use uncovered_switch::is_covered;

use wfc_syntax::code::Code;

/// The family's codes.
pub const CODES: &[&Code] = &[
    &unreachable_step::CODE,
    &constant_condition::CODE,
    &uncovered_switch::CODE,
    &duplicate_case::CODE,
    &unbounded_loop::CODE,
    &loop_never_changes::CODE,
    &subworkflow_cycle::CODE,
    &jump_outside_loop::CODE,
    &jump_across_fork::CODE,
    &branches_share_a_name::CODE,
    &same_output_variable::CODE,
    &single_branch::CODE,
    &empty_failure::CODE,
    &empty_loop::CODE,
    &limit_zero::CODE,
    &never_approved::CODE,
    &duplicate_trigger::CODE,
    &verify_without_secret::CODE,
    &list_exceeds_limit::CODE,
];
