//! A running MCP server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rmcp::model::{
    CallToolRequest, CallToolRequestParams, ClientNotification, ClientRequest, CustomNotification,
    JsonObject, PaginatedRequestParams, ServerResult, Tool, ToolAnnotations,
};
use rmcp::service::{
    ClientInitializeError, Peer, PeerRequestOptions, RequestHandle, RoleClient, RunningService,
    ServiceError,
};
use tokio::sync::Mutex;
use wfc_value::schema::{Violation, violations};
use wfc_value::{FaultCode, Value};

use super::hearing::{Hearing, Told};
use super::lines::MAX_MESSAGE;
use super::server::ServerProcess;
use super::{http, tool_error};
use crate::exec::{Failure, Surroundings};
use crate::process;
use crate::settings::{Program, Reached, Remote};

/// The most tools whose names are kept.
const MAX_TOOLS: usize = 10_000;

/// A running MCP server.
pub(crate) struct Live {
    service: Mutex<RunningService<RoleClient, Hearing>>,
    peer: Peer<RoleClient>,
    other: Other,
    /// Whether the session was lost, so that nothing can be asked any more.
    lost: AtomicBool,
    /// The tools; none when the server does not tell.
    tools: RwLock<Option<Arc<[Listed]>>>,
    hearing: Hearing,
}

/// What is at the other end.
enum Other {
    /// A process of our own.
    Process(Box<Mutex<ServerProcess>>),
    /// A server that somebody else runs.
    Remote(Remote),
}

/// A tool that the server has.
pub(crate) struct Listed {
    pub(crate) name: String,
    /// What it does, in words.
    pub(crate) description: String,
    /// The JSON Schema of its arguments.
    pub(crate) schema: Arc<JsonObject>,
    /// What it does to the world.
    pub(crate) annotations: Option<ToolAnnotations>,
}

impl Listed {
    /// What the tool's schema asks of arguments that they do not have. Null stands for what is left out.
    pub(crate) fn refused(&self, arguments: &Value) -> Vec<Violation> {
        let text = serde_json::to_string(&*self.schema).unwrap_or_default();
        let Ok(schema) = wfc_value::json::parse(&text) else {
            return Vec::new();
        };
        let mut found = violations(arguments, &schema, &schema);
        found.retain(|v| !v.is_about_null(arguments));
        found
    }
}

/// What comes of a call.
pub(crate) enum Next {
    Said(String),
    Answer(Box<Result<ServerResult, ServiceError>>),
}

/// A call that is under way.
pub(crate) struct Call {
    told: Told,
    handle: RequestHandle<RoleClient>,
    peer: Peer<RoleClient>,
}

impl Live {
    /// Starts a server, or a session with one, and waits until it is ready.
    pub(super) async fn start(
        name: &str,
        reached: &Reached,
        limit: Duration,
        around: &Surroundings,
    ) -> Result<Self, Failure> {
        let started = match reached {
            Reached::Program(program) => Self::spawned(name, program, limit, around).await,
            Reached::Http(remote) => Self::connected(name, remote, limit, around).await,
        };
        started.map_err(|failure| Failure {
            message: around.vault.redacted(failure.message),
            ..failure
        })
    }

    async fn spawned(
        name: &str,
        program: &Program,
        limit: Duration,
        around: &Surroundings,
    ) -> Result<Self, Failure> {
        let (mut process, pipes) = ServerProcess::start(name, program, around)?;
        let hearing = Hearing::default();
        let served = rmcp::serve_client(hearing.clone(), pipes);
        let ready = process::within(limit, served).await;
        let wrong = match ready {
            Some(Ok(service)) => {
                let other = Other::Process(Box::new(Mutex::new(process)));
                return Ok(Self::ready(service, hearing, other, limit).await);
            }
            Some(Err(error)) => started_wrong(&error),
            None => not_ready(limit),
        };
        let last = process.end().await;
        let message = format!("the tool server `{name}` {wrong}{last}");
        Err(tool_error(message))
    }

    async fn connected(
        name: &str,
        remote: &Remote,
        limit: Duration,
        around: &Surroundings,
    ) -> Result<Self, Failure> {
        let transport = http::transport(name, remote, around)?;
        let hearing = Hearing::default();
        let served = rmcp::serve_client(hearing.clone(), transport);
        let ready = process::within(limit, served).await;
        let (code, wrong) = match ready {
            Some(Ok(service)) => {
                let other = Other::Remote(remote.clone());
                return Ok(Self::ready(service, hearing, other, limit).await);
            }
            Some(Err(ClientInitializeError::TransportError { error, .. })) => {
                let trouble = http::trouble(error.error.as_ref(), remote);
                (trouble.code, trouble.what)
            }
            Some(Err(error)) => (FaultCode::ToolError, started_wrong(&error)),
            None => (
                FaultCode::ToolError,
                format!("at `{}` {}", remote.shown(), not_ready(limit)),
            ),
        };
        let message = format!("the tool server `{name}` {wrong}");
        Err(Failure::new(code, message))
    }

    async fn ready(
        service: RunningService<RoleClient, Hearing>,
        hearing: Hearing,
        other: Other,
        limit: Duration,
    ) -> Self {
        let peer = service.peer().clone();
        let tools = RwLock::new(listed(&peer, limit).await);
        Self {
            service: Mutex::new(service),
            hearing,
            peer,
            other,
            lost: AtomicBool::new(false),
            tools,
        }
    }

    /// Asks for the tools anew when the server said that they changed.
    pub(super) async fn refresh(&self, limit: Duration) {
        if self.hearing.take_changed() {
            let tools = listed(&self.peer, limit).await;
            *self.tools.write().unwrap_or_else(PoisonError::into_inner) = tools;
        }
    }

    /// Whether it has ended or hung up.
    pub(super) fn is_over(&self) -> bool {
        self.lost.load(Ordering::Relaxed) || self.peer.is_transport_closed()
    }

    /// The tools; none when the server does not tell.
    pub(crate) fn tools(&self) -> Option<Arc<[Listed]>> {
        let tools = self.tools.read();
        tools.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All that it says of its tools, page by page.
    ///
    /// # Errors
    /// When it hangs up, refuses, names more tools than are kept, or is not done within `limit`.
    pub(super) async fn list(
        &self,
        name: &str,
        limit: Duration,
    ) -> Result<Vec<serde_json::Value>, Failure> {
        let failed = |what: String| tool_error(format!("the tool server `{name}` {what}"));
        let listed = match process::within(limit, pages(&self.peer)).await {
            Some(Ok(tools)) => tools,
            Some(Err(Unlisted::Refused(error))) => return Err(self.unlisted(name, &error)),
            Some(Err(Unlisted::Circle)) => {
                let what = "lists the same page of tools again and again";
                return Err(failed(what.to_owned()));
            }
            None => {
                let seconds = limit.as_secs_f64();
                return Err(failed(format!("did not list its tools within {seconds} s")));
            }
        };
        if listed.len() > MAX_TOOLS {
            return Err(failed(format!("lists more than {MAX_TOOLS} tools")));
        }
        let tools = listed.into_iter().map(serde_json::to_value);
        let tools: Result<_, _> = tools.collect();
        tools.map_err(|error| failed(format!("lists a strange tool: {error}")))
    }

    /// Sends a call.
    ///
    /// # Errors
    /// When the server hung up.
    pub(crate) async fn call(&self, params: CallToolRequestParams) -> Result<Call, ServiceError> {
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        let options = PeerRequestOptions::no_options();
        let handle = self.peer.send_request_with_option(request, options).await?;
        Ok(Call {
            told: self.hearing.of(handle.progress_token.clone()),
            handle,
            peer: self.peer.clone(),
        })
    }

    /// What to say of a server that was asked for its tools in vain.
    fn unlisted(&self, name: &str, error: &ServiceError) -> Failure {
        if let (Other::Remote(remote), ServiceError::TransportSend(error)) = (&self.other, error) {
            let trouble = http::trouble(error.error.as_ref(), remote);
            let message = format!("the tool server `{name}` {}", trouble.what);
            return Failure::new(trouble.code, message);
        }
        tool_error(format!(
            "the tool server `{name}` does not list its tools: {error}"
        ))
    }

    /// What to say of a call of the tool `full` that got no answer: how the server ended, and whether the work may
    /// have been done.
    pub(crate) async fn hung_up(&self, full: &str, error: &ServiceError) -> (Failure, bool) {
        let remote = match &self.other {
            Other::Process(process) => {
                return (ended(full, &mut *process.lock().await).await, true);
            }
            Other::Remote(remote) => remote,
        };
        let ServiceError::TransportSend(error) = error else {
            self.lost.store(true, Ordering::Relaxed);
            let message = format!("the server of the tool `{full}` broke off its answer");
            return (tool_error(message), true);
        };
        let trouble = http::trouble(error.error.as_ref(), remote);
        if trouble.lost {
            self.lost.store(true, Ordering::Relaxed);
        }
        let message = format!("the server of the tool `{full}` {}", trouble.what);
        (Failure::new(trouble.code, message), trouble.begun)
    }

    /// Hangs up and ends the server.
    pub(crate) async fn close(&self, grace: Duration) {
        let _ = self.service.lock().await.close_with_timeout(grace).await;
        if let Other::Process(process) = &self.other {
            process.lock().await.close(grace).await;
        }
    }
}

impl Call {
    /// The answer.
    pub(crate) async fn answer(&mut self) -> Result<ServerResult, ServiceError> {
        (&mut self.handle.rx)
            .await
            .unwrap_or(Err(ServiceError::TransportClosed))
    }

    /// The answer, or what the server says of the call before it.
    pub(crate) async fn next(&mut self) -> Next {
        tokio::select! {
            // What was said before the answer is not lost.
            biased;
            said = self.told.next() => Next::Said(said),
            answer = &mut self.handle.rx => {
                Next::Answer(Box::new(answer.unwrap_or(Err(ServiceError::TransportClosed))))
            }
        }
    }

    /// Tells the server that nobody waits for the answer any more. What it answers all the same is still taken: the
    /// library's own notification of this kind would give the call up here and now, and the outcome would be unknown
    /// even where the server tells it.
    pub(crate) async fn cancel(&self, reason: &str) {
        let params = serde_json::json!({ "requestId": self.handle.id, "reason": reason });
        let notification = CustomNotification::new("notifications/cancelled", Some(params));
        let notification = ClientNotification::CustomNotification(notification);
        let _ = self.peer.send_notification(notification).await;
    }
}

/// Why there are no tools.
enum Unlisted {
    /// The server refused, or hung up.
    Refused(ServiceError),
    /// A page leads to itself.
    Circle,
}

/// The tools of all pages, as far as the page with which they are more than are kept.
async fn pages(peer: &Peer<RoleClient>) -> Result<Vec<Tool>, Unlisted> {
    let mut tools = Vec::new();
    let mut cursor = None;
    loop {
        let params = PaginatedRequestParams::default().with_cursor(cursor.clone());
        let page = peer.list_tools(Some(params)).await;
        let page = page.map_err(Unlisted::Refused)?;
        tools.extend(page.tools);
        match page.next_cursor {
            Some(next) if cursor.as_ref() == Some(&next) => return Err(Unlisted::Circle),
            Some(next) if tools.len() <= MAX_TOOLS => cursor = Some(next),
            _ => return Ok(tools),
        }
    }
}

/// The tools of a server, unless it does not tell within `limit`.
async fn listed(peer: &Peer<RoleClient>, limit: Duration) -> Option<Arc<[Listed]>> {
    let listed = process::within(limit, pages(peer)).await?;
    let tools = listed.ok()?.into_iter().map(|tool| Listed {
        name: tool.name.into_owned(),
        description: tool.description.unwrap_or_default().into_owned(),
        schema: tool.input_schema,
        annotations: tool.annotations,
    });
    Some(tools.take(MAX_TOOLS).collect())
}

/// What to say of a process that ended during a call.
async fn ended(full: &str, process: &mut ServerProcess) -> Failure {
    let end = process.end().await;
    if process.wrote_too_long() {
        let message = format!(
            "the server of the tool `{full}` wrote a message of more than {} MiB, and was ended: \
             ask it for less at once",
            MAX_MESSAGE >> 20
        );
        return Failure::new(FaultCode::LimitExceeded, message);
    }
    tool_error(format!(
        "the server of the tool `{full}` ended during the call{end}"
    ))
}

fn not_ready(limit: Duration) -> String {
    format!("was not ready within {} s", limit.as_secs_f64())
}

fn started_wrong(error: &ClientInitializeError) -> String {
    match error {
        ClientInitializeError::ConnectionClosed(_)
        | ClientInitializeError::TransportError { .. } => "ended before it was ready".to_owned(),
        ClientInitializeError::JsonRpcError(error) => {
            format!("refused to start a session: {}", error.message)
        }
        other => format!("did not answer as an MCP server does: {other}"),
    }
}
