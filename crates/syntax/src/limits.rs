//! How large and how deep a file may be. Beyond a limit there is one diagnostic, never a crash or a hang.

/// Bytes of one source file.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

/// Levels of nesting: of nodes, of blocks, and of expressions, each counted on its own.
pub const MAX_DEPTH: usize = 128;

/// Nodes in the tree of one file, those repeated by aliases included.
pub const MAX_NODES: usize = 2_000_000;

/// Nodes that all aliases of one file together may repeat.
pub const MAX_ALIAS_NODES: usize = 100_000;

/// Diagnostics reported for one file; what comes later is dropped.
pub const MAX_DIAGNOSTICS: usize = 1000;

/// Faults after which the YAML parser stops looking for more in one file.
pub const MAX_FAULTS: usize = 50;

/// Bytes that the YAML parser reads again, all together, to go on after faults.
pub const MAX_REREAD_BYTES: usize = 64 * 1024 * 1024;

/// How often one file is checked while its fixes are applied; what is left then stays as it is.
pub const MAX_FIX_CHECKS: usize = 200;
