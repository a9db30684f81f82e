//! Runs something again whenever a file below some paths changes.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use notify::{EventKind, RecursiveMode, Watcher as _};

use crate::error::CliError;
use crate::exit::Exit;
use crate::term;

/// Changes that come within this time of one another are one.
const SETTLE: Duration = Duration::from_millis(60);

/// Calls `work` at once and after every change, until the process is interrupted.
///
/// # Errors
/// When the paths cannot be watched. What `work` reports is printed, and watching goes on: a file that is
/// half saved must not end it.
pub fn repeat(paths: &[String], work: impl Fn() -> Result<(), CliError>) -> Result<Exit, CliError> {
    let (send, changes) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is an event too, and checking reads.
        if event.is_ok_and(|e| !matches!(e.kind, EventKind::Access(_))) {
            let _ = send.send(());
        }
    })
    .map_err(|e| cannot_watch(&e))?;
    for path in paths {
        // A file's folder is watched, since editors replace files rather than write into them.
        let path = Path::new(path);
        let watched = if path.is_dir() {
            path
        } else {
            path.parent().unwrap_or(path)
        };
        let watched = if watched.as_os_str().is_empty() {
            Path::new(".")
        } else {
            watched
        };
        let mode = if path.is_dir() {
            RecursiveMode::Recursive
        } else {
            RecursiveMode::NonRecursive
        };
        watcher.watch(watched, mode).map_err(|e| cannot_watch(&e))?;
    }
    loop {
        if let Err(error) = work() {
            term::eprint(&format!("{:?}\n", miette::Report::new(error)));
        }
        if changes.recv().is_err() {
            return Ok(Exit::Clean);
        }
        loop {
            match changes.recv_timeout(SETTLE) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Clean),
            }
        }
    }
}

fn cannot_watch(error: &notify::Error) -> CliError {
    CliError::host(
        format!("cannot watch for changes: {error}"),
        "check without `--watch`",
    )
}
