//! What endpoints answer instead, and what never ends.

use super::*;

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
    let slow = stream(&chat_text(&"word ".repeat(5_000))).in_pieces(20, Duration::from_millis(5));
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
    let more = format!("timeout = \"3s\"\n{}", tools(dir.path()));
    let agent = agent_in(dir.path(), "openai", &endpoint, &more);
    let answer = block_on(in_time(execute(
        &agent,
        value(r#"{"goal":"Wait","tools":["box.slow"]}"#),
    )));
    // The tool was told to stop, and did not say whether it had.
    assert_eq!(answer, Answer::Unknown);
}
