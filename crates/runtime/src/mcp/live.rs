//! A running MCP server.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CancelledNotification, CancelledNotificationParam,
    ClientRequest, ServerResult,
};
use rmcp::service::{
    ClientInitializeError, Peer, PeerRequestOptions, RequestHandle, RoleClient, RunningService,
    ServiceError,
};
use tokio::io::{AsyncRead, AsyncReadExt};
use wfc_value::FaultCode;

use super::tool_error;
use crate::exec::{Failure, Surroundings};
use crate::process::{self, Group};
use crate::settings::{EnvValue, Program};

/// How much of what a server writes on its standard error is kept, in bytes.
const LAST_WORDS: usize = 4 * 1024;

/// How long a server that closed its output may take to end before it is looked at.
const LAST_BREATH: Duration = Duration::from_millis(200);

/// The most tools whose names are kept.
const MAX_TOOLS: usize = 10_000;

/// A running MCP server.
pub(crate) struct Live {
    service: tokio::sync::Mutex<RunningService<RoleClient, ()>>,
    peer: Peer<RoleClient>,
    group: tokio::sync::Mutex<Group>,
    words: Arc<Mutex<VecDeque<u8>>>,
    /// The tools' names; none when the server does not tell.
    tools: Option<Vec<String>>,
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
        let (args, env) = spec(program, around)?;
        let cwd = program
            .cwd
            .as_ref()
            .map_or(around.cwd.clone(), |cwd| around.cwd.join(cwd));
        let mut command = process::command(&(&program.command).into(), &args, &env, &cwd);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut group =
            Group::spawn(&mut command).map_err(|error| unstartable(name, program, &cwd, &error))?;
        let words = Arc::new(Mutex::new(VecDeque::new()));
        let child = group.child();
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(listen(stderr, words.clone()));
        }
        let (Some(stdout), Some(stdin)) = (child.stdout.take(), child.stdin.take()) else {
            return Err(tool_error(format!("the tool server `{name}` has no pipes")));
        };
        let ready = process::within(limit, rmcp::serve_client((), (stdout, stdin))).await;
        let service = match ready {
            Some(Ok(service)) => service,
            Some(Err(error)) => {
                let why = started_wrong(&error);
                let why = format!(
                    "the tool server `{name}` {why}{}",
                    end(&mut group, &words).await
                );
                return Err(tool_error(around.vault.redacted(why)));
            }
            None => {
                group.kill().await;
                let why = format!(
                    "the tool server `{name}` was not ready within {} s{}",
                    limit.as_secs_f64(),
                    last_words(&words)
                );
                return Err(tool_error(around.vault.redacted(why)));
            }
        };
        let peer = service.peer().clone();
        let tools = match process::within(limit, peer.list_all_tools()).await {
            Some(Ok(tools)) => Some(
                tools
                    .into_iter()
                    .take(MAX_TOOLS)
                    .map(|t| t.name.into_owned())
                    .collect(),
            ),
            _ => None,
        };
        let service = tokio::sync::Mutex::new(service);
        Ok(Self {
            service,
            peer,
            group: tokio::sync::Mutex::new(group),
            words,
            tools,
        })
    }

    /// Whether it has ended or hung up.
    pub(super) fn is_over(&self) -> bool {
        self.peer.is_transport_closed()
    }

    /// The tools' names; none when the server does not tell.
    pub(crate) fn tools(&self) -> Option<&[String]> {
        self.tools.as_deref()
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

    /// How the server ended and what it wrote last, for an error's end.
    pub(crate) async fn obituary(&self) -> String {
        end(&mut *self.group.lock().await, &self.words).await
    }

    /// Hangs up and ends the server.
    pub(crate) async fn close(&self, grace: Duration) {
        let _ = self.service.lock().await.close_with_timeout(grace).await;
        self.group.lock().await.end(grace).await;
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

type Environment = Vec<(String, Option<String>)>;

/// Arguments and environment, secrets opened.
fn spec(
    program: &Program,
    around: &Surroundings,
) -> Result<(Vec<std::ffi::OsString>, Environment), Failure> {
    let args = program.args.iter().map(Into::into).collect();
    Ok((args, environment(program, around)?))
}

/// A program's environment, secrets opened.
pub(crate) fn environment(
    program: &Program,
    around: &Surroundings,
) -> Result<Environment, Failure> {
    program
        .env
        .iter()
        .map(|(name, value)| {
            let value = match value {
                EnvValue::Text(text) => text.clone(),
                EnvValue::Secret(secret) => {
                    let open = around
                        .vault
                        .open(&wfc_value::Value::secret(secret.as_str()))?;
                    open.as_str().unwrap_or_default().to_owned()
                }
            };
            Ok((name.clone(), Some(value)))
        })
        .collect()
}

fn unstartable(
    name: &str,
    program: &Program,
    cwd: &std::path::Path,
    error: &std::io::Error,
) -> Failure {
    let command = &program.command;
    let message = if !cwd.is_dir() {
        format!(
            "the folder `{}` of the tool server `{name}` does not exist: mend `cwd` of \
             `[tools.{name}]` in `wfc.toml`",
            cwd.display()
        )
    } else if error.kind() == std::io::ErrorKind::NotFound {
        format!(
            "the program `{command}` of the tool server `{name}` was not found: install it, or \
             mend `command` of `[tools.{name}]` in `wfc.toml`"
        )
    } else {
        format!("the program `{command}` of the tool server `{name}` cannot be started: {error}")
    };
    Failure::new(FaultCode::NotConfigured, message)
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

/// Waits a moment for a server that hung up, ends it, and tells of it.
async fn end(group: &mut Group, words: &Mutex<VecDeque<u8>>) -> String {
    let status = process::within(LAST_BREATH, group.wait()).await;
    group.kill().await;
    let how = match status {
        Some(Ok(status)) => format!(" ({status})"),
        _ => String::new(),
    };
    format!("{how}{}", last_words(words))
}

fn last_words(words: &Mutex<VecDeque<u8>>) -> String {
    let bytes: Vec<u8> = words
        .lock()
        .map(|w| w.iter().copied().collect())
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let last = lines
        .get(lines.len().saturating_sub(3)..)
        .unwrap_or_default();
    if last.is_empty() {
        String::new()
    } else {
        format!("; it wrote: {}", last.join(" / "))
    }
}

/// Keeps the end of what a server writes on its standard error.
async fn listen(mut stderr: impl AsyncRead + Unpin, words: Arc<Mutex<VecDeque<u8>>>) {
    let mut buffer = vec![0_u8; 1024];
    while let Ok(n @ 1..) = stderr.read(&mut buffer).await {
        if let (Some(bytes), Ok(mut words)) = (buffer.get(..n), words.lock()) {
            words.extend(bytes);
            let over = words.len().saturating_sub(LAST_WORDS);
            words.drain(..over);
        }
    }
}
