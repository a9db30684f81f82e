//! Durable runs, as a person at the terminal keeps an eye on them.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Folder;

const RELEASE: &str = r#"workflow release {
  input version: string
  let built = bash "echo built >> log; echo $V" { env: { V: version }, parse: lines }
  approval "Publish {{ version }}?" with { id: "go" }
  bash "echo published >> log"
  return built[0]
}
"#;

fn log(folder: &Folder) -> String {
    std::fs::read_to_string(folder.path().join("log")).unwrap_or_default()
}

fn wait_for(path: &Path) {
    let begun = Instant::now();
    while !path.exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{path:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The only run of the folder's store.
fn only(folder: &Folder) -> Value {
    let said = folder.run(&["runs", "--format", "json"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let runs = said.json()["runs"].clone();
    assert_eq!(runs.as_array().unwrap().len(), 1, "{runs}");
    runs[0].clone()
}

fn pending(folder: &Folder) {
    folder.file("release.wf", RELEASE);
    let said = folder.run(&["run", "release.wf", "--durable", "-i", "version=1.2"]);
    assert_eq!(said.status, Some(10), "{said:?}");
    assert!(said.err.contains("wfc resume"), "{said:?}");
}

#[test]
fn a_run_that_waits_is_listed_shown_approved_and_over() {
    let folder = Folder::new();
    pending(&folder);
    let run = only(&folder);
    assert_eq!(run["workflow"], "release");
    assert_eq!(run["waits"][0]["step"], "go");
    let id = run["run"].as_str().unwrap();
    let shown = folder.run(&["show", id, "--format", "json"]).json();
    assert_eq!(shown["inputs"], json!({ "version": "1.2" }));
    assert_eq!(shown["steps"][0]["output"], json!(["1.2"]));
    assert_eq!(shown["steps"][1]["state"], "running");
    let said = folder.run(&["approve", id, "go", "--by", "eve"]);
    assert_eq!(
        (said.status, said.out.trim()),
        (Some(0), "\"1.2\""),
        "{said:?}"
    );
    assert_eq!(log(&folder), "built\npublished\n");
    assert_eq!(only(&folder)["state"], "succeeded");
    let shown = folder.run(&["show", "last", "--format", "json"]).json();
    assert_eq!(shown["steps"][1]["output"]["by"], "eve");
    assert_eq!(shown["output"], "1.2");
}

#[test]
fn a_denied_run_fails_and_an_ended_one_takes_no_answer() {
    let folder = Folder::new();
    pending(&folder);
    let said = folder.run(&["deny", "last", "--comment", "not on a Friday"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.err.contains("approval_denied"), "{said:?}");
    assert_eq!(log(&folder), "built\n");
    for command in ["approve", "cancel"] {
        let said = folder.run(&[command, "last"]);
        assert_eq!(said.status, Some(2), "{said:?}");
    }
    // To go on with what has ended tells how it ended, as often as it is asked.
    let said = folder.run(&["resume", "last"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.err.contains("approval_denied"), "{said:?}");
}

#[test]
fn a_run_of_another_process_is_answered_where_it_is() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  parallel {
    branch long { bash "touch started; while [ ! -e end ]; do sleep 0.05; done" }
    branch ask { approval "Go?" with { id: "go" } bash "touch end" }
  }
  return 3
}
"#,
    );
    let child = background(&folder, &["run", "w.wf", "--durable"]);
    wait_for(&folder.path().join("started"));
    let said = folder.run(&["resume", "last"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.err.contains("another process"), "{said:?}");
    let said = folder.run(&["approve", "last"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(String::from_utf8_lossy(&ended.stdout).trim(), "3");
}

#[test]
fn a_cancel_reaches_runs_under_way_and_runs_at_rest() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  bash \"touch started; sleep 60\"\n  on finally { bash \"echo cleaned >> log\" }\n}\n",
    );
    let child = background(&folder, &["run", "w.wf", "--durable"]);
    wait_for(&folder.path().join("started"));
    let said = folder.run(&["cancel", "last", "--reason", "too slow"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert_eq!(log(&folder), "cleaned\n");

    let folder = Folder::new();
    pending(&folder);
    let said = folder.run(&["cancel", "last"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(only(&folder)["state"], "cancelled");
    assert_eq!(log(&folder), "built\n");
}

#[test]
fn the_past_is_stepped_through_and_nothing_is_done_again() {
    let folder = Folder::new();
    pending(&folder);
    folder.run(&["approve", "last"]);
    let all = folder.run(&["replay", "last", "--format", "json"]).json();
    let points = all["points"].as_array().unwrap();
    assert!(points.len() >= 4, "{points:?}");
    let at = folder
        .run(&["replay", "last", "--to", "go", "--format", "json"])
        .json();
    let variables = &at["points"][0]["fibers"][0]["variables"];
    assert_eq!(variables["built"], json!(["1.2"]), "{at}");
    let said = folder.run(&["replay", "last", "--to", "gone"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert_eq!(log(&folder), "built\npublished\n");
}

#[test]
fn a_failed_run_is_tried_again_from_the_step_that_failed() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  let a = bash \"echo a >> log; echo 1\" { parse: json, returns: int }\n  bash \"echo b >> log; test -e mended\" { id: \"b\" }\n  return a\n}\n",
    );
    let said = folder.run(&["run", "w.wf", "--durable"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    std::fs::write(folder.path().join("mended"), "").unwrap();
    let said = folder.run(&["retry", "last"]);
    assert_eq!((said.status, said.out.trim()), (Some(0), "1"), "{said:?}");
    assert_eq!(log(&folder), "a\nb\nb\n", "what was done is taken over");
    let said = folder.run(&["retry", "last", "--from", "a"]);
    assert_eq!((said.status, said.out.trim()), (Some(0), "1"), "{said:?}");
    assert_eq!(log(&folder), "a\nb\nb\na\nb\n");
}

#[test]
fn a_process_that_is_killed_loses_nothing() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  bash \"echo a >> log\"\n  bash \"echo b >> log; touch started; sleep 60\" { on_interrupt: retry, timeout: 90s }\n  return 1\n}\n",
    );
    let mut child = background(&folder, &["run", "w.wf", "--durable"]);
    wait_for(&folder.path().join("started"));
    child.kill().unwrap();
    child.wait().unwrap();
    let listed = folder.run(&["runs"]);
    assert!(listed.out.contains("interrupted"), "{listed:?}");
    std::fs::write(folder.path().join("w.wf"), "workflow w { return 2 }\n").unwrap();
    let child = background(&folder, &["resume"]);
    let begun = Instant::now();
    while log(&folder) != "a\nb\nb\n" {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{}",
            log(&folder)
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let said = folder.run(&["cancel", "last"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
}

#[test]
fn runs_are_named_by_parts_of_their_ids() {
    let folder = Folder::new();
    folder.file("w.wf", "workflow w { return 1 }\n");
    folder.run(&["run", "w.wf", "--durable"]);
    folder.run(&["run", "w.wf", "--durable"]);
    let runs = folder.run(&["runs", "--format", "json"]).json();
    let id = runs["runs"][0]["run"].as_str().unwrap().to_owned();
    let part = id[14..].to_lowercase();
    let shown = folder.run(&["show", &part, "--format", "json"]).json();
    assert_eq!(shown["run"], id.as_str());
    let said = folder.run(&["show", "0"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.err.contains("2 runs"), "{said:?}");
    let said = folder.run(&["show", "zzzz"]);
    assert!(said.err.contains("wfc runs"), "{said:?}");
}

#[test]
fn the_store_is_where_it_is_said_to_be() {
    let folder = Folder::new();
    folder.file("w.wf", "workflow w { return 1 }\n");
    let said = folder.run(&["runs"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.err.contains("--durable"), "{said:?}");
    folder.run(&["run", "w.wf", "--store", "else/here.db"]);
    assert!(folder.path().join("else/here.db").is_file());
    assert!(!folder.path().join(".wfc").exists());
    let by_name = folder
        .wfc(&["runs", "--format", "json"])
        .env("WFC_STORE", "else/here.db")
        .output();
    let listed: Value = serde_json::from_slice(&by_name.unwrap().stdout).unwrap();
    assert_eq!(listed["runs"].as_array().unwrap().len(), 1);
    folder.run(&["run", "w.wf", "--durable"]);
    assert!(folder.path().join(".wfc/state.db").is_file());
    let ignored = std::fs::read_to_string(folder.path().join(".wfc/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n");
}

/// A workflow whose runs hold a key from when `began-JOB` is there until `end-JOB` is.
fn grouped(folder: &Folder, policy: &str) {
    let text = format!(
        r#"workflow w {{
  input job: string
  input host: string = "a"
  policy {{ {policy} }}
  bash "echo $JOB >> log; touch began-$JOB; while [ ! -e end-$JOB ]; do sleep 0.02; done" {{ env: {{ JOB: job }} }}
  return job
}}
"#
    );
    folder.file("w.wf", &text);
}

fn start(folder: &Folder, inputs: &[&str]) -> Child {
    let mut args = vec!["run", "w.wf", "--durable"];
    args.extend(inputs.iter().flat_map(|input| ["-i", input]));
    background(folder, &args)
}

/// Waits until so many runs of the folder's store stand so.
fn wait_until(folder: &Folder, state: &str, count: usize) {
    let begun = Instant::now();
    loop {
        let said = folder.run(&["runs", "--format", "json"]).json();
        let runs = said["runs"].as_array().unwrap();
        if runs.iter().filter(|run| run["state"] == state).count() == count {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{said}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn let_go(folder: &Folder, job: &str) {
    std::fs::write(folder.path().join(format!("end-{job}")), "").unwrap();
}

#[test]
fn runs_with_one_key_go_one_after_the_other() {
    let folder = Folder::new();
    // The default of an input counts like a value that was given.
    grouped(&folder, "concurrency_key: host");
    let first = start(&folder, &["job=1"]);
    wait_for(&folder.path().join("began-1"));
    let second = start(&folder, &["job=2", "host=a"]);
    wait_until(&folder, "queued", 1);
    // Another key does not wait.
    let_go(&folder, "3");
    let third = start(&folder, &["job=3", "host=b"]);
    assert_eq!(third.wait_with_output().unwrap().status.code(), Some(0));
    assert_eq!(log(&folder), "1\n3\n");
    let_go(&folder, "2");
    let_go(&folder, "1");
    for child in [first, second] {
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    }
    assert_eq!(log(&folder), "1\n3\n2\n");
}

#[test]
fn a_run_is_skipped_while_another_of_its_workflow_is_under_way() {
    let folder = Folder::new();
    grouped(&folder, "on_overlap: skip");
    let first = start(&folder, &["job=1"]);
    wait_for(&folder.path().join("began-1"));
    let said = folder.run(&["run", "w.wf", "--durable", "-i", "job=2", "-i", "host=b"]);
    assert!(said.err.contains("on_overlap"), "{said:?}");
    let_go(&folder, "1");
    assert_eq!(first.wait_with_output().unwrap().status.code(), Some(0));
    wait_until(&folder, "skipped", 1);
    assert_eq!(log(&folder), "1\n");
}

#[test]
fn a_run_takes_the_place_of_another_with_its_key_also_from_a_program_file() {
    let folder = Folder::new();
    grouped(
        &folder,
        "concurrency_key: \"{{ host }}-{{ size(job) }}\", on_overlap: cancel",
    );
    let said = folder.run(&["build", "w.wf", "-o", "w.wfb"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let run = |job: &str| background(&folder, &["run", "w.wfb", "--durable", "-i", job]);
    let first = run("job=1");
    wait_for(&folder.path().join("began-1"));
    let_go(&folder, "2");
    let second = run("job=2");
    let ended = second.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(first.wait_with_output().unwrap().status.code(), Some(130));
    wait_until(&folder, "cancelled", 1);
}

#[test]
fn a_run_goes_on_with_the_callees_that_it_began_with() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  approval \"Go?\"\n  let n = call middle {}\n  return n\n}\n",
    );
    folder.file(
        "middle.wf",
        "workflow middle {\n  returns int\n  let n = call inner {}\n  return n + 1\n}\n",
    );
    folder.file(
        "inner.wf",
        "workflow inner {\n  returns int\n  return 1\n}\n",
    );
    let said = folder.run(&["run", "w.wf", "--durable"]);
    assert_eq!(said.status, Some(10), "{said:?}");
    folder.file(
        "inner.wf",
        "workflow inner {\n  returns int\n  return 50\n}\n",
    );
    std::fs::remove_file(folder.path().join("middle.wf")).unwrap();
    let said = folder.run(&["approve", "last"]);
    assert_eq!((said.status, said.out.trim()), (Some(0), "2"), "{said:?}");
}

fn background(folder: &Folder, args: &[&str]) -> Child {
    let mut command = folder.wfc(args);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn only_approvers_answer_and_others_are_told_who_may() {
    let folder = Folder::new();
    let workflow = RELEASE.replace(
        "with { id: \"go\" }",
        "with { id: \"go\", approvers: [\"ada\", \"bob\"] }",
    );
    folder.file("release.wf", workflow);
    let said = folder.run(&["run", "release.wf", "--durable", "-i", "version=1.2"]);
    assert_eq!(said.status, Some(10), "{said:?}");
    for word in ["approve", "deny"] {
        let said = folder.run(&[word, "last", "go", "--as", "eve"]);
        assert_eq!(said.status, Some(2), "{said:?}");
        assert!(said.err.contains("wfc::forbidden"), "{said:?}");
        assert!(said.err.contains("only ada, bob may"), "{said:?}");
    }
    // A flag of another way to answer is held to them, too.
    let said = folder.run(&[
        "resume",
        "last",
        "--approve",
        "go",
        "--by",
        "eve",
        "--format",
        "jsonl",
    ]);
    let refused = said
        .lines()
        .into_iter()
        .find(|line| line["event"] == "answer_refused");
    assert_eq!(refused.unwrap()["code"], "forbidden", "{said:?}");
    assert_eq!(log(&folder), "built\n");
    let said = folder.run(&["approve", "last", "go", "--as", "bob"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let shown = folder.run(&["show", "last", "--format", "json"]).json();
    assert_eq!(shown["steps"][1]["output"]["by"], "bob");
    assert!(shown["steps"][1]["output"]["at"].is_string(), "{shown}");
}

#[test]
fn a_program_file_is_pinned_to_what_it_calls() {
    let folder = Folder::new();
    folder.file(
        "main.wf",
        "workflow main {\n  approval \"Go?\" with { id: \"go\" }\n  let said = call sub {}\n  return said\n}\n",
    );
    folder.file("sub.wf", "workflow sub { return \"old\" }\n");
    let said = folder.run(&["build", "main.wf"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let said = folder.run(&["run", "main.wfb", "--durable"]);
    assert_eq!(said.status, Some(10), "{said:?}");
    folder.file("sub.wf", "workflow sub { return \"new\" }\n");
    let said = folder.run(&["approve", "last"]);
    assert_eq!(
        (said.status, said.out.trim()),
        (Some(0), "\"old\""),
        "{said:?}"
    );
}

#[test]
fn a_run_by_hand_says_what_becomes_of_triggers() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  on schedule \"0 9 * * MON-FRI\"\n  on event \"paid\"\n  return 1\n}\n",
    );
    let said = folder.run(&["run", "w.wf"]);
    assert_eq!((said.status, said.out.trim()), (Some(0), "1"), "{said:?}");
    assert!(said.err.contains("run by hand, once"), "{said:?}");
    assert!(
        said.err
            .contains("schedule `0 9 * * MON-FRI` and event `paid`"),
        "{said:?}"
    );
}

/// In memory, in a store, and in a test with a clock of its own.
#[test]
fn a_message_that_is_cancelled_before_its_answer_ends_the_same_way_everywhere() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  let race = parallel with { join: any } {
    branch ask { let colour = agent_message "Which?" { await_response: true } }
    branch quick { let told = agent_message "never mind" bash "sleep 0.3" { id: "nap" } }
  }
  try { let size = agent_message "How many?" { await_response: true, timeout: 1s } }
  catch problem { return { won: race.branch, ask: steps.colour.status, told: steps.told.status, code: problem.code } }
  return null
}
"#,
    );
    folder.file(
        "w.wf.test.yaml",
        "tests:\n  - name: nobody answers\n    mocks:\n      colour: never\n      size: never\n      \
         nap: { returns: { stdout: '' }, after: 300ms }\n    expect:\n      took: 1300ms\n      \
         output: { won: quick, ask: cancelled, told: succeeded, code: timeout }\n",
    );
    let output =
        json!({ "won": "quick", "ask": "cancelled", "told": "succeeded", "code": "timeout" });
    for more in [&[][..], &["--durable"]] {
        let said = folder.run(&[&["run", "w.wf"], more].concat());
        assert_eq!(said.status, Some(0), "{said:?}");
        assert_eq!(said.json(), output, "{more:?}");
    }
    let said = folder.run(&["test", "w.wf.test.yaml"]);
    assert_eq!(said.status, Some(0), "{said:?}");
}

/// Whoever comes second is told that it is too late, whichever of the processes goes on with the run.
#[test]
fn of_answers_at_the_same_time_one_counts_and_the_others_are_told() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  approval \"Go?\" with { id: \"go\" }\n  bash \"echo done >> log; sleep 1\"\n  return 1\n}\n",
    );
    let said = folder.run(&["run", "w.wf", "--durable"]);
    assert_eq!(said.status, Some(10), "{said:?}");
    let children = ["approve", "approve", "deny", "cancel"].map(|word| {
        let mut command = folder.wfc(&[word, "last"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        (word, child.spawn().unwrap())
    });
    let mut taken = Vec::new();
    for (word, child) in children {
        let said = super::Said::of(child.wait_with_output().unwrap());
        assert!(
            !said.err.contains("another process works"),
            "{word}: {said:?}"
        );
        if said.status != Some(2) {
            taken.push(word);
        }
    }
    assert!(!taken.is_empty());
    // A cancel counts beside an answer, a second answer never does.
    let answers = taken.iter().filter(|word| **word != "cancel").count();
    assert!(answers <= 1, "{taken:?}");
    let lines = log(&folder).lines().count();
    assert!(lines <= 1, "{}", log(&folder));
}

#[test]
fn what_is_no_store_says_why_and_what_to_do() {
    let folder = Folder::new();
    folder.file("w.wf", "workflow w { return 1 }\n");
    folder.file("text.db", "hello");
    std::fs::create_dir(folder.path().join("folder.db")).unwrap();
    for (place, why, help) in [
        ("folder.db", "it is a folder", "path and rights"),
        ("text.db", "no store of wfc", "name another file"),
        ("w.wf/state.db", "cannot be made", "path and rights"),
    ] {
        let said = folder.run(&["run", "w.wf", "--store", place]);
        assert_eq!(said.status, Some(2), "{said:?}");
        assert!(said.err.contains(why), "{place}: {said:?}");
        assert!(said.err.contains(help), "{place}: {said:?}");
    }
    let said = folder.run(&["runs", "--store", "none.db"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.err.contains("make one with"), "{said:?}");
    assert!(!folder.path().join("none.db").exists());
}

#[test]
fn a_store_that_is_damaged_says_so_and_how_to_save_it() {
    let folder = Folder::new();
    pending(&folder);
    let path = folder.path().join(".wfc/state.db");
    let whole = std::fs::read(&path).unwrap();
    let mut told = 0;
    // One page after the other becomes nothing.
    for page in 1..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..][..4096].fill(0);
        for command in ["show", "replay", "resume"] {
            std::fs::write(&path, &bytes).unwrap();
            let said = folder.run(&[command, "last"]);
            assert!(matches!(said.status, Some(0..=2 | 10)), "{page}: {said:?}");
            if said.err.contains("damaged: database") {
                assert!(said.err.contains("put a copy of it back"), "{said:?}");
                told += 1;
            }
        }
    }
    assert!(told > 10, "{told}");
}
