//! `wfc check`: which findings count. `--select`, `--ignore`, `--fail-on`, `--max-findings`, `--baseline`, settings.

use super::{Folder, Said};

/// An unused input (WF0211, a warning), an error of names (WF0201).
const MIXED: &str = "workflow w {\n  input unused: string\n  bash \"ls\" { env: { A: nme } }\n}\n";
const UNUSED: &str = "workflow w {\n  input unused: string\n  bash \"ls\"\n}\n";

fn codes(said: &Said) -> Vec<String> {
    let json = said.json();
    let findings = json["diagnostics"].as_array().unwrap().iter();
    findings
        .map(|d| d["code"].as_str().unwrap().to_owned())
        .collect()
}

fn check(folder: &Folder, args: &[&str]) -> Said {
    folder.run(&[&["check", "--format", "json"], args].concat())
}

#[test]
fn codes_are_selected_and_ignored_by_id_name_and_family() {
    let folder = Folder::new();
    folder.file("w.wf", UNUSED);
    for select in [
        "WF0211",
        "wf0211",
        "unused-input",
        "WF02",
        "names",
        "trust,names",
    ] {
        let said = check(&folder, &["--select", select]);
        assert_eq!(
            (codes(&said), said.status),
            (vec!["WF0211".into()], Some(1)),
            "{select}"
        );
        let said = check(&folder, &["--ignore", select]);
        assert_eq!((codes(&said), said.status), (vec![], Some(0)), "{select}");
    }
    let said = check(&folder, &["--select", "trust", "--select", "WF07"]);
    assert_eq!((codes(&said), said.status), (vec![], Some(0)));
    let said = check(&folder, &["--select", "names", "--ignore", "unused-input"]);
    assert_eq!(codes(&said), Vec::<String>::new());
}

#[test]
fn a_misspelt_code_is_an_error_with_the_near_name() {
    let folder = Folder::new();
    folder.file("w.wf", UNUSED);
    for (flag, wrong, near) in [
        ("--select", "unused-inptu", "unused-input"),
        ("--ignore", "trsut", "trust"),
        ("--ignore", "WF0211,WF9999", "wfc explain"),
    ] {
        let said = check(&folder, &[flag, wrong]);
        assert_eq!((said.status, said.out.as_str()), (Some(2), ""));
        assert!(said.err.contains(near), "{}", said.err);
    }
}

#[test]
fn errors_without_which_a_file_means_nothing_are_not_ignored() {
    let folder = Folder::new();
    folder.file("w.wf", MIXED);
    assert_eq!(codes(&check(&folder, &["--ignore", "names"])), ["WF0201"]);
    folder.file("broken.wf", "workflow w {");
    let said = folder.run(&[
        "check",
        "--format",
        "json",
        "--select",
        "trust",
        "broken.wf",
    ]);
    assert_eq!(
        said.status,
        Some(1),
        "a file that cannot be read was not checked for trust"
    );
}

#[test]
fn the_least_severity_that_fails_is_chosen() {
    let folder = Folder::new();
    folder.file("w.wf", UNUSED);
    let status = |level: &str| folder.run(&["check", "--fail-on", level]).status;
    assert_eq!(
        [
            status("error"),
            status("warning"),
            status("note"),
            status("never")
        ],
        [Some(0), Some(1), Some(1), Some(0)]
    );
    folder.file("wfc.toml", "[rules]\nWF0211 = \"note\"\n");
    assert_eq!(
        [
            status("error"),
            status("warning"),
            status("note"),
            status("never")
        ],
        [Some(0), Some(0), Some(1), Some(0)]
    );
    folder.file("wfc.toml", "[rules]\nWF0211 = \"error\"\n");
    assert_eq!([status("error"), status("never")], [Some(1), Some(0)]);
    assert_eq!(
        folder
            .run(&["check", "--fail-on", "never", "absent.wf"])
            .status,
        Some(2)
    );
}

#[test]
fn the_gravest_findings_are_printed_first_and_all_are_counted() {
    let folder = Folder::new();
    folder.file("a.wf", UNUSED);
    folder.file("b.wf", MIXED);
    let said = check(&folder, &["--max-findings", "1"]);
    let json = said.json();
    assert_eq!(
        codes(&said),
        ["WF0201"],
        "the error, though a warning stands before it"
    );
    assert_eq!(
        (&json["errors"], &json["left_out"]),
        (&1.into(), &2.into()),
        "{json}"
    );
    assert_eq!(said.status, Some(1));
    let said = folder.run(&["check", "--max-findings", "0", "--color", "never"]);
    assert!(
        said.out.starts_with("3 more findings not shown"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("2 files: 1 error, 2 warnings ("),
        "{}",
        said.out
    );
    assert_eq!(
        check(&folder, &["--max-findings", "3"]).json()["left_out"],
        0
    );
}

#[test]
fn a_baseline_knows_findings_wherever_their_lines_go_and_names_those_that_are_gone() {
    let folder = Folder::new();
    folder.file("sub/w.wf", UNUSED);
    let said = folder.run(&["check", "--baseline", "known.json"]);
    assert_eq!(said.status, Some(2));
    assert!(said.err.contains("--write-baseline"), "{}", said.err);
    let said = folder.run(&["check", "--baseline", "known.json", "--write-baseline"]);
    assert_eq!(said.status, Some(0), "{}", said.err);
    let with = ["--baseline", "known.json"];

    let said = check(&folder, &with);
    assert_eq!((said.status, codes(&said)), (Some(0), vec![]));
    assert_eq!(said.json()["baseline"]["known"], 1);

    // Moved, indented otherwise, and named from elsewhere.
    folder.file(
        "sub/w.wf",
        format!("// one\n// two\n{}", UNUSED.replace("  input", "\tinput")),
    );
    assert_eq!(codes(&check(&folder, &with)), Vec::<String>::new());
    let path = folder.path().join("known.json");
    let mut command = folder.wfc(&["check", "--baseline", path.to_str().unwrap(), "."]);
    command.current_dir(folder.path().join("sub"));
    assert_eq!(Said::of(command.output().unwrap()).status, Some(0));

    // Another finding is new; a second one of the same kind too.
    folder.file(
        "sub/w.wf",
        UNUSED.replace("  bash", "  input other: int\n  bash"),
    );
    assert_eq!(codes(&check(&folder, &with)), ["WF0211"]);

    // What was mended is named, without failing; in a file that was not checked now it is not.
    folder.file("sub/w.wf", "workflow w { bash \"ls\" }\n");
    folder.file("clean.wf", "workflow w { bash \"ls\" }\n");
    let said = folder.run(&["check", "--baseline", "known.json", "--color", "never"]);
    assert_eq!(said.status, Some(0));
    assert!(
        said.out
            .contains("1 finding of the baseline no longer there"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("  sub/w.wf: ") && said.out.contains("[WF0211]"),
        "{}",
        said.out
    );
    let gone = |args: &[&str]| {
        check(&folder, &[&with, args].concat()).json()["baseline"]["gone"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(gone(&[]), 1);
    assert_eq!(gone(&["clean.wf"]), 0);
    assert_eq!(gone(&["--select", "trust"]), 0);
    std::fs::remove_file(folder.path().join("sub/w.wf")).unwrap();
    assert_eq!(gone(&["clean.wf"]), 1, "the file is gone");
}

#[test]
fn a_baseline_holds_no_text_of_the_workflow_and_is_the_same_each_time() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w { bash \"ls\" { env: { KEY: \"AKIAQ3WF7LINTER2BAD5\" } } }\n",
    );
    folder.file("v.wf", MIXED);
    let write = || {
        let said = folder.run(&["check", "--baseline", "known.json", "--write-baseline"]);
        assert_eq!(said.status, Some(0), "{}", said.err);
        std::fs::read_to_string(folder.path().join("known.json")).unwrap()
    };
    let once = write();
    assert!(once.contains("WF0605") && !once.contains("AKIA"), "{once}");
    assert_eq!(once, write());
}

#[test]
fn what_is_no_baseline_is_an_error() {
    let folder = Folder::new();
    folder.file("w.wf", UNUSED);
    for text in [
        "",
        "[]",
        "{\"version\": 9, \"findings\": []}",
        "{\"version\": 1}",
    ] {
        folder.file("known.json", text);
        let said = check(&folder, &["--baseline", "known.json"]);
        assert_eq!((said.status, said.out.as_str()), (Some(2), ""), "{text}");
        assert!(said.err.contains("is no baseline"), "{}", said.err);
    }
    assert_eq!(
        check(&folder, &["--write-baseline"]).status,
        Some(2),
        "it says no file"
    );
}

#[test]
fn settings_name_families_and_speak_of_some_paths() {
    let folder = Folder::new();
    folder.file("w.wf", UNUSED);
    folder.file("legacy/deep/w.wf", UNUSED);
    folder.file(
        "wfc.toml",
        "[rules]\nnames = \"note\"\nWF02 = \"note\"\nunused-input = \"error\"\n",
    );
    assert_eq!(
        check(&folder, &["w.wf"]).json()["errors"],
        1,
        "a code goes before its family"
    );
    folder.file(
        "wfc.toml",
        "[rules]\nnames = \"error\"\n\n[[overrides]]\npaths = [\"legacy/\"]\nrules = { WF0211 = \"off\" }\n",
    );
    let json = check(&folder, &[]).json();
    assert_eq!((&json["errors"], &json["files"]), (&1.into(), &2.into()));
    assert_eq!(json["diagnostics"][0]["file"], "w.wf");
    let mut command = folder.wfc(&["check", "w.wf"]);
    command.current_dir(folder.path().join("legacy/deep"));
    assert_eq!(
        Said::of(command.output().unwrap()).status,
        Some(0),
        "from wherever it is started"
    );
    folder.file(
        "wfc.toml",
        "[[overrides]]\npaths = [\"a{\"]\nrules = { unused-inptu = \"off\" }\n",
    );
    let said = check(&folder, &[]);
    assert_eq!(said.status, Some(2));
    folder.file(
        "wfc.toml",
        "[[overrides]]\npaths = [\"*\"]\nrules = { unused-inptu = \"off\" }\n",
    );
    let said = check(&folder, &[]);
    assert!(
        said.status == Some(2) && said.err.contains("did you mean `unused-input`?"),
        "{}",
        said.err
    );
}

#[test]
fn a_file_whose_settings_are_at_fault_is_not_said_to_be_fine() {
    let folder = Folder::new();
    folder.file("w.wf", "workflow w { bash \"ls\" }\n");
    folder.file("v.wf", "workflow v { bash \"ls\" }\n");
    folder.file("wfc.toml", "[rulez]\n");
    let said = folder.run(&["check"]);
    assert_eq!((said.status, said.out.as_str()), (Some(2), ""));
    assert_eq!(
        said.err.matches("rulez").count(),
        2,
        "told once, with its line: {}",
        said.err
    );
    let json = check(&folder, &[]).json();
    assert_eq!(
        (&json["files"], json["failures"].as_array().unwrap().len()),
        (&0.into(), 2)
    );

    // The others are checked, and the summary tells of both.
    folder.file("wfc.toml", "");
    folder.file("sub/wfc.toml", "[rules]\nx = 1\n");
    folder.file("sub/w.wf", UNUSED);
    let said = folder.run(&["check"]);
    assert_eq!(said.status, Some(2));
    assert!(
        said.out
            .starts_with("2 files: nothing found; 1 file not checked ("),
        "{}",
        said.out
    );
    let sarif = folder.run(&["check", "--format", "sarif"]).json();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = &invocation["toolExecutionNotifications"][0]["message"]["text"];
    assert!(told.as_str().unwrap().contains("sub/wfc.toml"), "{told}");
}

#[test]
fn a_folder_without_workflows_is_pointed_out() {
    let folder = Folder::new();
    let said = folder.run(&["check"]);
    assert_eq!(said.status, Some(0));
    assert!(said.err.contains("no workflows"), "{}", said.err);
}
