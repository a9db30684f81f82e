//! Family 00, the compiler's part: limits.

pub mod program_too_large;

use wfc_syntax::code::Code;

/// The family's codes.
pub const CODES: &[&Code] = &[&program_too_large::CODE];
