//! `tool`, against a real MCP server from npm.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use wfc_runtime::exec::{Answer, Execute, ToolExecutor};
use wfc_runtime::settings::{EnvValue, Program, Reached, Server, Settings, ToolHints};
use wfc_value::{FaultCode, Value, json};

use crate::support::*;

const PACKAGE: &str = "@modelcontextprotocol/server-everything";
const VERSION: &str = "2026.8.31";

/// The server's program; installed once, outside the sources. None when it cannot be.
pub(crate) fn everything() -> Option<&'static PathBuf> {
    static INSTALLED: OnceLock<Option<PathBuf>> = OnceLock::new();
    INSTALLED.get_or_init(install).as_ref()
}

fn install() -> Option<PathBuf> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .unwrap()
        .join("mcp");
    let prefix = cache.join(format!("everything-{VERSION}"));
    let program = prefix.join("node_modules/.bin/mcp-server-everything");
    std::fs::create_dir_all(&prefix).unwrap();
    // Tests may be processes of their own: one installs, the others wait.
    let lock = std::fs::File::create(cache.join("lock")).unwrap();
    lock.lock().unwrap();
    if program.exists() {
        return Some(program);
    }
    let package = format!("{PACKAGE}@{VERSION}");
    crate::npm::installed(&prefix, &[package]).then_some(program)
}

pub(crate) fn server(command: &str, args: &[&str]) -> Server {
    let program = Program {
        command: command.into(),
        args: args.iter().map(|a| (*a).to_owned()).collect(),
        ..Program::default()
    };
    Server {
        reached: Reached::Program(program),
        ..Server::default()
    }
}

fn executor(servers: &[(&str, Server)], secrets: &[(&str, &str)]) -> ToolExecutor {
    let servers: BTreeMap<String, Server> = servers
        .iter()
        .map(|(n, s)| ((*n).to_owned(), s.clone()))
        .collect();
    let settings = Settings {
        tools: servers,
        ..Settings::default()
    };
    ToolExecutor::new(&settings, around(Path::new("/"), secrets))
}

/// One call of the real server.
fn call(args: &str) -> Option<Answer> {
    let server = server(everything()?.to_str().unwrap(), &["stdio"]);
    let tools = executor(&[("all", server)], &[]);
    Some(block_on(async {
        let answer = execute(&tools, value(args)).await;
        tools.close().await;
        answer
    }))
}

#[test]
fn a_tool_gives_its_text() {
    let Some(answer) = call(r#"{"tool":"all.echo","arguments":{"message":"hi"}}"#) else {
        return;
    };
    assert_eq!(done(answer), Value::from("Echo: hi"));
}

#[test]
fn numbers_go_in_as_numbers() {
    let Some(answer) = call(r#"{"tool":"all.get-sum","arguments":{"a":2,"b":0.5}}"#) else {
        return;
    };
    assert!(done(answer).as_str().unwrap().contains("2.5"));
}

#[test]
fn structured_content_is_the_value() {
    let args = r#"{"tool":"all.get-structured-content","arguments":{"location":"New York"}}"#;
    let Some(answer) = call(args) else { return };
    let value = done(answer);
    assert!(
        matches!(
            value.get("temperature"),
            Some(Value::Int(_) | Value::Double(_))
        ),
        "{value:?}"
    );
    assert!(
        value.get("conditions").unwrap().as_str().is_some(),
        "{value:?}"
    );
}

#[test]
fn wrong_arguments_are_a_tool_error_that_names_them() {
    let Some(answer) = call(r#"{"tool":"all.echo","arguments":{"massage":"hi"}}"#) else {
        return;
    };
    let failure = failed(answer);
    assert_eq!(failure.code, FaultCode::ToolError);
    assert!(failure.message.contains("message"), "{}", failure.message);
}

#[test]
fn an_unknown_tool_names_the_near_ones() {
    let Some(answer) = call(r#"{"tool":"all.ecko"}"#) else {
        return;
    };
    let failure = failed(answer);
    assert_eq!(failure.code, FaultCode::ToolError);
    let expected = "the server of `all.ecko` has no tool `ecko`: did you mean `echo`?";
    assert_eq!(failure.message, expected);
    assert_eq!(json::format(&failure.details), r#"{"near":["echo"]}"#);
}

#[test]
fn a_server_is_started_once_and_again_after_it_died() {
    let Some(program) = everything() else { return };
    let dir = tempfile::tempdir().unwrap();
    let starts = dir.path().join("starts");
    let script = format!(
        "echo $$ >> {}; exec {} stdio",
        starts.display(),
        program.display()
    );
    let tools = executor(&[("all", server("sh", &["-c", &script]))], &[]);
    let echo = || {
        execute(
            &tools,
            value(r#"{"tool":"all.echo","arguments":{"message":"x"}}"#),
        )
    };
    block_on(async {
        let (a, b) = tokio::join!(echo(), echo());
        assert_eq!(
            (done(a), done(b)),
            (Value::from("Echo: x"), Value::from("Echo: x"))
        );
        let pid = line_of(&starts).await;
        assert!(!pid.contains('\n'), "started once: {pid}");
        let killed = Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        assert!(killed.success());
        gone(&pid).await;
        // The call that meets the dead server says so, unless its death was seen before.
        if let Answer::Failed(failure) = echo().await {
            assert_eq!(failure.code, FaultCode::ToolError);
            assert!(
                failure.message.contains("ended during the call"),
                "{}",
                failure.message
            );
        }
        assert_eq!(done(echo().await), Value::from("Echo: x"));
        let pids = line_of(&starts).await;
        assert_eq!(pids.lines().count(), 2);
        tools.close().await;
        gone(pids.lines().last().unwrap()).await;
    });
}

#[test]
fn a_long_call_can_be_cancelled_and_the_server_lives_on() {
    let Some(program) = everything() else { return };
    let tools = executor(
        &[("all", server(program.to_str().unwrap(), &["stdio"]))],
        &[],
    );
    block_on(async {
        let echo = value(r#"{"tool":"all.echo","arguments":{"message":"x"}}"#);
        done(execute(&tools, echo.clone()).await);
        let long = r#"{"tool":"all.trigger-long-running-operation","arguments":{"duration":600,"steps":2}}"#;
        let (stopper, job) = job(value(long));
        let (answer, ()) = tokio::join!(tools.execute(job), async {
            tokio::task::yield_now().await;
            stopper.stop();
        });
        assert!(
            matches!(answer, Answer::Unknown | Answer::Cancelled),
            "{answer:?}"
        );
        assert_eq!(done(execute(&tools, echo).await), Value::from("Echo: x"));
        tools.close().await;
    });
}

#[test]
fn a_secret_reaches_the_server_and_not_the_answer() {
    let Some(program) = everything() else { return };
    let mut server = server(program.to_str().unwrap(), &["stdio"]);
    let Reached::Program(all) = &mut server.reached else {
        panic!("a program")
    };
    all.env
        .insert("MY_TOKEN".into(), EnvValue::Secret("token".into()));
    let tools = executor(&[("all", server)], &[("token", "s3cr3t")]);
    let answer = block_on(async {
        let answer = execute(&tools, value(r#"{"tool":"all.get-env"}"#)).await;
        tools.close().await;
        answer
    });
    let env = done(answer);
    assert_eq!(
        env.get("MY_TOKEN"),
        Some(&Value::from("s3cr3t")),
        "opened for the server"
    );
    assert!(env.get("WFC_SECRET_TOKEN").is_none());
}

#[test]
fn a_server_that_is_not_configured_says_what_to_write() {
    let tools = executor(&[("pylon", server("true", &[]))], &[]);
    let failure = failed(block_on(execute(&tools, value(r#"{"tool":"pilon.get"}"#))));
    assert_eq!(failure.code, FaultCode::NotConfigured);
    let expected = "the tool server `pilon` is not configured: add `[tools.pilon]` with its \
                    `command` and `args`, or its `url`, to `wfc.toml` (or did you mean `pylon`?)";
    assert_eq!(failure.message, expected);
    let add = failure.details.get("add").and_then(Value::as_str).unwrap();
    assert!(
        Settings::parse(add).is_ok(),
        "what is to be added can be read"
    );
}

#[test]
fn a_server_that_cannot_start_is_told_apart_from_one_that_ends_or_is_silent() {
    let mut silent = server("sleep", &["600"]);
    silent.start_timeout = Some(std::time::Duration::from_millis(300));
    let tools = executor(
        &[
            ("absent", server("no-such-program", &[])),
            (
                "ends",
                server("sh", &["-c", "echo 'no licence' >&2; exit 4"]),
            ),
            ("silent", silent),
        ],
        &[],
    );
    block_on(async {
        let absent = failed(execute(&tools, value(r#"{"tool":"absent.x"}"#)).await);
        assert_eq!(absent.code, FaultCode::NotConfigured);
        assert!(
            absent.message.contains("`no-such-program`"),
            "{}",
            absent.message
        );
        let ends = failed(execute(&tools, value(r#"{"tool":"ends.x"}"#)).await);
        assert_eq!(ends.code, FaultCode::ToolError);
        assert!(
            ends.message.contains("ended before it was ready"),
            "{}",
            ends.message
        );
        assert!(
            ends.message.ends_with("it wrote: no licence"),
            "{}",
            ends.message
        );
        let silent = failed(execute(&tools, value(r#"{"tool":"silent.x"}"#)).await);
        assert!(
            silent.message.contains("was not ready within 0.3 s"),
            "{}",
            silent.message
        );
    });
}

/// A server in shell that answers a call with this script, `$id` being the request's id.
fn shell_server(call: &str) -> Server {
    let script = r#"
while IFS= read -r line; do
  id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  case "$line" in
    *'"initialize"'*) version=$(printf '%s' "$line" | sed -n 's/.*"protocolVersion":"\([^"]*\)".*/\1/p')
      echo '{"jsonrpc":"2.0","id":'$id',"result":{"protocolVersion":"'$version'","capabilities":{"tools":{}},"serverInfo":{"name":"x","version":"1"}}}';;
    *'"tools/list"'*) echo '{"jsonrpc":"2.0","id":'$id',"result":{"tools":[{"name":"go","inputSchema":{"type":"object","properties":{"n":{"type":"integer","maximum":3}}}}]}}';;
    *'"tools/call"'*) CALL;;
  esac
done
"#;
    server("bash", &["-c", &script.replace("CALL", call)])
}

#[test]
fn a_message_that_is_too_long_is_an_error_at_once() {
    let long = r#"echo '{"jsonrpc":"2.0","id":'$id',"result":{"content":[{"type":"text","text":"'"$(head -c 17000000 /dev/zero | tr '\0' x)"'"}]}}'"#;
    let endless = "head -c 40000000 /dev/zero";
    for call in [long, endless] {
        let tools = executor(&[("big", shell_server(call))], &[]);
        block_on(async {
            let go = value(r#"{"tool":"big.go","arguments":{}}"#);
            let failure = failed(execute(&tools, go).await);
            assert_eq!(failure.code, FaultCode::LimitExceeded);
            assert!(failure.message.contains("15 MiB"), "{}", failure.message);
            tools.close().await;
        });
    }
}

#[test]
fn arguments_beyond_the_servers_own_bounds_are_not_sent() {
    let fine = r#"echo '{"jsonrpc":"2.0","id":'$id',"result":{"content":[{"type":"text","text":"called"}]}}'"#;
    let tools = executor(&[("small", shell_server(fine))], &[]);
    block_on(async {
        let failure =
            failed(execute(&tools, value(r#"{"tool":"small.go","arguments":{"n":4}}"#)).await);
        assert_eq!(failure.code, FaultCode::ToolError);
        assert_eq!(
            failure.message,
            "argument `n` of `small.go` has to be at most `3`; the tool was not called"
        );
        for arguments in [r#"{"n":3}"#, r#"{"n":null}"#, "{}"] {
            let call = format!(r#"{{"tool":"small.go","arguments":{arguments}}}"#);
            let answer = execute(&tools, value(&call)).await;
            assert!(
                matches!(answer, Answer::Done { .. }),
                "{arguments}: {answer:?}"
            );
        }
        tools.close().await;
    });
}

/// A server in shell that lists its tools by these lines: `$cursor` is the page asked for, empty for the first.
fn listing_server(list: &str) -> Settings {
    let script = r#"
while IFS= read -r line; do
  id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  cursor=$(printf '%s' "$line" | sed -n 's/.*"cursor":"\([^"]*\)".*/\1/p')
  case "$line" in
    *'"initialize"'*) version=$(printf '%s' "$line" | sed -n 's/.*"protocolVersion":"\([^"]*\)".*/\1/p')
      echo '{"jsonrpc":"2.0","id":'$id',"result":{"protocolVersion":"'$version'","capabilities":{"tools":{}},"serverInfo":{"name":"x","version":"1"}}}';;
    *'"tools/list"'*) LIST;;
  esac
done
"#;
    let mut server = server("bash", &["-c", &script.replace("LIST", list)]);
    server.start_timeout = Some(std::time::Duration::from_secs(5));
    Settings {
        tools: BTreeMap::from([("paged".to_owned(), server)]),
        ..Settings::default()
    }
}

#[test]
fn tools_are_listed_from_all_pages() {
    let page = r#"if [ -z "$cursor" ]; then
        echo '{"jsonrpc":"2.0","id":'$id',"result":{"tools":[{"name":"a","inputSchema":{"type":"object"}}],"nextCursor":"two"}}'
      else
        echo '{"jsonrpc":"2.0","id":'$id',"result":{"tools":[{"name":"b","inputSchema":{"type":"object"}}]}}'
      fi"#;
    let listed = block_on(wfc_runtime::list_tools(
        &listing_server(page),
        "paged",
        "/".into(),
        [],
    ));
    let names: Vec<String> = listed
        .unwrap()
        .iter()
        .map(|t| t["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["a", "b"]);
    let refuses =
        r#"echo '{"jsonrpc":"2.0","id":'$id',"error":{"code":-32000,"message":"not today"}}'"#;
    let failure = block_on(wfc_runtime::list_tools(
        &listing_server(refuses),
        "paged",
        "/".into(),
        [],
    ))
    .unwrap_err();
    assert!(
        failure
            .message
            .starts_with("the tool server `paged` does not list its tools: ")
            && failure.message.contains("not today"),
        "{}",
        failure.message
    );
    let failure = block_on(wfc_runtime::list_tools(
        &listing_server(refuses),
        "other",
        "/".into(),
        [],
    ))
    .unwrap_err();
    assert_eq!(failure.code, FaultCode::NotConfigured);
}

#[test]
fn a_server_whose_pages_never_end_is_not_asked_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, next, most) in [("the same", "x", 2), ("others", "$id", 20)] {
        let asked = folder.path().join(kind);
        let page = r#"echo >> 'ASKED'
      many=$(seq 999 | sed 's/.*/{"name":"t'$id'-&","inputSchema":{"type":"object"}},/' | tr -d '\n')
      printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s{"name":"go","inputSchema":{"type":"object"}}],"nextCursor":"%s"}}\n' $id "$many" NEXT"#;
        let page = page
            .replace("ASKED", &asked.display().to_string())
            .replace("NEXT", next);
        let settings = listing_server(&page);
        let mut server = settings.tools["paged"].clone();
        // It answers no call.
        server.timeout = Some(std::time::Duration::from_millis(100));
        let tools = executor(&[("paged", server)], &[]);
        block_on(async {
            let call = value(r#"{"tool":"paged.none","arguments":{}}"#);
            let _ = execute(&tools, call).await;
            tools.close().await;
        });
        let pages = std::fs::read_to_string(asked).unwrap().lines().count();
        assert!(pages <= most, "{kind}: {pages}");
    }
}

#[test]
fn a_server_that_dies_in_a_call_leaves_it_open_whether_the_tool_did_its_work() {
    let dies = "echo 'no more s3cr3t-token' >&2; exit 3";
    let call = |hints: ToolHints| {
        let settings = Settings {
            tools: BTreeMap::from([("small".to_owned(), shell_server(dies))]),
            hints: BTreeMap::from([("small.*".to_owned(), hints)]),
            ..Settings::default()
        };
        let around = around(Path::new("/"), &[("token", "s3cr3t-token")]);
        let vault = around.vault.clone();
        let tools = ToolExecutor::new(&settings, around);
        block_on(async {
            let mut last = None;
            // The second call starts the server anew.
            for _ in 0..2 {
                let failure = failed(execute(&tools, value(r#"{"tool":"small.go"}"#)).await);
                let message = vault.redact(&failure.message).into_owned();
                last = Some((failure.code, message));
            }
            tools.close().await;
            last.unwrap()
        })
    };
    let (code, message) = call(ToolHints::default());
    assert_eq!(code, FaultCode::UnknownOutcome);
    assert_eq!(
        message,
        "the server of the tool `small.go` ended during the call (exit status: 3); it wrote: no \
         more ***; it is not known whether the tool did its work"
    );
    let (code, _) = call(ToolHints {
        idempotent: Some(true),
        ..ToolHints::default()
    });
    assert_eq!(code, FaultCode::ToolError);
    let (code, _) = call(ToolHints {
        read_only: Some(true),
        ..ToolHints::default()
    });
    assert_eq!(code, FaultCode::ToolError);
}
