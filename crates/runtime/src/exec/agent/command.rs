//! Agents by a command: the prompt on its standard input, the answer on its standard output.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use wfc_value::{FaultCode, Value};

use super::super::{Answer, Failure, Job, Surroundings, field, job_env};
use super::bridged::Tools;
use super::held::{Askable, Misfit, Reply};
use super::offers::until;
use super::{AgentExecutor, Spending, tool_names};
use crate::mcp::environment;
use crate::process::{self, How, Keep, Spec};
use crate::settings::{CommandAgent, Program, Runner};

/// A command that is asked.
pub(super) struct Command<'a> {
    pub(super) name: &'a str,
    pub(super) agent: &'a CommandAgent,
    pub(super) limit: Duration,
    pub(super) around: &'a Surroundings,
    pub(super) exec: &'a AgentExecutor,
    pub(super) runner: &'a Runner,
    /// What it is told.
    pub(super) prompt: String,
}

impl Askable for Command<'_> {
    fn name(&self) -> &str {
        self.name
    }

    async fn ask(
        &mut self,
        misfit: Option<Misfit<'_>>,
        job: &mut Job,
        _: &mut Spending,
    ) -> Result<Reply, Failure> {
        let prompt = &self.prompt;
        let told = match misfit {
            None => format!("{prompt}\n"),
            Some(Misfit { answer, why }) => {
                format!("{prompt}\n\nYou answered:\n{answer}\n\n{why}\n")
            }
        };
        self.start(job, told).await
    }
}

impl Command<'_> {
    /// Starts the command once.
    async fn start(&self, job: &Job, prompt: String) -> Result<Reply, Failure> {
        let (name, program) = (self.name, &self.agent.program);
        let cwd = program
            .cwd
            .as_ref()
            .map_or(self.around.cwd.clone(), |c| self.around.cwd.join(c));
        let model = field::optional(&job.args, "model")?;
        let mut env = job_env(job, &self.around.vault);
        env.push(("WFC_AGENT_MODEL".to_owned(), model.clone()));
        env.push(("WFC_AGENT_TOOLS".to_owned(), tools(&job.args)));
        let mut stop = job.stop.clone();
        let mut served = None;
        if self.is_served(&job.args) {
            let (of, names) = ((self.name, self.runner), tool_names(&job.args));
            served = Tools::open(self.exec, of, &names, &mut stop).await?;
            if served.is_none() {
                return Ok(Reply::Ended(Answer::Cancelled));
            }
        }
        let reached = served.as_ref().map(|tools| tools.bridge.reached());
        let (url, token) = reached
            .map(|(url, token)| (url.to_owned(), token.to_owned()))
            .unzip();
        env.push(("WFC_TOOLS_URL".to_owned(), url));
        env.push(("WFC_TOOLS_TOKEN".to_owned(), token));
        env.extend(environment(program, self.around)?);
        let spec = Spec {
            program: (&program.command).into(),
            args: arguments(self.agent, model.as_deref()),
            env,
            cwd: cwd.clone(),
            stdin: Some(prompt),
            keep: Keep::Whole,
            limit: Some(self.limit),
            grace: self.around.grace,
        };
        let groups = &self.around.groups;
        let running = process::run(spec, &job.execution, groups, &mut stop);
        let ended = match &mut served {
            None => running.await,
            Some(tools) => tokio::select! {
                ended = running => ended,
                never = tools.serve(job, until(self.limit)) => match never {},
            },
        };
        let ended = ended.map_err(|error| unstartable(name, program, &cwd, &error))?;
        let redact = |text| self.around.vault.redacted(text);
        let stdout = ended.stdout.finish(redact);
        let stderr = ended.stderr.finish(redact);
        let failed = |what: String| {
            let message = format!("the agent `{name}` {what}{}", last_line(&stderr.text));
            let stderr = Value::from(wfc_value::shortened(&stderr.text, 2_000));
            Failure::new(FaultCode::AgentError, message).with([("stderr", stderr)])
        };
        match ended.how {
            How::Stopped if served.is_some_and(|tools| tools.unknown) => {
                Ok(Reply::Ended(Answer::Unknown))
            }
            How::Stopped => Ok(Reply::Ended(Answer::Cancelled)),
            How::Killed => Ok(Reply::Ended(Answer::Unknown)),
            How::TimedOut => Err(super::late(name, self.limit)),
            How::Exited(status) if !status.success() => Err(failed(format!("failed ({status})"))),
            How::Exited(_) if stdout.cut => Err(failed(format!(
                "wrote an answer of more than {} bytes",
                process::MAX_WHOLE
            ))),
            How::Exited(_) => Ok(Reply::Text(stdout.text.trim().to_owned())),
        }
    }

    /// Whether wfc carries out the step's tools for it: their servers are set up. Without any of them the agent has its tools
    /// itself, and knows which the step allows.
    fn is_served(&self, args: &Value) -> bool {
        let server = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        let mut names = tool_names(args).into_iter();
        names.any(|name| self.exec.servers.contains_key(&server(name)))
    }
}

/// What to say of an agent's program that could not be started.
pub(crate) fn unstartable(
    name: &str,
    program: &Program,
    cwd: &Path,
    error: &std::io::Error,
) -> Failure {
    let command = &program.command;
    let mend = format!("of `[agents.{name}]` in `wfc.toml`");
    let message = if !cwd.is_dir() {
        format!(
            "the folder `{}` does not exist: mend `cwd` {mend}",
            cwd.display()
        )
    } else if error.kind() == std::io::ErrorKind::NotFound {
        format!(
            "the program `{command}` of the agent `{name}` was not found: install it, or mend \
             `command` {mend}"
        )
    } else {
        format!("the program `{command}` of the agent `{name}` cannot be started: {error}")
    };
    Failure::new(FaultCode::NotConfigured, message)
}

fn arguments(agent: &CommandAgent, model: Option<&str>) -> Vec<OsString> {
    let mut args: Vec<OsString> = agent.program.args.iter().map(OsString::from).collect();
    if let Some(model) = model {
        args.extend(
            agent
                .model_args
                .iter()
                .map(|arg| arg.replace("{model}", model).into()),
        );
    }
    args
}

/// The names of the tools that the step lets the agent use, with commas between them.
fn tools(args: &Value) -> Option<String> {
    let names = tool_names(args);
    (!names.is_empty()).then(|| names.join(","))
}

/// The last line that says something, to stand behind what happened.
pub(super) fn last_line(stderr: &str) -> String {
    match stderr
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty())
    {
        Some(line) => format!(": {}", wfc_value::shortened(line, 200)),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_adds_its_arguments() {
        let agent = CommandAgent {
            model_args: vec!["--model".into(), "x/{model}".into()],
            ..CommandAgent::default()
        };
        assert_eq!(arguments(&agent, Some("big")), ["--model", "x/big"]);
        assert!(arguments(&agent, None).is_empty());
    }
}
