//! A tool server on the loopback for one session: the protocol hands over servers, and a step names tools. Its calls
//! are carried out by whoever holds the bridge.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::llm::Offer;

/// The longest request, in bytes.
const MAX_REQUEST: usize = 4 * 1024 * 1024;

/// The most connections at once.
const MAX_CONNECTIONS: usize = 64;

/// The newest version of the Model Context Protocol that is spoken, for clients that name none.
const VERSION: &str = "2025-06-18";

/// A call that an agent makes.
pub(crate) struct Asked {
    /// The tool's name, as it was offered.
    pub(crate) name: String,
    /// Its arguments, as JSON.
    pub(crate) arguments: String,
    /// Takes the result, and whether it is an error.
    pub(crate) answer: oneshot::Sender<(String, bool)>,
}

/// The server. Dropping it ends it.
pub(crate) struct Bridge {
    url: String,
    token: String,
    calls: Receiver<Asked>,
    task: JoinHandle<()>,
}

/// What connections share.
struct Shared {
    token: String,
    tools: Json,
    calls: Sender<Asked>,
}

impl Bridge {
    /// A server with these tools.
    ///
    /// # Errors
    /// When the system gives no port or no random bytes.
    pub(crate) async fn open(tools: &[Offer]) -> std::io::Result<Self> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        let token = format!("{:032x}", u128::from_be_bytes(bytes));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/mcp", listener.local_addr()?);
        let listed = tools.iter().map(|tool| {
            json!({ "name": tool.name, "description": tool.description, "inputSchema": tool.schema })
        });
        let (sender, calls) = channel(1);
        let shared = Shared {
            token: token.clone(),
            tools: listed.collect(),
            calls: sender,
        };
        Ok(Self {
            url,
            token,
            calls,
            task: tokio::spawn(listen(listener, Arc::new(shared))),
        })
    }

    /// The server as the protocol describes it.
    pub(crate) fn described(&self) -> Json {
        let header = json!({ "name": "Authorization", "value": format!("Bearer {}", self.token) });
        json!({ "type": "http", "name": "wfc", "url": self.url, "headers": [header] })
    }

    /// Its address and its token, for programs that are told by their environment.
    pub(crate) fn reached(&self) -> (&str, &str) {
        (&self.url, &self.token)
    }

    /// The next call; nothing when the server has ended.
    pub(crate) async fn next(&mut self) -> Option<Asked> {
        self.calls.recv().await
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        while connections.try_join_next().is_some() {}
        if connections.len() >= MAX_CONNECTIONS {
            continue;
        }
        let shared = shared.clone();
        connections.spawn(async move {
            let service = service_fn(|request| respond(request, shared.clone()));
            let server = hyper::server::conn::http1::Builder::new();
            // A connection that breaks is the agent's affair.
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

type Answer = Response<Full<Bytes>>;

async fn respond(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Answer, Infallible> {
    Ok(answer(request, &shared).await.unwrap_or_else(empty))
}

fn empty(status: StatusCode) -> Answer {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

async fn answer(request: Request<Incoming>, shared: &Shared) -> Result<Answer, StatusCode> {
    let given = request.headers().get("authorization");
    let given = given.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    // Others on this machine can reach the port; only the agent knows the token.
    if given != Some(&shared.token) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    if request.method() != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let body = Limited::new(request.into_body(), MAX_REQUEST)
        .collect()
        .await;
    let body = body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.to_bytes();
    let message: Json = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let Some(method) = message.get("method").and_then(Json::as_str) else {
        return Err(StatusCode::ACCEPTED);
    };
    let Some(id) = message.get("id").filter(|id| !id.is_null()) else {
        return Err(StatusCode::ACCEPTED);
    };
    let params = message.get("params").unwrap_or(&Json::Null);
    let answer = match result(method, params, shared).await {
        Some(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        None => {
            let error =
                json!({ "code": -32601, "message": format!("there is no method `{method}`") });
            json!({ "jsonrpc": "2.0", "id": id, "error": error })
        }
    };
    let mut response = Response::new(Full::from(answer.to_string()));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    Ok(response)
}

async fn result(method: &str, params: &Json, shared: &Shared) -> Option<Json> {
    Some(match method {
        "initialize" => {
            let version = params.get("protocolVersion").and_then(Json::as_str);
            json!({
                "protocolVersion": version.unwrap_or(VERSION),
                "capabilities": { "tools": {} },
                "serverInfo": { "name": "wfc", "version": env!("CARGO_PKG_VERSION") },
            })
        }
        "ping" => json!({}),
        "tools/list" => json!({ "tools": shared.tools }),
        "tools/call" => {
            let (answer, given) = oneshot::channel();
            let name = params.get("name").and_then(Json::as_str);
            let arguments = params.get("arguments").map(Json::to_string);
            let asked = Asked {
                name: name.unwrap_or_default().to_owned(),
                arguments: arguments.unwrap_or_default(),
                answer,
            };
            let over = ("the step is over".to_owned(), true);
            let (text, failed) = match shared.calls.send(asked).await {
                Ok(()) => given.await.unwrap_or(over),
                Err(_) => over,
            };
            json!({ "content": [{ "type": "text", "text": text }], "isError": failed })
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::time::Duration;

    use wfc_value::Value;

    use super::*;
    use crate::exec::{Answer, Execute as _, Job, Link, Surroundings, ToolExecutor};
    use crate::settings::{HeaderText, Reached, Remote, Server, Settings};

    /// Our own client of such servers, which is another library's.
    fn client(bridge: &Bridge, token: &str) -> ToolExecutor {
        let header = HeaderText::Text(format!("Bearer {token}"));
        let remote = Remote {
            url: bridge.url.clone(),
            headers: BTreeMap::from([("Authorization".to_owned(), header)]),
            ..Remote::default()
        };
        let server = Server {
            reached: Reached::Http(remote),
            start_timeout: Some(Duration::from_secs(20)),
            timeout: None,
        };
        let around = Surroundings {
            cwd: "/".into(),
            vault: Arc::default(),
            groups: crate::Groups::default(),
            grace: Duration::from_millis(300),
        };
        let settings = Settings {
            tools: BTreeMap::from([("far".to_owned(), server)]),
            ..Settings::default()
        };
        ToolExecutor::new(&settings, around)
    }

    async fn call(tools: &ToolExecutor, args: &str) -> Answer {
        let (_stopper, stop) = crate::stop::stopper();
        let job = Job {
            execution: "run-1".into(),
            step: "a".into(),
            key: "k".into(),
            attempt: 1,
            args: wfc_value::json::parse(args).unwrap(),
            stop,
            allowance: Default::default(),
            link: Link::default(),
        };
        tools.execute(job).await
    }

    #[test]
    fn a_client_lists_and_calls_the_tools_and_needs_the_token() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let offer = Offer {
                name: "box_search".into(),
                description: "Finds.".into(),
                schema: json!({ "type": "object", "properties": { "q": { "type": "string" } }, "required": ["q"] }),
            };
            let mut bridge = Bridge::open(&[offer]).await.unwrap();
            let stranger = client(&bridge, "guess");
            let refused = call(&stranger, r#"{"tool":"far.box_search","arguments":{"q":"x"}}"#).await;
            let Answer::Failed(failure) = refused else { panic!("{refused:?}") };
            assert!(failure.message.contains("401"), "{}", failure.message);

            let tools = client(&bridge, &bridge.token);
            let offered = tools.offered("far.box_search").await.unwrap();
            assert_eq!(offered.description, "Finds.");
            assert_eq!(offered.schema["required"], json!(["q"]));
            let serving = async {
                for failed in [false, true] {
                    let asked = bridge.next().await.unwrap();
                    assert_eq!((&*asked.name, &*asked.arguments), ("box_search", "{\"q\":\"x\"}"));
                    asked.answer.send(("found 3".to_owned(), failed)).unwrap();
                }
            };
            let calling = async {
                let args = r#"{"tool":"far.box_search","arguments":{"q":"x"}}"#;
                (call(&tools, args).await, call(&tools, args).await)
            };
            let ((), (fine, wrong)) = tokio::join!(serving, calling);
            assert_eq!(fine, Answer::done(Value::from("found 3")));
            let Answer::Failed(failure) = wrong else { panic!("{wrong:?}") };
            assert!(failure.message.ends_with("found 3"), "{}", failure.message);
        });
    }
}
