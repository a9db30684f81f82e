//! Watches folders for clients that cannot.

use std::any::Any;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use notify::{EventKind, RecursiveMode, Watcher as _};

use super::house::shown;
use crate::files::is_workflow;
use crate::settings::FILE;

/// Changes that come within this time of one another are told at once.
const SETTLE: Duration = Duration::from_millis(50);

/// How long they are gathered at most: where something is written all the time, they never settle.
const AT_LAST: Duration = Duration::from_secs(1);

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
        let mut paths = BTreeSet::from([first]);
        let until = Instant::now() + AT_LAST;
        while let Ok(path) = changes.recv_timeout(SETTLE) {
            paths.insert(path);
            if Instant::now() >= until {
                break;
            }
        }
        told(paths.into_iter().collect());
    }
}

/// Workflows, catalogues, settings, and folders, which have no ending.
fn matters(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy());
    let name = name.unwrap_or_default();
    is_workflow(path) || name.ends_with(".tools.json") || name == FILE || !name.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_that_never_settle_are_told_all_the_same() {
        let (send, changes) = channel();
        let (tell_one, told_one) = channel();
        let writer = std::thread::spawn(move || {
            // Something is written all the time, until somebody was told of it.
            let mut number = 0_u32;
            while told_one.try_recv().is_err() {
                number += 1;
                if send.send(number.to_string()).is_err() || number > 60_000 {
                    return false;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            true
        });
        tell(&changes, &|_| {
            let _ = tell_one.send(());
        });
        assert!(writer.join().unwrap(), "nobody was told");
    }
}
