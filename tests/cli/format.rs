//! `wfc fmt` and `wfc convert`

use super::Folder;

const MESSY: &str = "# what it is\nname:   Messy\nsteps:\n    -   type: bash\n        command: ls   # list\n\n\n    # the last one\n    - { type: bash, command:   \"true\" }\n# the end\n";

#[test]
fn formatting_is_idempotent_and_keeps_every_comment() {
    let folder = Folder::new();
    let file = folder.file("m.wf.yaml", MESSY);
    assert_eq!(folder.run(&["fmt", "--check"]).status, Some(1));
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        MESSY,
        "--check changes nothing"
    );
    assert_eq!(folder.run(&["fmt"]).status, Some(0));
    let once = std::fs::read_to_string(&file).unwrap();
    for comment in ["# what it is", "# list", "# the last one", "# the end"] {
        assert!(once.contains(comment), "{once}");
    }
    assert_eq!(folder.run(&["fmt", "--check"]).status, Some(0), "{once}");
}

#[test]
fn a_file_with_errors_is_left_alone() {
    let folder = Folder::new();
    let broken = "steps:\n  - { type: bash, command: [ }\n";
    let file = folder.file("b.wf.yaml", broken);
    assert_eq!(folder.run(&["fmt"]).status, Some(1));
    assert_eq!(std::fs::read_to_string(file).unwrap(), broken);
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    let folder = Folder::new();
    let said = folder.run_with(
        &["fmt", "-", "--stdin-name", "a.wf"],
        "workflow a{bash \"ls\"}",
    );
    assert_eq!(said.out, "workflow a {\n  bash \"ls\"\n}\n", "{said:?}");
}

#[test]
fn every_example_converts_to_every_spelling_and_means_the_same() {
    let folder = Folder::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    // Workflows call one another: all of them are there, in the original and beside each converted one.
    for to in ["", "yaml", "json", "text"] {
        for entry in std::fs::read_dir(&root).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && (to.is_empty() || !path.to_str().unwrap().contains(".wf")) {
                let name = path.file_name().unwrap().to_str().unwrap();
                folder.file(
                    format!("{to}/{name}").trim_start_matches('/'),
                    std::fs::read(&path).unwrap(),
                );
            }
        }
    }
    for entry in std::fs::read_dir(&root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.contains(".wf") || name.contains(".wf.test.") {
            continue;
        }
        let first = folder.run(&["disasm", &name]);
        assert_eq!(first.status, Some(0), "{name}: {first:?}");
        for (to, ending) in [("yaml", "wf.yaml"), ("json", "wf.json"), ("text", "wf")] {
            // The stem is kept, since a slug may come from it.
            let stem = name.split('.').next().unwrap();
            let converted = format!("{to}/{stem}.{ending}");
            if stem != "welcome" {
                folder.file(
                    &format!("{to}/welcome.wf"),
                    std::fs::read(root.join("welcome.wf")).unwrap(),
                );
            }
            let said = folder.run(&["convert", &name, "--to", to, "-o", &converted]);
            assert_eq!(said.status, Some(0), "{name} to {to}: {said:?}");
            let said = folder.run(&["check", &converted]);
            assert_eq!(said.status, Some(0), "{name} as {to}: {said:?}");
            let hash = |said: &super::Said| {
                said.out
                    .lines()
                    .filter(|l| l.contains("hash"))
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let again = folder.run(&["disasm", &converted]);
            let _ = std::fs::remove_file(folder.path().join(&converted));
            assert!(!hash(&first).is_empty());
            assert_eq!(hash(&first), hash(&again), "{name} as {to}");
        }
    }
}
