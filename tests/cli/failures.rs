//! How runs end badly: each with a stable code, the step, its place in the source and what to do, for people
//! and for machines alike.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Folder, Said};

/// The last line of a run's `jsonl`, held against what people see of the same run.
fn ended(folder: &Folder, args: &[&str], code: &str, step: &str, place: &str) -> Value {
    let mut machine = vec!["run"];
    machine.extend(args);
    machine.extend(["--format", "jsonl"]);
    let said = folder.run(&machine);
    assert_eq!(said.status, Some(1), "{said:?}");
    let last = said.lines().last().unwrap().clone();
    assert_eq!(last["event"], "run_failed", "{said:?}");
    let error = &last["error"];
    assert_eq!(error["code"], code, "{said:?}");
    assert_eq!(error["step"], step, "{said:?}");
    let start = &error["span"]["start"];
    assert_eq!(
        format!(
            "{}:{}:{}",
            error["file"].as_str().unwrap(),
            start["line"],
            start["column"]
        ),
        place,
        "{said:?}"
    );
    assert!(
        error["help"].as_str().is_some_and(|h| !h.is_empty()),
        "{said:?}"
    );

    let mut human = vec!["run"];
    human.extend(args);
    let said = folder.run(&human);
    assert_eq!(said.status, Some(1), "{said:?}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [code, step, place, error["help"].as_str().unwrap()] {
        assert!(
            words(&said.err).contains(&words(part)),
            "`{part}` is missing from {said:?}"
        );
    }
    last
}

#[test]
fn a_step_that_fails() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  let build = bash \"echo broken >&2; exit 3\"\n  return build.stdout\n}\n",
    );
    let last = ended(&folder, &["w.wf"], "exit_nonzero", "build", "w.wf:2:15");
    let message = last["error"]["message"].as_str().unwrap();
    assert!(
        message.contains('3') && message.contains("broken"),
        "{message}"
    );
}

#[test]
fn an_approval_that_is_denied() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  let go = approval \"Go on?\" { timeout: 1h }\n  bash \"touch done\"\n}\n",
    );
    ended(
        &folder,
        &["w.wf", "--deny", "go"],
        "approval_denied",
        "go",
        "w.wf:2:12",
    );
    assert!(!folder.path().join("done").exists());
}

#[test]
fn a_timeout() {
    let folder = Folder::new();
    folder.file("w.wf", "workflow w {\n  let slow = bash \"sleep 30\" { timeout: 200ms }\n  return slow.stdout\n}\n");
    ended(&folder, &["w.wf"], "timeout", "slow", "w.wf:2:14");
}

#[test]
fn a_tool_whose_server_is_not_configured() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  let page = tool browser.open { url: \"x\" }\n  return page\n}\n",
    );
    let last = ended(&folder, &["w.wf"], "not_configured", "page", "w.wf:2:14");
    assert!(
        last["error"]["help"]
            .as_str()
            .unwrap()
            .contains("[tools.browser]"),
        "{last}"
    );
}

#[test]
fn an_agent_without_a_runner() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  let text = agent \"Write a poem\"\n  return text\n}\n",
    );
    let last = ended(&folder, &["w.wf"], "not_configured", "text", "w.wf:2:14");
    assert!(
        last["error"]["help"].as_str().unwrap().contains("[agents."),
        "{last}"
    );
}

#[test]
fn a_run_that_is_cancelled_kills_its_children_and_runs_finally_and_compensation() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  bash "echo up > up" compensate { bash "rm up; echo undone > undone" }
  try {
    let slow = bash "sleep 300 & echo $! > pid; wait"
    bash "echo \"$OUT\"" { env: { OUT: slow.stdout } }
  } finally {
    bash "echo closed > closed"
  }
}
"#,
    );
    let child = folder
        .wfc(&["run", "w.wf", "--format", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let pid = loop {
        let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap_or_default();
        if pid.ends_with('\n') {
            break pid.trim().to_owned();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the step did not start"
        );
        std::thread::sleep(Duration::from_millis(20));
    };
    let killed = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.status, Some(130), "{said:?}");
    let last = said.lines().last().unwrap().clone();
    assert_eq!(last["event"], "run_cancelled", "{said:?}");
    assert_eq!(last["error"]["code"], "cancelled", "{said:?}");
    assert_eq!(last["error"]["step"], "slow", "{said:?}");
    assert_eq!(last["error"]["span"]["start"]["line"], 4, "{said:?}");
    assert!(last["error"]["help"].is_string(), "{said:?}");
    assert!(
        folder.path().join("closed").exists(),
        "finally did not run: {said:?}"
    );
    assert!(
        folder.path().join("undone").exists(),
        "compensation did not run: {said:?}"
    );
    let begun = Instant::now();
    while runs(&pid) {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "the grandchild still runs"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a process runs. One that ended stays in the table until its parent, perhaps one that adopted it,
/// collects it.
fn runs(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

#[test]
fn a_wide_fork_does_not_fail_for_want_of_open_files() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        r#"workflow w {
  let all = for n in lists.range(150) parallel 150 {
    let out = bash "sleep 0.1; echo $N" { env: { N: string(n) }, parse: json, returns: int }
    collect out
  }
  return all.size()
}
"#,
    );
    let wfc = env!("CARGO_BIN_EXE_wfc");
    let said = std::process::Command::new("bash")
        .args(["-c", "ulimit -n 128; exec \"$0\" run w.wf", wfc])
        .current_dir(folder.path())
        .output();
    let said = Said::of(said.unwrap());
    assert_eq!(
        (said.status, said.out.as_str()),
        (Some(0), "150\n"),
        "{said:?}"
    );
}

#[test]
fn a_store_that_hits_the_limit_of_file_sizes_ends_the_run_with_an_error_and_can_be_gone_on_with() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  for x in lists.range(40) { bash \"true\" { on_interrupt: retry } }\n  return 7\n}\n",
    );
    let wfc = env!("CARGO_BIN_EXE_wfc");
    let said = std::process::Command::new("bash")
        .args(["-c", "ulimit -f 200; exec \"$0\" run w.wf --store j", wfc])
        .current_dir(folder.path())
        .output();
    let said = Said::of(said.unwrap());
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.err.contains("cannot be read or written"), "{said:?}");
    let said = folder.run(&["resume", "--store", "j"]);
    assert_eq!(
        (said.status, said.out.as_str()),
        (Some(0), "7\n"),
        "{said:?}"
    );
}

/// A server of tools that gives whatever score it was made with.
const SCORES: &str = r#"
while read -r line; do
  id=$(printf '%s' "$line" | sed 's/.*"id": *\([0-9]*\).*/\1/')
  case "$line" in
    *'"method":"initialize"'*) echo '{"jsonrpc":"2.0","id":'$id',"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}' ;;
    *'"method":"tools/list"'*) echo '{"jsonrpc":"2.0","id":'$id',"result":{"tools":[{"name":"score","inputSchema":{"type":"object"}}]}}' ;;
    *'"method":"tools/call"'*) echo '{"jsonrpc":"2.0","id":'$id',"result":{"content":[],"structuredContent":{"score":700}}}' ;;
  esac
done
"#;

#[test]
fn a_result_that_breaks_the_bounds_of_its_type() {
    let folder = Folder::new();
    folder.file(
        "w.wf.yaml",
        "steps:\n  - id: rate\n    type: bash\n    command: echo '{\"all\":[{\"score\":7},{\"score\":700}]}'\n    parse: json\n    \
         returns: { all: [ { score: { type: integer, maximum: 100 } } ] }\nreturn: '{{ rate }}'\n",
    );
    let last = ended(
        &folder,
        &["w.wf.yaml"],
        "type_mismatch",
        "rate",
        "w.wf.yaml:3:11",
    );
    assert_eq!(
        last["error"]["message"],
        "at `all[1].score`: it has to be at most `100`, found the int `700`"
    );
    // What keeps them passes.
    folder.file("ok.wf.yaml", "steps:\n  - { id: rate, type: bash, command: echo 100, parse: json, returns: { type: integer, maximum: 100 } }\nreturn: '{{ rate }}'\n");
    let said = folder.run(&["run", "ok.wf.yaml"]);
    assert_eq!((said.status, said.out.trim()), (Some(0), "100"), "{said:?}");
}

#[test]
fn a_tool_whose_answer_breaks_the_bounds_of_its_catalogue() {
    let folder = Folder::new();
    folder.file("server.sh", SCORES);
    folder.file(
        "wfc.toml",
        "[tools.s]\ncommand = \"sh\"\nargs = [\"server.sh\"]\n",
    );
    let catalogue = |score: &str| {
        format!(
            r#"{{"tools":[{{"name":"score","inputSchema":{{"type":"object"}},"outputSchema":{{"type":"object","required":["score"],"properties":{{{score}}}}}}}]}}"#
        )
    };
    folder.file("w.wf.yaml", "tools: s.tools.json\nsteps:\n  - { id: rate, type: tool, tool: s.score }\nreturn: '{{ rate }}'\n");
    folder.file(
        "s.tools.json",
        catalogue(r#""score":{"type":"integer","maximum":100}"#),
    );
    let last = ended(
        &folder,
        &["w.wf.yaml"],
        "type_mismatch",
        "rate",
        "w.wf.yaml:3:23",
    );
    assert_eq!(
        last["error"]["message"],
        "at `score`: it has to be at most `100`, found the int `700`"
    );
    folder.file(
        "s.tools.json",
        catalogue(r#""score":{"type":"integer","maximum":700}"#),
    );
    let said = folder.run(&["run", "w.wf.yaml"]);
    assert_eq!(said.status, Some(0), "{said:?}");
}

#[test]
fn a_secret_in_a_result_that_breaks_a_bound() {
    let folder = Folder::new();
    folder.file("token.txt", "s3cr3t-t0ken");
    folder.file(
        "w.wf.yaml",
        "secrets: [token]\nsteps:\n  - id: leak\n    type: bash\n    command: printf '\"%s\"' \"$T\"\n    \
         env: { T: '{{ secrets.token }}' }\n    parse: json\n    returns: { type: string, pattern: '^[a-z]+$' }\nreturn: '{{ leak }}'\n",
    );
    let args = ["w.wf.yaml", "--secret", "token=token.txt"];
    let last = ended(&folder, &args, "type_mismatch", "leak", "w.wf.yaml:4:11");
    assert_eq!(
        last["error"]["message"],
        "it has to match `^[a-z]+$`, found the string `\"***\"`"
    );
}

#[test]
fn a_run_that_fails_before_it_asks_for_anything() {
    let folder = Folder::new();
    folder.file(
        "w.wf",
        "workflow w {\n  input n: int\n  let x = 1 / n\n  return x\n}\n",
    );
    let args = ["w.wf", "--input", "n=0"];
    let last = ended(&folder, &args, "expression_error", "steps[0]", "w.wf:3:3");
    assert_eq!(last["error"]["message"], "divide by zero");
    let said = folder.run(&["run", "w.wf", "--input", "n=0"]);
    assert!(said.err.contains("failed steps[0] (set)"), "{said:?}");
}

#[test]
fn an_agent_is_shown_the_bounds_inside_its_type_and_asked_once_more() {
    let folder = Folder::new();
    folder.file(
        "wfc.toml",
        "[agents.default]\ntype = \"command\"\ncommand = \"sh\"\nargs = [\"agent.sh\"]\n",
    );
    folder.file("agent.sh", "cat >> asked; n=$(wc -l < times 2>/dev/null || echo 0); echo >> times; echo '{\"all\":[{\"n\":'$((9 - n * 7))'}]}'\n");
    folder.file(
        "w.wf.yaml",
        "types: { Item: { n: { type: integer, maximum: 3 }, note?: string } }\nsteps:\n  - { id: x, type: agent, goal: count, returns: { all: [Item] } }\n\
         return: '{{ x.all[0].n }}'\n",
    );
    let said = folder.run(&["run", "w.wf.yaml"]);
    assert_eq!((said.status, said.out.trim()), (Some(0), "2"), "{said:?}");
    let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
    assert!(asked.contains("\"maximum\": 3"), "{asked}");
    assert!(asked.contains("has to be at most `3`"), "{asked}");
}
