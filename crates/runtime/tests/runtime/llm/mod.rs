//! `agent` by endpoints of language models.

mod calling;
mod failures;
mod spending;
mod typed;

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
