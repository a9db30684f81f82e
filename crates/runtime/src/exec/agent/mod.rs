//! `agent`: by a command, an endpoint of a language model, or a program that speaks the Agent Client Protocol.

mod acp;
mod bridged;
mod command;
mod endpoint;
mod held;
mod offers;
mod returns;
mod spending;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::Client;
use wfc_value::{FaultCode, Value};

use super::{Answer, Execute, Failure, Job, Pending, Surroundings, ToolExecutor, field};
use crate::llm::Protocol;
use crate::near::{listed, near};
use crate::settings::{AgentKind, Price, Runner, Server, Settings, ToolHints};
use acp::Acp;
use command::Command;
pub(crate) use command::unstartable;
use endpoint::Talk;
use returns::Returns;
use spending::Spending;

/// How long one answer may take, unless the settings say otherwise. A step's own `timeout` ends
/// it earlier.
const ANSWER_TIMEOUT: Duration = Duration::from_hours(1);

/// Asks agents.
pub struct AgentExecutor {
    around: Surroundings,
    runners: BTreeMap<String, Runner>,
    default: Option<String>,
    prices: BTreeMap<String, Price>,
    hints: BTreeMap<String, ToolHints>,
    tools: Arc<ToolExecutor>,
    servers: BTreeMap<String, Server>,
    /// Made when an endpoint is first asked.
    client: OnceLock<Client>,
}

impl AgentExecutor {
    /// An executor for the runners of the settings, whose agents call the tools of `tools`.
    #[must_use]
    pub fn new(settings: &Settings, around: Surroundings, tools: Arc<ToolExecutor>) -> Self {
        let default = match (&settings.default_agent, settings.agents.len()) {
            (Some(name), _) => Some(name.clone()),
            // Where there is one runner, it is the one that is meant.
            (None, 1) => settings.agents.keys().next().cloned(),
            _ => None,
        };
        Self {
            around,
            runners: settings.agents.clone(),
            default,
            prices: settings.models.clone(),
            hints: settings.hints.clone(),
            tools,
            servers: settings.tools.clone(),
            client: OnceLock::new(),
        }
    }

    fn runner(&self, wanted: Option<String>) -> Result<(String, &Runner), Failure> {
        let Some(name) = wanted.or_else(|| self.default.clone()) else {
            return Err(self.nobody());
        };
        if let Some(runner) = self.runners.get(&name) {
            return Ok((name, runner));
        }
        let near = near(&name, self.runners.keys().map(String::as_str));
        let meant = match near.as_slice() {
            [] => String::new(),
            near => format!(" (or did you mean {}?)", listed(near)),
        };
        let message = format!(
            "the agent `{name}` is not configured: add `[agents.{name}]` with its `command` and \
             `args`, or its `type` and `model`, to `wfc.toml`{meant}"
        );
        Err(not_configured(message, &name))
    }

    fn nobody(&self) -> Failure {
        if self.runners.is_empty() {
            let message = "no agent is configured: add to `wfc.toml` a table `[agents.NAME]` with \
                           the `command` and `args` of a program that reads the goal from its \
                           standard input and writes the answer to its standard output, or with \
                           the `type` and `model` of an endpoint";
            return not_configured(message.to_owned(), "NAME");
        }
        let names: Vec<&str> = self.runners.keys().map(String::as_str).collect();
        let message = format!(
            "several agents are configured and the step names none: write `default_agent = \
             \"NAME\"` in `wfc.toml`, or `agent: NAME` in the step, with {}",
            listed(&names)
        );
        Failure::new(FaultCode::NotConfigured, message)
    }

    async fn carry_out(&self, mut job: Job) -> Result<Answer, Failure> {
        let (name, runner) = self.runner(field::optional(&job.args, "agent")?)?;
        let returns = Returns::of(&job.args);
        let mut spending = Spending::new(job.allowance);
        let answered = match &runner.kind {
            AgentKind::Command(agent) => {
                let mut command = Command {
                    name: &name,
                    agent,
                    limit: runner.timeout.unwrap_or(ANSWER_TIMEOUT),
                    around: &self.around,
                    exec: self,
                    runner,
                    prompt: returns::prompt(&job.args, returns.as_ref())?,
                };
                held::answer(&mut command, returns.as_ref(), &mut job, &mut spending).await
            }
            AgentKind::OpenAi(endpoint) => {
                let talk = Talk {
                    exec: self,
                    name: &name,
                    runner,
                    endpoint,
                    protocol: Protocol::OpenAi,
                };
                talk.answer(&mut job, returns.as_ref(), &mut spending).await
            }
            AgentKind::Anthropic(endpoint) => {
                let talk = Talk {
                    exec: self,
                    name: &name,
                    runner,
                    endpoint,
                    protocol: Protocol::Anthropic,
                };
                talk.answer(&mut job, returns.as_ref(), &mut spending).await
            }
            AgentKind::Acp(agent) => {
                let acp = Acp {
                    exec: self,
                    name: &name,
                    runner,
                    agent,
                };
                acp.answer(&mut job, returns.as_ref(), &mut spending).await
            }
        };
        let usage = spending.usage();
        match answered {
            Ok(Answer::Done { value, .. }) => Ok(Answer::Done { value, usage }),
            Ok(other) => Ok(other),
            Err(failure) => Err(Failure { usage, ..failure }),
        }
    }

    /// The client for endpoints.
    fn client(&self) -> Result<Client, Failure> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let client = crate::web::client().map_err(|why| {
            let message = format!("no endpoint can be asked over HTTP: {why}");
            Failure::new(FaultCode::AgentError, message)
        })?;
        Ok(self.client.get_or_init(|| client).clone())
    }
}

impl Execute for AgentExecutor {
    fn execute(&self, job: Job) -> Pending<'_> {
        Box::pin(async move {
            let answer = Answer::of(self.carry_out(job).await);
            answer.redacted(&self.around.vault)
        })
    }
}

fn not_configured(message: String, name: &str) -> Failure {
    let add = format!("[agents.{name}]\ncommand = \"PROGRAM\"\nargs = [\"ARGUMENT\"]\n");
    Failure::new(FaultCode::NotConfigured, message).with([("add", Value::from(add))])
}

fn empty(name: &str) -> Failure {
    let message = format!("the agent `{name}` gave an empty answer");
    Failure::new(FaultCode::AgentError, message)
}

fn late(name: &str, limit: Duration) -> Failure {
    let seconds = limit.as_secs_f64();
    let message = format!("the agent `{name}` did not answer within {seconds} s");
    Failure::new(FaultCode::Timeout, message)
}

/// The names of the tools that a step lets its agent use.
fn tool_names(args: &Value) -> Vec<&str> {
    let list = args.get("tools").and_then(Value::as_list);
    list.into_iter()
        .flat_map(|list| list.iter().filter_map(Value::as_str))
        .collect()
}
