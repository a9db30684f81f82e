//! A run in a folder of its own, and the processes that carry it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// The workflow.
const WORKFLOW: &str = include_str!("workflow.wf");
/// What its commands do.
const STEP: &str = include_str!("step.sh");
/// The store's file.
pub const STORE: &str = "state.db";
/// How long one process may take when nobody kills it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A run.
pub struct Victim {
    wfc: PathBuf,
    folder: PathBuf,
    fails: bool,
    /// Whether the run is known to be kept: from here on it is resumed.
    begun: bool,
    /// Whether it was set aside.
    released: bool,
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
            released: false,
        })
    }

    /// Where the run is kept.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    fn wfc(&self) -> Command {
        let mut command = Command::new(&self.wfc);
        command
            .current_dir(&self.folder)
            .env("CRASH_LOG", self.folder.join("log"))
            .env("WFC_STORE", self.state().join(STORE))
            .stdin(Stdio::null());
        command
    }

    fn command(&self) -> Command {
        let mut command = self.wfc();
        if self.begun {
            command.arg("resume");
            if self.released {
                command.arg("--release");
            }
        } else {
            command.args(["run", "crash.wf", "--durable"]);
            if self.fails {
                command.args(["--input", "fails=true"]);
            }
        }
        command.args(["--approve", "ok", "--approve", "last", "--format", "jsonl"]);
        command
    }

    /// The run as the store tells it; nothing when there is none.
    fn shown(&self) -> Option<Json> {
        let shown = self
            .wfc()
            .args(["show", "last", "--format", "json"])
            .output()
            .ok()?;
        serde_json::from_slice(&shown.stdout).ok()
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
        self.released = false;
        match status {
            Some(status) => self.ended(status.code()),
            None if kill_after.is_some() => Ok(Ended::Killed),
            None => Err("a process did not end by itself".to_owned()),
        }
    }

    /// Sees what the store has when a process did not tell.
    ///
    /// # Errors
    /// When a run that was told of is not there.
    pub fn look(&mut self, ended: Ended) -> Result<Ended, String> {
        if matches!(ended, Ended::Done(_)) {
            return Ok(ended);
        }
        let begun = self.begun || self.text("out").contains("\"event\":\"run_started\"");
        let Some(shown) = self.shown() else {
            // What a process has told is kept; what it has not told may not be.
            let worked = !self.text("log").is_empty();
            return match ended {
                Ended::Full | Ended::Killed if !worked && !begun => Ok(ended),
                Ended::Full => Ok(ended),
                _ => Err(format!("the run is not in the store: {}", self.text("err"))),
            };
        };
        self.begun = true;
        match shown.get("state").and_then(Json::as_str) {
            Some("succeeded") => Ok(Ended::Done(
                shown.get("output").cloned().unwrap_or_default(),
            )),
            Some("failed") => {
                let code = shown.pointer("/error/code").cloned();
                Ok(Ended::Done(code.unwrap_or_default()))
            }
            Some("quarantined") => {
                // Its process died on it three times: somebody lets it go on.
                self.released = true;
                Ok(Ended::Killed)
            }
            _ => Ok(ended),
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
        let full = ["no space left", "is full", "disk i/o error"];
        // Messages are wrapped, with a bar before each line.
        let words: Vec<&str> = err
            .split_whitespace()
            .chain(out.split_whitespace())
            .filter(|word| *word != "│")
            .collect();
        let all = words.join(" ").to_lowercase();
        if full.iter().any(|words| all.contains(words)) {
            return Ok(Ended::Full);
        }
        let said = format!("{err}\n{}", out.lines().last().unwrap_or_default());
        Ok(Ended::Otherwise { status, said })
    }
}
