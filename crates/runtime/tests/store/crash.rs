//! Processes that are killed in the midst of commits.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use wfc_engine::OwnerId;
use wfc_engine::store::{Batch, Store as _};

use super::support::{begin, end, file, key, numbers, open, row};

/// By which this test finds the store when it is the process to be killed.
const STORE: &str = "WFC_TEST_STORE_TO_WRITE";

/// Commits without end, and tells each commit once it is durable.
fn write(path: &std::path::Path) {
    let mut store = open(path, u128::from(std::process::id()));
    let first = store
        .runs(&wfc_engine::store::RunFilter::default())
        .unwrap()
        .len() as u64;
    for n in first.. {
        let mut batch = begin(n);
        for number in 2..=5 {
            store.note_stepping(&[key(n)]).unwrap();
            store.commit(&batch).unwrap();
            println!("\ncommitted {n} {}", number - 1);
            batch = Batch::default();
            row(&mut batch, n, number);
        }
        batch.changes.push(end(n));
        store.commit(&batch).unwrap();
        println!("\ncommitted {n} 5");
    }
}

#[test]
fn what_was_told_to_be_durable_is_there_after_the_process_is_killed() {
    if let Some(path) = std::env::var_os(STORE) {
        write(path.as_ref());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let mut dead: Vec<u32> = Vec::new();
    for round in 0..8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "crash::what_was_told_to_be_durable_is_there_after_the_process_is_killed",
            ])
            .args(["--nocapture", "--test-threads", "1"])
            .env(STORE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let told = |line: String| line.strip_prefix("committed ").map(str::to_owned);
        let mut last = None;
        for _ in 0..=round * 7 + 3 {
            last = lines.by_ref().find_map(told);
        }
        child.kill().unwrap();
        // What it told before the kill arrived counts too.
        last = lines.filter_map(told).last().or(last);
        child.wait().unwrap();
        dead.push(child.id());
        let last = last.unwrap();
        let (n, number) = last.split_once(' ').unwrap();
        let (n, number): (u64, u64) = (n.parse().unwrap(), number.parse().unwrap());
        let mut store = open(&path, 1);
        let found = numbers(&mut store, n);
        assert!(found.len() as u64 >= number, "{last}: {found:?}");
        assert_eq!(found, (1..=found.len() as u64).collect::<Vec<_>>());
        assert_eq!(store.verify().unwrap(), Vec::<String>::new());
        for orphan in store.orphans(usize::MAX).unwrap() {
            let owner = orphan.owner.unwrap();
            assert!(dead.iter().any(|id| OwnerId(u128::from(*id)) == owner));
        }
        let row = store.run(key(n)).unwrap().unwrap();
        let open = store
            .orphans(usize::MAX)
            .unwrap()
            .iter()
            .any(|o| o.key == key(n) && o.stepped);
        assert_eq!(open, !row.state.is_over(), "{row:?}");
    }
}
