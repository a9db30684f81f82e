//! `agent` by endpoints of language models.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json as js};
use wfc_engine::Decision;
use wfc_runtime::exec::{
    AgentExecutor, Answer, Deciding, Execute, Failure, Job, Link, Listen, Progress, Question,
};
use wfc_runtime::{Settings, Vault};
use wfc_value::{FaultCode, Value, json};
use wfc_vm::Usage;

use crate::endpoint::*;
use crate::support::*;

const KEY: &str = "sk-very-secret-key";

fn settings(kind: &str, url: &str, more: &str) -> Settings {
    Settings::parse(&format!(
        "[agents.m]\ntype = \"{kind}\"\nbase_url = \"{url}\"\nmodel = \"m-1\"\napi_key = {{ secret = \"key\" }}\n\
         {more}\n[models.m-1]\ninput = 10\noutput = 100\ncached_input = 1\ncache_write = 20"
    ))
    .unwrap()
}

fn agent_in(cwd: &Path, kind: &str, endpoint: &Endpoint, more: &str) -> AgentExecutor {
    let around = around(cwd, &[("key", KEY), ("token", "s3cr3t-t0ken")]);
    agents(&settings(kind, &endpoint.url, more), around)
}

fn agent(kind: &str, endpoint: &Endpoint, more: &str) -> AgentExecutor {
    agent_in(Path::new("/"), kind, endpoint, more)
}

fn ask(agent: &AgentExecutor, args: &str) -> Answer {
    block_on(execute(agent, value(args)))
}

/// Asks, and fails loudly when the answer takes very long: nothing here may hang.
async fn in_time(answer: impl Future<Output = Answer>) -> Answer {
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, answer).await.expect("it hangs")
}

fn failing(agent: &AgentExecutor, args: &str) -> Failure {
    let failure = failed(block_on(in_time(execute(agent, value(args)))));
    let all = format!("{failure:?}");
    assert!(!all.contains(KEY), "{all}");
    failure
}

const HI: &str = r#"{"goal":"Say hi"}"#;
const RETURNS: &str = r#"{"goal":"Count","returns":{"type":"object","required":["n"],
    "properties":{"n":{"type":"integer"},"s":{"enum":["low","high"]}}}}"#;
const LIST: &str = r#"{"goal":"List","returns":{"type":"array","items":{"type":"integer"}}}"#;

/// Hears all that work says, and decides as it is told.
pub(crate) struct Heard {
    said: Mutex<Vec<Progress>>,
    pub(crate) asked: Mutex<Vec<Question>>,
    decision: Option<bool>,
}

impl Heard {
    pub(crate) fn new(decision: Option<bool>) -> Arc<Self> {
        Arc::new(Self {
            said: Mutex::default(),
            asked: Mutex::default(),
            decision,
        })
    }

    pub(crate) fn text(&self) -> String {
        let said = self.said.lock().unwrap();
        let texts = said.iter().filter_map(|p| match p {
            Progress::Text(text) => Some(text.as_str()),
            Progress::Note(_) => None,
        });
        texts.collect()
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        let said = self.said.lock().unwrap();
        let notes = said.iter().filter_map(|p| match p {
            Progress::Note(text) => Some(text.clone()),
            Progress::Text(_) => None,
        });
        notes.collect()
    }
}

impl Listen for Heard {
    fn said(&self, progress: Progress) {
        self.said.lock().unwrap().push(progress);
    }

    fn asked(&self, question: Question) -> Deciding {
        self.asked.lock().unwrap().push(question);
        let decision = self.decision.map(|approve| Decision {
            approve,
            by: Some("ann".into()),
            comment: Some("not today".into()).filter(|_| !approve),
        });
        Box::pin(async move {
            if decision.is_none() {
                std::future::pending::<()>().await;
            }
            decision
        })
    }
}

async fn heard_by(agent: &AgentExecutor, args: &str, heard: &Arc<Heard>) -> Answer {
    let (_stopper, mut job) = job(value(args));
    job.link = Link::new(heard.clone());
    in_time(agent.execute(job)).await
}

fn used(answer: &Answer) -> Usage {
    match answer {
        Answer::Done { usage, .. } => usage.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn chat_completions_give_their_text_wherever_the_stream_is_cut() {
    let text = "Grüße, world! 🎉 data: \\n";
    for piece in [0, 1, 2, 3, 5, 7, 64, 199] {
        let body = chat_text(text);
        let endpoint = Endpoint::new([stream(&body).in_pieces(piece, Duration::ZERO)]);
        let agent = agent(
            "openai",
            &endpoint,
            "temperature = 0.5\nsystem = \"Be kind.\"\nmax_tokens = 50",
        );
        let heard = Heard::new(None);
        let answer = block_on(heard_by(&agent, HI, &heard));
        let usage = used(&answer);
        assert_eq!(done(answer), Value::from(text), "{piece}");
        assert_eq!(heard.text(), text);
        // 50 fresh at 10, 50 from the cache at 1, 20 out at 100 dollars for a million.
        assert_eq!(usage.tokens, 120);
        assert!((usage.usd - 0.002_55).abs() < 1e-9, "{usage:?}");
        let asked = endpoint.asked().remove(0);
        assert_eq!(asked.line, "POST /v1/chat/completions HTTP/1.1");
        assert_eq!(asked.headers["authorization"], format!("Bearer {KEY}"));
        assert!(asked.headers["idempotency-key"].starts_with("run-1/steps[0]/1/"));
        let messages = js!([{ "role": "system", "content": "Be kind." }, { "role": "user", "content": "Say hi" }]);
        let expected = js!({ "model": "m-1", "messages": messages, "stream": true,
            "stream_options": { "include_usage": true }, "temperature": 0.5, "max_tokens": 50 });
        assert_eq!(asked.body, expected);
    }
}

#[test]
fn messages_give_their_text_wherever_the_stream_is_cut() {
    let text = "Grüße, world! 🎉 event: x";
    for piece in [0, 1, 2, 3, 5, 7, 64, 199] {
        let body = messages_body(
            &[Block::Text("Grüße, world! "), Block::Text("🎉 event: x")],
            "end_turn",
        );
        let endpoint = Endpoint::new([stream(&body).in_pieces(piece, Duration::ZERO)]);
        let agent = agent(
            "anthropic",
            &endpoint,
            "temperature = 0.5\nsystem = \"Be kind.\"\nheaders = { X-Team = \"a\" }",
        );
        let heard = Heard::new(None);
        let answer = block_on(heard_by(
            &agent,
            r#"{"goal":"Say hi","context":{"a":1},"model":"m-1"}"#,
            &heard,
        ));
        let usage = used(&answer);
        assert_eq!(done(answer), Value::from(text), "{piece}");
        assert_eq!(heard.text(), text);
        assert_eq!(usage.tokens, 120);
        // 60 at 10, 30 from the cache at 1, 10 into it at 20, 20 out at 100.
        assert!((usage.usd - 0.002_83).abs() < 1e-9, "{usage:?}");
        let asked = endpoint.asked().remove(0);
        assert_eq!(asked.line, "POST /v1/messages HTTP/1.1");
        assert_eq!(asked.headers["x-api-key"], KEY);
        assert_eq!(asked.headers["anthropic-version"], "2023-06-01");
        assert_eq!(asked.headers["x-team"], "a");
        let prompt = "Say hi\n\nContext:\n{\n  \"a\": 1\n}";
        let expected = js!({ "model": "m-1", "max_tokens": 8192, "messages": [{ "role": "user", "content": prompt }],
            "stream": true, "system": "Be kind.", "temperature": 0.5 });
        assert_eq!(asked.body, expected);
    }
}

#[test]
fn an_answer_in_one_piece_will_do() {
    let chat = js!({ "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": "hi" } }],
        "usage": { "prompt_tokens": 5, "completion_tokens": 2 } });
    let endpoint = Endpoint::new([in_one_piece(&chat)]);
    let answer = ask(&agent("openai", &endpoint, ""), HI);
    assert_eq!(used(&answer).tokens, 7);
    assert_eq!(done(answer), Value::from("hi"));
    let message = js!({ "type": "message", "content": [{ "type": "text", "text": "hi" }], "stop_reason": "end_turn",
        "usage": { "input_tokens": 5, "output_tokens": 2 } });
    let endpoint = Endpoint::new([in_one_piece(&message)]);
    let answer = ask(&agent("anthropic", &endpoint, ""), HI);
    assert_eq!(used(&answer).tokens, 7);
    assert_eq!(done(answer), Value::from("hi"));
}

fn in_one_piece(body: &Json) -> crate::endpoint::Answer {
    crate::endpoint::Answer::new("200 OK", "application/json", body.to_string())
}

#[test]
fn an_answer_with_a_type_is_asked_for_by_its_schema() {
    let endpoint = Endpoint::new([stream(&chat_text(
        "{\"n\": 3, \"s\": \"low\", \"more\": 1}",
    ))]);
    let answer = ask(&agent("openai", &endpoint, ""), RETURNS);
    assert_eq!(used(&answer).agent_calls, 0);
    assert_eq!(json::format(&done(answer)), r#"{"n":3,"s":"low"}"#);
    let body = endpoint.bodies().remove(0);
    assert_eq!(body["response_format"]["type"], "json_schema");
    assert_eq!(
        body["response_format"]["json_schema"]["schema"]["required"],
        js!(["n"])
    );

    let plain = Endpoint::new([stream(&chat_text("{\"n\": 3}"))]);
    done(ask(
        &agent("openai", &plain, "structured = \"object\""),
        RETURNS,
    ));
    assert_eq!(
        plain.bodies()[0]["response_format"],
        js!({ "type": "json_object" })
    );
    done(ask(
        &agent("openai", &plain, "structured = \"prompt\""),
        RETURNS,
    ));
    let body = &plain.bodies()[1];
    assert!(body.get("response_format").is_none());
    let prompt = body["messages"][0]["content"].as_str().unwrap();
    assert!(prompt.contains("\"required\": ["), "{prompt}");
}

#[test]
fn what_is_no_object_is_put_into_one() {
    let endpoint = Endpoint::new([stream(&chat_text("{\"value\": [1, 2]}"))]);
    let answer = done(ask(&agent("openai", &endpoint, ""), LIST));
    assert_eq!(json::format(&answer), "[1,2]");
    let schema = &endpoint.bodies()[0]["response_format"]["json_schema"]["schema"];
    assert_eq!(schema["properties"]["value"]["type"], "array");

    let call = [Block::Call("t1", "wfc_answer", "{\"value\": [3]}")];
    let endpoint = Endpoint::new([stream(&messages_body(&call, "tool_use"))]);
    let answer = done(ask(&agent("anthropic", &endpoint, ""), LIST));
    assert_eq!(json::format(&answer), "[3]");
    let body = endpoint.bodies().remove(0);
    assert_eq!(
        body["tool_choice"],
        js!({ "type": "tool", "name": "wfc_answer" })
    );
    assert_eq!(body["tools"][0]["input_schema"]["required"], js!(["value"]));
}

#[test]
fn an_answer_that_does_not_fit_is_mended_once() {
    let endpoint = Endpoint::new([
        stream(&chat_text("{\"n\": \"x\"}")),
        stream(&chat_text("{\"n\": 4}")),
    ]);
    let answer = ask(&agent("openai", &endpoint, ""), RETURNS);
    assert_eq!(used(&answer).agent_calls, 1);
    assert_eq!(used(&answer).tokens, 240);
    assert_eq!(json::format(&done(answer)), r#"{"n":4}"#);
    let messages = endpoint.bodies().remove(1)["messages"].clone();
    assert_eq!(
        messages[1],
        js!({ "role": "assistant", "content": "{\"n\": \"x\"}" })
    );
    let why = messages[2]["content"].as_str().unwrap();
    assert!(
        why.contains("at `n`: expected `int`, found the string"),
        "{why}"
    );

    let wrong = [
        Block::Text("Here."),
        Block::Call("t1", "wfc_answer", "{\"n\": true}"),
    ];
    let right = [Block::Call("t2", "wfc_answer", "{\"n\": 5}")];
    let endpoint = Endpoint::new([
        stream(&messages_body(&wrong, "tool_use")),
        stream(&messages_body(&right, "tool_use")),
    ]);
    let answer = done(ask(&agent("anthropic", &endpoint, ""), RETURNS));
    assert_eq!(json::format(&answer), r#"{"n":5}"#);
    let messages = endpoint.bodies().remove(1)["messages"].clone();
    assert_eq!(messages[1]["content"][1]["input"], js!({ "n": true }));
    let result = &messages[2]["content"][0];
    assert_eq!(
        (&result["tool_use_id"], &result["is_error"]),
        (&js!("t1"), &js!(true))
    );
    assert!(
        result["content"]
            .as_str()
            .unwrap()
            .contains("expected `int`")
    );
}

#[test]
fn a_second_answer_that_does_not_fit_is_a_typed_error() {
    let endpoint = Endpoint::new([stream(&chat_text("{\"n\": 1, \"s\": \"mid\"}"))]);
    let failure = failing(&agent("openai", &endpoint, ""), RETURNS);
    assert_eq!(failure.code, FaultCode::TypeMismatch);
    assert_eq!(failure.details.get("place"), Some(&Value::from(".s")));
    assert_eq!(
        failure.details.get("expected"),
        Some(&Value::from("\"low\" | \"high\""))
    );
    assert_eq!(endpoint.asked().len(), 2);
    assert_eq!(failure.usage.unwrap().tokens, 240);

    let endpoint = Endpoint::new([stream(&chat_text("no"))]);
    let failure = failing(&agent("openai", &endpoint, ""), RETURNS);
    assert_eq!(failure.code, FaultCode::ParseError);
    assert_eq!(failure.details.get("found"), Some(&Value::from("no")));
}

/// An MCP server in shell: `search` gives what is in `q`, `leak` a secret, `delete` is destructive, `slow` never ends. Calls are
/// written to `calls`.
pub(crate) fn tools(cwd: &Path) -> String {
    let script = r#"
while IFS= read -r line; do
  id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
  case "$line" in
    *'"initialize"'*) version=$(printf '%s' "$line" | sed -n 's/.*"protocolVersion":"\([^"]*\)".*/\1/p')
      echo '{"jsonrpc":"2.0","id":'$id',"result":{"protocolVersion":"'$version'","capabilities":{"tools":{}},"serverInfo":{"name":"x","version":"1"}}}';;
    *'"tools/list"'*) echo '{"jsonrpc":"2.0","id":'$id',"result":{"tools":[
{"name":"search","description":"Finds things.","inputSchema":{"type":"object","properties":{"q":{"type":"string"}},"required":["q"]}},
{"name":"leak","inputSchema":{"type":"object"}},{"name":"slow","inputSchema":{"type":"object"}},
{"name":"delete","inputSchema":{"type":"object"},"annotations":{"destructiveHint":true,"readOnlyHint":false}}]}}' | tr -d '\n'; echo;;
    *'"tools/call"'*) printf '%s\n' "$line" >> calls
      case "$line" in
        *'"slow"'*) ;;
        *'"leak"'*) echo '{"jsonrpc":"2.0","id":'$id',"result":{"content":[{"type":"text","text":"it is s3cr3t-t0ken"}]}}';;
        *) echo '{"jsonrpc":"2.0","id":'$id',"result":{"content":[{"type":"text","text":"found 3"}]}}';;
      esac;;
  esac
done
"#;
    std::fs::write(cwd.join("server.sh"), script).unwrap();
    "[tools.box]\ncommand = \"bash\"\nargs = [\"server.sh\"]".to_owned()
}

/// Calls that the server in `cwd` got.
pub(crate) fn calls(cwd: &Path) -> usize {
    std::fs::read_to_string(cwd.join("calls")).map_or(0, |text| text.lines().count())
}

const WITH_TOOLS: &str = r#"{"goal":"Find","tools":["box.search","box.leak","box.delete"]}"#;

#[test]
fn tools_are_offered_called_and_their_results_handed_back() {
    let dir = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::new([
        stream(&chat_calls(&[
            ("a", "box_search", "{\"q\": \"x\"}"),
            ("b", "box_search", "{\"p\": 1}"),
            ("c", "box_search", "{\"q\":"),
            ("d", "box_serch", "{}"),
            ("e", "box_leak", ""),
        ])),
        stream(&chat_text("There are 3.")),
    ]);
    let agent = agent_in(dir.path(), "openai", &endpoint, &tools(dir.path()));
    let heard = Heard::new(None);
    let answer = block_on(async {
        let answer = heard_by(&agent, WITH_TOOLS, &heard).await;
        agent.close().await;
        answer
    });
    assert_eq!(
        used(&answer),
        Usage {
            tokens: 240,
            usd: 0.0051,
            agent_calls: 0
        }
    );
    assert_eq!(done(answer), Value::from("There are 3."));
    let bodies = endpoint.bodies();
    let offered = bodies[0]["tools"].as_array().unwrap();
    let names: Vec<&str> = offered
        .iter()
        .map(|t| t["function"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["box_delete", "box_leak", "box_search"]);
    assert_eq!(offered[2]["function"]["description"], "Finds things.");
    assert_eq!(offered[2]["function"]["parameters"]["required"], js!(["q"]));
    let messages = bodies[1]["messages"].as_array().unwrap();
    assert_eq!(messages[1]["tool_calls"].as_array().unwrap().len(), 5);
    let result = |at: usize| {
        let message = &messages[at + 2];
        assert_eq!(message["role"], "tool");
        message["content"].as_str().unwrap()
    };
    assert_eq!(result(0), "found 3");
    assert_eq!(messages[2]["tool_call_id"], "a");
    assert!(
        result(1).contains("`q`") && result(1).contains("not called"),
        "{}",
        result(1)
    );
    assert!(
        result(2).starts_with("the arguments are not JSON"),
        "{}",
        result(2)
    );
    assert!(
        result(3).starts_with("there is no tool `box_serch`"),
        "{}",
        result(3)
    );
    assert_eq!(result(4), "it is ***");
    assert_eq!(calls(dir.path()), 2, "only what fits is called");
    assert_eq!(heard.notes()[0], "calls `box.search` {\"q\":\"x\"}");
}

#[test]
fn tools_and_a_typed_answer_go_together() {
    let dir = tempfile::tempdir().unwrap();
    let both = [
        Block::Text("Let me look."),
        Block::Call("t1", "box_search", "{\"q\": \"x\"}"),
        Block::Call("t2", "wfc_answer", "{\"n\": 0}"),
    ];
    let endpoint = Endpoint::new([
        stream(&messages_body(&both, "tool_use")),
        stream(&messages_body(
            &[Block::Call("t3", "wfc_answer", "{\"n\": 3}")],
            "tool_use",
        )),
    ]);
    let agent = agent_in(dir.path(), "anthropic", &endpoint, &tools(dir.path()));
    let args = RETURNS.replacen('{', "{\"tools\":[\"box.search\"],", 1);
    assert_eq!(json::format(&done(ask(&agent, &args))), r#"{"n":3}"#);
    let bodies = endpoint.bodies();
    assert_eq!(bodies[0]["tool_choice"], js!({ "type": "any" }));
    let results = &bodies[1]["messages"][2]["content"];
    assert_eq!(results[0]["content"], "found 3");
    assert_eq!(
        results[1]["is_error"], true,
        "an answer beside other calls was given too early"
    );
}

#[test]
fn a_destructive_tool_is_called_only_when_it_is_allowed() {
    for (settings, decision, called, says) in [
        ("", Some(true), 1, "found 3"),
        ("", Some(false), 0, "a person denied it: not today"),
        (
            "permission_timeout = \"50ms\"",
            None,
            0,
            "nobody allowed it in time",
        ),
        ("permissions = \"allow\"", None, 1, "found 3"),
        ("permissions = \"deny\"", None, 0, "which is not allowed"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let endpoint = Endpoint::new([
            stream(&chat_calls(&[("a", "box_delete", "{\"what\": 7}")])),
            stream(&chat_text("done")),
        ]);
        let more = format!("{settings}\n{}", tools(dir.path()));
        let agent = agent_in(dir.path(), "openai", &endpoint, &more);
        let heard = Heard::new(decision);
        let answer = block_on(heard_by(&agent, WITH_TOOLS, &heard));
        assert_eq!(done(answer), Value::from("done"));
        assert_eq!(calls(dir.path()), called, "{settings} {decision:?}");
        let result = endpoint.bodies()[1]["messages"][2]["content"].clone();
        assert!(result.as_str().unwrap().contains(says), "{result}");
        if settings.is_empty() {
            let asked = heard.asked.lock().unwrap();
            assert_eq!(
                asked[0].prompt,
                "The agent `m` wants to call the destructive tool `box.delete`"
            );
            let items = json::format(&asked[0].items);
            assert_eq!(items, r#"{"tool":"box.delete","arguments":{"what":7}}"#);
        }
    }
}

#[test]
fn the_settings_can_make_a_tool_destructive() {
    let dir = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::new([
        stream(&chat_calls(&[("a", "box_search", "{\"q\": \"x\"}")])),
        stream(&chat_text("done")),
    ]);
    let more = format!(
        "permissions = \"deny\"\n{}\n[tools.\"box.se*\"]\ndestructive = true",
        tools(dir.path())
    );
    done(ask(
        &agent_in(dir.path(), "openai", &endpoint, &more),
        WITH_TOOLS,
    ));
    assert_eq!(calls(dir.path()), 0);
}

#[test]
fn a_tool_that_there_is_not_is_told_before_the_model_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::new([stream(&chat_text("x"))]);
    let agent = agent_in(dir.path(), "openai", &endpoint, &tools(dir.path()));
    let failure = failing(&agent, r#"{"goal":"Find","tools":["box.serch"]}"#);
    assert_eq!(
        failure.message,
        "the server of `box.serch` has no tool `serch`: did you mean `search`?"
    );
    let failure = failing(&agent, r#"{"goal":"Find","tools":["bax.search"]}"#);
    assert_eq!(failure.code, FaultCode::NotConfigured);
    assert_eq!(endpoint.asked().len(), 0);
}

#[test]
fn rounds_of_tools_end() {
    let dir = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::new([stream(&chat_calls(&[(
        "a",
        "box_search",
        "{\"q\": \"x\"}",
    )]))]);
    let more = format!("max_tool_rounds = 3\n{}", tools(dir.path()));
    let failure = failing(
        &agent_in(dir.path(), "openai", &endpoint, &more),
        WITH_TOOLS,
    );
    assert_eq!(failure.code, FaultCode::AgentError);
    assert!(
        failure.message.contains("raise `max_tool_rounds`"),
        "{}",
        failure.message
    );
    assert_eq!(calls(dir.path()), 3);
    assert_eq!(failure.usage.unwrap().tokens, 480);
}

#[test]
fn the_same_call_has_the_same_key_and_a_repeated_one_another() {
    let dir = tempfile::tempdir().unwrap();
    let call = ("a", "box_search", "{\"q\": \"x\"}");
    let endpoint = Endpoint::new([
        stream(&chat_calls(&[
            call,
            ("b", "box_search", "{\"q\": \"y\"}"),
            call,
        ])),
        stream(&chat_text("done")),
        stream(&chat_calls(&[("z", "box_search", "{ \"q\":\"x\" }")])),
        stream(&chat_text("done")),
    ]);
    let agent = agent_in(dir.path(), "openai", &endpoint, &tools(dir.path()));
    block_on(async {
        done(execute(&agent, value(WITH_TOOLS)).await);
        done(execute(&agent, value(WITH_TOOLS)).await);
    });
    let calls = std::fs::read_to_string(dir.path().join("calls")).unwrap();
    let keys: Vec<String> = calls
        .lines()
        .map(|line| {
            let json: Json = serde_json::from_str(line).unwrap();
            json["params"]["_meta"]["wfc/idempotencyKey"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert!(keys[0].starts_with("run-1/steps[0]/"), "{keys:?}");
    assert_eq!(keys[0], keys[3], "the same call of another attempt");
    assert_ne!(keys[0], keys[1]);
    assert_ne!(
        keys[0], keys[2],
        "made twice by one attempt: two pieces of work"
    );
}

#[test]
fn what_endpoints_answer_instead_is_told() {
    use crate::endpoint::Answer as A;
    let html = A::new("200 OK", "text/html", "<h1>hello</h1>");
    let json = |status: &str, body: &str| A::new(status, "application/json", body);
    let error = r#"{"error":{"message":"slow\n down","type":"rate_limit_error"}}"#;
    for (answer, code, contains) in [
        (html, FaultCode::AgentError, "answered with `text/html`"),
        (
            json("200 OK", "nope"),
            FaultCode::AgentError,
            "answered with what is no JSON",
        ),
        (
            json("200 OK", "{}"),
            FaultCode::AgentError,
            "answered without `c",
        ),
        (
            json("200 OK", error),
            FaultCode::AgentError,
            "failed: slow down",
        ),
        (
            json(
                "400 Bad Request",
                r#"{"error":{"message":"no such field"}}"#,
            ),
            FaultCode::AgentError,
            "answered with status 400 (Bad Request); it wrote: no such field",
        ),
        (
            json(
                "401 Unauthorized",
                &format!(r#"{{"error":{{"message":"bad key {KEY}"}}}}"#),
            ),
            FaultCode::NotConfigured,
            "answered with status 401 (Unauthorized): mend `api_key` of `[agents.m]` in `wfc.toml`",
        ),
        (
            json("404 Not Found", "{}"),
            FaultCode::AgentError,
            "see whether it has the model `m-1`",
        ),
        (
            A::new("502 Bad Gateway", "text/html", "<html>"),
            FaultCode::AgentError,
            "status 502 (Bad Gateway)",
        ),
        (
            json("307 Temporary Redirect", "").header("location: http://elsewhere.example/x?key=1"),
            FaultCode::NotConfigured,
            "wants to be asked at `http://elsewhere.example/x`",
        ),
        (
            stream("data: {\"a\": \n\n"),
            FaultCode::AgentError,
            "sent what is no JSON",
        ),
        (
            stream("\u{0}\u{1}garbage without an end"),
            FaultCode::AgentError,
            "broke off its answer",
        ),
        (stream(""), FaultCode::AgentError, "broke off its answer"),
    ] {
        for kind in ["openai", "anthropic"] {
            let endpoint = Endpoint::new([answer.clone()]);
            let failure = failing(&agent(kind, &endpoint, ""), HI);
            assert_eq!(failure.code, code, "{}", failure.message);
            assert!(
                failure.message.contains(contains),
                "{kind}: {}",
                failure.message
            );
        }
    }
}

#[test]
fn errors_that_pass_say_so_and_when() {
    let limited = crate::endpoint::Answer::new(
        "429 Too Many Requests",
        "application/json",
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"too many"}}"#,
    );
    let endpoint = Endpoint::new([limited.header("retry-after: 17")]);
    for kind in ["openai", "anthropic"] {
        let failure = failing(&agent(kind, &endpoint, ""), HI);
        assert_eq!(failure.code, FaultCode::AgentError);
        let details = json::format(&failure.details);
        assert_eq!(
            details,
            r#"{"status":429,"kind":"rate_limit_error","retry_after":17.0,"retryable":true}"#
        );
    }
    let overloaded = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n";
    let endpoint = Endpoint::new([stream(overloaded)]);
    let failure = failing(&agent("anthropic", &endpoint, ""), HI);
    assert_eq!(failure.message, "the agent `m` failed: Overloaded");
    assert_eq!(failure.details.get("retryable"), Some(&Value::from(true)));
    let endpoint = Endpoint::new([stream(
        "data: {\"error\":{\"message\":\"boom\",\"code\":\"server_error\"}}\n\n",
    )]);
    let failure = failing(&agent("openai", &endpoint, ""), HI);
    assert_eq!(failure.message, "the agent `m` failed: boom");
}

#[test]
fn what_the_model_does_not_end_well_is_an_error() {
    let refused = chat_body(
        &[js!({ "refusal": "I will " }), js!({ "refusal": "not." })],
        "stop",
        (1, 1),
    );
    for (body, contains) in [
        (refused, "refused to answer: I will not."),
        (
            chat_body(&[js!({ "content": "a" })], "content_filter", (1, 1)),
            "refused to answer",
        ),
        (
            chat_body(&[js!({ "content": "a" })], "length", (1, 1)),
            "raise `max_tokens`",
        ),
        (
            chat_body(&[js!({ "content": "a" })], "weather", (1, 1)),
            "for the reason `weather`",
        ),
        (
            chat_body(&[js!({ "content": " " })], "stop", (1, 1)),
            "gave an empty answer",
        ),
    ] {
        let endpoint = Endpoint::new([stream(&body)]);
        let failure = failing(&agent("openai", &endpoint, ""), HI);
        assert_eq!(failure.code, FaultCode::AgentError);
        assert!(failure.message.contains(contains), "{}", failure.message);
        assert_eq!(failure.usage.unwrap().tokens, 2);
    }
    for (stop, contains) in [
        ("refusal", "refused to answer: No."),
        ("max_tokens", "raise `max_tokens`"),
        ("pause_turn", "for the reason `pause_turn`"),
    ] {
        let endpoint = Endpoint::new([stream(&messages_body(&[Block::Text("No.")], stop))]);
        let failure = failing(&agent("anthropic", &endpoint, ""), HI);
        assert!(failure.message.contains(contains), "{}", failure.message);
    }
}

#[test]
fn a_stream_that_breaks_off_anywhere_is_an_error_and_never_half_an_answer() {
    let (chat, message) = (
        chat_text("hello world"),
        messages_body(&[Block::Text("hello")], "end_turn"),
    );
    // A stream that told why it ended may lack its last mark.
    let told = chat.find("finish_reason\":\"stop").unwrap();
    for (kind, body, end) in [
        ("openai", &chat, told),
        ("anthropic", &message, message.len() - 4),
    ] {
        for cut in (0..end).step_by(23) {
            let part = body.get(..cut).unwrap();
            let endpoint = Endpoint::new([stream(part), stream(part).cut_off()]);
            let agent = agent(kind, &endpoint, "");
            for _ in 0..2 {
                let failure = failing(&agent, HI);
                assert_eq!(failure.code, FaultCode::AgentError);
                let fine = ["broke off its answer", "no JSON"]
                    .iter()
                    .any(|w| failure.message.contains(w));
                assert!(fine, "{kind} {cut}: {}", failure.message);
            }
        }
    }
}

#[test]
fn a_garbled_stream_is_an_answer_or_an_error_and_nothing_else() {
    let call = [
        Block::Text("a"),
        Block::Call("t1", "box_search", "{\"q\": \"x\"}"),
    ];
    let bodies = [
        ("openai", chat_text("hello world")),
        (
            "openai",
            chat_calls(&[("a", "box_search", "{\"q\": \"x\"}")]),
        ),
        ("anthropic", messages_body(&call, "tool_use")),
    ];
    // A generator of Marsaglia's, with a seed of its own: the same streams each time.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for (kind, body) in bodies {
        let garbled = (0..60).map(|_| {
            let mut bytes = body.clone().into_bytes();
            for _ in 0..=random(4) {
                let at = random(bytes.len());
                match random(4) {
                    0 => bytes[at] = u8::try_from(random(256)).unwrap(),
                    1 => drop(bytes.remove(at)),
                    2 => bytes.insert(at, b"\n\r{}[]\":,0-\\e"[random(13)]),
                    _ => {
                        let end = at + random(bytes.len() - at);
                        let part = bytes[at..end].to_vec();
                        let to = random(bytes.len());
                        bytes.splice(to..to, part);
                    }
                }
            }
            let body = String::from_utf8_lossy(&bytes).into_owned();
            stream(&body)
        });
        let endpoint = Endpoint::new(garbled.collect::<Vec<_>>());
        let agent = agent(kind, &endpoint, "max_tool_rounds = 0");
        block_on(async {
            for _ in 0..60 {
                let answer = in_time(execute(&agent, value(HI))).await;
                assert!(
                    matches!(answer, Answer::Done { .. } | Answer::Failed(_)),
                    "{answer:?}"
                );
            }
        });
    }
}

#[test]
fn answers_that_are_too_long_or_never_end_are_errors() {
    let endpoint = Endpoint::new([stream(&chat_text(&"x".repeat(4_000)))]);
    let failure = failing(&agent("openai", &endpoint, "max_response_bytes = 3000"), HI);
    assert_eq!(failure.code, FaultCode::LimitExceeded);
    assert!(
        failure.message.contains("more than 3000 bytes"),
        "{}",
        failure.message
    );
    let endless = format!("data: {}", "x".repeat(6 * 1024 * 1024));
    let endpoint = Endpoint::new([stream(&endless)]);
    assert_eq!(
        failing(&agent("openai", &endpoint, ""), HI).code,
        FaultCode::LimitExceeded
    );
}

#[test]
fn silence_and_slowness_end() {
    let silent = stream("data: {}\n\n").and_silence();
    let endpoint = Endpoint::new([silent]);
    let failure = failing(&agent("openai", &endpoint, "idle_timeout = \"200ms\""), HI);
    assert_eq!(failure.code, FaultCode::Timeout);
    assert_eq!(failure.message, "the agent `m` said nothing for 0.2 s");
    // It goes on and on, and is never silent.
    let slow = stream(&": x\n\n".repeat(2_000)).in_pieces(5, Duration::from_millis(10));
    let endpoint = Endpoint::new([slow]);
    let failure = failing(&agent("openai", &endpoint, "timeout = \"300ms\""), HI);
    assert_eq!(failure.code, FaultCode::Timeout);
    assert_eq!(failure.message, "the agent `m` did not answer within 0.3 s");
}

#[test]
fn nobody_there_is_an_error_with_the_address_and_without_its_query() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = free.local_addr().unwrap();
    drop(free);
    let settings = settings("openai", &format!("http://{at}/v1?key=hunter2"), "");
    let agent = agents(&settings, around(Path::new("/"), &[("key", KEY)]));
    let failure = failing(&agent, HI);
    let expected =
        format!("the agent `m` cannot be reached at `http://{at}/v1/chat/completions`: ");
    assert!(
        failure.message.starts_with(&expected),
        "{}",
        failure.message
    );
    assert_eq!(failure.details.get("retryable"), Some(&Value::from(true)));
}

/// Stops a job as soon as `when` has come; the job ends in time.
fn stopped(agent: &AgentExecutor, args: &str, when: impl Future<Output = ()>) -> Answer {
    block_on(async {
        let (stopper, job): (_, Job) = job(value(args));
        let stopping = async {
            when.await;
            stopper.stop();
        };
        let (answer, ()) = tokio::join!(in_time(agent.execute(job)), stopping);
        answer
    })
}

#[test]
fn a_job_can_be_stopped_at_any_moment() {
    let moments = |endpoint: Arc<Endpoint>, asked: usize| async move {
        while endpoint.asked().len() < asked {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let hanging = crate::endpoint::Answer::new("200 OK", "text/event-stream", "").and_silence();
    let endpoint = Arc::new(Endpoint::new([hanging]));
    let agent_of = |endpoint: &Endpoint| agent("openai", endpoint, "");
    // Before it began, and while the endpoint thinks.
    let begun = agent_of(&endpoint);
    assert_eq!(stopped(&begun, HI, async {}), Answer::Cancelled);
    assert_eq!(stopped(&begun, HI, moments(endpoint, 1)), Answer::Cancelled);
    // In the midst of an answer.
    let slow = stream(&chat_text(&"word ".repeat(500))).in_pieces(20, Duration::from_millis(5));
    let endpoint = Arc::new(Endpoint::new([slow]));
    for ms in [0, 1, 5, 20, 80, 200] {
        let when = async {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        };
        assert_eq!(
            stopped(&agent_of(&endpoint), HI, when),
            Answer::Cancelled,
            "{ms}"
        );
    }
    // During a call of a tool, whose server does not answer any more: how far it came is not known.
    let dir = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::new([stream(&chat_calls(&[("a", "box_slow", "{}")]))]);
    let slow = agent_in(dir.path(), "openai", &endpoint, &tools(dir.path()));
    let called = async {
        line_of(&dir.path().join("calls")).await;
    };
    let answer = stopped(&slow, r#"{"goal":"Wait","tools":["box.slow"]}"#, called);
    assert_eq!(answer, Answer::Unknown);
    // While a person is asked.
    let endpoint = Endpoint::new([stream(&chat_calls(&[("a", "box_delete", "{}")]))]);
    let asks = agent_in(dir.path(), "openai", &endpoint, &tools(dir.path()));
    let heard = Heard::new(None);
    let answer = block_on(async {
        let (stopper, mut job) = job(value(WITH_TOOLS));
        job.link = Link::new(heard.clone());
        let asked = async {
            while heard.asked.lock().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            stopper.stop();
        };
        tokio::join!(in_time(asks.execute(job)), asked).0
    });
    assert_eq!(answer, Answer::Cancelled);
}

#[test]
fn the_agents_time_ends_a_tool_that_never_does() {
    let dir = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::new([stream(&chat_calls(&[("a", "box_slow", "{}")]))]);
    let more = format!("timeout = \"700ms\"\n{}", tools(dir.path()));
    let agent = agent_in(dir.path(), "openai", &endpoint, &more);
    let answer = block_on(in_time(execute(
        &agent,
        value(r#"{"goal":"Wait","tools":["box.slow"]}"#),
    )));
    // The tool was told to stop, and did not say whether it had.
    assert_eq!(answer, Answer::Unknown);
}

#[test]
fn a_budget_ends_the_rounds() {
    let dir = tempfile::tempdir().unwrap();
    let call = stream(&chat_calls(&[("a", "box_search", "{\"q\": \"x\"}")]));
    for (tokens, usd, asked, contains) in [
        (
            Some(100),
            None,
            1,
            "the budget of tokens is used up: this step's agent spent 120",
        ),
        (Some(240), None, 2, "spent 240"),
        (
            None,
            Some(0.001),
            1,
            "the budget is used up: this step's agent spent 0.0026 dollars",
        ),
    ] {
        let endpoint = Endpoint::new([call.clone()]);
        let agent = agent_in(dir.path(), "openai", &endpoint, &tools(dir.path()));
        let failure = block_on(async {
            let (_stopper, mut job) = job(value(WITH_TOOLS));
            (job.allowance.tokens, job.allowance.usd) = (tokens, usd);
            failed(in_time(agent.execute(job)).await)
        });
        assert_eq!(failure.code, FaultCode::BudgetExceeded);
        assert!(failure.message.contains(contains), "{}", failure.message);
        assert_eq!(endpoint.asked().len(), asked);
        assert_eq!(failure.usage.unwrap().tokens, 120 * asked as u64);
    }
}

#[test]
fn a_budget_in_dollars_needs_a_price() {
    let endpoint = Endpoint::new([stream(&chat_text("x"))]);
    let agent = agent("openai", &endpoint, "");
    let failure = block_on(async {
        let (_stopper, mut job) = job(value(r#"{"goal":"Say hi","model":"other-2"}"#));
        job.allowance.usd = Some(1.0);
        failed(agent.execute(job).await)
    });
    assert_eq!(failure.code, FaultCode::NotConfigured);
    let add = failure.details.get("add").and_then(Value::as_str).unwrap();
    assert!(
        Settings::parse(add).is_ok(),
        "what is to be added can be read"
    );
    assert_eq!(endpoint.asked().len(), 0);
}

#[test]
fn the_key_is_shown_nowhere_even_when_the_endpoint_shows_it() {
    let body = chat_text(&format!(
        "your key is {KEY}, and\nthe token s3cr3t-t0ken\n{}",
        "x".repeat(600)
    ));
    let endpoint = Endpoint::new([stream(&body)]);
    let heard = Heard::new(None);
    let answer = done(block_on(heard_by(
        &agent("openai", &endpoint, ""),
        HI,
        &heard,
    )));
    let start = "your key is ***, and\nthe token ***\n";
    assert!(answer.as_str().unwrap().starts_with(start), "{answer:?}");
    assert!(heard.text().starts_with(start), "{}", heard.text());
    let echo = format!(r#"{{"error":{{"message":"bad header Bearer {KEY}"}}}}"#);
    let endpoint = Endpoint::new([crate::endpoint::Answer::new(
        "400 Bad Request",
        "application/json",
        echo,
    )]);
    let failure = failing(&agent("openai", &endpoint, ""), HI);
    assert!(
        failure.message.ends_with("bad header Bearer ***"),
        "{}",
        failure.message
    );
}

#[test]
fn a_goal_is_sent_with_its_secrets_masked() {
    let goal = wfc_value::Secret::from_segments([
        wfc_value::Segment::Text("use ".into()),
        wfc_value::Segment::Ref("token".into()),
    ]);
    let args = Value::record([("goal", Value::Secret(goal.unwrap()))]).unwrap();
    let endpoint = Endpoint::new([stream(&chat_text("x"))]);
    done(block_on(execute(&agent("openai", &endpoint, ""), args)));
    assert_eq!(endpoint.bodies()[0]["messages"][0]["content"], "use ***");
}

#[test]
fn a_key_or_a_model_that_is_missing_says_what_to_write() {
    let read = |text: &str| {
        let settings = Settings::parse(text).unwrap();
        let mut around = around(Path::new("/"), &[]);
        around.vault = Arc::new(Vault::new(settings.secrets.clone(), []));
        let failure = failing(&agents(&settings, around), HI);
        assert_eq!(failure.code, FaultCode::NotConfigured);
        failure
    };
    let key =
        read("[agents.m]\ntype = \"openai\"\nmodel = \"x\"\napi_key = { env = \"NO_SUCH_KEY\" }");
    assert!(key.message.contains("`NO_SUCH_KEY`"), "{}", key.message);
    let model = read("[agents.m]\ntype = \"openai\"\nbase_url = \"http://localhost:1\"");
    assert!(
        model.message.contains("write `model = "),
        "{}",
        model.message
    );
}
