//! The commands, one file each.

pub mod answer;
pub mod build;
pub mod cancel;
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
pub mod lsp;
pub mod new;
pub mod replay;
pub mod resume;
pub mod retry;
pub mod run;
pub mod runs;
pub mod schema;
pub mod show;
pub mod test;
pub mod tools;
