//! The process of an agent.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use wfc_value::FaultCode;

use super::LAST_BREATH;
use super::wire::Wire;
use crate::exec::{Failure, unstartable};
use crate::process::{self, Group, LastWords};
use crate::settings::Program;

/// A process, and what it wrote last on its standard error.
pub(super) struct AgentProcess {
    group: Group,
    words: LastWords,
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
        let child = group.child();
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            let message = format!("the agent `{name}` has no pipes");
            return Err(Failure::new(FaultCode::AgentError, message));
        };
        let words = LastWords::of(Some(stderr));
        let process = Self { group, words };
        Ok((process, Wire::new(stdout, stdin)))
    }

    /// Waits a moment for an agent that hung up, kills what is left of it, and tells of it: how it ended, and what
    /// it wrote last.
    pub(super) async fn end(&mut self) -> String {
        let status = process::within(LAST_BREATH, self.group.wait()).await;
        self.group.kill().await;
        self.words.all_in(LAST_BREATH).await;
        let how = match status {
            Some(Ok(status)) => format!(" ({status})"),
            _ => String::new(),
        };
        let last = self.words.lines(1).pop();
        let last = last.map(|line| format!("; it wrote: {}", crate::web::words(&line)));
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
