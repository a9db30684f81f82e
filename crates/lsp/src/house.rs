//! What the server asks of who runs it.

use std::any::Any;

use wfc_ide::Disk;
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

    /// Whether a process is alive.
    fn lives(&self, _process: i32) -> bool {
        true
    }
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
