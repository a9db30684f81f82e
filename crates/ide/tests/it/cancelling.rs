//! Questions that are taken back while they are worked on.

use std::sync::{Arc, Mutex};

use wfc_ide::code_actions::{Later, resolve};
use wfc_ide::{Cancel, Cancelled, Disk, Host};

/// A disk that takes a question back when a certain file is read.
#[derive(Default)]
struct Watching {
    cancel: Mutex<Cancel>,
    read: Mutex<Vec<String>>,
}

impl Disk for Watching {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.read.lock().unwrap().push(path.to_owned());
        if path.ends_with("first.wf") {
            self.cancel.lock().unwrap().cancel();
        }
        let there = path.ends_with("first.wf") || path.ends_with("second.wf");
        there.then(|| b"workflow w {\n  return 1\n}\n".to_vec())
    }
}

const LONG: [(&str, &str); 3] = [
    (
        "/w/a.wf",
        "workflow a {\n  call \"./first.wf\"\n  call \"./second.wf\"\n  bash \"é {{ nothing }}\"\n}\n",
    ),
    (
        "/w/a.wf.yaml",
        "steps:\n  - { type: subworkflow, workflow: ./first.wf }\n  - { type: subworkflow, workflow: ./second.wf }\n  - { type: bash, command: \"é {{ nothing }}\" }\n",
    ),
    (
        "/w/a.wf.json",
        "{ \"steps\": [ { \"type\": \"subworkflow\", \"workflow\": \"./first.wf\" }, { \"type\": \"subworkflow\", \"workflow\": \"./second.wf\" }, { \"type\": \"bash\", \"command\": \"é {{ nothing }}\" } ] }",
    ),
];

#[test]
fn a_check_ends_in_the_middle_when_nobody_wants_it_and_the_next_one_is_whole() {
    for (path, text) in LONG {
        let disk = Arc::new(Watching::default());
        let mut host = Host::new(Arc::<Watching>::clone(&disk));
        host.open(path, text, 1);
        let snapshot = host.snapshot();
        let cancel = disk.cancel.lock().unwrap().clone();
        assert_eq!(snapshot.checked(path, &cancel).unwrap_err(), Cancelled);
        let second = |disk: &Watching| {
            let read = disk.read.lock().unwrap();
            read.iter().any(|p| p.ends_with("second.wf"))
        };
        assert!(!second(&disk), "{path}: the rest is not looked at");
        let file = snapshot.checked(path, &Cancel::new()).unwrap().unwrap();
        assert!(second(&disk), "{path}");
        let names: Vec<_> = file
            .checked
            .diagnostics
            .iter()
            .map(|d| d.code.name)
            .collect();
        assert!(names.contains(&"undefined-name"), "{path}: {names:?}");
    }
}

#[test]
fn the_findings_of_an_older_version_are_given_up() {
    for (path, text) in LONG {
        let disk = Arc::new(Watching::default());
        let mut host = Host::new(Arc::<Watching>::clone(&disk));
        host.open(path, text, 1);
        let cancel = disk.cancel.lock().unwrap().clone();
        assert!(host.snapshot().findings(path, &cancel).is_err());
        host.open(path, text.replace("nothing", "other"), 2);
        let found = host.snapshot().findings(path, &Cancel::new());
        let found = found.unwrap().unwrap();
        assert_eq!(found.version, Some(2));
        let told = found
            .diagnostics
            .iter()
            .any(|d| d.message.contains("`other`"));
        assert!(told, "{path}: {:?}", found.diagnostics);
    }
}

#[test]
fn a_long_change_is_given_up() {
    let disk = Arc::new(Watching::default());
    let mut host = Host::new(Arc::<Watching>::clone(&disk));
    let path = "/w/a.wf.yaml";
    // Nothing reads the first file but the rounds of fixes.
    host.open(
        path,
        "steps:\n  - { type: bash, command: ls, tim: 3m }\n",
        1,
    );
    let snapshot = host.snapshot();
    snapshot.checked(path, &Cancel::new()).unwrap();
    let cancel = Cancel::new();
    cancel.cancel();
    assert_eq!(
        resolve(&snapshot, path, Later::FixAll, &cancel),
        Err(Cancelled)
    );
}
