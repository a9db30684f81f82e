//! Processes of steps when `wfc` itself ends, however that comes.

use std::process::{Child, Stdio};
use std::time::Duration;

use super::Folder;

/// Waits until a file holds as many whole lines.
fn lines_of(folder: &Folder, file: &str, count: usize) -> Vec<String> {
    let path = folder.path().join(file);
    for _ in 0..2_000 {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if text.ends_with('\n') && text.lines().count() >= count {
            return text.lines().map(str::to_owned).collect();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("`{file}` did not come to hold {count} lines");
}

fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().unwrap_or_default().trim();
    !state.is_empty() && !state.starts_with(['Z', 'X'])
}

fn gone(pids: &[String]) {
    for pid in pids {
        for _ in 0..1_000 {
            if !lives(pid) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!lives(pid), "the process {pid} outlived wfc");
    }
}

fn started(folder: &Folder, file: &str) -> Child {
    folder
        .wfc(&["run", file])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A shell that ignores polite requests, with a child and a grandchild, in two branches at once.
const STUBBORN: &str = r#"workflow stubborn {
  for n in [1, 2] parallel 2 {
    bash "trap '' TERM HUP INT; echo $$ >> pids; (trap '' TERM; sleep 600 & echo $! >> pids; wait) & sleep 600"
  }
}
"#;

#[cfg(target_os = "linux")]
#[test]
fn no_process_outlives_a_wfc_that_was_killed() {
    let folder = Folder::new();
    folder.file("w.wf", STUBBORN);
    let mut wfc = started(&folder, "w.wf");
    let pids = lines_of(&folder, "pids", 4);
    assert!(pids.iter().all(|pid| lives(pid)), "{pids:?}");
    wfc.kill().unwrap();
    wfc.wait().unwrap();
    gone(&pids);
}

#[cfg(target_os = "linux")]
#[test]
fn no_process_outlives_a_wfc_that_is_killed_while_it_starts_them() {
    // Each command notes itself; whatever had begun when `wfc` died has to end.
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  for n in lists.range(200) parallel 50 {\n    bash \"echo $$ >> pids; exec sleep 600\"\n  }\n}\n",
    );
    for enough in [1, 2, 5, 9, 20] {
        let _ = std::fs::remove_file(folder.path().join("pids"));
        let mut wfc = started(&folder, "w.wf");
        lines_of(&folder, "pids", enough);
        wfc.kill().unwrap();
        wfc.wait().unwrap();
        // One that was between its start and its first line gets to write it, or not.
        std::thread::sleep(Duration::from_millis(50));
        gone(&lines_of(&folder, "pids", enough));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_wfc_inside_a_step_takes_its_processes_along() {
    let folder = Folder::new();
    folder.file("inner.wf", STUBBORN);
    let wfc = env!("CARGO_BIN_EXE_wfc");
    folder.file(
        "outer.wf",
        format!("workflow outer {{\n  bash \"'{wfc}' run inner.wf\"\n}}\n"),
    );
    let mut outer = started(&folder, "outer.wf");
    let pids = lines_of(&folder, "pids", 4);
    outer.kill().unwrap();
    outer.wait().unwrap();
    gone(&pids);
}

#[cfg(target_os = "linux")]
#[test]
fn a_tool_server_does_not_outlive_a_wfc_that_was_killed() {
    let folder = Folder::new();
    // It starts and never answers, and does not look at its input.
    folder.file(
        "wfc.toml",
        "[tools.deaf]\ncommand = \"sh\"\nargs = [\"-c\", \"echo $$ >> pids; exec sleep 600\"]\n",
    );
    folder.file("w.wf", "workflow w {\n  tool deaf.anything {}\n}\n");
    let mut wfc = started(&folder, "w.wf");
    let pids = lines_of(&folder, "pids", 1);
    wfc.kill().unwrap();
    wfc.wait().unwrap();
    gone(&pids);
}
