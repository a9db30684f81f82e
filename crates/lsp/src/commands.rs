//! Commands that lenses name. A client may carry them out itself, under the same names.

/// Runs a workflow.
pub(crate) const RUN: &str = "wfc.run";
/// Runs a workflow without its effects.
pub(crate) const DRY_RUN: &str = "wfc.dryRun";
/// Runs a file of tests, or one test of it.
pub(crate) const TEST: &str = "wfc.test";
/// Opens a file.
pub(crate) const OPEN: &str = "wfc.open";

/// All of them.
pub(crate) const ALL: [&str; 4] = [RUN, DRY_RUN, TEST, OPEN];
