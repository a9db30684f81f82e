//! A running MCP server.

use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CancelledNotification, CancelledNotificationParam,
    ClientRequest, JsonObject, PaginatedRequestParams, ServerResult,
};
use rmcp::service::{
    ClientInitializeError, Peer, PeerRequestOptions, RequestHandle, RoleClient, RunningService,
    ServiceError,
};
use tokio::sync::Mutex;
use wfc_value::Value;
use wfc_value::schema::{Violation, violations};

use super::server::ServerProcess;
use super::tool_error;
use crate::exec::{Failure, Surroundings};
use crate::process;
use crate::settings::Program;

/// The most tools whose names are kept.
const MAX_TOOLS: usize = 10_000;

/// A running MCP server.
pub(crate) struct Live {
    service: Mutex<RunningService<RoleClient, ()>>,
    peer: Peer<RoleClient>,
    process: Mutex<ServerProcess>,
    /// The tools; none when the server does not tell.
    tools: Option<Vec<Listed>>,
}

/// A tool that the server has.
pub(crate) struct Listed {
    pub(crate) name: String,
    /// The JSON Schema of its arguments.
    schema: Arc<JsonObject>,
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

/// A call that is under way.
pub(crate) struct Call {
    handle: RequestHandle<RoleClient>,
    peer: Peer<RoleClient>,
}

impl Live {
    /// Starts a server and waits until it is ready.
    pub(super) async fn start(
        name: &str,
        program: &Program,
        limit: Duration,
        around: &Surroundings,
    ) -> Result<Self, Failure> {
        let (mut process, pipes) = ServerProcess::start(name, program, around)?;
        let ready = process::within(limit, rmcp::serve_client((), pipes)).await;
        let wrong = match ready {
            Some(Ok(service)) => return Ok(Self::ready(service, process, limit).await),
            Some(Err(error)) => started_wrong(&error),
            None => format!("was not ready within {} s", limit.as_secs_f64()),
        };
        let last = process.end().await;
        let message = format!("the tool server `{name}` {wrong}{last}");
        Err(tool_error(around.vault.redacted(message)))
    }

    async fn ready(
        service: RunningService<RoleClient, ()>,
        process: ServerProcess,
        limit: Duration,
    ) -> Self {
        let peer = service.peer().clone();
        let listed = process::within(limit, peer.list_all_tools()).await;
        let tools = listed.and_then(Result::ok).map(|tools| {
            let listed = tools.into_iter().map(|tool| Listed {
                name: tool.name.into_owned(),
                schema: tool.input_schema,
            });
            listed.take(MAX_TOOLS).collect()
        });
        Self {
            service: Mutex::new(service),
            peer,
            process: Mutex::new(process),
            tools,
        }
    }

    /// Whether it has ended or hung up.
    pub(super) fn is_over(&self) -> bool {
        self.peer.is_transport_closed()
    }

    /// The tools; none when the server does not tell.
    pub(crate) fn tools(&self) -> Option<&[Listed]> {
        self.tools.as_deref()
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
        let pages = async {
            let mut tools = Vec::new();
            let mut cursor = None;
            loop {
                let params = PaginatedRequestParams::default().with_cursor(cursor.clone());
                let page = self.peer.list_tools(Some(params)).await;
                let page =
                    page.map_err(|error| failed(format!("does not list its tools: {error}")))?;
                for tool in page.tools {
                    let tool = serde_json::to_value(tool);
                    tools.push(
                        tool.map_err(|error| failed(format!("lists a strange tool: {error}")))?,
                    );
                }
                if tools.len() > MAX_TOOLS {
                    return Err(failed(format!("lists more than {MAX_TOOLS} tools")));
                }
                match page.next_cursor {
                    Some(next) if cursor.as_ref() == Some(&next) => {
                        return Err(failed(
                            "lists the same page of tools again and again".to_owned(),
                        ));
                    }
                    Some(next) => cursor = Some(next),
                    None => return Ok(tools),
                }
            }
        };
        match process::within(limit, pages).await {
            Some(listed) => listed,
            None => Err(failed(format!(
                "did not list its tools within {} s",
                limit.as_secs_f64()
            ))),
        }
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
            handle,
            peer: self.peer.clone(),
        })
    }

    /// Whether it wrote a message that is too long, which ended the session.
    pub(crate) async fn wrote_too_long(&self) -> bool {
        self.process.lock().await.wrote_too_long()
    }

    /// How the server ended and what it wrote last, for an error's end.
    pub(crate) async fn obituary(&self) -> String {
        self.process.lock().await.end().await
    }

    /// Hangs up and ends the server.
    pub(crate) async fn close(&self, grace: Duration) {
        let _ = self.service.lock().await.close_with_timeout(grace).await;
        self.process.lock().await.close(grace).await;
    }
}

impl Call {
    /// The answer.
    pub(crate) async fn answer(&mut self) -> Result<ServerResult, ServiceError> {
        (&mut self.handle.rx)
            .await
            .unwrap_or(Err(ServiceError::TransportClosed))
    }

    /// Tells the server that nobody waits for the answer any more.
    pub(crate) async fn cancel(&self, reason: &str) {
        let notification = CancelledNotification::new(CancelledNotificationParam::new(
            Some(self.handle.id.clone()),
            Some(reason.to_owned()),
        ));
        let _ = self.peer.send_notification(notification.into()).await;
    }
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
