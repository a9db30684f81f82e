//! Agents that speak the Agent Client Protocol: one process and one session for each step.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value as Json, json};
use wfc_value::{FaultCode, Value};

use super::super::{Answer, Failure, Job, Surroundings, field, job_env};
use super::bridged::Tools;
use super::held::{self, Askable, Misfit, Reply};
use super::offers::until;
use super::returns::{self, Returns};
use super::{ANSWER_TIMEOUT, AgentExecutor, Spending, empty, late, tool_names};
use crate::acp::{Ask, Ended, Session, Start};
use crate::mcp::environment;
use crate::settings::{AcpAgent, Program, Reached, Runner, Server};

/// An agent that is asked for one step.
pub(super) struct Acp<'a> {
    pub(super) exec: &'a AgentExecutor,
    pub(super) name: &'a str,
    pub(super) runner: &'a Runner,
    pub(super) agent: &'a AcpAgent,
}

impl Acp<'_> {
    /// The answer to a step.
    ///
    /// # Errors
    /// When there is none.
    pub(super) async fn answer(
        &self,
        job: &mut Job,
        returns: Option<&Returns>,
        spending: &mut Spending,
    ) -> Result<Answer, Failure> {
        let prompt = returns::prompt(&job.args, returns)?;
        let mut stop = job.stop.clone();
        let names = tool_names(&job.args);
        let tools = if names.is_empty() || self.agent.whole_servers {
            None
        } else {
            let opened = Tools::open(self.exec, (self.name, self.runner), &names, &mut stop);
            let Some(tools) = opened.await? else {
                return Ok(Answer::Cancelled);
            };
            Some(tools)
        };
        let start = self.start(job, tools.as_ref())?;
        let session = tokio::select! {
            session = Session::start(start) => session?,
            () = stop.stopped() => return Ok(Answer::Cancelled),
        };
        let mut talk = Talk {
            acp: self,
            session,
            tools,
            prompt,
        };
        let talked = held::answer(&mut talk, returns, job, spending).await;
        talk.session.close(self.exec.around.grace).await;
        talked
    }

    fn start(&self, job: &Job, tools: Option<&Tools<'_>>) -> Result<Start<'_>, Failure> {
        let around = &self.exec.around;
        let mut env = job_env(job, &around.vault);
        env.extend(environment(&self.agent.program, around)?);
        Ok(Start {
            name: self.name,
            agent: self.agent,
            env,
            servers: match tools {
                Some(tools) => vec![tools.bridge.described()],
                None => self.whole_servers(&job.args)?,
            },
            model: field::optional(&job.args, "model")?,
            around,
        })
    }

    /// The servers of the step's tools, as the protocol describes them.
    fn whole_servers(&self, args: &Value) -> Result<Vec<Json>, Failure> {
        let mut servers: BTreeMap<&str, &Server> = BTreeMap::new();
        for name in tool_names(args) {
            let server = name.split('.').next().unwrap_or(name);
            let Some(settings) = self.exec.servers.get(server) else {
                let message = format!(
                    "the tool server `{server}` is not configured: add `[tools.{server}]` with its `command` and \
                     `args`, or its `url`, to `wfc.toml`"
                );
                return Err(Failure::new(FaultCode::NotConfigured, message));
            };
            servers.insert(server, settings);
        }
        let around = &self.exec.around;
        let described = servers
            .into_iter()
            .map(|(name, server)| described(name, server, around));
        described.collect()
    }
}

/// A session under way.
struct Talk<'a> {
    acp: &'a Acp<'a>,
    session: Session,
    tools: Option<Tools<'a>>,
    /// What it is told first.
    prompt: String,
}

impl Askable for Talk<'_> {
    fn name(&self) -> &str {
        self.acp.name
    }

    async fn ask(
        &mut self,
        misfit: Option<Misfit<'_>>,
        job: &mut Job,
        spending: &mut Spending,
    ) -> Result<Reply, Failure> {
        let prompt = match misfit {
            None => std::mem::take(&mut self.prompt),
            Some(misfit) => misfit.why,
        };
        self.say(&prompt, job, spending).await
    }
}

impl Talk<'_> {
    async fn say(
        &mut self,
        prompt: &str,
        job: &Job,
        spending: &mut Spending,
    ) -> Result<Reply, Failure> {
        let (name, runner) = (self.acp.name, self.acp.runner);
        let limit = runner.timeout.unwrap_or(ANSWER_TIMEOUT);
        let around = &self.acp.exec.around;
        let ask = Ask {
            vault: &around.vault,
            link: &job.link,
            permissions: runner.permissions,
            permission_timeout: runner.permission_timeout,
            until: until(limit),
            grace: around.grace,
        };
        let mut stop = job.stop.clone();
        let prompting = self.session.prompt(prompt, &ask, &mut stop);
        let mut unknown = false;
        let turn = match &mut self.tools {
            None => prompting.await?,
            Some(tools) => {
                let turn = tokio::select! {
                    turn = prompting => turn?,
                    never = tools.serve(job, ask.until) => match never {},
                };
                unknown = tools.unknown;
                turn
            }
        };
        let (tokens, usd) = turn.used;
        spending.add(tokens, usd);
        match turn.ended {
            Ended::Said(text) if text.is_empty() => Err(empty(name)),
            Ended::Said(text) => Ok(Reply::Text(text)),
            Ended::Stopped if unknown => Ok(Reply::Ended(Answer::Unknown)),
            Ended::Stopped => Ok(Reply::Ended(Answer::Cancelled)),
            Ended::Stuck => Ok(Reply::Ended(Answer::Unknown)),
            Ended::Late => Err(late(name, limit)),
        }
    }
}

fn described(name: &str, server: &Server, around: &Surroundings) -> Result<Json, Failure> {
    let pairs = |pairs: Vec<(String, String)>| -> Json {
        let pair = |(name, value): (String, String)| json!({ "name": name, "value": value });
        pairs.into_iter().map(pair).collect()
    };
    let mut out = Map::new();
    out.insert("name".to_owned(), name.into());
    match &server.reached {
        Reached::Program(program) => {
            let env = environment(program, around)?;
            let env = env
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)));
            out.insert("command".to_owned(), found(program, &around.cwd).into());
            out.insert("args".to_owned(), program.args.clone().into());
            out.insert("env".to_owned(), pairs(env.collect()));
        }
        Reached::Http(remote) => {
            let whom = format!("the tool server `{name}`");
            let headers = crate::web::headers(&whom, &remote.headers, around)?;
            let header =
                |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
                    Some((name.to_string(), value.to_str().ok()?.to_owned()))
                };
            let headers = headers.iter().filter_map(header).collect();
            out.insert("type".to_owned(), "http".into());
            out.insert("url".to_owned(), remote.url.as_str().into());
            out.insert("headers".to_owned(), pairs(headers));
        }
    }
    Ok(Json::Object(out))
}

/// A program's path from the root, which the protocol asks for; its name where it is not found.
fn found(program: &Program, cwd: &Path) -> String {
    let command = Path::new(&program.command);
    if command.components().count() > 1 {
        return cwd.join(command).to_string_lossy().into_owned();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .map(|folder| folder.join(command))
        .find(|path| path.is_file());
    let path = found.unwrap_or_else(|| command.to_owned());
    path.to_string_lossy().into_owned()
}
