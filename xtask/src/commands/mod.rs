//! The commands, one file each.

pub(crate) mod cel;
pub(crate) mod crash;
pub(crate) mod differential;
pub(crate) mod fuzz;
pub(crate) mod mutate;
pub(crate) mod simulate;
