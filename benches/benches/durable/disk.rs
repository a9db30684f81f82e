//! What the disk does by itself.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// The median time to write 4 KiB into a file of 4 MiB and sync them.
pub(crate) fn rate(folder: &Path) -> Duration {
    let path = folder.join("disk");
    let mut options = OpenOptions::new();
    let file = options
        .create(true)
        .truncate(true)
        .write(true)
        .open(&path)
        .unwrap();
    let page = [7; 4096];
    (0..1024).for_each(|n| file.write_all_at(&page, n * 4096).unwrap());
    file.sync_all().unwrap();
    let mut times = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) {
        let start = Instant::now();
        file.write_all_at(&page, times.len() as u64 % 1024 * 4096)
            .unwrap();
        file.sync_data().unwrap();
        times.push(start.elapsed());
    }
    std::fs::remove_file(path).unwrap();
    times.sort_unstable();
    times[times.len() / 2]
}
