//! Sessions with MCP servers: progress, cancelled calls, other tools, and certificates of one's own.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wfc_runtime::exec::{
    Answer, Deciding, Execute, Link, Listen, Progress, Question, ToolExecutor,
};
use wfc_runtime::settings::{Program, Reached, Remote, Server, Settings};
use wfc_value::{FaultCode, Value};

use crate::http::Everything;
use crate::support::*;
use crate::tool::{everything, server};

/// What work said.
#[derive(Default)]
pub(crate) struct Heard(pub(crate) Mutex<Vec<String>>);

impl Listen for Heard {
    fn said(&self, progress: Progress) {
        let (Progress::Text(text) | Progress::Note(text)) = progress;
        self.0.lock().unwrap().push(text);
    }

    fn asked(&self, _: Question) -> Deciding {
        Box::pin(std::future::ready(None))
    }
}

fn executor(server: Server) -> ToolExecutor {
    let settings = Settings {
        tools: BTreeMap::from([("all".to_owned(), server)]),
        ..Settings::default()
    };
    ToolExecutor::new(
        &settings,
        around(Path::new("/"), &[("token", "s3cr3t-token")]),
    )
}

/// A call whose progress is heard.
async fn heard(tools: &ToolExecutor, args: &str) -> (Answer, Vec<String>) {
    let heard = Arc::new(Heard::default());
    let (_stopper, mut job) = job(value(args));
    job.link = Link::new(heard.clone());
    let answer = tools.execute(job).await;
    let texts = heard.0.lock().unwrap().clone();
    (answer, texts)
}

const LONG: &str =
    r#"{"tool":"all.trigger-long-running-operation","arguments":{"duration":5,"steps":5}}"#;

fn held_to_progress(tools: &ToolExecutor) {
    block_on(async {
        // Each step takes a second: longer than the time-out in all, and by far not in between.
        let (answer, texts) = heard(tools, LONG).await;
        done(answer);
        let steps = |n: u32| format!("trigger-long-running-operation: {n} of 5");
        assert!(
            texts.contains(&steps(1)) && texts.contains(&steps(3)),
            "{texts:?}"
        );
        tools.close().await;
    });
}

#[test]
fn progress_is_told_and_gives_a_call_more_time() {
    let Some(program) = everything() else { return };
    let mut all = server(program.to_str().unwrap(), &["stdio"]);
    all.timeout = Some(Duration::from_secs(4));
    held_to_progress(&executor(all));
    let Some(far) = Everything::start(None) else {
        return;
    };
    held_to_progress(&executor(Server {
        reached: Reached::Http(Remote {
            url: far.url.clone(),
            ..Remote::default()
        }),
        start_timeout: None,
        timeout: Some(Duration::from_secs(4)),
    }));
}

/// A server in Python that writes down what it is sent; `go` answers when it is told that nobody waits, `grow` says
/// that there are other tools, `ask` asks for a model's answer and for a person's input, and gives what comes of it.
const SERVER: &str = r#"
import json, sys
log = open(sys.argv[1], "a")
tools, pending, asked = ["go", "grow", "ask", "never"], None, {}
def send(m):
    print(json.dumps({"jsonrpc": "2.0", **m}), flush=True)
def text(id, t):
    send({"id": id, "result": {"content": [{"type": "text", "text": t}]}})
for line in sys.stdin:
    m = json.loads(line)
    print(line.strip(), file=log, flush=True)
    method, id = m.get("method"), m.get("id")
    if method == "initialize":
        send({"id": id, "result": {"protocolVersion": m["params"]["protocolVersion"], "capabilities": {"tools": {"listChanged": True}}, "serverInfo": {"name": "x", "version": "1"}}})
    elif method == "tools/list":
        send({"id": id, "result": {"tools": [{"name": t, "inputSchema": {"type": "object"}} for t in tools]}})
    elif method == "tools/call":
        name = m["params"]["name"]
        if name == "go":
            pending = id
            send({"method": "notifications/progress", "params": {"progressToken": m["params"]["_meta"]["progressToken"], "progress": 1, "message": "with s3cr3t-token in it"}})
        elif name == "grow":
            tools.append("grown")
            send({"method": "notifications/tools/list_changed"})
            text(id, "grown")
        elif name == "ask":
            asked = {"id": id}
            send({"id": "s", "method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 5}})
            send({"id": "e", "method": "elicitation/create", "params": {"message": "who?", "requestedSchema": {"type": "object", "properties": {}}}})
        elif name != "never":
            text(id, "called " + name)
    elif method == "notifications/cancelled" and pending is not None:
        text(pending, "stopped half way")
        pending = None
    elif id in ("s", "e"):
        asked[id] = m.get("error", m.get("result"))
        if "s" in asked and "e" in asked:
            text(asked["id"], str(asked["s"].get("code")) + " " + str(asked["e"].get("action")))
"#;

fn python(log: &Path) -> Option<Server> {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: there is no python3");
        return None;
    }
    let args = ["-c", SERVER, log.to_str().unwrap()];
    Some(Server {
        reached: Reached::Program(Program {
            command: "python3".into(),
            args: args.map(str::to_owned).into(),
            ..Program::default()
        }),
        ..Server::default()
    })
}

#[test]
fn a_call_that_is_cancelled_is_taken_back_and_may_still_answer() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let Some(server) = python(&log) else { return };
    let tools = executor(server);
    let cancelled = async |tool: &str| {
        let heard = Arc::new(Heard::default());
        let (stopper, mut job) = job(value(&format!(r#"{{"tool":"all.{tool}"}}"#)));
        job.link = Link::new(heard.clone());
        let (answer, ()) = tokio::join!(tools.execute(job), async {
            // The server writes down what it is sent, and the other call says so besides.
            let called = format!("\"name\":\"{tool}\"");
            until(|| {
                let sent = std::fs::read_to_string(&log).unwrap_or_default();
                sent.contains(&called) && (tool == "never" || !heard.0.lock().unwrap().is_empty())
            })
            .await;
            stopper.stop();
        });
        (answer, heard.0.lock().unwrap().clone())
    };
    block_on(async {
        // One that answers in its time of grace did its work, one that does not may have.
        let (answer, said) = cancelled("go").await;
        assert_eq!(done(answer), Value::from("stopped half way"));
        assert_eq!(said, ["go: 1: with *** in it"]);
        assert_eq!(cancelled("never").await.0, Answer::Unknown);
        tools.close().await;
    });
    let log = std::fs::read_to_string(&log).unwrap();
    let taken_back = log
        .lines()
        .filter(|l| l.contains("notifications/cancelled"));
    assert_eq!(taken_back.count(), 2, "{log}");
    let key = r#""wfc/idempotencyKey":"run-1/steps[0]""#;
    assert_eq!(log.lines().filter(|l| l.contains(key)).count(), 2, "{log}");
}

#[test]
fn a_call_that_takes_too_long_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let Some(mut server) = python(&log) else {
        return;
    };
    server.timeout = Some(Duration::from_secs(2));
    let tools = executor(server);
    block_on(async {
        let late = failed(execute(&tools, value(r#"{"tool":"all.never"}"#)).await);
        assert_eq!(late.code, FaultCode::Timeout);
        // The next call comes to the same server after it was told.
        done(execute(&tools, value(r#"{"tool":"all.grow"}"#)).await);
        tools.close().await;
    });
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("notifications/cancelled"), "{log}");
    assert_eq!(log.matches("\"initialize\"").count(), 1, "{log}");
}

#[test]
fn tools_that_come_later_are_known_at_the_next_call() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = python(&folder.path().join("log")) else {
        return;
    };
    let tools = executor(server);
    block_on(async {
        let grown = || execute(&tools, value(r#"{"tool":"all.grown"}"#));
        let unknown = failed(grown().await);
        assert!(
            unknown.message.contains("has no tool `grown`"),
            "{}",
            unknown.message
        );
        done(execute(&tools, value(r#"{"tool":"all.grow"}"#)).await);
        assert_eq!(done(grown().await), Value::from("called grown"));
        tools.close().await;
    });
}

#[test]
fn a_server_that_asks_for_a_model_or_a_person_is_refused_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = python(&folder.path().join("log")) else {
        return;
    };
    let tools = executor(server);
    block_on(async {
        let answer = done(execute(&tools, value(r#"{"tool":"all.ask"}"#)).await);
        assert_eq!(answer, Value::from("-32601 decline"));
        tools.close().await;
    });
}

/// What ends encryption before the real server: python's own, with a certificate of an authority made here.
struct Encrypted {
    child: Child,
    folder: tempfile::TempDir,
    url: String,
}

const PROXY: &str = r#"
import socket, ssl, sys, threading
cert, key, port, to = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
listener = socket.create_server(("127.0.0.1", port))
print("ready", flush=True)
def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
    except OSError:
        pass
    try:
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass
def serve(raw):
    try:
        inside = context.wrap_socket(raw, server_side=True)
        outside = socket.create_connection(("localhost", to))
    except OSError:
        return
    threading.Thread(target=pump, args=(inside, outside), daemon=True).start()
    pump(outside, inside)
while True:
    raw, _ = listener.accept()
    threading.Thread(target=serve, args=(raw,), daemon=True).start()
"#;

const MAKE: &str = r#"
set -e
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj "/CN=test authority" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=localhost
printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' > extensions
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile extensions
"#;

impl Encrypted {
    fn start(to: u16) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let made = Command::new("sh")
            .args(["-c", MAKE])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        if !made.status.success() {
            println!("skipped: there is no openssl to make certificates with");
            return None;
        }
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let child = Command::new("python3")
            .args(["-c", PROXY, "cert.pem", "key.pem"])
            .args([port.to_string(), to.to_string()])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self {
            child,
            folder,
            url: format!("https://localhost:{port}"),
        })
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_with_a_certificate_of_ones_own_authority_is_trusted_when_the_settings_name_it() {
    let Some(far) = Everything::start(None) else {
        return;
    };
    let Some(tls) = Encrypted::start(far.port()) else {
        return;
    };
    let call = |ca: Option<&str>| {
        let ca = ca.map(|name| tls.folder.path().join(name).display().to_string());
        let tools = executor(Server {
            reached: Reached::Http(Remote {
                url: format!("{}/mcp", tls.url),
                ca_file: ca,
                ..Remote::default()
            }),
            start_timeout: Some(Duration::from_secs(20)),
            timeout: None,
        });
        block_on(async {
            let echo = value(r#"{"tool":"all.echo","arguments":{"message":"x"}}"#);
            let answer = execute(&tools, echo).await;
            tools.close().await;
            answer
        })
    };
    assert_eq!(done(call(Some("ca.pem"))), Value::from("Echo: x"));
    let unknown = failed(call(None));
    assert_eq!(unknown.code, FaultCode::ToolError);
    assert!(
        unknown.message.contains("cannot be reached") && unknown.message.contains("certificate"),
        "{}",
        unknown.message
    );
    let gone = failed(call(Some("no.pem")));
    assert!(
        gone.message.contains("no.pem` cannot be read"),
        "{}",
        gone.message
    );
    let mut none = std::fs::File::create(tls.folder.path().join("none.pem")).unwrap();
    none.write_all(b"hello").unwrap();
    let none = failed(call(Some("none.pem")));
    assert!(
        none.message.contains("holds no certificate"),
        "{}",
        none.message
    );

    // The built-in tool by the same setting of its own.
    let asked = |ca: &str| {
        let settings = format!("[http]\nallow_hosts = [\"localhost\"]\n{ca}");
        let settings = Settings::parse(&settings).unwrap();
        let tools = ToolExecutor::new(&settings, around(Path::new("/"), &[]));
        let args = format!(
            r#"{{"tool":"http.request","arguments":{{"url":"{}/","expect":["2xx","4xx"]}}}}"#,
            tls.url
        );
        block_on(execute(&tools, value(&args)))
    };
    let ca = tls.folder.path().join("ca.pem");
    done(asked(&format!("ca_file = \"{}\"\n", ca.display())));
    let unknown = failed(asked(""));
    assert!(
        unknown.message.contains("certificate"),
        "{}",
        unknown.message
    );
}

/// Trust of the system is read once by a process: this test asks in processes of its own, which are itself once more.
#[test]
fn authorities_of_the_environment_are_trusted() {
    const URL: &str = "WFC_TEST_TLS";
    if let Ok(url) = std::env::var(URL) {
        let settings = Settings::parse("[http]\nallow_hosts = [\"localhost\"]\n").unwrap();
        let tools = ToolExecutor::new(&settings, around(Path::new("/"), &[]));
        let args = format!(r#"{{"tool":"http.request","arguments":{{"url":"{url}/"}}}}"#);
        let answer = block_on(execute(&tools, value(&args)));
        if std::env::var_os("SSL_CERT_FILE").is_some() {
            done(answer);
        } else {
            let unknown = failed(answer).message;
            assert!(unknown.contains("certificate"), "{unknown}");
        }
        return;
    }
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = plain.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in plain.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    break;
                }
                asked.extend(byte);
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        }
    });
    let Some(tls) = Encrypted::start(port) else {
        return;
    };
    for ca in [None, Some(tls.folder.path().join("ca.pem"))] {
        let mut again = Command::new(std::env::current_exe().unwrap());
        again
            .args([
                "--exact",
                "session::authorities_of_the_environment_are_trusted",
            ])
            .env_remove("SSL_CERT_DIR")
            .env_remove("SSL_CERT_FILE")
            .env(URL, &tls.url);
        if let Some(ca) = &ca {
            again.env("SSL_CERT_FILE", ca);
        }
        let said = again.output().unwrap();
        let out = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(
            said.status.success() && out.contains("1 passed"),
            "{ca:?}: {out}"
        );
    }
}
