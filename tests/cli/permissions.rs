//! What a live agent asks, answered by another process: a program that speaks the Agent Client Protocol over its standard
//! input and output.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{Folder, Said};

/// Asks permission once, leaves a file `asked` when it has, and says what was chosen.
const AGENT: &str = r#"
while read -r line; do
  id=$(printf '%s' "$line" | sed 's/.*"id":\("\{0,1\}[0-9a-z]*"\{0,1\}\).*/\1/')
  case "$line" in
    *'"method":"initialize"'*)
      echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"protocolVersion\":1,\"agentCapabilities\":{}}}" ;;
    *'"method":"session/new"'*)
      echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"sessionId\":\"s1\"}}" ;;
    *'"method":"session/prompt"'*)
      prompt=$id
      echo '{"jsonrpc":"2.0","id":"ask","method":"session/request_permission","params":{"sessionId":"s1","toolCall":{"toolCallId":"c1","title":"Delete everything","rawInput":{"path":"/"}},"options":[{"optionId":"yes","name":"Once","kind":"allow_once"},{"optionId":"no","name":"No","kind":"reject_once"}]}}'
      touch asked ;;
    *'"id":"ask"'*)
      chosen=$(printf '%s' "$line" | sed 's/.*"optionId":"\([a-z]*\)".*/\1/')
      echo "{\"jsonrpc\":\"2.0\",\"method\":\"session/update\",\"params\":{\"sessionId\":\"s1\",\"update\":{\"sessionUpdate\":\"agent_message_chunk\",\"content\":{\"type\":\"text\",\"text\":\"chosen: $chosen\"}}}}"
      echo "{\"jsonrpc\":\"2.0\",\"id\":$prompt,\"result\":{\"stopReason\":\"end_turn\"}}" ;;
  esac
done
"#;

fn folder(more: &str) -> Folder {
    let folder = Folder::new();
    folder.file("agent.sh", AGENT);
    folder.file(
        "wfc.toml",
        format!("[agents.a]\ntype = \"acp\"\ncommand = \"sh\"\nargs = [\"agent.sh\"]\n{more}"),
    );
    folder.file(
        "w.wf",
        "workflow w {\n  let said = agent \"Tidy up\" { timeout: 2m }\n  return said\n}\n",
    );
    folder
}

fn started(folder: &Folder, args: &[&str]) -> Child {
    let mut command = folder.wfc(args);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    child.spawn().unwrap()
}

fn asked(folder: &Folder) {
    let begun = Instant::now();
    while !folder.path().join("asked").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing asked");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn ended(child: Child) -> Said {
    Said::of(child.wait_with_output().unwrap())
}

/// The answer is tried again until the question has come from the agent to the run.
fn answer(folder: &Folder, args: &[&str]) -> Said {
    let begun = Instant::now();
    loop {
        let said = folder.run(args);
        if said.status == Some(0) || begun.elapsed() > Duration::from_secs(30) {
            return said;
        }
    }
}

#[test]
fn an_agent_of_a_durable_run_is_answered_from_another_process() {
    for (command, chosen) in [("approve", "chosen: yes"), ("deny", "chosen: no")] {
        let folder = folder("");
        let child = started(&folder, &["run", "w.wf", "--durable"]);
        asked(&folder);
        let wrong = folder.run(&["approve", "last", "other"]);
        assert_eq!(wrong.status, Some(2), "{wrong:?}");
        let said = answer(&folder, &[command, "last", "said"]);
        assert_eq!(said.status, Some(0), "{said:?}");
        let run = ended(child);
        assert_eq!(run.status, Some(0), "{run:?}");
        assert_eq!(run.out.trim(), format!("\"{chosen}\""), "{run:?}");
        assert!(run.err.contains("Delete everything"), "{run:?}");
        assert!(run.err.contains("wfc approve"), "{run:?}");
        // The question is gone with the run.
        let late = folder.run(&[command, "last", "said"]);
        assert_eq!(late.status, Some(2), "{late:?}");
        assert!(late.err.contains("has ended"), "{late:?}");
    }
}

#[test]
fn the_only_question_needs_no_name_and_a_cancel_ends_it() {
    let folder = folder("");
    let child = started(&folder, &["run", "w.wf", "--durable"]);
    asked(&folder);
    let said = answer(&folder, &["approve", "last"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(ended(child).status, Some(0));
    std::fs::remove_file(folder.path().join("asked")).unwrap();

    let child = started(&folder, &["run", "w.wf", "--durable"]);
    asked(&folder);
    let said = folder.run(&["cancel", "last"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(ended(child).status, Some(130));
}

#[test]
fn nobody_answers_in_time_or_at_all() {
    let folder = folder("permission_timeout = \"1s\"\n");
    let run = folder.run(&["run", "w.wf", "--durable"]);
    assert_eq!(
        (run.status, run.out.trim()),
        (Some(0), "\"chosen: no\""),
        "{run:?}"
    );
    // Nobody can reach a run that is in memory alone.
    let folder = self::folder("");
    let run = folder.run(&["run", "w.wf"]);
    assert_eq!(
        (run.status, run.out.trim()),
        (Some(0), "\"chosen: no\""),
        "{run:?}"
    );
}
