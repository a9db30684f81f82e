//! The process of an agent.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::JoinHandle;
use wfc_value::FaultCode;

use super::LAST_BREATH;
use super::wire::Wire;
use crate::exec::{Failure, unstartable};
use crate::process::{self, Group};
use crate::settings::Program;

/// How much of what an agent writes on its standard error is kept, in bytes.
const LAST_WORDS: usize = 4 * 1024;

/// A process, and what it wrote last on its standard error.
pub(super) struct AgentProcess {
    group: Group,
    words: Arc<Mutex<Vec<u8>>>,
    listener: Option<JoinHandle<()>>,
}

impl AgentProcess {
    /// Starts it.
    pub(super) fn start(
        name: &str,
        program: &Program,
        env: &[(String, Option<String>)],
        folder: &Path,
    ) -> Result<(Self, Wire), Failure> {
        let args: Vec<_> = program.args.iter().map(Into::into).collect();
        let folder: PathBuf = folder.to_owned();
        let mut command = process::command(&(&program.command).into(), &args, env, &folder);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = Group::spawn(&mut command);
        let mut group = started.map_err(|error| unstartable(name, program, &folder, &error))?;
        let words = Arc::new(Mutex::new(Vec::new()));
        let child = group.child();
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            let message = format!("the agent `{name}` has no pipes");
            return Err(Failure::new(FaultCode::AgentError, message));
        };
        let listener = tokio::spawn(listen(stderr, words.clone()));
        let process = Self {
            group,
            words,
            listener: Some(listener),
        };
        Ok((process, Wire::new(stdout, stdin)))
    }

    /// Waits a moment for an agent that hung up, kills what is left of it, and tells of it: how it ended, and what
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
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&words).into_owned();
        let last = text.lines().rev().map(str::trim).find(|l| !l.is_empty());
        let last = last.map(|line| format!("; it wrote: {}", crate::web::words(line)));
        format!("{how}{}", last.unwrap_or_default())
    }

    /// Gives an agent whose pipes were closed a moment to end by itself, then asks it to.
    pub(super) async fn close(&mut self, moment: Duration, grace: Duration) {
        if process::within(moment, self.group.wait()).await.is_none() {
            self.group.end(grace).await;
        }
        // What it left running is of no use to anybody.
        self.group.kill().await;
    }

    /// Kills it.
    pub(super) async fn kill(&mut self) {
        self.group.kill().await;
    }
}

/// Keeps the end of what an agent writes on its standard error.
async fn listen(mut stderr: impl AsyncRead + Unpin, words: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = vec![0_u8; 1024];
    while let Ok(n @ 1..) = stderr.read(&mut buffer).await {
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        words.extend_from_slice(buffer.get(..n).unwrap_or_default());
        let over = words.len().saturating_sub(LAST_WORDS);
        words.drain(..over);
    }
}
