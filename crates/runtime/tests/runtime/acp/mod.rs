//! `agent` by the Agent Client Protocol: an agent that is made with the official SDK, and programs that do not keep to it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use wfc_runtime::Settings;
use wfc_runtime::exec::{AgentExecutor, Answer, Execute, Failure, Link};
use wfc_value::{FaultCode, Value, json};
use wfc_vm::Usage;

use crate::llm::Heard;
use crate::support::*;

const PACKAGE: &str = "@agentclientprotocol/sdk";
const VERSION: &str = "2.4.0";

/// The agent's program; the SDK is installed once, outside the sources. None when it cannot be.
fn program() -> Option<&'static PathBuf> {
    static INSTALLED: OnceLock<Option<PathBuf>> = OnceLock::new();
    INSTALLED.get_or_init(install).as_ref()
}

fn install() -> Option<PathBuf> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .unwrap()
        .join("acp");
    let prefix = cache.join(format!("sdk-{VERSION}"));
    std::fs::create_dir_all(&prefix).unwrap();
    // Tests may be processes of their own: one installs, the others wait.
    let lock = std::fs::File::create(cache.join("lock")).unwrap();
    lock.lock().unwrap();
    if !prefix.join("node_modules").join(PACKAGE).exists() {
        let package = format!("{PACKAGE}@{VERSION}");
        if !crate::npm::installed(&prefix, &[package]) {
            return None;
        }
    }
    let script = prefix.join("agent.mjs");
    let text = include_str!("agent.mjs");
    if std::fs::read_to_string(&script).ok().as_deref() != Some(text) {
        std::fs::write(&script, text).unwrap();
    }
    Some(script)
}

fn agent(cwd: &Path, more: &str) -> Option<AgentExecutor> {
    let script = program()?.display();
    let settings = format!(
        "[agents.a]\ntype = \"acp\"\ncommand = \"node\"\nargs = [\"{script}\"]\n\
         env = {{ TOKEN = {{ secret = \"token\" }} }}\n{more}"
    );
    let settings = Settings::parse(&settings).unwrap();
    Some(agents(&settings, around(cwd, &[("token", "s3cr3t-t0ken")])))
}

async fn in_time(answer: impl Future<Output = Answer>) -> Answer {
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, answer).await.expect("it hangs")
}

async fn heard_by(agent: &AgentExecutor, goal: &str, heard: &Arc<Heard>) -> Answer {
    let args = Value::record([("goal", Value::from(goal))]).unwrap();
    let (_stopper, mut job) = job(args);
    job.link = Link::new(heard.clone());
    in_time(agent.execute(job)).await
}

fn ask(agent: &AgentExecutor, args: &str) -> Answer {
    block_on(in_time(execute(agent, value(args))))
}

#[test]
fn the_last_that_an_agent_says_is_its_answer_and_what_it_does_is_told() {
    let Some(agent) = agent(Path::new("/"), "") else {
        return;
    };
    let heard = Heard::new(None);
    let answer = block_on(heard_by(&agent, "echo Grüße, world", &heard));
    let Answer::Done { value, usage } = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(value, Value::from("Grüße, world"));
    let usd = Usage {
        usd: 0.25,
        ..Usage::default()
    };
    assert_eq!(usage, Some(usd));
    assert_eq!(heard.text(), "Let me look.\nGrüße, world");
    assert_eq!(heard.notes(), ["Read the file", "failed: Read the file"]);
}

#[test]
fn a_permission_is_decided_by_a_person_or_by_the_settings() {
    for (settings, decision, outcome) in [
        ("", Some(true), "once"),
        ("", Some(false), "no"),
        ("permission_timeout = \"50ms\"", None, "no"),
        ("permissions = \"allow\"", None, "once"),
        ("permissions = \"deny\"", None, "no"),
    ] {
        let Some(agent) = agent(Path::new("/"), settings) else {
            return;
        };
        let heard = Heard::new(decision);
        let answer = done(block_on(heard_by(&agent, "permission", &heard)));
        assert_eq!(answer, Value::from(outcome), "{settings} {decision:?}");
        let asked = heard.asked.lock().unwrap();
        if settings.is_empty() {
            assert_eq!(
                asked[0].prompt,
                "The agent asks permission: Delete everything"
            );
            assert_eq!(
                json::format(&asked[0].items),
                r#"{"rawInput":{"path":"/"}}"#
            );
        }
        assert_eq!(asked.len(), usize::from(!settings.contains("permissions")));
    }
}

#[test]
fn an_answer_with_a_type_is_mended_in_the_same_session() {
    let Some(agent) = agent(Path::new("/"), "") else {
        return;
    };
    let returns =
        r#""returns":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}"#;
    let answer = ask(&agent, &format!("{{\"goal\":\"json please\",{returns}}}"));
    let Answer::Done { value, usage } = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(json::format(&value), r#"{"n":4}"#);
    assert_eq!(usage.unwrap().agent_calls, 1);
    let failure = failed(ask(&agent, &format!("{{\"goal\":\"never\",{returns}}}")));
    assert_eq!(failure.code, FaultCode::TypeMismatch);
    assert_eq!(failure.details.get("place"), Some(&Value::from(".n")));
}

#[test]
fn files_are_read_and_written_in_its_folder_when_the_settings_say_so() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("in.txt"), "inside").unwrap();
    let Some(agent) = agent(dir.path(), "files = \"write\"") else {
        return;
    };
    let answer = done(ask(&agent, r#"{"goal":"files"}"#));
    let answer = answer.as_str().unwrap();
    assert!(
        answer.starts_with("inside ") && answer.contains("does not lie in"),
        "{answer}"
    );
    let written = std::fs::read_to_string(dir.path().join("in.txt.out")).unwrap();
    assert_eq!(written, "inside!");
    let refused = self::agent(dir.path(), "").unwrap();
    let failure = failed(ask(&refused, r#"{"goal":"files"}"#));
    assert!(
        failure.message.contains("no method `fs/read_text_file`"),
        "{}",
        failure.message
    );
}

#[test]
fn models_tools_and_secrets_are_handed_over_as_the_step_and_the_settings_say() {
    let more = "whole_servers = true\n[tools.box]\ncommand = \"sh\"\nargs = [\"-c\", \"cat\"]\n\
                env = { T = \"x\" }\n[tools.far]\nurl = \"http://localhost:1/mcp\"\n\
                headers = { X-Team = \"a\" }\n[tools.other]\ncommand = \"x\"";
    let Some(agent) = agent(Path::new("/"), more) else {
        return;
    };
    let answer = done(ask(
        &agent,
        r#"{"goal":"about","model":"b","tools":["box.a","box.b","far.c"]}"#,
    ));
    let about = json::parse(answer.as_str().unwrap()).unwrap();
    assert_eq!(about.get("model"), Some(&Value::from("b")));
    assert_eq!(
        about.get("token"),
        Some(&Value::from("***")),
        "it has it, and it is not shown"
    );
    assert_eq!(about.get("key"), Some(&Value::from("run-1/steps[0]")));
    let servers = json::format(about.get("servers").unwrap());
    let far = r#"{"name":"far","type":"http","url":"http://localhost:1/mcp","headers":[{"name":"x-team","value":"a"}]}"#;
    assert!(
        servers.contains("\"args\":[\"-c\",\"cat\"]") && servers.contains("/sh\""),
        "{servers}"
    );
    let far: Value = json::parse(far).unwrap();
    let last = about
        .get("servers")
        .unwrap()
        .as_list()
        .unwrap()
        .get(1)
        .unwrap()
        .clone();
    for field in ["name", "type", "url", "headers"] {
        assert_eq!(last.get(field), far.get(field), "{field}");
    }
    let none = failed(ask(&agent, r#"{"goal":"about","model":"c"}"#));
    assert_eq!(none.code, FaultCode::NotConfigured);
    assert_eq!(
        none.message,
        "the agent `a` has no model `c`: it has `a` or `b`"
    );
}

#[test]
fn the_steps_tools_are_served_to_the_agent_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let more = format!("permissions = \"deny\"\n{}", crate::llm::tools(dir.path()));
    let Some(agent) = agent(dir.path(), &more) else {
        return;
    };
    let heard = Heard::new(None);
    let args = r#"{"goal":"tools","tools":["box.search","box.delete"]}"#;
    let answer = done(block_on(async {
        let (_stopper, mut job) = job(value(args));
        job.link = Link::new(heard.clone());
        in_time(agent.execute(job)).await
    }));
    let lines: Vec<&str> = answer.as_str().unwrap().lines().collect();
    assert_eq!(lines[0], "box_delete box_search");
    assert_eq!(lines[1], "false: found 3");
    assert!(
        lines[2].starts_with("true: ") && lines[2].contains("`q`"),
        "{}",
        lines[2]
    );
    assert_eq!(
        lines[3],
        "true: the tool was not called: it is destructive, which is not allowed"
    );
    assert!(
        lines[4].starts_with("true: there is no tool `box_leak`"),
        "{}",
        lines[4]
    );
    assert_eq!(crate::llm::calls(dir.path()), 1);
    assert_eq!(heard.notes()[0], "calls `box.search` {\"q\":\"x\"}");
}

#[test]
fn an_agent_can_be_stopped_at_any_moment() {
    let Some(agent) = agent(Path::new("/"), "") else {
        return;
    };
    let stopped = |goal: &str, at_once: bool| {
        let args = Value::record([("goal", Value::from(goal))]).unwrap();
        let heard = Heard::new(None);
        block_on(async {
            let (stopper, mut job) = job(args);
            job.link = Link::new(heard.clone());
            let stopping = async {
                let begun = || match goal {
                    "permission" => !heard.asked.lock().unwrap().is_empty(),
                    _ => !heard.notes().is_empty(),
                };
                while !at_once && !begun() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                stopper.stop();
            };
            tokio::join!(in_time(agent.execute(job)), stopping).0
        })
    };
    assert_eq!(stopped("wait", true), Answer::Cancelled, "before it began");
    assert_eq!(
        stopped("wait", false),
        Answer::Cancelled,
        "it left off as it was asked to"
    );
    assert_eq!(
        stopped("permission", false),
        Answer::Cancelled,
        "while a person is asked"
    );
    assert_eq!(
        stopped("stuck", false),
        Answer::Unknown,
        "it had to be killed"
    );
}

#[test]
fn an_agents_time_ends() {
    let Some(agent) = agent(Path::new("/"), "timeout = \"500ms\"") else {
        return;
    };
    for goal in ["wait", "stuck", "permission"] {
        let failure = failed(block_on(heard_by(&agent, goal, &Heard::new(None))));
        assert_eq!(failure.code, FaultCode::Timeout, "{goal}");
        assert_eq!(failure.message, "the agent `a` did not answer within 0.5 s");
    }
}

#[test]
fn what_an_agent_does_not_end_well_is_an_error() {
    let Some(agent) = agent(Path::new("/"), "") else {
        return;
    };
    let message = |goal: &str| {
        let failure = failed(ask(&agent, &format!("{{\"goal\":\"{goal}\"}}")));
        assert_eq!(failure.code, FaultCode::AgentError);
        failure.message
    };
    assert_eq!(message("refuse"), "the agent `a` refused to answer");
    assert_eq!(message("nothing"), "the agent `a` gave an empty answer");
    let expected =
        "the agent `a` ended before it answered (exit status: 3); it wrote: out of memory";
    assert_eq!(message("die"), expected);
}

/// What comes of a program in shell that is taken for an agent.
fn of_shell(script: &str) -> Failure {
    let mut settings =
        Settings::parse("[agents.a]\ntype = \"acp\"\ncommand = \"sh\"\nstart_timeout = \"5s\"")
            .unwrap();
    let runner = settings.agents.get_mut("a").unwrap();
    let wfc_runtime::settings::AgentKind::Acp(acp) = &mut runner.kind else {
        panic!("an agent")
    };
    acp.program.args = vec!["-c".into(), script.into()];
    if script.starts_with("sleep") {
        acp.start_timeout = Some(Duration::from_millis(300));
    }
    failed(ask(
        &agents(&settings, around(Path::new("/"), &[])),
        r#"{"goal":"x"}"#,
    ))
}

#[test]
fn programs_that_do_not_keep_to_the_protocol_are_told_apart() {
    let begun = "read l; echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":1}}'; read l; ";
    let session =
        format!("{begun} echo '{{\"id\":2,\"result\":{{\"sessionId\":\"s\"}}}}'; read l; ");
    for (script, code, contains) in [
        ("echo 'no licence' >&2; exit 4".to_owned(), FaultCode::AgentError,
            "ended before it was ready (exit status: 4); it wrote: no licence"),
        ("sleep 600".to_owned(), FaultCode::AgentError, "was not ready within 0.3 s"),
        ("yes hello".to_owned(), FaultCode::AgentError, "writes what is none of the protocol's"),
        ("head -c 20000000 /dev/zero; sleep 600".to_owned(), FaultCode::AgentError, "a message of more than 16 MiB"),
        ("read l; echo '{\"id\":1,\"result\":{\"protocolVersion\":2}}'; sleep 600".to_owned(), FaultCode::AgentError,
            "speaks version 2 of the Agent Client Protocol, and we version 1"),
        ("read l; echo '{\"id\":1,\"error\":{\"code\":-32603,\"message\":\"Internal error\",\"data\":\"no disk\"}}'; sleep 600".to_owned(),
            FaultCode::AgentError, "refused `initialize`: Internal error: no disk"),
        (format!("{begun} echo '{{\"id\":2,\"error\":{{\"code\":-32000,\"message\":\"Authentication required\"}}}}'; sleep 600"),
            FaultCode::NotConfigured, "wants somebody to be logged in"),
        (format!("{begun} echo '{{\"id\":2,\"result\":{{}}}}'; sleep 600"), FaultCode::AgentError, "without its id"),
        (format!("{session} exit 0"), FaultCode::AgentError, "ended before it answered (exit status: 0)"),
        (format!("{session} echo '{{\"id\":3,\"result\":{{\"stopReason\":\"max_tokens\"}}}}'; sleep 600"), FaultCode::AgentError,
            "came to the end of its tokens"),
        (format!("{session} yes hello"), FaultCode::AgentError, "writes what is none of the protocol's"),
        (format!("{session} while :; do echo '{{\"id\":9,\"method\":\"fs/read_text_file\",\"params\":{{}}}}'; done"),
            FaultCode::AgentError, "does not read what it is sent"),
    ] {
        let failure = of_shell(&script);
        assert_eq!(failure.code, code, "{script}: {}", failure.message);
        assert!(failure.message.contains(contains), "{script}: {}", failure.message);
    }
}

#[test]
fn a_program_that_is_not_there_says_what_to_mend() {
    let settings =
        Settings::parse("[agents.a]\ntype = \"acp\"\ncommand = \"no-such-program\"").unwrap();
    let failure = failed(ask(
        &agents(&settings, around(Path::new("/"), &[])),
        r#"{"goal":"x"}"#,
    ));
    assert_eq!(failure.code, FaultCode::NotConfigured);
    assert!(
        failure
            .message
            .contains("`no-such-program` of the agent `a` was not found"),
        "{}",
        failure.message
    );
}

#[test]
fn an_agent_leaves_no_process_behind() {
    let dir = tempfile::tempdir().unwrap();
    let script = "sleep 600 & echo $! > pid; read l; echo '{\"id\":1,\"result\":{\"protocolVersion\":1}}'; read l; \
                  echo '{\"id\":2,\"result\":{\"sessionId\":\"s\"}}'; read l; \
                  echo '{\"method\":\"session/update\",\"params\":{\"sessionId\":\"s\",\"update\":{\"sessionUpdate\":\"agent_message_chunk\",\"content\":{\"type\":\"text\",\"text\":\"hi\"}}}}'; \
                  echo '{\"id\":3,\"result\":{\"stopReason\":\"end_turn\"}}'; wait";
    let mut settings = Settings::parse("[agents.a]\ntype = \"acp\"\ncommand = \"sh\"").unwrap();
    let runner = settings.agents.get_mut("a").unwrap();
    let wfc_runtime::settings::AgentKind::Acp(acp) = &mut runner.kind else {
        panic!("an agent")
    };
    acp.program.args = vec!["-c".into(), script.into()];
    let agent = agents(&settings, around(dir.path(), &[]));
    block_on(async {
        let answer = in_time(execute(&agent, value(r#"{"goal":"x"}"#))).await;
        assert_eq!(done(answer), Value::from("hi"));
        gone(&line_of(&dir.path().join("pid")).await).await;
    });
}
