//! `agent`: a command that takes the goal on its standard input and gives the answer on its
//! standard output.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

use wfc_value::{FaultCode, Type, TypeTable, Value};
use wfc_vm::Usage;

use super::{Answer, Execute, Failure, Job, Pending, Surroundings, field, job_env};
use crate::mcp::environment;
use crate::near::{listed, near};
use crate::process::{self, How, Keep, Spec};
use crate::settings::{Runner, Settings};

/// How long one answer may take, unless the settings say otherwise. A step's own `timeout` ends
/// it earlier.
const ANSWER_TIMEOUT: Duration = Duration::from_hours(1);

/// Asks agents by starting a command for each answer.
pub struct AgentExecutor {
    around: Surroundings,
    runners: BTreeMap<String, Runner>,
    default: Option<String>,
}

/// The declared type of an answer: the JSON Schema to show, and the type to hold it to.
struct Returns {
    schema: String,
    ty: Type,
    table: TypeTable,
}

/// One answer of a command.
enum Reply {
    Text(String),
    Ended(Answer),
}

impl AgentExecutor {
    /// An executor for the runners of the settings.
    #[must_use]
    pub fn new(settings: &Settings, around: Surroundings) -> Self {
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
             `args` to `wfc.toml`{meant}"
        );
        Err(not_configured(message, &name))
    }

    fn nobody(&self) -> Failure {
        if self.runners.is_empty() {
            let message = "no agent is configured: add to `wfc.toml` a table `[agents.NAME]` with \
                           the `command` and `args` of a program that reads the goal from its \
                           standard input and writes the answer to its standard output";
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
        let returns = returns(&job.args)?;
        let prompt = prompt(&job.args, returns.as_ref())?;
        let first = match self.ask(&name, runner, &mut job, prompt.clone()).await? {
            Reply::Text(text) => text,
            Reply::Ended(answer) => return Ok(answer),
        };
        let Some(returns) = returns else {
            return Ok(Answer::done(first));
        };
        let wrong = match read(&first, &returns) {
            Ok(value) => return Ok(Answer::done(value)),
            Err(wrong) => wrong,
        };
        let again = repair(&prompt, &first, &wrong);
        let second = match self.ask(&name, runner, &mut job, again).await? {
            Reply::Text(text) => text,
            Reply::Ended(answer) => return Ok(answer),
        };
        // The machine counts the first call itself.
        let usage = Some(Usage {
            agent_calls: 1,
            ..Usage::default()
        });
        let value = read(&second, &returns).map_err(|wrong| {
            let message =
                format!("the agent `{name}` was asked twice and its answer does not fit: {wrong}");
            let answer = Value::from(wfc_value::shortened(&second, 2_000));
            Failure::new(FaultCode::AgentError, message).with([("answer", answer)])
        })?;
        Ok(Answer::Done { value, usage })
    }

    /// Starts the command once.
    async fn ask(
        &self,
        name: &str,
        runner: &Runner,
        job: &mut Job,
        prompt: String,
    ) -> Result<Reply, Failure> {
        let program = &runner.program;
        let cwd = program
            .cwd
            .as_ref()
            .map_or(self.around.cwd.clone(), |c| self.around.cwd.join(c));
        let limit = runner.timeout.unwrap_or(ANSWER_TIMEOUT);
        let model = field::optional(&job.args, "model")?;
        let mut env = job_env(job, &self.around.vault);
        env.push(("WFC_AGENT_MODEL".to_owned(), model.clone()));
        env.push(("WFC_AGENT_TOOLS".to_owned(), tools(&job.args)));
        env.extend(environment(program, &self.around)?);
        let spec = Spec {
            program: (&program.command).into(),
            args: arguments(runner, model.as_deref()),
            env,
            cwd: cwd.clone(),
            stdin: Some(prompt),
            keep: Keep::Whole,
            limit: Some(limit),
            grace: self.around.grace,
        };
        let groups = &self.around.groups;
        let ended = process::run(spec, &job.execution, groups, &mut job.stop)
            .await
            .map_err(|error| unstartable(name, runner, &cwd, &error))?;
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
            How::TimedOut => {
                let message = format!(
                    "the agent `{name}` did not answer within {} s",
                    limit.as_secs_f64()
                );
                Err(Failure::new(FaultCode::Timeout, message))
            }
            How::Exited(status) if !status.success() => Err(failed(format!("failed ({status})"))),
            How::Exited(_) if stdout.cut => Err(failed(format!(
                "wrote an answer of more than {} bytes",
                process::MAX_WHOLE
            ))),
            How::Exited(_) => Ok(Reply::Text(stdout.text.trim().to_owned())),
        }
    }
}

impl Execute for AgentExecutor {
    fn execute(&self, job: Job) -> Pending<'_> {
        Box::pin(async move { Answer::of(self.carry_out(job).await) })
    }
}

fn not_configured(message: String, name: &str) -> Failure {
    let add = format!("[agents.{name}]\ncommand = \"PROGRAM\"\nargs = [\"ARGUMENT\"]\n");
    Failure::new(FaultCode::NotConfigured, message).with([("add", Value::from(add))])
}

fn unstartable(
    name: &str,
    runner: &Runner,
    cwd: &std::path::Path,
    error: &std::io::Error,
) -> Failure {
    let command = &runner.program.command;
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

fn arguments(runner: &Runner, model: Option<&str>) -> Vec<OsString> {
    let mut args: Vec<OsString> = runner.program.args.iter().map(OsString::from).collect();
    if let Some(model) = model {
        args.extend(
            runner
                .model_args
                .iter()
                .map(|arg| arg.replace("{model}", model).into()),
        );
    }
    args
}

/// The names of the tools that the step lets the agent use, with commas between them.
fn tools(args: &Value) -> Option<String> {
    let list = args.get("tools")?.as_list()?;
    let names: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
    (!names.is_empty()).then(|| names.join(","))
}

fn last_line(stderr: &str) -> String {
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

fn returns(args: &Value) -> Result<Option<Returns>, Failure> {
    let Some(schema) = args.get("returns").filter(|v| !v.is_null()) else {
        return Ok(None);
    };
    // The schema comes from the checked workflow; what of it is no type is not held to.
    let mut table = TypeTable::new();
    let ty = wfc_value::schema::to_type(schema, "answer", &mut table).ty;
    Ok(Some(Returns {
        schema: wfc_value::json::format_pretty(schema),
        ty,
        table,
    }))
}

/// What the agent is told. Secrets stay masked: a prompt is no place for them.
fn prompt(args: &Value, returns: Option<&Returns>) -> Result<String, Failure> {
    let mut prompt = field::required(args, "goal")?;
    if let Some(context) = args.get("context").filter(|v| !v.is_null()) {
        prompt.push_str("\n\nContext:\n");
        match context {
            Value::String(text) => prompt.push_str(text),
            other => prompt.push_str(&wfc_value::json::format_pretty(other)),
        }
    }
    if let Some(returns) = returns {
        prompt.push_str(
            "\n\nAnswer with one JSON value that fits this JSON Schema, and with nothing else:\n",
        );
        prompt.push_str(&returns.schema);
    }
    prompt.push('\n');
    Ok(prompt)
}

fn repair(prompt: &str, answer: &str, wrong: &str) -> String {
    format!(
        "{prompt}\nYou answered:\n{answer}\n\nThat answer cannot be used: {wrong}. Answer again, \
         with the JSON value only.\n"
    )
}

/// The value that an answer holds: alone, or in its last fenced block.
fn read(answer: &str, returns: &Returns) -> Result<Value, String> {
    let text = answer.trim();
    let parsed = match (wfc_value::json::parse(text), fenced(text)) {
        (Ok(value), _) => value,
        (Err(_), Some(inner)) => wfc_value::json::parse(inner)
            .map_err(|error| format!("the fenced block is not JSON: {error}"))?,
        // A text may be given as it is.
        (Err(_), None) if returns.ty == Type::String => return Ok(Value::from(text)),
        (Err(error), None) => return Err(format!("it is not JSON: {error}")),
    };
    wfc_value::ty::decode(&parsed, &returns.ty, &returns.table).map_err(|error| error.to_string())
}

/// The inside of the last block between three backticks, which models write on lines of their own or not.
fn fenced(text: &str) -> Option<&str> {
    let parts: Vec<&str> = text.split("```").collect();
    // Parts alternate between outside and inside; a last block that is never closed is none.
    let closed = parts.len().checked_sub(1)?;
    let inside = (1..closed).rev().find(|at| at % 2 == 1)?;
    let inside = parts.get(inside)?;
    // The language's name stands on the line of the opening backticks.
    let named = inside.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    Some(if named.starts_with(['\n', '\r', ' ']) {
        named.trim_start()
    } else {
        inside
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_fenced_block_counts() {
        assert_eq!(fenced("a\n```json\n{\"a\":1}\n```\nb"), Some("{\"a\":1}\n"));
        assert_eq!(fenced("```\n1\n```\nor\n```json\n2\n```"), Some("2\n"));
        assert_eq!(fenced("no block ``` here"), None);
        assert_eq!(fenced("```\nnever closed"), None);
        assert_eq!(fenced("Here it is: ```json\n{}\n``` done"), Some("{}\n"));
        assert_eq!(fenced("inline ```[1]``` too"), Some("[1]"));
    }

    #[test]
    fn a_model_adds_its_arguments() {
        let runner = Runner {
            model_args: vec!["--model".into(), "x/{model}".into()],
            ..Runner::default()
        };
        assert_eq!(arguments(&runner, Some("big")), ["--model", "x/big"]);
        assert!(arguments(&runner, None).is_empty());
    }
}
