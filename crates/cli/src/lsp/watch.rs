//! Watches folders for clients that cannot.

use std::any::Any;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::{EventKind, RecursiveMode, Watcher as _};

use super::house::shown;
use crate::files::is_workflow;
use crate::settings::FILE;

/// Changes that come within this time of one another are told at once.
const SETTLE: Duration = Duration::from_millis(50);

/// Begins to watch; `told` takes paths of files that matter. Ends when what is returned is dropped. None when this machine
/// cannot watch.
pub fn begin(
    folders: &[String],
    told: Box<dyn Fn(Vec<String>) + Send>,
) -> Option<Box<dyn Any + Send>> {
    let (send, changes) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is an event too, and checking reads.
        if let Ok(event) = event
            && !matches!(event.kind, EventKind::Access(_))
        {
            let paths = event.paths.iter().filter(|p| matters(p));
            for path in paths {
                let _ = send.send(shown(path));
            }
        }
    })
    .ok()?;
    for folder in folders {
        watcher
            .watch(Path::new(folder), RecursiveMode::Recursive)
            .ok()?;
    }
    let thread = std::thread::Builder::new().name("files".to_owned());
    thread.spawn(move || tell(&changes, &told)).ok()?;
    Some(Box::new(watcher))
}

fn tell(changes: &Receiver<String>, told: &dyn Fn(Vec<String>)) {
    while let Ok(first) = changes.recv() {
        let mut paths = vec![first];
        while let Ok(path) = changes.recv_timeout(SETTLE) {
            paths.push(path);
        }
        paths.sort();
        paths.dedup();
        told(paths);
    }
}

/// Workflows, catalogues, settings, and folders, which have no ending.
fn matters(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy());
    let name = name.unwrap_or_default();
    is_workflow(path) || name.ends_with(".tools.json") || name == FILE || !name.contains('.')
}
