//! Exit statuses, as documented in `docs/exit-statuses.md`.

use std::process::ExitCode;

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, nothing found.
    Clean,
    /// Findings, or a run that failed.
    Findings,
    /// Arguments, files or settings were at fault: the command itself was not carried out.
    Usage,
    /// The run waits for an approval or an event; its journal keeps it.
    Pending,
    /// Cancelled from outside (Ctrl-C).
    Cancelled,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Pending => 10,
            Exit::Cancelled => 130,
        })
    }
}
