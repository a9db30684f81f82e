//! `wfc check`

use super::Folder;

const CLEAN: &str = "workflow w { bash \"ls\" }\n";
const TYPO: &str = "steps:\n  - { type: bash, comand: ls }\n";

#[test]
fn exit_statuses_tell_clean_from_findings_from_misuse() {
    let folder = Folder::new();
    folder.file("clean.wf", CLEAN);
    folder.file("typo.wf.yaml", TYPO);
    assert_eq!(folder.run(&["check", "clean.wf"]).status, Some(0));
    assert_eq!(folder.run(&["check", "typo.wf.yaml"]).status, Some(1));
    assert_eq!(folder.run(&["check", "absent.wf"]).status, Some(2));
    assert_eq!(folder.run(&["check", "--no-such-flag"]).status, Some(2));
    assert_eq!(folder.run(&["no-such-command"]).status, Some(2));
}

#[test]
fn folders_are_searched_for_the_four_endings() {
    let folder = Folder::new();
    folder.file("a/clean.wf", CLEAN);
    folder.file("a/b/typo.wf.yaml", TYPO);
    folder.file("a/b/typo.wf.yml", TYPO);
    folder.file("c/x.wf.json", "{\"steps\": []}");
    folder.file("c/other.yaml", "no: [workflow");
    folder.file("ignored/bad.wf", "nonsense");
    folder.file(".gitignore", "ignored/\n");
    let said = folder.run(&["check", "--format", "json"]);
    assert_eq!(said.json()["files"], 4, "{}", said.out);
    let files: Vec<_> = said.json()["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["file"].as_str().unwrap().to_owned())
        .collect();
    assert!(files.iter().any(|f| f == "a/b/typo.wf.yaml"), "{files:?}");
    assert!(
        !files
            .iter()
            .any(|f| f.contains("other") || f.contains("ignored")),
        "{files:?}"
    );
}

#[test]
fn a_file_named_outright_is_read_whatever_its_name() {
    let folder = Folder::new();
    folder.file("pipeline.txt", TYPO);
    let said = folder.run(&["check", "--format", "json", "pipeline.txt"]);
    assert_eq!(said.status, Some(1));
    assert_eq!(said.json()["files"], 1);
}

#[test]
fn standard_input_is_a_file_with_the_name_that_it_is_given() {
    let folder = Folder::new();
    let said = folder.run_with(
        &[
            "check",
            "-",
            "--format",
            "json",
            "--stdin-name",
            "x.wf.yaml",
        ],
        TYPO,
    );
    assert_eq!(said.status, Some(1));
    let found = &said.json()["diagnostics"][0];
    assert_eq!(found["file"], "x.wf.yaml");
    assert_eq!(
        folder
            .run_with(&["check", "-", "--stdin-name", "x.wf"], CLEAN)
            .status,
        Some(0)
    );
}

#[test]
fn json_has_all_that_it_takes_to_mend_the_file() {
    let folder = Folder::new();
    let text = "name: größer\nsteps:\n  - { type: bash, comand: ls }\n";
    folder.file("t.wf.yaml", text);
    let said = folder.run(&["check", "--format", "json", "t.wf.yaml"]);
    let json = said.json();
    let found = &json["diagnostics"][0];
    let at = text.find("comand").unwrap();
    assert_eq!(found["span"]["start"]["byte"], at);
    assert_eq!(found["span"]["end"]["byte"], at + "comand".len());
    assert_eq!(found["span"]["start"]["line"], 3);
    assert_eq!(found["span"]["start"]["column"], 19);
    let edit = &found["fixes"][0]["edits"][0];
    assert_eq!(edit["text"], "command");
    assert_eq!(edit["span"]["start"]["byte"], at);
    assert_eq!(found["near"][0], "command");
}

#[test]
fn people_see_the_characters_marked_on_multibyte_text() {
    let folder = Folder::new();
    folder.file(
        "t.wf.yaml",
        "steps:\n  - { type: bash, name: größer, comand: ls }\n",
    );
    let said = folder.run(&["check", "--color", "never", "t.wf.yaml"]);
    assert!(said.out.contains("t.wf.yaml:2:33"), "{}", said.out);
    assert!(said.out.contains("`comand`"), "{}", said.out);
}

#[test]
fn settings_change_severities_and_are_checked_themselves() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  input unused: string\n  bash \"ls\"\n}\n",
    );
    let said = folder.run(&["check", "--format", "json", "w.wf"]);
    assert_eq!(
        said.json()["diagnostics"][0]["name"],
        "unused-input",
        "{}",
        said.out
    );
    folder.file("wfc.toml", "[rules]\nunused-input = \"off\"\n");
    assert_eq!(folder.run(&["check", "w.wf"]).status, Some(0));
    folder.file("wfc.toml", "[rules]\nunused-input = \"error\"\n");
    let said = folder.run(&["check", "--format", "json", "w.wf"]);
    assert_eq!(said.json()["diagnostics"][0]["severity"], "error");
    folder.file("wfc.toml", "[rules]\nunused-inptu = \"off\"\n");
    let said = folder.run(&["check", "w.wf"]);
    assert_eq!(said.status, Some(2));
    assert!(
        said.err.contains("`unused-inptu`") && said.err.contains("did you mean `unused-input`?"),
        "{}",
        said.err
    );
    folder.file("wfc.toml", "[rules]\nWF0211 = \"off\"\n");
    assert_eq!(folder.run(&["check", "w.wf"]).status, Some(0));
    folder.file("wfc.toml", "[rulez]\n");
    let said = folder.run(&["check", "w.wf"]);
    assert_eq!(said.status, Some(2));
    assert!(
        said.err.contains("rulez") && said.err.contains("rules"),
        "{}",
        said.err
    );
}

#[test]
fn watching_checks_again_when_an_editor_replaces_the_file() {
    use std::io::{BufRead as _, BufReader};
    let folder = Folder::new();
    folder.file("w.wf.yaml", TYPO);
    let mut child = folder
        .wfc(&["check", "--watch", "--color", "never", "w.wf.yaml"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    let (send, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    // A guard against waiting for ever, not a measurement.
    let wait_for = |text: &str| {
        loop {
            let line = lines
                .recv_timeout(std::time::Duration::from_secs(60))
                .unwrap();
            if line.contains(text) {
                break;
            }
        }
    };
    wait_for("1 error");
    // As editors save: a new file beside it, moved over the old one.
    let beside = folder.file("w.wf.yaml.tmp", "steps:\n  - { type: bash, command: ls }\n");
    std::fs::rename(beside, folder.path().join("w.wf.yaml")).unwrap();
    wait_for("nothing found");
    child.kill().unwrap();
    child.wait().unwrap();
}
