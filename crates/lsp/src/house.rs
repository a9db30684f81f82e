//! What the server asks of who runs it.

use std::any::Any;

use wfc_ide::hover::Now;
use wfc_ide::inline_values::RunValues;
use wfc_ide::{Cancel, Disk, NoDisk};
use wfc_syntax::span::Span;

/// The files, and what else the server cannot know by itself.
pub trait House: Disk {
    /// Sets the folders that the workspace consists of; none for a client that only opens files.
    fn set_folders(&self, folders: Vec<String>);

    /// What is wrong with settings that were asked for: since they hold none, the checker's own are used.
    fn faults(&self) -> Vec<SettingsFault> {
        Vec::new()
    }

    /// Begins to watch the folders, for a client that cannot. `told` takes paths that changed. What is returned watches
    /// until it is dropped.
    fn watch(&self, _told: Box<dyn Fn(Vec<String>) + Send>) -> Option<Box<dyn Any + Send>> {
        None
    }

    /// The present time, and the reader's zone, for hovers over schedules.
    fn now(&self) -> Option<Now> {
        None
    }

    /// Where a code is documented: a URI.
    fn page(&self, _code: &str) -> Option<String> {
        None
    }

    /// What the last run of a workflow held, which others call by `slug`.
    fn last_run(&self, _path: &str, _slug: &str) -> Option<RunValues> {
        None
    }

    /// Starts something and waits for its end: its exit status and all that it said.
    ///
    /// # Errors
    /// When it cannot be started.
    fn carry_out(&self, work: &Work, _cancel: &Cancel) -> Result<(i32, String), String> {
        Err(format!("nothing can be started here: {work:?}"))
    }

    /// Whether a process is alive.
    fn lives(&self, _process: i32) -> bool {
        true
    }
}

impl House for NoDisk {
    fn set_folders(&self, _: Vec<String>) {}
}

/// A `wfc.toml` that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFault {
    /// Its path.
    pub path: String,
    /// Where in it.
    pub span: Span,
    /// What is wrong.
    pub message: String,
}

/// What a client may have started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// `wfc run`
    Run {
        /// The workflow's path.
        file: String,
    },
    /// `wfc run --dry-run`
    DryRun {
        /// The workflow's path.
        file: String,
    },
    /// `wfc test`
    Test {
        /// The path of the file of tests.
        file: String,
        /// The test; all without one.
        test: Option<String>,
    },
}
