//! `http.request`, the built-in tool, against servers of the test's own.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use wfc_runtime::Settings;
use wfc_runtime::exec::{Answer, Execute, Failure, ToolExecutor};
use wfc_value::{FaultCode, Segment, Value, json};

use crate::origin::{Origin, says};
use crate::support::*;

fn redirects(status: &str, to: &str) -> String {
    says(status, &format!("location: {to}\r\n"), "")
}

/// Settings that let the test's own servers be asked.
const HERE: &str = "[http]\nallow_private = [\"127.0.0.1\"]\n";

fn tool(settings: &str) -> ToolExecutor {
    let settings = Settings::parse(settings).unwrap();
    ToolExecutor::new(
        &settings,
        around(Path::new("/"), &[("token", "s3cr3t-token")]),
    )
}

fn args(arguments: Value) -> Value {
    Value::record([("tool", "http.request".into()), ("arguments", arguments)]).unwrap()
}

fn ask(settings: &str, arguments: &str) -> Answer {
    block_on(execute(&tool(settings), args(value(arguments))))
}

fn refused(settings: &str, arguments: &str) -> Failure {
    failed(ask(settings, arguments))
}

/// A request with the secret in a header, and in `extra`.
fn with_secret(url: &str, method: &str, extra: &[(&'static str, Value)]) -> Value {
    let sealed = wfc_value::Secret::from_segments([
        Segment::Text("Bearer ".into()),
        Segment::Ref("token".into()),
    ])
    .unwrap();
    let headers = Value::record([
        ("x-key", Value::Secret(sealed)),
        ("authorization", "Basic abc".into()),
        ("x-plain", "kept".into()),
    ]);
    let mut all = vec![
        ("url", Value::from(url)),
        ("method", method.into()),
        ("headers", headers.unwrap()),
    ];
    all.extend_from_slice(extra);
    args(Value::record(all).unwrap())
}

#[test]
fn an_answer_has_status_headers_and_a_body_that_is_json_where_it_says_so() {
    let json = "content-type: application/vnd.x+json; charset=utf-8\r\nx-a: 1\r\nx-a: 2\r\n";
    let origin = Origin::new(move |asked| match asked.line() {
        "GET /json?q=a+b HTTP/1.1" => says("200 OK", json, r#"{"n":[1,2.5]}"#),
        "GET /none HTTP/1.1" => says("204 No Content", "content-type: application/json\r\n", ""),
        _ => says("200 OK", "content-type: text/plain\r\n", "grün"),
    });
    let answer = ask(
        HERE,
        &format!(
            r#"{{"url":"{}","query":{{"q":"a b"}}}}"#,
            origin.url("/json")
        ),
    );
    let value = done(answer);
    assert_eq!(value.get("status"), Some(&Value::from(200)));
    assert_eq!(json::format(value.get("body").unwrap()), r#"{"n":[1,2.5]}"#);
    let headers = value.get("headers").unwrap();
    assert_eq!(headers.get("x-a"), Some(&Value::from("1, 2")));
    assert_eq!(value.get("url"), Some(&Value::from(origin.url("/json"))));

    let none = done(ask(
        HERE,
        &format!(r#"{{"url":"{}"}}"#, origin.url("/none")),
    ));
    assert_eq!(none.get("body"), Some(&Value::Null));
    let text = format!(r#"{{"url":"{}"}}"#, origin.url("/"));
    assert_eq!(done(ask(HERE, &text)).get("body"), Some(&"grün".into()));
    let base64 = format!(r#"{{"url":"{}","parse":"base64"}}"#, origin.url("/"));
    assert_eq!(
        done(ask(HERE, &base64)).get("body"),
        Some(&"Z3LDvG4=".into())
    );
    let wrong = format!(r#"{{"url":"{}","parse":"json"}}"#, origin.url("/"));
    assert_eq!(refused(HERE, &wrong).code, FaultCode::ParseError);
}

#[test]
fn what_is_sent_is_what_the_step_says_with_the_key_of_its_work() {
    let origin = Origin::new(|_| says("201 Created", "", ""));
    let request = format!(
        r#"{{"url":"{}","method":"POST","body":{{"a":1}},"headers":{{"x-n":5}}}}"#,
        origin.url("/items")
    );
    done(ask(HERE, &request));
    let asked = origin.asked();
    assert_eq!(asked[0].line(), "POST /items HTTP/1.1");
    assert_eq!(asked[0].body, r#"{"a":1}"#);
    assert_eq!(asked[0].header("content-type"), Some("application/json"));
    assert_eq!(asked[0].header("x-n"), Some("5"));
    assert_eq!(asked[0].header("idempotency-key"), Some("run-1/steps[0]"));
}

#[test]
fn a_status_that_is_not_expected_is_an_error_with_the_answer_in_its_details() {
    let origin = Origin::new(|_| {
        says(
            "404 Not Found",
            "retry-after: 7\r\n",
            "no such s3cr3t-token",
        )
    });
    let url = origin.url("/x?key=k");
    let failure = refused(HERE, &format!(r#"{{"url":"{url}"}}"#));
    assert_eq!(failure.code, FaultCode::ToolError);
    let expected = format!(
        "`{}` answered with status 404 (Not Found); it wrote: no such ***",
        origin.url("/x")
    );
    assert_eq!(failure.message, expected);
    assert_eq!(failure.details.get("status"), Some(&Value::from(404)));
    let headers = failure.details.get("headers").unwrap();
    assert_eq!(headers.get("retry-after"), Some(&"7".into()));
    let expected = format!(r#"{{"url":"{url}","expect":[200,404]}}"#);
    assert_eq!(done(ask(HERE, &expected)).get("status"), Some(&404.into()));
}

#[test]
fn private_addresses_are_not_asked_unless_the_settings_say_so() {
    let origin = Origin::new(|_| says("200 OK", "", "in"));
    let port = origin.port;
    for host in [
        "127.0.0.1",
        "localhost",
        "0x7f000001",
        "2130706433",
        "127.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "0.0.0.0",
        "169.254.169.254",
    ] {
        let failure = refused("", &format!(r#"{{"url":"http://{host}:{port}/"}}"#));
        assert_eq!(failure.code, FaultCode::NotConfigured, "{host}");
        assert!(failure.message.contains("private"), "{}", failure.message);
        assert!(
            failure.message.contains("allow_private"),
            "{}",
            failure.message
        );
    }
    assert!(origin.asked().is_empty());
    // The name's address decides, and it can be the name that is allowed.
    for settings in [HERE, "[http]\nallow_hosts = [\"localhost\"]\n"] {
        let value = done(ask(
            settings,
            &format!(r#"{{"url":"http://localhost:{port}/"}}"#),
        ));
        assert_eq!(value.get("body"), Some(&"in".into()));
    }
    let only = "[http]\nonly_hosts = [\"api.example\"]\nallow_private = [\"127.0.0.1\"]\n";
    let failure = refused(only, &format!(r#"{{"url":"http://localhost:{port}/"}}"#));
    assert!(
        failure.message.contains("`only_hosts`"),
        "{}",
        failure.message
    );
    assert_eq!(origin.asked().len(), 2);
}

#[test]
fn a_redirect_does_not_lead_to_a_private_address() {
    // The first host is allowed, and sends the client to where the clouds keep their keys.
    let inner = Origin::new(|_| says("200 OK", "", "keys"));
    let to = format!("http://127.0.0.1:{}/latest/meta-data", inner.port);
    let outer = Origin::new(move |_| redirects("302 Found", &to));
    let settings = "[http]\nallow_hosts = [\"localhost\"]\n";
    let failure = refused(
        settings,
        &format!(r#"{{"url":"http://localhost:{}/"}}"#, outer.port),
    );
    assert_eq!(failure.code, FaultCode::NotConfigured);
    assert!(
        failure.message.contains("127.0.0.1 is private"),
        "{}",
        failure.message
    );
    assert!(inner.asked().is_empty());
}

#[test]
fn redirects_are_followed_to_a_number_and_methods_change_as_in_browsers() {
    let origin = Origin::new(|asked| match asked.line().split(' ').nth(1).unwrap() {
        "/302" => redirects("302 Found", "/end?x=1"),
        "/303" => redirects("303 See Other", "end"),
        "/307" => redirects("307 Temporary Redirect", "/end"),
        "/loop" => redirects("301 Moved Permanently", "/loop"),
        "/file" => redirects("302 Found", "file:///etc/passwd"),
        _ => says("200 OK", "", "end"),
    });
    let post = |path: &str| {
        let url = origin.url(path);
        let answer = ask(
            HERE,
            &format!(r#"{{"url":"{url}","method":"POST","body":"b"}}"#),
        );
        let value = done(answer);
        assert_eq!(value.get("url"), Some(&origin.url("/end").into()), "{path}");
        origin.asked().pop().unwrap()
    };
    let seen = post("/302");
    assert_eq!(
        (seen.line(), seen.body.as_str()),
        ("GET /end?x=1 HTTP/1.1", "")
    );
    assert_eq!(post("/303").line(), "GET /end HTTP/1.1");
    let seen = post("/307");
    assert_eq!(
        (seen.line(), seen.body.as_str()),
        ("POST /end HTTP/1.1", "b")
    );

    let before = origin.asked().len();
    let endless = refused(HERE, &format!(r#"{{"url":"{}"}}"#, origin.url("/loop")));
    assert!(
        endless.message.contains("redirect 6 of at most 5"),
        "{}",
        endless.message
    );
    assert_eq!(origin.asked().len() - before, 6);
    let none = format!("{HERE}max_redirects = 0\n");
    let stopped = refused(&none, &format!(r#"{{"url":"{}"}}"#, origin.url("/302")));
    assert!(stopped.message.contains("at most 0"), "{}", stopped.message);
    let shown = format!(r#"{{"url":"{}","expect":["3xx"]}}"#, origin.url("/302"));
    assert_eq!(done(ask(HERE, &shown)).get("status"), Some(&302.into()));
    // Elsewhere than HTTP nobody is led.
    let file = refused(HERE, &format!(r#"{{"url":"{}"}}"#, origin.url("/file")));
    assert_eq!(file.details.get("status"), Some(&302.into()));
}

#[test]
fn another_host_gets_no_secret() {
    let other = Origin::new(|_| says("200 OK", "", "there"));
    let to = other.url("/there");
    let first = Origin::new(move |asked| match asked.line().split(' ').nth(1).unwrap() {
        "/here" => redirects("307 Temporary Redirect", "/away"),
        "/away" => redirects("307 Temporary Redirect", &to),
        _ => says("200 OK", "", ""),
    });
    let tools = tool(HERE);
    block_on(async {
        done(execute(&tools, with_secret(&first.url("/here"), "GET", &[])).await);
        for asked in first.asked() {
            assert_eq!(asked.header("x-key"), Some("Bearer s3cr3t-token"));
            assert_eq!(asked.header("authorization"), Some("Basic abc"));
        }
        assert_eq!(first.asked().len(), 2);
        let there = other.asked().pop().unwrap();
        assert_eq!(
            (there.header("x-key"), there.header("authorization")),
            (None, None)
        );
        assert_eq!(there.header("x-plain"), Some("kept"));

        let body = [("body", Value::secret("token"))];
        let request = with_secret(&first.url("/away"), "POST", &body);
        let failure = failed(execute(&tools, request).await);
        assert!(
            failure.message.contains("a secret in the body"),
            "{}",
            failure.message
        );
        assert_eq!(other.asked().len(), 1);
    });
}

#[test]
fn answers_are_bounded_in_size_and_time() {
    let origin = Origin::new(|asked| match asked.line().split(' ').nth(1).unwrap() {
        "/big" => says("200 OK", "", &"x".repeat(2_000)),
        // Without a length, until the connection ends.
        "/endless" => format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}",
            "x".repeat(2_000)
        ),
        _ => {
            std::thread::sleep(Duration::from_secs(5));
            says("200 OK", "", "late")
        }
    });
    let small = format!("{HERE}max_response_bytes = 1_000\n");
    for path in ["/big", "/endless"] {
        let failure = refused(&small, &format!(r#"{{"url":"{}"}}"#, origin.url(path)));
        assert_eq!(failure.code, FaultCode::LimitExceeded, "{path}");
        assert!(
            failure.message.contains("`max_response_bytes`"),
            "{}",
            failure.message
        );
    }
    let late = format!(r#"{{"url":"{}","timeout":"200ms"}}"#, origin.url("/late"));
    let failure = refused(HERE, &late);
    assert_eq!(failure.code, FaultCode::Timeout);
    assert!(
        failure.message.ends_with("did not answer within 0.2 s"),
        "{}",
        failure.message
    );
}

#[test]
fn a_connection_that_breaks_leaves_it_open_whether_a_post_was_done() {
    let origin = Origin::new(|_| "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart".to_owned());
    let asked = |method: &str| {
        let request = format!(r#"{{"url":"{}","method":"{method}"}}"#, origin.url("/"));
        refused(HERE, &request)
    };
    assert_eq!(asked("GET").code, FaultCode::ToolError);
    assert_eq!(asked("PUT").code, FaultCode::ToolError);
    let post = asked("POST");
    assert_eq!(post.code, FaultCode::UnknownOutcome);
    assert!(
        post.message.contains("it is not known whether"),
        "{}",
        post.message
    );
    // Where nobody is, nothing was done.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", gone.local_addr().unwrap());
    drop(gone);
    let failure = refused(HERE, &format!(r#"{{"url":"{url}","method":"POST"}}"#));
    assert_eq!(failure.code, FaultCode::ToolError);
    assert!(
        failure.message.contains("cannot be reached"),
        "{}",
        failure.message
    );
}

#[test]
fn a_request_that_is_cancelled_is_given_up() {
    let tools = tool(HERE);
    for (method, expected) in [("GET", Answer::Cancelled), ("POST", Answer::Unknown)] {
        let origin = Origin::new(|_| {
            std::thread::sleep(Duration::from_secs(5));
            says("200 OK", "", "late")
        });
        let arguments = format!(r#"{{"url":"{}","method":"{method}"}}"#, origin.url("/"));
        let (stopper, job) = job(args(value(&arguments)));
        let answer = block_on(async {
            let (answer, ()) = tokio::join!(tools.execute(job), async {
                until(|| !origin.asked().is_empty()).await;
                stopper.stop();
            });
            answer
        });
        assert_eq!(answer, expected);
    }
}
