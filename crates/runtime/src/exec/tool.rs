//! `tool`: a tool of an MCP server.

use std::collections::BTreeMap;

use rmcp::model::{CallToolRequestParams, CallToolResult, ContentBlock, JsonObject, MetaObject};
use rmcp::model::{RequestMetaObject, ServerResult};
use rmcp::service::ServiceError;
use tokio::time::Instant;
use wfc_program::tools::{CATALOGUE, REQUEST};
use wfc_value::{FaultCode, List, Value};

use super::http::HttpTool;
use super::{Answer, Execute, Failure, Job, Pending, Surroundings, field};
use crate::mcp::{CALL_TIMEOUT, Call, Live, McpServer, Next, shown, tool_error};
use crate::near::{listed, near};
use crate::settings::{Server, Settings, ToolHints};
use crate::vault::Vault;

/// How many times its timeout a call may take that tells of its progress.
const WITH_PROGRESS: u32 = 6;

/// Calls the tools of MCP servers.
pub struct ToolExecutor {
    around: Surroundings,
    servers: BTreeMap<String, McpServer>,
    http: HttpTool,
    /// What the settings say that tools do, by their names or the beginning of them.
    hints: BTreeMap<String, ToolHints>,
}

/// What agents are told of a tool.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offered {
    /// What it does, in words.
    pub(crate) description: String,
    /// The JSON Schema of its arguments.
    pub(crate) schema: serde_json::Value,
    /// Whether what it does cannot be undone, if its server says.
    pub(crate) destructive: Option<bool>,
    /// Whether it changes nothing, if its server says.
    pub(crate) read_only: Option<bool>,
}

impl ToolExecutor {
    /// An executor for the servers of the settings, and for the built-in tool.
    #[must_use]
    pub fn new(settings: &Settings, around: Surroundings) -> Self {
        let server = |(name, settings): (&String, &Server)| {
            (name.clone(), McpServer::new(name.clone(), settings.clone()))
        };
        Self {
            http: HttpTool::new(settings.http.clone(), around.clone()),
            around,
            servers: settings.tools.iter().map(server).collect(),
            hints: settings.hints.clone(),
        }
    }

    fn server(&self, name: &str) -> Result<&McpServer, Failure> {
        self.servers.get(name).ok_or_else(|| {
            let near = near(name, self.servers.keys().map(String::as_str));
            let meant = match near.as_slice() {
                [] => String::new(),
                near => format!(" (or did you mean {}?)", listed(near)),
            };
            let add = format!("[tools.{name}]\ncommand = \"PROGRAM\"\nargs = [\"ARGUMENT\"]\n");
            let message = format!(
                "the tool server `{name}` is not configured: add `[tools.{name}]` with its \
                 `command` and `args`, or its `url`, to `wfc.toml`{meant}"
            );
            Failure::new(FaultCode::NotConfigured, message).with([("add", Value::from(add))])
        })
    }

    /// What the tool `full` is, as its server tells.
    ///
    /// # Errors
    /// When the server cannot be started, or has no such tool.
    pub(crate) async fn offered(&self, full: &str) -> Result<Offered, Failure> {
        if full == REQUEST {
            return Ok(built_in());
        }
        let Some((server, tool)) = full.split_once('.') else {
            let message = format!("the tool `{full}` names no server: write `SERVER.TOOL`");
            return Err(Failure::new(FaultCode::NotConfigured, message));
        };
        let live = self.server(server)?.live(&self.around).await?;
        known(full, tool, &live)?;
        let listed = live.tools().unwrap_or_default();
        // A server that does not tell of its tools may have any.
        let Some(listed) = listed.iter().find(|t| t.name == tool) else {
            return Ok(Offered::default());
        };
        let annotations = listed.annotations.as_ref();
        Ok(Offered {
            description: listed.description.clone(),
            schema: serde_json::Value::Object((*listed.schema).clone()),
            destructive: annotations.and_then(|a| a.destructive_hint),
            read_only: annotations.and_then(|a| a.read_only_hint),
        })
    }

    /// Holds the arguments to the schema that the server gave, so that what it would refuse is not sent.
    fn held(&self, full: &str, tool: &str, live: &Live, arguments: &Value) -> Result<(), Failure> {
        let tools = live.tools().unwrap_or_default();
        let listed = tools.iter().find(|t| t.name == tool);
        let refused = listed.map_or_else(Vec::new, |tool| tool.refused(arguments));
        let Some(first) = refused.first() else {
            return Ok(());
        };
        let path = first.path_text();
        let subject = if path.is_empty() {
            format!("an argument of `{full}` is wrong: the whole")
        } else {
            format!("argument `{path}` of `{full}`")
        };
        let message = format!("{subject} {}; the tool was not called", first.rule);
        let message = self.around.vault.redacted(message);
        Err(tool_error(message))
    }

    async fn carry_out(&self, mut job: Job) -> Result<Answer, Failure> {
        let full = field::required(&job.args, "tool")?;
        if full == REQUEST {
            let arguments = self.around.vault.open(&arguments_of(&job))?;
            return self.http.carry_out(&mut job, &arguments).await;
        }
        let Some((server, tool)) = full.split_once('.') else {
            let message = format!("the tool `{full}` names no server: write `SERVER.TOOL`");
            return Err(Failure::new(FaultCode::NotConfigured, message));
        };
        let server = self.server(server)?;
        let arguments = self.around.vault.open(&arguments_of(&job))?;
        let params = params(tool, &arguments, &job)?;
        let live = tokio::select! {
            live = server.live(&self.around) => live?,
            () = job.stop.stopped() => return Ok(Answer::Cancelled),
        };
        known(&full, tool, &live)?;
        self.held(&full, tool, &live, &arguments)?;
        let mut call = match live.call(params).await {
            Ok(call) => call,
            Err(error) => return Err(failed(&full, &live, error).await.0),
        };
        let limit = server.settings.timeout.unwrap_or(CALL_TIMEOUT);
        let vault = &self.around.vault;
        let mut deadline = Instant::now() + limit;
        let last = Instant::now() + limit.saturating_mul(WITH_PROGRESS);
        let result = loop {
            tokio::select! {
                () = job.stop.stopped() => return Ok(given_up(&mut call, &self.around).await),
                next = call.next() => {
                    let said = match next {
                        Next::Answer(result) => break *result,
                        Next::Said(said) => said,
                    };
                    // Masked before it is shortened: half of a secret would not be known again.
                    let said = shown(&vault.redact(&said));
                    job.link.note(vault, &format!("{tool}: {said}"));
                    deadline = (Instant::now() + limit).min(last);
                }
                () = tokio::time::sleep_until(deadline) => {
                    call.cancel("timeout").await;
                    let seconds = limit.as_secs_f64();
                    let message = format!("the tool `{full}` did not answer within {seconds} s");
                    return Err(Failure::new(FaultCode::Timeout, message));
                }
            }
        };
        match result {
            Ok(result) => answer(&full, result, &self.around.vault).map(Answer::done),
            Err(error) => {
                let (failure, begun) = failed(&full, &live, error).await;
                if !begun
                    || failure.code != FaultCode::ToolError
                    || self.is_repeatable(&full, tool, &live)
                {
                    return Err(failure);
                }
                let message = format!(
                    "{}; it is not known whether the tool did its work",
                    failure.message
                );
                Err(Failure::new(FaultCode::UnknownOutcome, message))
            }
        }
    }

    /// Whether the tool may be called again: the settings say so, or else its server.
    fn is_repeatable(&self, full: &str, tool: &str, live: &Live) -> bool {
        let listed = live.tools().unwrap_or_default();
        let listed = listed.iter().find(|t| t.name == tool);
        let own = listed.and_then(|tool| tool.annotations.as_ref());
        let fits = |name: &str| match name.strip_suffix('*') {
            Some(start) => full.starts_with(start),
            None => name == full,
        };
        let mut said: Vec<(&String, &ToolHints)> =
            self.hints.iter().filter(|(name, _)| fits(name)).collect();
        // A tool's own name goes before any pattern, a longer one before a shorter one.
        said.sort_by_key(|(name, _)| (name.ends_with('*'), std::cmp::Reverse(name.len())));
        let said = |hint: fn(&ToolHints) -> Option<bool>| said.iter().find_map(|(_, h)| hint(h));
        said(|h| h.idempotent).or(own.and_then(|own| own.idempotent_hint)) == Some(true)
            || said(|h| h.read_only).or(own.and_then(|own| own.read_only_hint)) == Some(true)
    }
}

impl Execute for ToolExecutor {
    fn execute(&self, job: Job) -> Pending<'_> {
        Box::pin(async move { Answer::of(self.carry_out(job).await) })
    }

    fn close(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            for server in self.servers.values() {
                server.close(self.around.grace).await;
            }
        })
    }
}

/// What agents are told of the built-in tool.
fn built_in() -> Offered {
    let all: serde_json::Value = serde_json::from_str(CATALOGUE).unwrap_or_default();
    let part = |name: &str| all.pointer(&format!("/tools/0/{name}")).cloned();
    let description = part("description").unwrap_or_default();
    Offered {
        description: description.as_str().unwrap_or_default().to_owned(),
        schema: part("inputSchema").unwrap_or_default(),
        destructive: None,
        read_only: None,
    }
}

fn arguments_of(job: &Job) -> Value {
    match job.args.get("arguments") {
        None | Some(Value::Null) => Value::Map(wfc_value::Map::default()),
        Some(value) => value.clone(),
    }
}

/// A server that is told to give a call up need not answer; if it does in time, that counts.
async fn given_up(call: &mut Call, around: &Surroundings) -> Answer {
    call.cancel("the step was cancelled").await;
    match crate::process::within(around.grace, call.answer()).await {
        Some(Ok(result)) => match answer("", result, &around.vault) {
            Ok(value) => Answer::done(value),
            Err(_) => Answer::Cancelled,
        },
        _ => Answer::Unknown,
    }
}

fn params(tool: &str, arguments: &Value, job: &Job) -> Result<CallToolRequestParams, Failure> {
    let json = wfc_value::json::format(arguments);
    let arguments: JsonObject = serde_json::from_str(&json)
        .map_err(|_| field::wrong("arguments", "is to be a map with texts as keys"))?;
    let mut params = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
    let mut meta = JsonObject::new();
    meta.insert("wfc/idempotencyKey".to_owned(), job.key.clone().into());
    params.meta = Some(RequestMetaObject(MetaObject(meta)));
    Ok(params)
}

/// Checks that the server has the tool, when it tells which it has.
fn known(full: &str, tool: &str, live: &Live) -> Result<(), Failure> {
    let Some(tools) = live.tools() else {
        return Ok(());
    };
    if tools.iter().any(|t| t.name == tool) {
        return Ok(());
    }
    let names: Vec<&str> = tools.iter().map(|t| t.name.as_str()).collect();
    let near = near(tool, names.iter().copied());
    let help = if near.is_empty() {
        format!("it has {}", listed(names.get(..20).unwrap_or(&names)))
    } else {
        format!("did you mean {}?", listed(&near))
    };
    let near: Result<Value, _> = Value::list(near.into_iter().map(Value::from).collect());
    Err(tool_error(format!(
        "the server of `{full}` has no tool `{tool}`: {help}"
    ))
    .with([("near", near.unwrap_or_default())]))
}

/// What to say of a call that failed, and whether the tool may have done its work all the same.
async fn failed(full: &str, live: &Live, error: ServiceError) -> (Failure, bool) {
    let failure = match &error {
        ServiceError::McpError(error) => {
            let message = format!("the tool `{full}` was refused: {}", error.message);
            let code = Value::from(i64::from(error.code.0));
            tool_error(message).with([("mcp_code", code)])
        }
        ServiceError::TransportClosed | ServiceError::TransportSend(_) => {
            return live.hung_up(full, &error).await;
        }
        other => tool_error(format!("the tool `{full}` gave no usable answer: {other}")),
    };
    (failure, false)
}

fn answer(full: &str, result: ServerResult, vault: &Vault) -> Result<Value, Failure> {
    match result {
        ServerResult::CallToolResult(result) => called(full, result, vault),
        ServerResult::EmptyResult(_) => Ok(Value::Null),
        ServerResult::InputRequiredResult(_) => Err(tool_error(format!(
            "the tool `{full}` asks for more input during the call, which workflows cannot give"
        ))),
        _ => Err(tool_error(format!(
            "the tool `{full}` answered with something else than a result"
        ))),
    }
}

fn called(full: &str, result: CallToolResult, vault: &Vault) -> Result<Value, Failure> {
    let content = content(&result.content)?;
    if result.is_error == Some(true) {
        let text = match &content {
            Value::String(text) => text.to_string(),
            Value::Null => "it does not say why".to_owned(),
            other => wfc_value::json::format(other),
        };
        // Masked before it is shortened: half of a secret would not be known again.
        let text = wfc_value::shortened(vault.redact(text.trim()).as_ref(), 1_000);
        let message = format!("the tool `{full}` failed: {text}");
        return Err(tool_error(message).with([("content", content)]));
    }
    match result.structured_content {
        Some(structured) => value(&structured),
        None => Ok(content),
    }
}

/// The content as a value: nothing is null, a single text is that text (or the JSON object or
/// list that it holds), several blocks are a list.
fn content(blocks: &[ContentBlock]) -> Result<Value, Failure> {
    match blocks {
        [] => Ok(Value::Null),
        [one] => block(one),
        several => {
            let items: Result<Vec<Value>, Failure> = several.iter().map(block).collect();
            Ok(Value::List(List::new(items?)?))
        }
    }
}

fn block(block: &ContentBlock) -> Result<Value, Failure> {
    let ContentBlock::Text(text) = block else {
        let json = serde_json::to_value(block)
            .map_err(|error| tool_error(format!("a tool's content cannot be read: {error}")))?;
        return value(&json);
    };
    if text.text.trim_start().starts_with(['{', '['])
        && let Ok(value) = wfc_value::json::parse(&text.text)
    {
        return Ok(value);
    }
    wfc_value::limits::check_text(text.text.len())?;
    Ok(Value::from(text.text.as_str()))
}

fn value(json: &serde_json::Value) -> Result<Value, Failure> {
    wfc_value::json::parse(&json.to_string())
        .map_err(|error| tool_error(format!("a tool's answer cannot be read: {error}")))
}
