//! `wfc run` and `wfc resume`

use super::Folder;

const ASKS: &str = r#"workflow asks {
  input who: string
  let first = bash "echo once >> log; echo \"$WHO\"" { env: { WHO: who }, parse: text }
  let go = approval "Greet {{ first }}?" { timeout: 1h }
  bash "echo twice >> log"
  return { greeted: first, by: go.by }
}
"#;

#[test]
fn the_output_is_the_last_line_for_machines_and_shown_to_people() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  input n: int\n  return { double: n * 2 }\n}\n",
    );
    let said = folder.run(&["run", "w.wf", "--input", "n=21", "--format", "jsonl"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let lines = said.lines();
    assert_eq!(lines.first().unwrap()["event"], "run_started");
    assert_eq!(lines.last().unwrap()["event"], "run_succeeded");
    assert_eq!(lines.last().unwrap()["output"]["double"], 42);
    let said = folder.run(&["run", "w.wf", "--input", "n=21"]);
    assert!(
        said.out.contains("\"double\": 42") || said.out.contains("\"double\":42"),
        "{said:?}"
    );
}

#[test]
fn inputs_are_read_as_their_types_ask() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  input n: int\n  input s: string\n  input list: list<string>\n  input on: bool = false\n  return { n: n, s: s, list: list, on: on }\n}\n",
    );
    folder.file("in.json", r#"{ "n": 1, "s": "from file", "list": ["a"] }"#);
    let said = folder.run(&[
        "run", "w.wf", "--inputs", "in.json", "--input", "s=42", "--input", "on=true", "--format",
        "jsonl",
    ]);
    let output = said.lines().last().unwrap()["output"].clone();
    assert_eq!(
        output,
        serde_json::json!({ "n": 1, "s": "42", "list": ["a"], "on": true }),
        "{said:?}"
    );
    let said = folder.run(&[
        "run", "w.wf", "--input", "n=many", "--input", "s=x", "--input", "list=[]",
    ]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(
        said.err.contains("`n`") && said.err.contains("int"),
        "{said:?}"
    );
    let said = folder.run(&["run", "w.wf", "--input", "nn=1"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.err.contains("`nn`"), "{said:?}");
    let said = folder.run(&["run", "w.wf", "--input", "n"]);
    assert_eq!(said.status, Some(2), "{said:?}");
}

#[test]
fn a_workflow_with_errors_does_not_run() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  bash \"touch ran\"\n  return nothing\n}\n",
    );
    let said = folder.run(&["run", "w.wf"]);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.err.contains("WF0201"), "{said:?}");
    assert!(!folder.path().join("ran").exists());
}

#[test]
fn an_approval_without_an_answer_leaves_the_run_in_its_store() {
    let folder = Folder::new();
    folder.file("w.wf", ASKS);
    let said = folder.run(&[
        "run", "w.wf", "--input", "who=Ada", "--store", "state.db", "--format", "jsonl",
    ]);
    assert_eq!(said.status, Some(10), "{said:?}");
    let last = said.lines().last().unwrap().clone();
    assert_eq!(last["event"], "run_pending", "{said:?}");
    assert_eq!(last["waiting"][0]["id"], "go");
    assert_eq!(last["waiting"][0]["prompt"], "Greet Ada?");
    // Asking again without an answer changes nothing.
    assert_eq!(
        folder.run(&["resume", "--store", "state.db"]).status,
        Some(10)
    );
    let said = folder.run(&[
        "resume",
        "--store",
        "state.db",
        "--approve",
        "go",
        "--by",
        "eve",
        "--format",
        "jsonl",
    ]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let output = said.lines().last().unwrap()["output"].clone();
    assert_eq!(output, serde_json::json!({ "greeted": "Ada", "by": "eve" }));
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert_eq!(log, "once\ntwice\n", "no step may run again");
    // A run that is over says how it ended, and does nothing.
    let said = folder.run(&["resume", "last", "--store", "state.db", "--format", "jsonl"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("log")).unwrap(),
        "once\ntwice\n"
    );
}

#[test]
fn a_pending_run_that_is_not_kept_says_how_to_keep_it() {
    let folder = Folder::new();
    folder.file("w.wf", ASKS);
    let said = folder.run(&["run", "w.wf", "--input", "who=Ada"]);
    assert_eq!(said.status, Some(10), "{said:?}");
    assert!(
        said.err.contains("--durable") || said.out.contains("--durable"),
        "{said:?}"
    );
}

#[test]
fn an_answer_to_nothing_is_named() {
    let folder = Folder::new();
    folder.file("w.wf", ASKS);
    let said = folder.run(&[
        "run",
        "w.wf",
        "--input",
        "who=Ada",
        "--approve",
        "gone",
        "--store",
        "j",
    ]);
    assert_eq!(said.status, Some(10), "{said:?}");
    assert!(
        said.err.contains("`gone`") && said.err.contains("`go`"),
        "{said:?}"
    );
}

#[test]
fn a_file_that_is_no_store_is_not_written_over() {
    let folder = Folder::new();
    folder.file("w.wf", "workflow w { bash \"true\" }\n");
    folder.file("notes.txt", "precious");
    let said = folder.run(&["run", "w.wf", "--store", "notes.txt"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("notes.txt")).unwrap(),
        "precious"
    );
}

#[test]
fn a_run_goes_on_with_the_workflow_that_it_began_with() {
    let folder = Folder::new();
    folder.file("w.wf", ASKS);
    folder.run(&["run", "w.wf", "--input", "who=Ada", "--store", "j"]);
    folder.file("w.wf", ASKS.replace("Greet", "Insult"));
    let said = folder.run(&["resume", "--store", "j", "--approve", "go"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.err.contains("Greet Ada?"), "{said:?}");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("log")).unwrap(),
        "once
twice
"
    );
}

#[test]
fn a_run_that_is_killed_goes_on_and_says_what_is_not_known() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  bash "echo a >> log"
  let slow = bash "echo b >> log; echo $$ > pid; touch started; sleep 300" { on_error: continue }
  bash "echo c >> log"
  return steps.slow.error != null ? steps.slow.error.code : "none"
}
"#,
    );
    let mut child = folder
        .wfc(&["run", "w.wf", "--store", "j"])
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    while !folder.path().join("started").exists() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(60));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What the killed process left behind leads a group of its own.
    let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
    let group = format!("-{}", pid.trim());
    let _ = std::process::Command::new("kill")
        .args(["-KILL", "--", &group])
        .status();
    let said = folder.run(&["resume", "--store", "j", "--format", "jsonl"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(
        said.lines().last().unwrap()["output"],
        "unknown_outcome",
        "{said:?}"
    );
    assert_eq!(
        std::fs::read_to_string(folder.path().join("log")).unwrap(),
        "a\nb\nc\n"
    );
}

#[test]
fn branches_run_at_the_same_time() {
    // Each branch waits for the other's file: run one after the other, this would time out.
    let folder = Folder::new();
    let wait = |mine: &str, other: &str| {
        format!(
            "touch {mine}; for i in $(seq 600); do [ -e {other} ] && exit 0; sleep 0.05; done; exit 1"
        )
    };
    folder.file(
        "w.wf",
        format!(
            "workflow w {{\n  parallel {{\n    branch a {{ bash \"{}\" }}\n    branch b {{ bash \"{}\" }}\n  }}\n}}\n",
            wait("a", "b"),
            wait("b", "a")
        ),
    );
    assert_eq!(folder.run(&["run", "w.wf"]).status, Some(0));
}

#[test]
fn progress_is_told_as_it_happens() {
    let folder = Folder::new();
    folder.file("w.wf", ASKS);
    let said = folder.run(&[
        "run",
        "w.wf",
        "--input",
        "who=Ada",
        "--approve",
        "go",
        "--format",
        "jsonl",
    ]);
    let told: Vec<String> = said
        .lines()
        .iter()
        .filter(|l| l["step"] == "first" || l["step"] == "go")
        .map(|l| {
            format!(
                "{} {}",
                l["step"].as_str().unwrap(),
                l["event"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "first step_started",
            "first step_succeeded",
            "go step_started",
            "go approval_pending",
            "go step_succeeded"
        ],
        "{said:?}"
    );
    let said = folder.run(&["run", "w.wf", "--input", "who=Ada", "--approve", "go"]);
    assert!(
        said.err.contains("first") && said.err.contains("bash"),
        "{said:?}"
    );
}

#[test]
fn events_and_replies_are_given_on_the_command_line() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  let paid = wait event "order.paid" key "7" with { returns: { sum: int }, timeout: 1h }
  let said = agent_message "Which colour?" { await_response: true, timeout: 1h }
  return { sum: paid.sum, said: said }
}
"#,
    );
    let first = folder.run(&["run", "w.wf", "--store", "j", "--event", "order.paid:8={}"]);
    assert_eq!(first.status, Some(10), "{first:?}");
    assert!(first.err.contains("--event order.paid:7=JSON"), "{first:?}");
    let second = folder.run(&[
        "resume",
        "--store",
        "j",
        "--event",
        "order.paid:7={\"sum\": 12}",
    ]);
    assert_eq!(second.status, Some(10), "{second:?}");
    assert!(second.err.contains("--reply said=TEXT"), "{second:?}");
    let third = folder.run(&["resume", "--store", "j", "--reply", "said=42"]);
    assert_eq!(third.status, Some(0), "{third:?}");
    assert_eq!(third.json(), serde_json::json!({ "sum": 12, "said": "42" }));
    let wrong = folder.run(&["run", "w.wf", "--event", "order.paid={"]);
    assert_eq!(wrong.status, Some(2), "{wrong:?}");
}

#[test]
fn lines_for_machines_say_which_run_they_are_of() {
    let folder = Folder::new();
    folder.file(
        "child.wf",
        "workflow child { let x = bash \"true\" return x.exit_code }\n",
    );
    folder.file("w.wf", "workflow w { let c = call child {} return c }\n");
    let said = folder.run(&["run", "w.wf", "--format", "jsonl"]);
    let lines = said.lines();
    let of = |step: &str| {
        let line = lines
            .iter()
            .find(|l| l["step"] == step && l["event"] == "step_started");
        line.unwrap_or_else(|| panic!("{said:?}"))["run"].clone()
    };
    let runs: Vec<_> = lines
        .iter()
        .filter(|l| l["event"] == "run_started")
        .collect();
    assert_eq!(runs.len(), 2, "{said:?}");
    assert_eq!(
        (of("c"), of("x")),
        (runs[0]["run"].clone(), runs[1]["run"].clone())
    );
}

#[test]
fn what_commands_write_does_not_draw_on_the_terminal() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  let text = bash "printf 'a\\033[2J\\033]0;title\\007b'" { parse: text }
  approval "Delete {{ text }}?" { timeout: 1h }
}
"#,
    );
    let said = folder.run(&["run", "w.wf", "--color", "never"]);
    assert!(said.err.contains("Delete a\\u{1b}[2J"), "{said:?}");
    assert!(!said.err.contains('\u{1b}'), "{said:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_no_success() {
    let folder = Folder::new();
    folder.file("w.wf", "workflow w { return 1 }\n");
    for args in [["run", "w.wf"], ["graph", "w.wf"]] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let status = folder.wfc(&args).stdout(full).status().unwrap();
        assert_eq!(status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn an_approval_that_soon_times_out_is_waited_for() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  let a = approval "One?" { timeout: 200ms, on_timeout: approve }
  let b = approval "Two?" { timeout: 200ms, on_timeout: deny, on_deny: continue }
  return [a.decision, b.decision]
}
"#,
    );
    let said = folder.run(&["run", "w.wf"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(said.json(), serde_json::json!(["approve", "deny"]));
}

#[test]
fn a_run_whose_approval_is_answered_waits_on() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  let go = approval "Go?" { timeout: 24h }
  wait for 200ms
  return go.decision
}
"#,
    );
    let said = folder.run(&["run", "w.wf", "--approve", "go"]);
    assert_eq!(
        (said.status, said.out.as_str()),
        (Some(0), "\"approve\"\n"),
        "{said:?}"
    );
}

#[test]
fn a_run_is_left_off_when_the_last_timer_has_passed() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  parallel {
    branch a { let go = approval "Go?" { timeout: 24h } }
    branch b { wait for 200ms }
  }
  return go.decision
}
"#,
    );
    let mut wfc = folder
        .wfc(&["run", "w.wf", "--store", "j"])
        .spawn()
        .unwrap();
    let begun = std::time::Instant::now();
    let status = loop {
        if let Some(status) = wfc.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > std::time::Duration::from_secs(20) {
            wfc.kill().unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(10));
    assert_eq!(
        folder
            .run(&["resume", "--store", "j", "--approve", "go"])
            .status,
        Some(0)
    );
}

#[test]
fn values_beyond_the_bounds_of_an_inputs_schema_do_not_start_a_run() {
    let folder = Folder::new();
    folder.file(
        "w.wf.yaml",
        "inputs:\n  n: { type: integer, minimum: 1, maximum: 9, default: 2 }\n  \
         who: { type: object, properties: { name: { type: string, pattern: '^[a-z]+$' }, tag: { type: string, minLength: 2 } }, required: [name], default: { name: x } }\n\
         return: \"{{ string(n) + who.name }}\"\n",
    );
    folder.file("bad.json", r#"{"who": {"name": "B"}}"#);
    folder.file(
        "fine.json",
        r#"{"n": 9, "who": {"name": "b", "tag": null}}"#,
    );
    for (args, expected) in [
        (
            ["--input", "n=10"],
            "the input `n`: it has to be at most `9`",
        ),
        (
            ["--inputs", "bad.json"],
            "the input `who`: `name` has to match",
        ),
    ] {
        let said = folder.run(&["run", "w.wf.yaml", args[0], args[1], "--store", "j"]);
        assert_eq!(said.status, Some(2), "{said:?}");
        let words: String = said.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(expected), "{expected}\n{words}");
        assert!(!folder.path().join("j").exists(), "nothing was started");
    }
    let fine = folder.run(&["run", "w.wf.yaml", "--inputs", "fine.json"]);
    assert_eq!(
        (fine.status, fine.out.as_str()),
        (Some(0), "\"9b\"\n"),
        "{fine:?}"
    );

    // A caller's value is known at the call only.
    folder.file(
        "caller.wf.yaml",
        "inputs: { n: int }\nsteps:\n  - { id: c, type: subworkflow, workflow: ./w.wf.yaml, inputs: { n: \"{{ n }}\" } }\nreturn: \"{{ c }}\"\n",
    );
    let said = folder.run(&[
        "run",
        "caller.wf.yaml",
        "--input",
        "n=0",
        "--format",
        "jsonl",
    ]);
    let last = said.lines().last().cloned().unwrap();
    assert_eq!(last["error"]["code"], "type_mismatch", "{said:?}");
    let message = last["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("the input `n`: it has to be at least `1`"),
        "{message}"
    );
}
