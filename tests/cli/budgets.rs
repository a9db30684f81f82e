//! Budgets, counted over what is inside.

use serde_json::json;

use super::Folder;

#[test]
fn a_budget_is_drawn_on_by_all_that_is_inside() {
    let folder = Folder::new();
    folder.file(
        "wfc.toml",
        "[agents.echo]\ncommand = \"sh\"\nargs = [\"-c\", \"echo asked >> asked; echo yes\"]\n",
    );
    folder.file(
        "w.wf",
        r#"workflow w {
  input ns: list<int>
  policy { budget: { agent_calls: 3 } }
  parallel {
    branch a { agent "one" { timeout: 1m } }
    branch b { agent "two" { timeout: 1m } }
  }
  for n in ns with { budget: { agent_calls: 5 } } { agent "again" { timeout: 1m } }
}
"#,
    );
    let said = folder.run(&["run", "w.wf", "--input", "ns=[1,2,3]", "--format", "jsonl"]);
    let last = said.lines().pop().unwrap();
    assert_eq!(last["event"], "run_failed", "{said:?}");
    assert_eq!(last["error"]["code"], "budget_exceeded", "{said:?}");
    let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(asked.lines().count(), 3, "{said:?}");
}

#[test]
fn a_budget_of_a_step_can_be_caught_and_what_follows_is_free_of_it() {
    let folder = Folder::new();
    folder.file(
        "wfc.toml",
        "[agents.echo]\ncommand = \"sh\"\nargs = [\"-c\", \"echo asked >> asked; echo yes\"]\n",
    );
    folder.file(
        "w.wf",
        r#"workflow w {
  var why = ""
  try with { budget: { agent_calls: 1 } } {
    agent "one" { timeout: 1m }
    agent "two" { timeout: 1m }
  } catch problem {
    set why = problem.code
  }
  agent "three" { timeout: 1m }
  return why
}
"#,
    );
    let said = folder.run(&["run", "w.wf", "--format", "jsonl"]);
    let last = said.lines().pop().unwrap();
    assert_eq!(last["output"], "budget_exceeded", "{said:?}");
    let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(asked.lines().count(), 2, "{said:?}");
}

/// An endpoint whose every answer is `ok` and uses 60 tokens; a number of questions is answered.
fn endpoint(answers: usize) -> String {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let said = json!({ "choices": [{ "index": 0, "delta": { "content": "ok" }, "finish_reason": "stop" }] });
    let used = json!({ "choices": [], "usage": { "prompt_tokens": 50, "completion_tokens": 10 } });
    let body = format!("data: {said}\n\ndata: {used}\n\ndata: [DONE]\n\n");
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    std::thread::spawn(move || {
        for stream in listener.incoming().take(answers) {
            let mut stream = stream.unwrap();
            let (mut asked, mut piece) = (Vec::new(), [0; 4096]);
            loop {
                let n = stream.read(&mut piece).unwrap_or(0);
                asked.extend_from_slice(&piece[..n]);
                let text = String::from_utf8_lossy(&asked);
                let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                    let length = head.lines().find_map(|line| {
                        let (name, value) = line.split_once(':')?;
                        name.eq_ignore_ascii_case("content-length")
                            .then(|| value.trim().parse().unwrap_or(0))
                    });
                    body.len() >= length.unwrap_or(0)
                });
                if n == 0 || whole {
                    break;
                }
            }
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn tokens_and_dollars_count_over_called_workflows() {
    // 60 tokens an answer, and 10 dollars a million of them in, 100 out: 0.0015 dollars.
    for (budget, made) in [
        ("tokens: 100", 2),
        ("usd: 0.002", 2),
        ("tokens: 61", 2),
        ("tokens: 60", 1),
        ("usd: 0.0045", 3),
    ] {
        let folder = Folder::new();
        let url = endpoint(4);
        folder.file(
            "wfc.toml",
            format!(
                "[agents.m]\ntype = \"openai\"\nbase_url = \"{url}\"\nmodel = \"m-1\"\n\
                 [models.m-1]\ninput = 10.0\noutput = 100.0\n"
            ),
        );
        folder.file(
            "w.wf",
            format!(
                "workflow w {{\n  policy {{ budget: {{ {budget} }} }}\n  call sub {{}}\n  call sub {{}}\n}}\n"
            ),
        );
        folder.file(
            "sub.wf",
            "workflow sub {\n  agent \"one\" { timeout: 1m }\n  agent \"two\" { timeout: 1m }\n}\n",
        );
        let said = folder.run(&["run", "w.wf", "--format", "jsonl"]);
        let lines = said.lines();
        let last = lines.last().unwrap();
        assert_eq!(
            last["error"]["code"], "budget_exceeded",
            "{budget}: {said:?}"
        );
        let agents = lines
            .iter()
            .filter(|line| line["event"] == "step_succeeded" && line["kind"] == "agent");
        assert_eq!(agents.count(), made, "{budget}: {said:?}");
    }
}

#[test]
fn called_workflows_make_no_more_calls_of_agents_than_are_left() {
    let folder = Folder::new();
    folder.file(
        "wfc.toml",
        "[agents.echo]\ncommand = \"sh\"\nargs = [\"-c\", \"echo asked >> asked; echo yes\"]\n",
    );
    folder.file(
        "w.wf",
        "workflow w {\n  policy { budget: { agent_calls: 2 } }\n  call sub {}\n}\n",
    );
    folder.file(
        "sub.wf",
        "workflow sub {\n  agent \"1\" { timeout: 1m }\n  agent \"2\" { timeout: 1m }\n  agent \"3\" { timeout: 1m }\n}\n",
    );
    let said = folder.run(&["run", "w.wf", "--format", "jsonl"]);
    let last = said.lines().pop().unwrap();
    assert_eq!(last["error"]["code"], "budget_exceeded", "{said:?}");
    let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(asked.lines().count(), 2, "{said:?}");
}

#[test]
fn no_more_commands_run_at_once_than_the_policy_allows() {
    let folder = Folder::new();
    // Each command notes how many others it finds at work.
    folder.file(
        "w.wf",
        r#"workflow w {
  policy { max_concurrency: 2 }
  for n in [1, 2, 3, 4, 5, 6] parallel 6 {
    bash "mkdir at-$N; ls -d at-* | wc -l >> seen; sleep 0.05; rmdir at-$N" { env: { N: string(n) } }
  }
}
"#,
    );
    let said = folder.run(&["run", "w.wf"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let seen = std::fs::read_to_string(folder.path().join("seen")).unwrap();
    let most = seen
        .lines()
        .filter_map(|n| n.trim().parse::<u32>().ok())
        .max();
    assert_eq!(
        (seen.lines().count(), most.is_some_and(|most| most <= 2)),
        (6, true),
        "{seen}"
    );
}
