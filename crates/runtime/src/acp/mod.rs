//! The Agent Client Protocol, version 1, over standard input and output: we are the client.

mod bridge;
mod files;
mod process;
mod turn;
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::Instant;
use wfc_value::FaultCode;

use crate::exec::{Failure, Surroundings};
use crate::settings::{AcpAgent, Files};
use crate::web::words;
pub(crate) use bridge::Bridge;
use process::AgentProcess;
pub(crate) use turn::{Ask, Ended};
use wire::{Incoming, RpcError, Stuck, Wire};

/// The protocol's version that we speak.
const VERSION: u64 = 1;

/// How long an agent may take to be ready, unless the settings say otherwise.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// How long an agent may take to end after its input was closed.
const LAST_BREATH: Duration = Duration::from_millis(500);

/// The error by which an agent says that nobody is logged in.
const AUTH_REQUIRED: i64 = -32000;

const METHOD_NOT_FOUND: i64 = -32601;

/// What an agent is started with.
pub(crate) struct Start<'a> {
    /// The agent's name.
    pub(crate) name: &'a str,
    pub(crate) agent: &'a AcpAgent,
    /// Variables on top of the inherited ones, or taken away.
    pub(crate) env: Vec<(String, Option<String>)>,
    /// Its tools, as the protocol describes servers.
    pub(crate) servers: Vec<Json>,
    /// The model that the step names.
    pub(crate) model: Option<String>,
    pub(crate) around: &'a Surroundings,
}

/// A running agent with one session. Dropping it kills it.
pub(crate) struct Session {
    name: String,
    wire: Wire,
    process: AgentProcess,
    id: String,
    folder: PathBuf,
    files: Files,
    /// Tokens and dollars of the session as it told last.
    told: (u64, f64),
}

impl Session {
    /// Starts an agent and a session with it.
    ///
    /// # Errors
    /// When it cannot be started, does not speak the protocol, or wants what we do not have.
    pub(crate) async fn start(start: Start<'_>) -> Result<Self, Failure> {
        let folder = match &start.agent.program.cwd {
            Some(cwd) => start.around.cwd.join(cwd),
            None => start.around.cwd.clone(),
        };
        // The protocol wants it from the root.
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        let limit = start.agent.start_timeout.unwrap_or(START_TIMEOUT);
        let (process, wire) =
            AgentProcess::start(start.name, &start.agent.program, &start.env, &folder)?;
        let mut session = Self {
            name: start.name.to_owned(),
            wire,
            process,
            id: String::new(),
            folder,
            files: start.agent.files,
            told: (0, 0.0),
        };
        let until = Instant::now() + limit;
        let ready = tokio::time::timeout_at(until, session.begin(&start)).await;
        match ready {
            Ok(Ok(())) => Ok(session),
            Ok(Err(failure)) => {
                session.process.kill().await;
                Err(failure)
            }
            Err(_) => {
                let seconds = limit.as_secs_f64();
                let end = session.process.end().await;
                Err(session.failed(&format!("was not ready within {seconds} s{end}")))
            }
        }
    }

    async fn begin(&mut self, start: &Start<'_>) -> Result<(), Failure> {
        let client = json!({
            "protocolVersion": VERSION,
            "clientCapabilities": {
                "fs": {
                    "readTextFile": self.files != Files::None,
                    "writeTextFile": self.files == Files::Write,
                },
                "terminal": false,
            },
            "clientInfo": { "name": "wfc", "title": "wfc", "version": env!("CARGO_PKG_VERSION") },
        });
        let agent = self.call("initialize", &client).await?;
        let version = agent.get("protocolVersion").and_then(Json::as_u64);
        if version != Some(VERSION) {
            let version = version.map_or("no version".to_owned(), |v| format!("version {v}"));
            return Err(self.failed(&format!(
                "speaks {version} of the Agent Client Protocol, and we version {VERSION}"
            )));
        }
        let over_http = agent.pointer("/agentCapabilities/mcpCapabilities/http");
        let wanted = start
            .servers
            .iter()
            .any(|server| server.get("url").is_some());
        if wanted && over_http != Some(&Json::Bool(true)) {
            let message = format!(
                "the agent `{}` takes no tool servers over HTTP, and the step names tools: write `whole_servers = true` \
                 in `[agents.{}]` of `wfc.toml` if it may have the programs of their servers with all that they do",
                self.name, self.name
            );
            return Err(Failure::new(FaultCode::NotConfigured, message));
        }
        let new = json!({ "cwd": self.folder, "mcpServers": start.servers });
        let new = self.call("session/new", &new).await?;
        let Some(id) = new.get("sessionId").and_then(Json::as_str) else {
            return Err(self.failed("began a session without its id"));
        };
        id.clone_into(&mut self.id);
        match &start.model {
            Some(model) => self.choose(model, &new).await,
            None => Ok(()),
        }
    }

    /// Chooses a model, of those that the agent offers.
    async fn choose(&mut self, model: &str, new: &Json) -> Result<(), Failure> {
        let options = new.get("configOptions").and_then(Json::as_array);
        let is_model = |option: &&Json| option.get("category") == Some(&Json::from("model"));
        let Some(option) = options.and_then(|all| all.iter().find(is_model)) else {
            let message = format!(
                "the agent `{}` offers no choice of models: leave `model` out of the step",
                self.name
            );
            return Err(Failure::new(FaultCode::NotConfigured, message));
        };
        let values = values(option.get("options").unwrap_or(&Json::Null));
        if !values.contains(&model) {
            let message = format!(
                "the agent `{}` has no model `{model}`: it has {}",
                self.name,
                crate::near::listed(values.get(..20).unwrap_or(&values))
            );
            return Err(Failure::new(FaultCode::NotConfigured, message));
        }
        let chosen = json!({ "sessionId": self.id, "configId": option.get("id"), "value": model });
        self.call("session/set_config_option", &chosen).await?;
        Ok(())
    }

    /// A request before the first prompt, and its answer.
    async fn call(&mut self, method: &str, params: &Json) -> Result<Json, Failure> {
        let sent = self.wire.request(method, params);
        let wanted = sent.map_err(|stuck| self.stuck(&stuck))?;
        loop {
            match self.wire.next().await {
                Some(Incoming::Answer { id, result }) if id == wanted => {
                    return result.map_err(|error| self.refused(method, &error));
                }
                Some(Incoming::Request { id, method, .. }) => {
                    let answered = self.wire.answer(&id, Err(unknown(&method)));
                    answered.map_err(|stuck| self.stuck(&stuck))?;
                }
                Some(Incoming::Wrong(what)) => return Err(self.failed(&what)),
                Some(Incoming::Answer { .. } | Incoming::Notification { .. }) => {}
                None => {
                    let end = self.process.end().await;
                    return Err(self.failed(&format!("ended before it was ready{end}")));
                }
            }
        }
    }

    /// Ends the agent: its input is closed, and it has a moment.
    pub(crate) async fn close(self, grace: Duration) {
        let Self {
            wire, mut process, ..
        } = self;
        drop(wire);
        process.close(LAST_BREATH.min(grace), grace).await;
    }

    fn refused(&self, method: &str, error: &RpcError) -> Failure {
        if error.code == AUTH_REQUIRED {
            let message = format!(
                "the agent `{}` wants somebody to be logged in: log in with its own program, or give it a key in \
                 `env` of `[agents.{}]` in `wfc.toml`",
                self.name, self.name
            );
            return Failure::new(FaultCode::NotConfigured, message);
        }
        let said = words(&error.message);
        self.failed(&format!("refused `{method}`: {said}"))
    }

    fn stuck(&self, _: &Stuck) -> Failure {
        self.failed("does not read what it is sent")
    }

    fn failed(&self, what: &str) -> Failure {
        let message = format!("the agent `{}` {what}", self.name);
        Failure::new(FaultCode::AgentError, message)
    }
}

fn unknown(method: &str) -> RpcError {
    RpcError {
        code: METHOD_NOT_FOUND,
        message: format!("the client has no method `{method}`"),
    }
}

/// The values of a choice, which may be in groups.
fn values(options: &Json) -> Vec<&str> {
    let list = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut out = Vec::new();
    for option in list {
        out.extend(option.get("value").and_then(Json::as_str));
        let group = option.get("options").and_then(Json::as_array);
        let group = group.map(Vec::as_slice).unwrap_or_default();
        out.extend(
            group
                .iter()
                .filter_map(|option| option.get("value")?.as_str()),
        );
    }
    out
}
