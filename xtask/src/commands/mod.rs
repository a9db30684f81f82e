//! The commands, one file each.

pub(crate) mod cel;
pub(crate) mod mutate;
