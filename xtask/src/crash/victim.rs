//! A run in a folder of its own, and the processes that carry it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// The workflow.
const WORKFLOW: &str = include_str!("workflow.wf");
/// What its commands do.
const STEP: &str = include_str!("step.sh");
/// How long one process may take when nobody kills it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A run.
pub struct Victim {
    wfc: PathBuf,
    folder: PathBuf,
    fails: bool,
    /// Whether the run is known to be kept: from here on it is resumed.
    begun: bool,
}

/// How a process ended.
#[derive(Debug)]
pub enum Ended {
    /// With the run: its output, or its error's code.
    Done(Json),
    /// It was killed.
    Killed,
    /// The disk is full.
    Full,
    /// Otherwise.
    Otherwise {
        /// Its status.
        status: Option<i32>,
        /// What it said.
        said: String,
    },
}

impl Victim {
    /// A run that has not begun.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn new(wfc: &Path, folder: &Path, fails: bool) -> Result<Self, String> {
        let write = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).map_err(|e| format!("{name}: {e}"))
        };
        write("crash.wf", WORKFLOW)?;
        write("step.sh", STEP)?;
        write("log", "")?;
        std::fs::create_dir_all(folder.join("state")).map_err(|e| e.to_string())?;
        Ok(Self {
            wfc: wfc.to_owned(),
            folder: folder.to_owned(),
            fails,
            begun: false,
        })
    }

    /// Where the run is kept.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.wfc);
        if self.begun {
            command.args(["resume", "state/j"]);
        } else {
            command.args(["run", "crash.wf", "--journal", "state/j"]);
            if self.fails {
                command.args(["--input", "fails=true"]);
            }
        }
        command
            .args(["--approve", "ok", "--approve", "last", "--format", "jsonl"])
            .current_dir(&self.folder)
            .env("CRASH_LOG", self.folder.join("log"))
            .stdin(Stdio::null());
        command
    }

    /// One process, killed after so long, or left alone.
    ///
    /// # Errors
    /// When it cannot be started or does not end.
    pub fn live(&mut self, kill_after: Option<Duration>) -> Result<Ended, String> {
        let open = |name: &str| {
            std::fs::File::create(self.folder.join(name)).map_err(|e| format!("{name}: {e}"))
        };
        let mut child = self
            .command()
            .stdout(open("out")?)
            .stderr(open("err")?)
            .spawn()
            .map_err(|e| format!("wfc: {e}"))?;
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
                break Some(status);
            }
            if begun.elapsed() >= kill_after.unwrap_or(PATIENCE) {
                // A process that has just ended is as good as one that was killed.
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let kept = self.state().join("j");
        self.begun = std::fs::metadata(kept).is_ok_and(|m| m.len() > 0);
        match status {
            Some(status) => self.ended(status.code()),
            None if kill_after.is_some() => Ok(Ended::Killed),
            None => Err("a process did not end by itself".to_owned()),
        }
    }

    fn text(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn ended(&self, status: Option<i32>) -> Result<Ended, String> {
        let (out, err) = (self.text("out"), self.text("err"));
        let last = out.lines().last().unwrap_or_default();
        let last: Json = serde_json::from_str(last).unwrap_or(Json::Null);
        match last.get("event").and_then(Json::as_str) {
            Some("run_succeeded") if status == Some(0) => {
                return Ok(Ended::Done(last.get("output").cloned().unwrap_or_default()));
            }
            Some("run_failed") => {
                let code = last.pointer("/error/code").cloned().unwrap_or_default();
                return Ok(Ended::Done(code));
            }
            _ => {}
        }
        let full = ["No space left", "disk is full", "disk I/O error"];
        if full
            .iter()
            .any(|words| err.contains(words) || out.contains(words))
        {
            return Ok(Ended::Full);
        }
        let said = format!("{err}\n{}", out.lines().last().unwrap_or_default());
        Ok(Ended::Otherwise { status, said })
    }
}
