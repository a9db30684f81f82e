//! `agent`, with small scripts as agents.

use std::path::Path;
use std::time::Duration;

use wfc_runtime::Settings;
use wfc_runtime::exec::{AgentExecutor, Answer, Execute};
use wfc_runtime::settings::AgentKind;
use wfc_value::{FaultCode, Value, json};

use crate::support::*;

/// An executor whose agent `a` is a shell script.
fn script(cwd: &Path, script: &str) -> AgentExecutor {
    let mut settings = Settings::parse("[agents.a]\ncommand = \"sh\"").unwrap();
    let runner = settings.agents.get_mut("a").unwrap();
    let AgentKind::Command(command) = &mut runner.kind else {
        panic!("a command")
    };
    command.program.args = vec!["-c".into(), script.into()];
    runner.timeout = Some(Duration::from_secs(60));
    agents(&settings, around(cwd, &[("token", "s3cr3t")]))
}

fn ask(agent: &AgentExecutor, args: &str) -> Answer {
    block_on(execute(agent, value(args)))
}

#[test]
fn the_goal_goes_in_and_the_answer_comes_out() {
    let dir = tempfile::tempdir().unwrap();
    let agent = script(
        dir.path(),
        "echo; cat; echo \"[$WFC_AGENT_MODEL $WFC_AGENT_TOOLS]\"",
    );
    let args = r#"{"goal":"Say hi","context":{"n":1},"model":"big","tools":["a.b","c.d"]}"#;
    let answer = done(ask(&agent, args));
    assert_eq!(
        answer.as_str().unwrap(),
        "Say hi\n\nContext:\n{\n  \"n\": 1\n}\n[big a.b,c.d]"
    );
}

const RETURNS: &str = r#""returns":{"type":"object","required":["n"],
    "properties":{"n":{"type":"integer"},"s":{"enum":["low","high"]}}}"#;

#[test]
fn an_answer_with_a_type_is_asked_for_as_json_and_may_be_fenced() {
    let dir = tempfile::tempdir().unwrap();
    let agent = script(
        dir.path(),
        r#"cat > prompt; printf 'Here it is:\n```json\n{"n": 3, "s": "low"}\n```\nBye.\n'"#,
    );
    let answer = done(ask(&agent, &format!(r#"{{"goal":"Count",{RETURNS}}}"#)));
    assert_eq!(json::format(&answer), r#"{"n":3,"s":"low"}"#);
    let prompt = std::fs::read_to_string(dir.path().join("prompt")).unwrap();
    assert!(
        prompt.starts_with("Count\n\nAnswer with one JSON value"),
        "{prompt}"
    );
    assert!(prompt.contains("\"required\": ["), "{prompt}");
}

#[test]
fn an_answer_that_does_not_fit_is_asked_for_once_more_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let agent = script(
        dir.path(),
        r#"if [ -e prompt ]; then cat > again; echo '{"n":2}'; else cat > prompt; echo '{"n":"x"}'; fi"#,
    );
    let answer = done(ask(&agent, &format!(r#"{{"goal":"Count",{RETURNS}}}"#)));
    assert_eq!(json::format(&answer), r#"{"n":2}"#);
    let again = std::fs::read_to_string(dir.path().join("again")).unwrap();
    assert!(again.contains("You answered:\n{\"n\":\"x\"}"), "{again}");
    assert!(again.contains("at `n`: expected `int`"), "{again}");
}

#[test]
fn a_second_answer_that_does_not_fit_tells_what_was_expected_and_found_and_where() {
    let dir = tempfile::tempdir().unwrap();
    let agent = script(dir.path(), "cat >/dev/null; echo '{\"n\":1,\"s\":\"mid\"}'");
    let failure = failed(ask(&agent, &format!(r#"{{"goal":"Count",{RETURNS}}}"#)));
    assert_eq!(failure.code, FaultCode::TypeMismatch);
    let detail = |field| failure.details.get(field).unwrap().as_str().unwrap();
    assert_eq!(detail("place"), ".s");
    assert_eq!(detail("expected"), r#""low" | "high""#);
    assert_eq!(detail("found"), r#"the string `"mid"`"#);
    assert_eq!(detail("answer"), r#"{"n":1,"s":"mid"}"#);
    let usage = failure.usage.unwrap();
    assert_eq!(usage.agent_calls, 1, "the second call counts all the same");
}

#[test]
fn fields_that_nobody_asked_for_are_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let agent = script(dir.path(), "cat > /dev/null; echo '{\"n\":1,\"more\":2}'");
    let returns = r#""returns":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}},
        "additionalProperties":false}"#;
    let answer = done(ask(&agent, &format!(r#"{{"goal":"Count",{returns}}}"#)));
    assert_eq!(json::format(&answer), r#"{"n":1}"#);
}

#[test]
fn an_answer_is_held_to_the_bounds_of_its_schema() {
    let dir = tempfile::tempdir().unwrap();
    let agent = script(
        dir.path(),
        r#"if [ -e prompt ]; then cat > again; echo '{"n":7}'; else cat > prompt; echo '{"n":70}'; fi"#,
    );
    let returns = r#""returns":{"type":"object","required":["n"],
        "properties":{"n":{"type":"integer","maximum":9},"s":{"type":"string","minLength":3}}}"#;
    let answer = done(ask(&agent, &format!(r#"{{"goal":"Count",{returns}}}"#)));
    assert_eq!(json::format(&answer), r#"{"n":7}"#);
    let again = std::fs::read_to_string(dir.path().join("again")).unwrap();
    assert!(again.contains("`n` has to be at most `9`"), "{again}");

    let agent = script(dir.path(), "cat >/dev/null; echo '{\"n\":1,\"s\":\"ab\"}'");
    let failure = failed(ask(&agent, &format!(r#"{{"goal":"Count",{returns}}}"#)));
    assert_eq!(failure.code, FaultCode::TypeMismatch);
    let detail = |field| failure.details.get(field).unwrap().as_str().unwrap();
    assert_eq!(detail("place"), ".s");
    assert_eq!(
        detail("expected"),
        "what has to have at least 3 characters, not 2"
    );
}

#[test]
fn an_answer_is_not_asked_for_again_when_the_budget_of_calls_is_used_up() {
    let dir = tempfile::tempdir().unwrap();
    let agent = script(dir.path(), "cat >> prompts; echo no");
    let failure = block_on(async {
        let (_stopper, mut job) = job(value(&format!(r#"{{"goal":"Count",{RETURNS}}}"#)));
        job.allowance.agent_calls = Some(0);
        failed(agent.execute(job).await)
    });
    assert_eq!(failure.code, FaultCode::BudgetExceeded);
    assert!(
        failure.message.contains("it is not JSON"),
        "{}",
        failure.message
    );
    let prompts = std::fs::read_to_string(dir.path().join("prompts")).unwrap();
    assert_eq!(prompts.matches("Count").count(), 1, "{prompts}");
}

#[test]
fn a_second_answer_that_is_no_json_is_a_parse_error() {
    let dir = tempfile::tempdir().unwrap();
    let agent = script(dir.path(), "cat >> prompts; echo no");
    let failure = failed(ask(&agent, &format!(r#"{{"goal":"Count",{RETURNS}}}"#)));
    assert_eq!(failure.code, FaultCode::ParseError);
    let start = "the agent `a` was asked twice and its answer does not fit: it is not JSON";
    assert!(failure.message.starts_with(start), "{}", failure.message);
    assert_eq!(failure.details.get("answer"), Some(&Value::from("no")));
    let prompts = std::fs::read_to_string(dir.path().join("prompts")).unwrap();
    assert_eq!(prompts.matches("You answered:").count(), 1, "{prompts}");
}

#[test]
fn a_failing_agent_is_an_agent_error_with_its_last_words() {
    let dir = tempfile::tempdir().unwrap();
    let failure = failed(ask(
        &script(dir.path(), "echo 'no credit' >&2; exit 2"),
        r#"{"goal":"x"}"#,
    ));
    assert_eq!(failure.code, FaultCode::AgentError);
    assert_eq!(
        failure.message,
        "the agent `a` failed (exit status: 2): no credit"
    );
}

#[test]
fn a_secret_in_a_goal_stays_masked() {
    let goal = wfc_value::Secret::from_segments([
        wfc_value::Segment::Text("use ".into()),
        wfc_value::Segment::Ref("token".into()),
    ]);
    let args = Value::record([("goal", Value::Secret(goal.unwrap()))]).unwrap();
    let answer = block_on(execute(&script(Path::new("/"), "cat"), args));
    assert_eq!(done(answer), Value::from("use ***"));
}

#[test]
fn a_cancelled_agent_goes_with_its_children() {
    let dir = tempfile::tempdir().unwrap();
    let agent = script(dir.path(), "sleep 600 & echo $! > pid; wait");
    let answer = block_on(async {
        let (stopper, job) = job(value(r#"{"goal":"x"}"#));
        let pid = async {
            let pid = line_of(&dir.path().join("pid")).await;
            stopper.stop();
            pid
        };
        let (answer, pid) = tokio::join!(agent.execute(job), pid);
        gone(&pid).await;
        answer
    });
    assert_eq!(answer, Answer::Cancelled);
}

#[test]
fn an_agent_that_is_not_configured_says_what_to_write() {
    let failing = |settings: &str, args: &str| {
        let settings = Settings::parse(settings).unwrap();
        let agent = agents(&settings, around(Path::new("/"), &[]));
        let failure = failed(ask(&agent, args));
        assert_eq!(failure.code, FaultCode::NotConfigured);
        failure
    };
    let none = failing("", r#"{"goal":"x"}"#);
    assert!(
        none.message.contains("`wfc.toml` a table `[agents.NAME]`"),
        "{}",
        none.message
    );
    let add = none.details.get("add").and_then(Value::as_str).unwrap();
    assert!(
        Settings::parse(add).is_ok(),
        "what is to be added can be read"
    );

    let two = "[agents.a]\ncommand=\"x\"\n[agents.b]\ncommand=\"y\"";
    let which = failing(two, r#"{"goal":"x"}"#);
    assert!(which.message.contains("default_agent"), "{}", which.message);
    assert!(
        which.message.ends_with("with `a` or `b`"),
        "{}",
        which.message
    );

    let other = failing(
        "[agents.claude]\ncommand=\"x\"",
        r#"{"goal":"x","agent":"claud"}"#,
    );
    assert!(
        other.message.contains("did you mean `claude`?"),
        "{}",
        other.message
    );

    let absent = failing("[agents.a]\ncommand=\"no-such-program\"", r#"{"goal":"x"}"#);
    assert!(
        absent
            .message
            .contains("`no-such-program` of the agent `a`"),
        "{}",
        absent.message
    );
}

#[test]
fn a_commands_tools_are_served_to_it_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    // Two calls by hand, and one without the token.
    let script = r#"
address=${WFC_TOOLS_URL#http://}; host=${address%%/*}
call() {
  body='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"'$1'","arguments":{"q":"x"}}}'
  exec 3<>"/dev/tcp/${host%:*}/${host#*:}"
  printf 'POST /%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
    "${address#*/}" "$host" "$2" "${#body}" "$body" >&3
  cat <&3; echo
}
call box_search "$WFC_TOOLS_TOKEN"; call box_leak "$WFC_TOOLS_TOKEN"; call box_search wrong
"#;
    let settings = format!(
        "[agents.a]\ncommand = \"bash\"\n{}",
        crate::llm::tools(dir.path())
    );
    let mut settings = Settings::parse(&settings).unwrap();
    let runner = settings.agents.get_mut("a").unwrap();
    let AgentKind::Command(command) = &mut runner.kind else {
        panic!("a command")
    };
    command.program.args = vec!["-c".into(), script.into()];
    runner.timeout = Some(Duration::from_secs(60));
    let agent = agents(&settings, around(dir.path(), &[("token", "s3cr3t")]));
    let args = r#"{"goal":"Look","tools":["box.search"]}"#;
    let answer = block_on(async {
        let answer = execute(&agent, value(args)).await;
        agent.close().await;
        answer
    });
    let answer = done(answer);
    let answer = answer.as_str().unwrap();
    assert!(answer.contains("found 3"), "{answer}");
    assert!(answer.contains("401 Unauthorized"), "{answer}");
    assert_eq!(crate::llm::calls(dir.path()), 1, "{answer}");
}

#[test]
fn a_command_whose_tool_is_not_there_is_not_started() {
    let dir = tempfile::tempdir().unwrap();
    let settings = format!(
        "[agents.a]\ncommand = \"touch\"\nargs = [\"started\"]\n{}",
        crate::llm::tools(dir.path())
    );
    let settings = Settings::parse(&settings).unwrap();
    let agent = agents(&settings, around(dir.path(), &[]));
    let args = r#"{"goal":"Look","tools":["box.search","other.tool"]}"#;
    let failure = block_on(async {
        let failure = failed(execute(&agent, value(args)).await);
        agent.close().await;
        failure
    });
    assert!(failure.message.contains("other"), "{failure:?}");
    assert!(!dir.path().join("started").exists());
}
