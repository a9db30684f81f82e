//! Agents by a command: the prompt on its standard input, the answer on its standard output.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use wfc_value::{FaultCode, Value};

use super::super::{Answer, Failure, Job, Surroundings, field, job_env};
use super::Reply;
use crate::mcp::environment;
use crate::process::{self, How, Keep, Spec};
use crate::settings::{CommandAgent, Program};

/// A command that is asked.
pub(super) struct Command<'a> {
    pub(super) name: &'a str,
    pub(super) agent: &'a CommandAgent,
    pub(super) limit: Duration,
    pub(super) around: &'a Surroundings,
}

impl Command<'_> {
    /// Starts the command once.
    pub(super) async fn ask(&self, job: &mut Job, prompt: String) -> Result<Reply, Failure> {
        let (name, program) = (self.name, &self.agent.program);
        let cwd = program
            .cwd
            .as_ref()
            .map_or(self.around.cwd.clone(), |c| self.around.cwd.join(c));
        let model = field::optional(&job.args, "model")?;
        let mut env = job_env(job, &self.around.vault);
        env.push(("WFC_AGENT_MODEL".to_owned(), model.clone()));
        env.push(("WFC_AGENT_TOOLS".to_owned(), tools(&job.args)));
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
        let ended = process::run(spec, &job.execution, groups, &mut job.stop)
            .await
            .map_err(|error| unstartable(name, program, &cwd, &error))?;
        let redact = |text| self.around.vault.redacted(text);
        let stdout = ended.stdout.finish(redact);
        let stderr = ended.stderr.finish(redact);
        let failed = |what: String| {
            let message = format!("the agent `{name}` {what}{}", last_line(&stderr.text));
            let stderr = Value::from(wfc_value::shortened(&stderr.text, 2_000));
            Failure::new(FaultCode::AgentError, message).with([("stderr", stderr)])
        };
        match ended.how {
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
    let names = super::tool_names(args);
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
