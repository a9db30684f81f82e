//! `bash`: a command line in a shell.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use wfc_value::{FaultCode, Value};

use super::{Answer, Execute, Failure, Job, Pending, Surroundings, field, job_env};
use crate::process::{self, Captured, Ended, How, Keep, Spec};

/// Runs command lines in `bash`, or in `sh` where there is none.
#[derive(Debug)]
pub struct BashExecutor {
    around: Surroundings,
}

/// What is to be made of the output.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parse {
    Nothing,
    Text,
    Lines,
    Json,
}

struct Request {
    command: String,
    cwd: PathBuf,
    env: Vec<(String, Option<String>)>,
    stdin: Option<String>,
    check: bool,
    parse: Parse,
    limit: Option<Duration>,
}

impl BashExecutor {
    /// An executor for steps whose folder, secrets and grace are `around`.
    #[must_use]
    pub const fn new(around: Surroundings) -> Self {
        Self { around }
    }

    fn request(&self, job: &Job) -> Result<Request, Failure> {
        let args = self.around.vault.open(&job.args)?;
        let cwd = match field::optional(&args, "cwd")? {
            Some(cwd) => self.around.cwd.join(cwd),
            None => self.around.cwd.clone(),
        };
        if !cwd.is_dir() {
            let message = format!("the command's folder `{}` does not exist", cwd.display());
            return Err(Failure::new(FaultCode::ExitNonzero, message).with([
                ("exit_code", Value::Null),
                ("cwd", cwd.display().to_string().into()),
            ]));
        }
        let mut env = job_env(job, &self.around.vault);
        for (name, value) in field::map(&args, "env")?.iter() {
            let value = (!value.is_null()).then(|| field::text_of(value));
            env.push((variable(&name.to_string())?, value));
        }
        let limit = match args.get("timeout_ms") {
            None | Some(Value::Null) => None,
            Some(value) => Some(millis(value)?),
        };
        Ok(Request {
            command: field::required(&args, "command")?,
            cwd,
            env,
            stdin: field::optional(&args, "stdin")?,
            check: field::flag(&args, "check", true)?,
            parse: parse(field::optional(&args, "parse")?.as_deref())?,
            limit,
        })
    }

    async fn carry_out(&self, mut job: Job) -> Result<Answer, Failure> {
        let request = self.request(&job)?;
        let (check, parse, limit) = (request.check, request.parse, request.limit);
        let ended = self.run(request, &mut job).await?;
        let redact = |text| self.around.vault.redacted(text);
        let stdout = ended.stdout.finish(redact);
        let stderr = ended.stderr.finish(redact);
        match ended.how {
            How::Stopped => Ok(Answer::Cancelled),
            How::Killed => Ok(Answer::Unknown),
            How::TimedOut => {
                let limit = limit.unwrap_or_default();
                let message = format!("the command was ended after {} ms", limit.as_millis());
                let details = [
                    ("stdout", stdout.text.into()),
                    ("stderr", stderr.text.into()),
                ];
                Err(Failure::new(FaultCode::Timeout, message).with(details))
            }
            How::Exited(status) if check && !status.success() => {
                Err(nonzero(status, stdout, stderr))
            }
            How::Exited(status) => outcome(parse, status, stdout, stderr).map(Answer::done),
        }
    }

    async fn run(&self, request: Request, job: &mut Job) -> Result<Ended, Failure> {
        let mut last = None;
        for shell in ["bash", "sh"] {
            let keep = match request.parse {
                Parse::Nothing | Parse::Text => Keep::Ends,
                Parse::Lines | Parse::Json => Keep::Whole,
            };
            let spec = Spec {
                program: shell.into(),
                args: vec!["-c".into(), request.command.clone().into()],
                env: request.env.clone(),
                cwd: request.cwd.clone(),
                stdin: request.stdin.clone(),
                keep,
                limit: request.limit,
                grace: self.around.grace,
            };
            let groups = &self.around.groups;
            match process::run(spec, &job.execution, groups, &mut job.stop).await {
                Ok(ended) => return Ok(ended),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => last = Some(error),
                Err(error) => return Err(unstartable(&request.cwd, &error)),
            }
        }
        let error = last.unwrap_or_else(|| std::io::ErrorKind::NotFound.into());
        Err(Failure::new(
            FaultCode::NotConfigured,
            format!("neither `bash` nor `sh` was found in `PATH` ({error}): install one of them"),
        ))
    }
}

impl Execute for BashExecutor {
    fn execute(&self, job: Job) -> Pending<'_> {
        Box::pin(async move { Answer::of(self.carry_out(job).await) })
    }
}

fn unstartable(cwd: &Path, error: &std::io::Error) -> Failure {
    let message = if error.kind() == std::io::ErrorKind::ArgumentListTooLong {
        "the command and its `env` are longer than the system takes: pass large values through \
         `stdin`"
            .to_owned()
    } else {
        format!(
            "the command cannot be started in `{}`: {error}",
            cwd.display()
        )
    };
    Failure::new(FaultCode::ExitNonzero, message).with([("exit_code", Value::Null)])
}

/// A name that the system takes for a variable.
fn variable(name: &str) -> Result<String, Failure> {
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(field::wrong(
            "env",
            &format!("has the name `{name}`, which no variable has"),
        ));
    }
    Ok(name.to_owned())
}

fn millis(value: &Value) -> Result<Duration, Failure> {
    let millis = match value {
        Value::Int(i) => u64::try_from(*i).ok(),
        Value::Uint(u) => Some(*u),
        _ => None,
    };
    millis
        .map(Duration::from_millis)
        .ok_or_else(|| field::wrong("timeout_ms", "is to be a whole number of milliseconds"))
}

fn parse(word: Option<&str>) -> Result<Parse, Failure> {
    Ok(match word {
        None => Parse::Nothing,
        Some("text") => Parse::Text,
        Some("lines") => Parse::Lines,
        Some("json") => Parse::Json,
        Some(_) => return Err(field::wrong("parse", "is to be `text`, `lines` or `json`")),
    })
}

/// The exit code as a shell gives it: 128 and the signal's number for a command that a signal
/// ended.
fn exit_code(status: ExitStatus) -> i64 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + i64::from(signal);
    }
    status.code().map_or(-1, i64::from)
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<String> {
    let number = std::os::unix::process::ExitStatusExt::signal(&status)?;
    let name = match number {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        6 => "SIGABRT",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        other => return Some(format!("signal {other}")),
    };
    Some(name.to_owned())
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<String> {
    None
}

fn nonzero(status: ExitStatus, stdout: Captured, stderr: Captured) -> Failure {
    let mut message = match signal(status) {
        Some(signal) => format!("the command was ended by {signal}"),
        None => format!("the command ended with exit code {}", exit_code(status)),
    };
    let last = stderr
        .text
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty());
    if let Some(line) = last {
        message.push_str(": ");
        message.push_str(&wfc_value::shortened(line, 200));
    }
    Failure::new(FaultCode::ExitNonzero, message).with([
        ("exit_code", exit_code(status).into()),
        ("signal", signal(status).map_or(Value::Null, Value::from)),
        ("stdout", stdout.text.into()),
        ("stderr", stderr.text.into()),
    ])
}

fn outcome(
    parse: Parse,
    status: ExitStatus,
    stdout: Captured,
    stderr: Captured,
) -> Result<Value, Failure> {
    if stdout.cut && matches!(parse, Parse::Json | Parse::Lines) {
        let message = format!(
            "the command wrote more than the {} bytes that can be parsed: write to a file, or \
             less of it",
            process::MAX_WHOLE
        );
        return Err(Failure::new(FaultCode::LimitExceeded, message));
    }
    Ok(match parse {
        Parse::Nothing => Value::record([
            ("stdout", stdout.text.into()),
            ("stderr", stderr.text.into()),
            ("exit_code", exit_code(status).into()),
        ])?,
        Parse::Text => Value::from(stdout.text.trim_end_matches(['\n', '\r'])),
        Parse::Lines => Value::list(stdout.text.lines().map(Value::from).collect())?,
        Parse::Json => wfc_value::json::parse(&stdout.text).map_err(|error| {
            let message = format!("the command's output is not JSON: {error}");
            Failure::new(FaultCode::ParseError, message).with([
                ("line", i64::try_from(error.line).unwrap_or_default().into()),
                (
                    "column",
                    i64::try_from(error.column).unwrap_or_default().into(),
                ),
                (
                    "stdout",
                    Value::from(wfc_value::shortened(&stdout.text, 2_000).as_ref()),
                ),
                ("stderr", stderr.text.into()),
            ])
        })?,
    })
}
