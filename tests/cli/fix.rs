//! `wfc check --fix` and `--diff`

use std::os::unix::fs::PermissionsExt as _;

use super::Folder;

/// A misspelt field (safe) and an approval without a timeout (suggested).
const FAULTY: &str = "steps: # all of them\r\n  - { type: bash, comand: ls } # é\r\n  - { type: approval, prompt: \"Go?\" }\r\n";

#[test]
fn what_is_safe_is_mended_and_the_rest_is_printed() {
    let folder = Folder::new();
    let path = folder.file("a.wf.yaml", format!("\u{feff}{FAULTY}"));
    let said = folder.run(&["check", "--fix", "--format", "json"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert_eq!(said.err, "mended 1 finding in 1 file, 1 left\n");
    assert_eq!(said.json()["diagnostics"][0]["code"], "WF0510");
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        text,
        format!("\u{feff}{}", FAULTY.replace("comand", "command"))
    );
}

#[test]
fn what_is_suggested_is_mended_on_demand() {
    let folder = Folder::new();
    let path = folder.file("a.wf.yaml", FAULTY);
    let said = folder.run(&["check", "--fix=suggested"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(
        said.err.contains("mended 2 findings in 1 file, 0 left"),
        "{said:?}"
    );
    let text = std::fs::read_to_string(path).unwrap();
    assert!(
        text.contains("prompt: \"Go?\", timeout: 24h }\r\n"),
        "{text}"
    );
    let again = folder.run(&["check", "--fix=suggested"]);
    assert!(again.err.contains("nothing to mend, 0 left"), "{again:?}");
}

#[test]
fn a_diff_shows_it_and_writes_nothing() {
    let folder = Folder::new();
    let path = folder.file("a.wf.yaml", FAULTY);
    let said = folder.run(&["check", "--diff"]);
    assert_eq!(said.status, Some(1));
    assert!(
        said.out.starts_with("--- a/a.wf.yaml\n+++ b/a.wf.yaml\n@@"),
        "{said:?}"
    );
    assert!(said.out.contains(
        "-  - { type: bash, comand: ls } # é\r\n+  - { type: bash, command: ls } # é\r\n"
    ));
    assert_eq!(said.err, "would mend 1 finding in 1 file, 1 left\n");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), FAULTY);
    folder.file("a.wf.yaml", FAULTY.replace("comand", "command"));
    let clean = folder.run(&["check", "--diff"]);
    assert_eq!((clean.status, clean.out.as_str()), (Some(0), ""));
    assert_eq!(
        folder.run(&["check", "--diff", "--fix=suggested"]).status,
        Some(1)
    );
}

#[test]
fn standard_input_comes_out_mended() {
    let folder = Folder::new();
    let said = folder.run_with(&["check", "--fix", "-"], FAULTY);
    assert_eq!(said.out, FAULTY.replace("comand", "command"));
    assert!(
        said.err.contains("WF0510") && said.err.contains("1 left"),
        "{said:?}"
    );
    let clean = folder.run_with(
        &["check", "--fix", "-", "--stdin-name", "a.wf"],
        "workflow w { bash \"ls\" }",
    );
    assert_eq!(
        (clean.status, clean.out.as_str()),
        (Some(0), "workflow w { bash \"ls\" }")
    );
}

#[test]
fn only_the_chosen_codes_are_mended() {
    let folder = Folder::new();
    let path = folder.file("a.wf.yaml", FAULTY);
    folder.run(&["check", "--fix=suggested", "--select", "WF0510"]);
    let text = std::fs::read_to_string(path).unwrap();
    assert!(
        text.contains("comand: ls") && text.contains("timeout: 24h"),
        "{text}"
    );
}

#[test]
fn permissions_and_links_stay() {
    let folder = Folder::new();
    let path = folder.file("real/a.txt", FAULTY);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o754)).unwrap();
    let link = folder.path().join("a.wf.yaml");
    std::os::unix::fs::symlink("real/a.txt", &link).unwrap();
    // The link and the file itself: one file, mended once.
    let said = folder.run(&["check", "--fix", "a.wf.yaml", "real/a.txt"]);
    assert!(said.err.contains("mended 1 finding in 1 file"), "{said:?}");
    assert!(link.is_symlink());
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o754
    );
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("command: ls")
    );
}

#[test]
fn a_file_that_may_only_be_read_stays_and_the_others_are_mended() {
    let folder = Folder::new();
    let kept = folder.file("a.wf.yaml", FAULTY);
    let other = folder.file("b.wf.yaml", FAULTY);
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o444)).unwrap();
    let said = folder.run(&["check", "--fix"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(
        said.err.contains("a.wf.yaml") && said.err.contains("may only be read"),
        "{said:?}"
    );
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), FAULTY);
    assert!(
        std::fs::read_to_string(&other)
            .unwrap()
            .contains("command: ls")
    );
}

#[test]
fn a_file_that_is_no_text_is_left_alone() {
    let folder = Folder::new();
    let path = folder.file("a.wf.yaml", b"steps: \xff\n");
    let said = folder.run(&["check", "--fix"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert_eq!(std::fs::read(path).unwrap(), b"steps: \xff\n");
}

#[test]
fn mending_does_not_go_together_with_watching_and_baselines() {
    let folder = Folder::new();
    folder.file("a.wf.yaml", FAULTY);
    for flag in [
        &["--watch"][..],
        &["--baseline", "b.json"],
        &["--baseline", "b.json", "--write-baseline"],
    ] {
        let said = folder.run(&[&["check", "--fix"][..], flag].concat());
        assert_eq!(said.status, Some(2), "{said:?}");
    }
}

#[test]
fn a_file_of_ten_thousand_findings_is_mended_whole() {
    let folder = Folder::new();
    let mut text = String::from("steps:\n");
    for _ in 0..10_000 {
        text.push_str("  - { type: bash, comand: ls }\n");
    }
    let path = folder.file("a.wf.yaml", &text);
    let said = folder.run(&["check", "--fix"]);
    assert_eq!(said.status, Some(0), "{}", said.err);
    assert_eq!(said.err, "mended 10000 findings in 1 file, 0 left\n");
    assert_eq!(
        std::fs::read_to_string(path).unwrap(),
        text.replace("comand", "command")
    );
}
