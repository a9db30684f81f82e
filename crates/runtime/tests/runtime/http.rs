//! `tool` over HTTP: against a real MCP server from npm, and against servers that answer wrongly.

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use wfc_runtime::exec::{Answer, Execute, Failure, Link, ToolExecutor};
use wfc_runtime::settings::{HeaderText, Reached, Remote, Server, Settings};
use wfc_value::{FaultCode, Value};

use crate::origin::{Origin, says};
use crate::session::Heard;
use crate::support::*;
use crate::tool::everything;

fn server(url: &str) -> Server {
    Server {
        reached: Reached::Http(Remote {
            url: url.into(),
            ..Remote::default()
        }),
        start_timeout: Some(Duration::from_secs(20)),
        timeout: None,
    }
}

fn executor(server: Server) -> ToolExecutor {
    let servers = BTreeMap::from([("far".to_owned(), server)]);
    let settings = Settings {
        tools: servers,
        ..Settings::default()
    };
    ToolExecutor::new(&settings, around(Path::new("/"), &[("token", "s3cr3t\n")]))
}

/// The real server, listening; ended at the end.
pub(crate) struct Everything {
    child: Child,
    pub(crate) url: String,
}

impl Everything {
    pub(crate) fn start(port: Option<u16>) -> Option<Self> {
        let program = everything()?;
        let port = port.unwrap_or_else(|| {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        });
        let child = Command::new(program)
            .arg("streamableHttp")
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut started = Self {
            child,
            url: format!("http://localhost:{port}/mcp"),
        };
        while TcpStream::connect(("localhost", port)).is_err() {
            assert_eq!(started.child.try_wait().unwrap(), None, "it ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(started)
    }

    pub(crate) fn port(&self) -> u16 {
        let port = self.url.rsplit([':', '/']).nth(1).unwrap();
        port.parse().unwrap()
    }
}

impl Drop for Everything {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const ECHO: &str = r#"{"tool":"far.echo","arguments":{"message":"x"}}"#;
const LONG: &str =
    r#"{"tool":"far.trigger-long-running-operation","arguments":{"duration":600,"steps":2}}"#;

#[test]
fn a_real_server_is_called_over_http() {
    let Some(far) = Everything::start(None) else {
        return;
    };
    let tools = executor(server(&far.url));
    block_on(async {
        let (a, b) = tokio::join!(execute(&tools, value(ECHO)), execute(&tools, value(ECHO)));
        assert_eq!(
            (done(a), done(b)),
            (Value::from("Echo: x"), Value::from("Echo: x"))
        );
        let unknown = failed(execute(&tools, value(r#"{"tool":"far.ecko"}"#)).await);
        assert_eq!(
            unknown.message,
            "the server of `far.ecko` has no tool `ecko`: did you mean `echo`?"
        );
        let wrong = r#"{"tool":"far.echo","arguments":{"massage":"x"}}"#;
        let wrong = failed(execute(&tools, value(wrong)).await);
        assert!(wrong.message.contains("message"), "{}", wrong.message);
        tools.close().await;
    });
}

#[test]
fn a_long_call_over_http_can_be_cancelled_or_run_out_of_time_and_the_session_goes_on() {
    let Some(far) = Everything::start(None) else {
        return;
    };
    let mut settings = server(&far.url);
    settings.timeout = Some(Duration::from_secs(3));
    let tools = executor(settings);
    block_on(async {
        done(execute(&tools, value(ECHO)).await);
        let (stopper, job) = job(value(LONG));
        let (answer, ()) = tokio::join!(tools.execute(job), async {
            tokio::task::yield_now().await;
            stopper.stop();
        });
        assert!(
            matches!(answer, Answer::Unknown | Answer::Cancelled),
            "{answer:?}"
        );
        let late = failed(execute(&tools, value(LONG)).await);
        assert_eq!(late.code, FaultCode::Timeout);
        assert!(
            late.message.ends_with("did not answer within 3 s"),
            "{}",
            late.message
        );
        assert_eq!(done(execute(&tools, value(ECHO)).await), "Echo: x".into());
        tools.close().await;
    });
}

#[test]
fn a_server_that_went_away_is_an_error_and_is_asked_again_when_it_is_back() {
    let Some(far) = Everything::start(None) else {
        return;
    };
    let (url, port) = (far.url.clone(), far.port());
    let tools = executor(server(&url));
    block_on(async {
        done(execute(&tools, value(ECHO)).await);
        drop(far);
        for _ in 0..2 {
            let down = failed(execute(&tools, value(ECHO)).await);
            assert_eq!(down.code, FaultCode::ToolError);
            assert!(
                down.message
                    .contains(&format!("cannot be reached at `{url}`: "))
                    || down.message.contains("broke off its answer"),
                "{}",
                down.message
            );
        }
        let _back = Everything::start(Some(port)).unwrap();
        assert_eq!(done(execute(&tools, value(ECHO)).await), "Echo: x".into());
        tools.close().await;
    });
}

#[test]
fn a_server_that_ends_during_a_call_is_an_error_when_it_does_not_come_back() {
    let Some(far) = Everything::start(None) else {
        return;
    };
    let tools = executor(server(&far.url));
    block_on(async {
        done(execute(&tools, value(ECHO)).await);
        let heard = Arc::new(Heard::default());
        // It is under way as soon as it tells how far it is, which it does every 0.1 s.
        let (_stopper, mut job) = job(value(&LONG.replace("\"steps\":2", "\"steps\":6000")));
        job.link = Link::new(heard.clone());
        let (answer, ()) = tokio::join!(tools.execute(job), async {
            until(|| !heard.0.lock().unwrap().is_empty()).await;
            drop(far);
        });
        let failure = failed(answer);
        assert_eq!(failure.code, FaultCode::ToolError);
        assert!(
            failure.message.contains("broke off its answer"),
            "{}",
            failure.message
        );
        tools.close().await;
    });
}

/// A server that gives this answer, as it stands, to everybody; and where it is asked.
fn canned(answer: &str) -> (String, Origin) {
    let answer = answer.to_owned();
    let origin = Origin::new(move |_| answer.clone());
    (origin.url("/mcp"), origin)
}

/// Calls a tool of the server at `url`, with a secret in its headers.
fn refused(url: &str) -> Failure {
    let secret = HeaderText::Secret {
        name: "token".into(),
        prefix: "Bearer ".into(),
    };
    let headers = [
        ("Authorization", secret),
        ("X-Team", HeaderText::Text("a b".into())),
    ];
    let reached = Reached::Http(Remote {
        url: url.into(),
        headers: headers.map(|(k, v)| (k.to_owned(), v)).into(),
        ..Remote::default()
    });
    let tools = executor(Server {
        reached,
        start_timeout: Some(Duration::from_secs(5)),
        timeout: None,
    });
    let failure = failed(block_on(execute(&tools, value(r#"{"tool":"far.x"}"#))));
    assert!(!failure.message.contains("s3cr3t"), "{}", failure.message);
    failure
}

#[test]
fn headers_are_sent_and_their_secrets_not_shown() {
    let body = "you sent Bearer s3cr3t, which is wrong";
    let (url, origin) = canned(&says("400 Bad Request", "", body));
    let failure = refused(&url);
    assert_eq!(
        failure.message,
        "the tool server `far` answered with status 400 (Bad Request); it wrote: you sent Bearer \
         ***, which is wrong"
    );
    let asked = origin.asked();
    let sent = |header: &str| asked[0].head.iter().any(|line| line == header);
    assert!(sent("authorization: Bearer s3cr3t"), "{asked:?}");
    assert!(sent("x-team: a b"), "{asked:?}");
}

#[test]
fn what_a_wrong_server_answers_is_told() {
    let page = "<!doctype html><p>Hello</p>";
    let html = "content-type: text/html; charset=utf-8\r\n";
    let json = "content-type: application/json\r\n";
    for (answer, code, expected) in [
        (
            says("401 Unauthorized", "www-authenticate: Bearer\r\n", ""),
            FaultCode::NotConfigured,
            "answered with status 401 (Unauthorized): it wants other credentials in its `headers`",
        ),
        (
            says("401 Unauthorized", html, page),
            FaultCode::NotConfigured,
            "answered with status 401 (Unauthorized): it wants other credentials in its `headers`",
        ),
        (
            says("403 Forbidden", json, "{}"),
            FaultCode::NotConfigured,
            "answered with status 403 (Forbidden): it wants other credentials in its `headers`",
        ),
        (
            says("404 Not Found", html, page),
            FaultCode::ToolError,
            "answered with status 404 (Not Found): see whether `URL` is its address",
        ),
        (
            says("429 Too Many Requests", "", ""),
            FaultCode::ToolError,
            "answered with status 429 (Too Many Requests): it was asked too often",
        ),
        (
            says("500 Internal Server Error", html, page),
            FaultCode::ToolError,
            "answered with status 500 (Internal Server Error)",
        ),
        (
            says("200 OK", html, page),
            FaultCode::ToolError,
            "answered with `text/html`, as no MCP server does: see whether `URL` is its address",
        ),
        (
            says(
                "302 Found",
                "location: https://other.example/mcp?a=1\r\n",
                "",
            ),
            FaultCode::NotConfigured,
            "wants to be asked at `https://other.example/mcp`: write that as its `url` if you trust it",
        ),
        (
            says("308 Permanent Redirect", "location: /other\r\n", ""),
            FaultCode::NotConfigured,
            "wants to be asked at `ORIGIN/other`: write that as its `url` if you trust it",
        ),
    ] {
        let (url, _) = canned(&answer);
        let failure = refused(&format!("{url}?key=k3y"));
        assert_eq!(failure.code, code, "{}", failure.message);
        let expected = expected
            .replace("URL", &url)
            .replace("ORIGIN", url.trim_end_matches("/mcp"));
        assert_eq!(
            failure.message,
            format!("the tool server `far` {expected}"),
            "{answer}"
        );
    }
}

#[test]
fn what_is_no_answer_is_an_error() {
    let json = "content-type: application/json\r\n";
    let (url, _) = canned(&says("200 OK", json, r#"{"hello": 1}"#));
    let failure = refused(&url);
    assert!(
        failure
            .message
            .starts_with("the tool server `far` did not answer as an MCP server does: "),
        "{}",
        failure.message
    );
    let (url, _) = canned(&says("200 OK", json, &" ".repeat(16 << 20)));
    let failure = refused(&url);
    assert_eq!(failure.code, FaultCode::LimitExceeded);
    assert_eq!(
        failure.message,
        "the tool server `far` gave an answer of more than 15 MiB: ask it for less at once"
    );
    let refusal = r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32000,"message":"not today"}}"#;
    let (url, _) = canned(&says("200 OK", json, refusal));
    assert_eq!(
        refused(&url).message,
        "the tool server `far` refused to start a session: not today"
    );
    let endless = "content-type: text/event-stream\r\n";
    let (url, _) = canned(&says("200 OK", endless, "data: hello\n\n"));
    let failure = refused(&url);
    assert!(
        failure.message.contains("before it was ready"),
        "{}",
        failure.message
    );
}

#[test]
fn a_server_that_is_not_there_silent_or_without_encryption_is_told() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let failure = refused(&format!("http://{address}/mcp?key=k3y"));
    let expected = format!("the tool server `far` cannot be reached at `http://{address}/mcp`: ");
    assert!(
        failure.message.starts_with(&expected),
        "{}",
        failure.message
    );
    assert!(!failure.message.contains("k3y"), "{}", failure.message);

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", silent.local_addr().unwrap());
    let mut settings = server(&url);
    settings.start_timeout = Some(Duration::from_millis(300));
    let tools = executor(settings);
    let failure = failed(block_on(execute(&tools, value(ECHO))));
    let expected = format!("the tool server `far` at `{url}` was not ready within 0.3 s");
    assert_eq!(failure.message, expected);

    let (url, _) = canned("HTTP/1.1 400 Bad Request\r\n\r\n");
    let failure = refused(&url.replace("http:", "https:"));
    assert!(
        failure.message.contains("cannot be reached at `https://"),
        "{}",
        failure.message
    );
}

#[test]
fn a_header_without_its_secret_is_told_before_anything_is_sent() {
    let (url, origin) = canned(&says("200 OK", "", ""));
    let mut settings = server(&url);
    let Reached::Http(remote) = &mut settings.reached else {
        panic!("by HTTP")
    };
    let secret = HeaderText::Secret {
        name: "absent".into(),
        prefix: String::new(),
    };
    remote.headers.insert("X-Key".into(), secret);
    let failure = failed(block_on(execute(&executor(settings), value(ECHO))));
    assert_eq!(failure.code, FaultCode::NotConfigured);
    assert!(
        failure.message.contains("`WFC_SECRET_ABSENT`"),
        "{}",
        failure.message
    );
    assert!(origin.asked().is_empty());
}
