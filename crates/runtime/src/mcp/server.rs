//! The process of an MCP server.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use wfc_value::{FaultCode, Value};

use super::lines::Lines;
use super::tool_error;
use crate::exec::{Failure, Surroundings};
use crate::process::{self, Group};
use crate::settings::{EnvValue, Program};

/// How much of what a server writes on its standard error is kept, in bytes.
const LAST_WORDS: usize = 4 * 1024;

/// How long a server that hung up may take to end, and its last words to come in.
const LAST_BREATH: Duration = Duration::from_millis(200);

/// A server's process, and what it wrote last on its standard error.
pub(super) struct ServerProcess {
    group: Group,
    words: Arc<Mutex<VecDeque<u8>>>,
    listener: Option<JoinHandle<()>>,
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
        let words = Arc::new(Mutex::new(VecDeque::new()));
        let child = group.child();
        let listen = |stderr: ChildStderr| tokio::spawn(listen(stderr, words.clone()));
        let listener = child.stderr.take().map(listen);
        let (Some(stdout), Some(stdin)) = (child.stdout.take(), child.stdin.take()) else {
            return Err(tool_error(format!("the tool server `{name}` has no pipes")));
        };
        let (stdout, too_long) = Lines::new(stdout);
        Ok((
            Self {
                group,
                words,
                listener,
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
        if let Some(listener) = self.listener.take() {
            let _ = process::within(LAST_BREATH, listener).await;
        }
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
        let bytes: Vec<u8> = self
            .words
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
