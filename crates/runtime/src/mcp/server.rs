//! The process of an MCP server.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::process::{ChildStdin, ChildStdout};
use wfc_value::{FaultCode, Value};

use super::lines::Lines;
use super::tool_error;
use crate::exec::{Failure, Surroundings};
use crate::process::{self, Group, LastWords};
use crate::settings::{EnvValue, Program};

/// How long a server that hung up may take to end, and its last words to come in.
const LAST_BREATH: Duration = Duration::from_millis(200);

/// A server's process, and what it wrote last on its standard error.
pub(super) struct ServerProcess {
    group: Group,
    words: LastWords,
    too_long: Arc<AtomicBool>,
}

impl ServerProcess {
    /// Starts it.
    pub(super) fn start(
        name: &str,
        program: &Program,
        around: &Surroundings,
    ) -> Result<(Self, (Lines<ChildStdout>, ChildStdin)), Failure> {
        let args: Vec<_> = program.args.iter().map(Into::into).collect();
        let env = environment(program, around)?;
        let cwd = match &program.cwd {
            Some(cwd) => around.cwd.join(cwd),
            None => around.cwd.clone(),
        };
        let mut command = process::command(&(&program.command).into(), &args, &env, &cwd);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut group =
            Group::spawn(&mut command).map_err(|error| unstartable(name, program, &cwd, &error))?;
        let child = group.child();
        let words = LastWords::of(child.stderr.take());
        let (Some(stdout), Some(stdin)) = (child.stdout.take(), child.stdin.take()) else {
            return Err(tool_error(format!("the tool server `{name}` has no pipes")));
        };
        let (stdout, too_long) = Lines::new(stdout);
        Ok((
            Self {
                group,
                words,
                too_long,
            },
            (stdout, stdin),
        ))
    }

    /// Whether it wrote a message that is too long, which ended the session.
    pub(super) fn wrote_too_long(&self) -> bool {
        self.too_long.load(Ordering::Relaxed)
    }

    /// Waits a moment for a server that hung up, ends it, and tells of it: how it ended, and what
    /// it wrote last.
    pub(super) async fn end(&mut self) -> String {
        let status = process::within(LAST_BREATH, self.group.wait()).await;
        self.group.kill().await;
        self.words.all_in(LAST_BREATH).await;
        let how = match status {
            Some(Ok(status)) => format!(" ({status})"),
            _ => String::new(),
        };
        format!("{how}{}", self.last_words())
    }

    /// Ends a server whose pipes were closed.
    pub(super) async fn close(&mut self, grace: Duration) {
        self.group.end(grace).await;
    }

    fn last_words(&self) -> String {
        let last = self.words.lines(3);
        if last.is_empty() {
            String::new()
        } else {
            format!("; it wrote: {}", last.join(" / "))
        }
    }
}

/// A program's environment: without the variables that hold secrets, then what the settings give it,
/// secrets opened.
pub(crate) fn environment(
    program: &Program,
    around: &Surroundings,
) -> Result<Vec<(String, Option<String>)>, Failure> {
    let open = |value: &EnvValue| -> Result<String, Failure> {
        Ok(match value {
            EnvValue::Text(text) => text.clone(),
            EnvValue::Secret(secret) => {
                let open = around.vault.open(&Value::secret(secret.as_str()))?;
                open.as_str().unwrap_or_default().to_owned()
            }
        })
    };
    let mut env = around.vault.withheld();
    for (name, value) in &program.env {
        env.push((name.clone(), Some(open(value)?)));
    }
    Ok(env)
}

fn unstartable(name: &str, program: &Program, cwd: &Path, error: &std::io::Error) -> Failure {
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
