//! `wfc test` and `wfc run --dry`: what they print, and how they end.

use serde_json::json;

use super::Folder;

const WORKFLOW: &str = r#"workflow pay {
  input cents: int
  if cents > 100 {
    let go = approval "Pay {{ cents }}?" { timeout: 1h }
  }
  let paid = bash "./pay.sh" { env: { CENTS: string(cents) }, parse: text }
  return { id: paid }
}
"#;

const TESTS: &str = r#"defaults:
  mocks: { paid: { returns: R-1 } }
tests:
  - name: a little
    inputs: { cents: 5 }
    expect: { output: { id: R-1 }, not_called: [go] }
  - name: a lot
    inputs: { cents: 500 }
    mocks: { go: { approve: { by: ada }, after: 50m } }
    expect: { output: { id: R-1 }, took: 50m }
"#;

fn folder(tests: &str) -> Folder {
    let folder = Folder::new();
    folder.file("pay.wf", WORKFLOW);
    folder.file("pay.wf.test.yaml", tests);
    folder
}

#[test]
fn tests_that_pass() {
    let said = folder(TESTS).run(&["test"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(
        lines[..4],
        ["pay.wf.test.yaml", "  ✓ a little", "  ✓ a lot", ""]
    );
    assert!(lines[4].starts_with("2 tests: 2 passed ("), "{said:?}");
}

#[test]
fn a_test_that_fails_shows_what_was_expected_and_found() {
    let folder = folder(&TESTS.replace("id: R-1 }, took", "id: R-2 }, took"));
    let said = folder.run(&["test", "pay.wf"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    let wanted = "  ✗ a lot
      output: the output is another (pay.wf.test.yaml:10:23)
        id
          - expected \"R-2\"
          + found    \"R-1\"
";
    assert!(said.out.contains(wanted), "{}", said.out);
    let said = folder.run(&["test", "--format", "json"]).json();
    assert_eq!(said["ok"], false);
    assert_eq!(said["passed"], 1);
    let failure = &said["files"][0]["tests"][1]["failures"][0];
    assert_eq!(
        [
            &failure["differences"][0]["path"],
            &failure["differences"][0]["found"]
        ],
        ["id", "\"R-1\""]
    );
    let said = folder.run(&["test", "--format", "junit", "--output", "junit.xml"]);
    assert_eq!(said.status, Some(1));
    assert!(
        said.err.starts_with("2 tests: 1 passed, 1 failed"),
        "{said:?}"
    );
    let xml = std::fs::read_to_string(folder.path().join("junit.xml")).unwrap();
    assert!(
        xml.contains("<testsuite name=\"pay.wf.test.yaml\""),
        "{xml}"
    );
    assert!(
        xml.contains("tests=\"2\" failures=\"1\" errors=\"0\""),
        "{xml}"
    );
    assert!(xml.contains("expected &quot;R-2&quot;"), "{xml}");
}

#[test]
fn a_mock_that_is_missing_is_written_out() {
    let folder = folder("tests:\n  - { name: one, inputs: { cents: 5 } }\n");
    let said = folder.run(&["test"]);
    assert_eq!(said.status, Some(1));
    assert!(said.out.contains("at pay.wf:6:14"), "{}", said.out);
    assert!(
        said.out.contains(
            "help: add to the test:\n          mocks:\n            paid: { returns: \"sample\" }"
        ),
        "{}",
        said.out
    );
}

#[test]
fn filters_fail_fast_and_nothing_to_do() {
    let folder = folder(&TESTS.replace("id: R-1 }, not", "id: R-2 }, not"));
    let said = folder.run(&["test", "--filter", "a lot", "--format", "json"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(said.json()["left_out"], 1);
    let said = folder
        .run(&["test", "--fail-fast", "--format", "json"])
        .json();
    assert_eq!((&said["failed"], &said["passed"]), (&json!(1), &json!(0)));
    let said = folder.run(&["test", "--filter", "no such"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    let empty = Folder::new();
    assert_eq!(empty.run(&["test"]).status, Some(2));
    empty.file("a.wf", "workflow a { return 1 }");
    let said = empty.run(&["test", "a.wf"]);
    assert_eq!(said.status, Some(2));
    assert!(said.err.contains("a.wf.test.yaml"), "{said:?}");
}

#[test]
fn coverage_names_what_is_not_reached() {
    let folder = folder(TESTS);
    let said = folder.run(&["test", "--coverage-min", "100"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(
        said.out
            .contains("pay.wf  100 %  3 of 3 steps, 2 of 2 sides"),
        "{}",
        said.out
    );
    let said = folder.run(&["test", "--coverage-min", "90", "--filter", "little"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(
        said.out
            .contains("pay.wf:3:3: `steps[0]` is not taken: then"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("pay.wf:4:14: `go` is not reached"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("1 workflow reached for less than 90 %"),
        "{}",
        said.out
    );
}

#[test]
fn check_reads_files_of_tests_too() {
    let folder = folder(&TESTS.replace("paid:", "payd:"));
    let said = folder.run(&["check", "--format", "gcc"]);
    assert_eq!(said.status, Some(1));
    assert_eq!(
        said.out,
        "pay.wf.test.yaml:2:12: error: `pay.wf` has no step `payd`; did you mean `paid`? [WF0804]\n"
    );
    let said = folder.run(&["test", "--format", "json"]);
    assert_eq!(said.status, Some(1));
    assert_eq!(said.json()["files"][0]["diagnostics"][0]["code"], "WF0804");
    let said = folder.run(&["explain", "mock-mismatch"]);
    assert_eq!(said.status, Some(0), "{said:?}");
}

#[test]
fn a_dry_run_shows_the_path_and_carries_nothing_out() {
    let folder = folder(TESTS);
    folder.file("pay.sh", "#!/bin/sh\ntouch paid\n");
    let said = folder.run(&["run", "--dry", "pay.wf", "--input", "cents=500"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(!folder.path().join("paid").exists());
    for part in [
        "  go approval  pay.wf:4\n      prompt: Pay 500?\n",
        "(assumed)",
        "  paid bash  pay.wf:6\n      command: ./pay.sh\n      env: {\"CENTS\":\"500\"}\n",
        "      -> \"sample\" (made up)\n",
        "it would end well after 0s, with {\"id\":\"sample\"}",
        "  commands        1\n",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
}

#[test]
fn a_dry_run_for_machines_with_mocks_and_denials() {
    let folder = folder(TESTS);
    let mut args = vec!["run", "--dry", "pay.wf", "--format", "json"];
    args.extend(["--input", "cents=500", "--mocks", "pay.wf.test.yaml"]);
    let said = folder
        .run(&[args.as_slice(), &["--mocks-of", "a lot"]].concat())
        .json();
    assert_eq!(
        said["end"],
        json!({ "status": "succeeded", "output": { "id": "R-1" } })
    );
    assert_eq!(said["took"], "50m");
    assert_eq!(said["bounds"]["commands"]["most"], 1);
    let said = folder.run(&[args.as_slice(), &["--deny", "go"]].concat());
    assert_eq!(said.status, Some(1), "{said:?}");
    assert_eq!(said.json()["end"]["error"]["code"], "approval_denied");
    let said = folder.run(&[args.as_slice(), &["--mocks-of", "none"]].concat());
    assert_eq!(said.status, Some(2), "{said:?}");
    let said = folder
        .run(&["run", "--dry", "pay.wf", "--format", "json"])
        .json();
    assert_eq!(said["made_up_inputs"], json!(["cents"]));
}

#[test]
fn dry_runs_of_one_seed_are_the_same() {
    let folder = folder(TESTS);
    let run = |seed: &str| {
        folder
            .run(&["run", "--dry", "pay.wf", "--seed", seed, "--format", "json"])
            .out
    };
    assert_eq!(run("7"), run("7"));
    let all: std::collections::BTreeSet<String> =
        ["1", "2", "3", "4"].into_iter().map(run).collect();
    assert!(all.len() > 1, "seeds make a difference");
}

#[test]
fn a_durable_run_becomes_a_test_that_passes() {
    let folder = Folder::new();
    folder.file(
        "hello.wf",
        "workflow hello {\n  input who: string\n  let said = bash \"echo hello $WHO\" { env: { WHO: who }, parse: text }\n  return said\n}\n",
    );
    let store = ["--store", "runs.db"];
    let said = folder.run(
        &[
            &["run", "--durable", "hello.wf", "--input", "who=Ada"],
            store.as_slice(),
        ]
        .concat(),
    );
    assert_eq!(said.status, Some(0), "{said:?}");
    let target = ["--record", "last", "--output", "hello.wf.test.yaml"];
    let said = folder.run(&[&["test"], target.as_slice(), store.as_slice()].concat());
    assert_eq!(said.status, Some(0), "{said:?}");
    let text = std::fs::read_to_string(folder.path().join("hello.wf.test.yaml")).unwrap();
    assert!(text.contains("said: { returns: \"hello Ada\" }"), "{text}");
    assert!(text.contains("output: \"hello Ada\""), "{text}");
    let said = folder.run(&["test", "--coverage-min", "100"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let said = folder.run(&[&["test", "--record", "nobody"], store.as_slice()].concat());
    assert_eq!(said.status, Some(2), "{said:?}");
}

#[test]
fn a_file_of_tests_is_no_workflow_to_fmt_and_fix() {
    let folder = folder(TESTS);
    let file = "pay.wf.test.yaml";
    let said = folder.run(&["fmt", file]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.err.contains("it holds tests"), "{said:?}");
    let said = folder.run(&["fmt", "--check", file]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let said = folder.run(&["check", "--fix", file]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.err.contains("nothing to mend, 0 left"), "{said:?}");
    let after = std::fs::read_to_string(folder.path().join(file)).unwrap();
    assert_eq!(after, TESTS);
}
