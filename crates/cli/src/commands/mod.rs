//! The commands, one file each.

pub mod build;
pub mod check;
pub mod completions;
pub mod convert;
pub mod diff;
pub mod disasm;
pub mod dry;
pub mod eval;
pub mod explain;
pub mod fix;
pub mod fmt;
pub mod graph;
pub mod new;
pub mod resume;
pub mod run;
pub mod schema;
pub mod test;
pub mod tools;
